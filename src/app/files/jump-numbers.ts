import { isRecord } from "../../domain/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { suggestId } from "./procedure-vocabulary.ts";

/** A jump that named its target by number, and the id that it means. */
export interface NumberedJump {
  readonly path: readonly (string | number)[];
  readonly id: string;
}

/** A procedure's plain value with every jump by id, what was changed for that, and what could not be. */
export interface NamedJumps {
  readonly value: unknown;
  readonly jumps: readonly NumberedJump[];
  readonly problems: readonly Problem[];
}

const jumpKeys = ["next", "then", "else", "onError"] as const;

/**
 * Turns jumps by number (`then: 6`, counted from 1, as a number or as digits in a text) into jumps by id, since numbers
 * break as soon as a step is moved. A target without an id of its own gets the one that is suggested for it, so that
 * only the missing id is complained about. `value`: a procedure as it came out of a file, unchecked. Pure.
 */
export function nameJumps(value: unknown): NamedJumps {
  if (!isRecord(value) || !Array.isArray(value["steps"])) return { value, jumps: [], problems: [] };
  const steps: readonly unknown[] = value["steps"];
  const ids = stepIds(steps);
  const jumps: NumberedJump[] = [];
  const problems: Problem[] = [];
  const named = steps.map((step, index) => {
    if (!isRecord(step)) return step;
    const changed: { [key: string]: unknown } = { ...step };
    for (const key of jumpKeys) {
      const number = numberOf(step[key]);
      if (number === null) continue;
      const path = ["steps", index, key];
      const id = ids[number - 1];
      if (id === undefined) problems.push(outOfRange(path, textId(step), number, ids.length));
      else jumps.push({ path, id });
      // Without a target the jump would be complained about twice.
      changed[key] = id ?? "end";
    }
    return changed;
  });
  return { value: { ...value, steps: named }, jumps, problems };
}

/** The id of every step, in order; for a step without one, the id that is suggested for it. Pure. */
export function stepIds(steps: readonly unknown[]): readonly string[] {
  const taken = new Set(steps.map(textId).filter((id) => id !== null));
  return steps.map((step, index) => {
    const own = textId(step);
    if (own !== null) return own;
    const id = suggestId(isRecord(step) ? step["kind"] : undefined, index, taken);
    taken.add(id);
    return id;
  });
}

function textId(step: unknown): string | null {
  const id = isRecord(step) ? step["id"] : undefined;
  return typeof id === "string" ? id : null;
}

function numberOf(target: unknown): number | null {
  if (typeof target === "number") return target;
  return typeof target === "string" && /^-?\d{1,9}$/.test(target) ? Number(target) : null;
}

function outOfRange(path: Problem["path"], stepId: string | null, number: number, count: number): Problem {
  return {
    path,
    stepId,
    message: `\`${path.at(-1)}\` names step ${number}, and there are steps 1 to ${count} only`,
    mend: "write the id of a step, or `end`",
  };
}
