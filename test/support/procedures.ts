import { type Procedure, procedureSchema } from "../../src/domain/procedure.ts";
import { type CompiledProcedure, compile } from "../../src/engine/compile.ts";

/** A procedure for a test: steps as they stand in a file, the rest made up. */
export function aProcedure(steps: readonly object[], overrides: object = {}): Procedure {
  return procedureSchema.parse({
    slug: "test-procedure",
    name: "Test procedure",
    trigger: { when: "When a test asks for it" },
    steps,
    ...overrides,
  });
}

/** The same, compiled; a test whose procedure is wrong must not go on. */
export function compiled(procedure: Procedure, version = 1): CompiledProcedure {
  const compilation = compile({ procedure, version });
  if (compilation.kind === "ok") return compilation.compiled;
  throw new Error(compilation.problems.map(({ stepId, message }) => `${stepId}: ${message}`).join("\n"));
}
