import { isRecord } from "../../domain/json.ts";
import type { Procedure } from "../../domain/procedure.ts";
import { type Step, stepSchema } from "../../domain/step.ts";
import { stepIds } from "./jump-numbers.ts";
import { knownKeys } from "./procedure-vocabulary.ts";

/**
 * Makes a procedure out of what can be read of a broken one, so that its jumps can be checked although something else
 * is wrong with it: unknown keys are left out, and in the place of a step that cannot be read stands a message with the
 * same id. Null when there are no steps. For checks only, never to be run. Pure.
 */
export function readableSteps(value: unknown): Procedure | null {
  const raw: readonly unknown[] = isRecord(value) && Array.isArray(value["steps"]) ? value["steps"] : [];
  const ids = stepIds(raw);
  const steps = raw.map((step, index) => readableStep(step, ids[index] ?? ""));
  if (steps.length === 0) return null;
  const trigger = { when: "-", examples: [], not: [] };
  return { slug: "unread", name: "-", description: "", trigger, answers: "starter", steps };
}

function readableStep(step: unknown, id: string): Step {
  if (isRecord(step)) {
    const known = new Set(knownKeys(["steps", 0], step["kind"]));
    const parsed = stepSchema.safeParse(Object.fromEntries(Object.entries(step).filter(([key]) => known.has(key))));
    if (parsed.success) return parsed.data;
  }
  return { kind: "message", id, content: "-" };
}
