import type { Problem } from "../domain/problem.ts";
import type { Procedure } from "../domain/procedure.ts";
import type { WorkspaceSettings } from "../domain/settings.ts";
import { checkConnections } from "./check-connections.ts";
import { checkSensitive } from "./check-sensitive.ts";
import { checkVariables } from "./check-variables.ts";
import { compile } from "./compile.ts";

/** Everything that keeps a procedure from being published in a workspace with these connections. Pure. */
export function checkProcedure(
  procedure: Procedure,
  connections: WorkspaceSettings["connections"],
): readonly Problem[] {
  const compilation = compile({ procedure, version: 1 });
  if (compilation.kind === "bad") return compilation.problems;
  const { compiled } = compilation;
  return [...checkConnections(compiled, connections), ...checkVariables(compiled), ...checkSensitive(compiled)];
}
