import type { Problem } from "../domain/problem.ts";
import type { CompiledProcedure } from "./compile.ts";

/** Answers a problem for each call that starts with a connection which is not among `connections` (by name). Pure. */
export function checkConnections(
  { steps }: CompiledProcedure,
  connections: { readonly [name: string]: string },
): readonly Problem[] {
  return [...steps.values()].flatMap((compiled) => {
    if (compiled.kind !== "call" || compiled.url.base.kind !== "connection") return [];
    const { name } = compiled.url.base;
    if (Object.hasOwn(connections, name)) return [];
    return {
      path: ["steps", compiled.index, "url"],
      stepId: compiled.step.id,
      message: `there is no connection named “${name}”`,
      mend: `name it in USHER_CONNECTIONS (${name}=https://…), or start with the whole address`,
    };
  });
}
