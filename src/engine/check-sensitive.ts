import type { Problem } from "../domain/problem.ts";
import type { CompiledProcedure } from "./compile.ts";
import type { Expression, Filter, Operand } from "./template-parts.ts";
import { placesOf } from "./template-places.ts";

// What is sensitive is found again, and hidden, by its letters: these leave them as they are, or show none of them.
const harmless: ReadonlySet<Filter["kind"]> = new Set(["default", "trim", "length"]);

/**
 * Answers a problem for every place where a filter makes other letters of a sensitive variable: there it would stand in
 * clear on cards and in traces. In a `set` step it may, since what is made there is sensitive, too. Asked of what is
 * published; a version that is published already goes on. Pure.
 */
export function checkSensitive({ steps, sensitive }: CompiledProcedure): readonly Problem[] {
  return [...steps.values()].flatMap((compiled) =>
    (compiled.kind === "set" ? [] : placesOf(compiled)).flatMap(({ path, parts }) => {
      const faults = parts.map((part) => (part.kind === "text" ? null : faultOf(part, sensitive)));
      const fault = faults.find((one) => one !== null) ?? null;
      return fault === null ? [] : [{ path: ["steps", compiled.index, ...path], stepId: compiled.step.id, ...fault }];
    }),
  );
}

function faultOf({ operand, filters }: Expression, sensitive: ReadonlySet<string>) {
  let name = nameOf(operand, sensitive);
  for (const filter of filters) {
    if (filter.kind === "default") name ??= nameOf(filter.operand, sensitive);
    if (name === null || harmless.has(filter.kind)) continue;
    return {
      message: `the filter ${filter.kind} would show the sensitive variable ${name}, which is hidden as it was typed`,
      mend: `set another variable to {{ ${name} | ${filter.kind} }} in a step before, which hides it too, and name that one here`,
    };
  }
  return null;
}

function nameOf(operand: Operand, sensitive: ReadonlySet<string>): string | null {
  const root = operand.kind === "path" ? operand.path[0] : undefined;
  return root !== undefined && sensitive.has(root) ? root : null;
}
