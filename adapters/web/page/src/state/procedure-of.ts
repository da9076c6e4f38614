import type { Procedure } from "../../../../../src/domain/procedure.ts";
import type { ProcedureJson, RunJson } from "../../../api.ts";

/** Versions that are not active, by `versionKey`; null: the server has none like it. */
export type OlderVersions = { readonly [version: string]: ProcedureJson | null };

type Version = Pick<RunJson, "procedure" | "version">;

/** The name of one version of a procedure among the older ones. Pure. */
export function versionKey({ procedure, version }: Version): string {
  return `${procedure}/${version}`;
}

/** The version that a run keeps; null: there is none like it; undefined: not fetched yet. Pure. */
export function procedureOf(
  run: Version,
  active: readonly ProcedureJson[],
  older: OlderVersions,
): Procedure | null | undefined {
  const found = active.find(({ procedure, version }) => procedure.slug === run.procedure && version === run.version);
  if (found !== undefined) return found.procedure;
  const kept = older[versionKey(run)];
  return kept === null ? null : kept?.procedure;
}
