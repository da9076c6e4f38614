import type { Procedure } from "../../domain/procedure.ts";
import type { Step } from "../../domain/step.ts";

/**
 * Answers a procedure as somebody would write it: the name of a step first and where it goes on last, and without
 * fields that say nothing. Reading the answer fills them in again. Pure.
 */
export function tidyProcedure({ slug, name, description, trigger, answers, steps }: Procedure): object {
  return {
    slug,
    name,
    ...(description === "" ? {} : { description }),
    trigger: {
      when: trigger.when,
      ...(trigger.examples.length === 0 ? {} : { examples: trigger.examples }),
      ...(trigger.not.length === 0 ? {} : { not: trigger.not }),
    },
    ...(answers === "starter" ? {} : { answers }),
    steps: steps.map(tidyStep),
  };
}

function tidyStep(step: Step): object {
  const { id, kind, title, ...rest } = step;
  const fields = Object.entries(rest).filter(([key, value]) => key !== "next" && !isSilent(key, value));
  return {
    id,
    kind,
    ...(title === undefined ? {} : { title }),
    ...Object.fromEntries(fields),
    ...("next" in step && step.next !== undefined ? { next: step.next } : {}),
  };
}

function isSilent(key: string, value: unknown): boolean {
  if (value === undefined || (key === "sensitive" && value === false)) return true;
  return key === "parameters" && typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
