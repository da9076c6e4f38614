import { actionTable } from "../domain/action.ts";
import type { Problem } from "../domain/problem.ts";
import { ownNames } from "../domain/variable.ts";
import type { CompiledProcedure, CompiledStep } from "./compile.ts";
import { nearest } from "./nearest.ts";
import { pathsOfExpression } from "./template.ts";
import { placesOf } from "./template-places.ts";

/**
 * Answers a problem for every place that reads a variable which no step of the procedure sets, on whatever way. Asked of
 * what is published; a version that is published already goes on. Pure.
 */
export function checkVariables({ steps }: CompiledProcedure): readonly Problem[] {
  const all = [...steps.values()];
  const known = new Set(all.flatMap(setBy));
  return all.flatMap((compiled) =>
    readsOf(compiled).flatMap(({ path, names }) => {
      const strange = [...new Set(names)].filter((name) => !known.has(name) && !ownNames.has(name));
      return strange.map((name) => ({
        path: ["steps", compiled.index, ...path],
        stepId: compiled.step.id,
        message: `no step sets the variable \`${name}\``,
        mend: mendOf(name, known),
      }));
    }),
  );
}

function mendOf(name: string, known: ReadonlySet<string>): string {
  const near = nearest(name, known);
  return near === null ? "name a variable that a step sets, or add a step that sets it" : `do you mean \`${near}\`?`;
}

/** The variables that a step sets, when it goes well. */
function setBy({ step }: CompiledStep): readonly string[] {
  switch (step.kind) {
    case "collect":
    case "set":
      return [step.variable];
    case "call":
      return step.response === undefined ? [] : [step.response];
    case "action":
      return step.response === undefined ? actionTable[step.action].outputs : [step.response];
    case "message":
    case "condition":
    case "escalate":
      return [];
    default:
      return step satisfies never;
  }
}

function readsOf(compiled: CompiledStep) {
  if (compiled.kind === "condition") return [{ path: ["variable"], names: compiled.path.slice(0, 1) }];
  return placesOf(compiled).map(({ path, parts }) => {
    const paths = parts.flatMap((part) => (part.kind === "text" ? [] : pathsOfExpression(part)));
    return { path, names: paths.flatMap(([root]) => root ?? []) };
  });
}
