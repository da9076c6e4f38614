import type { ProcedureCheck } from "./app/files/procedure-file.ts";
import { publishFolder, readFiles } from "./app/publish-files.ts";
import { type Finding, missing, ok } from "./domain/finding.ts";
import type { WorkspaceId } from "./domain/ids.ts";
import type { WorkspaceSettings } from "./domain/settings.ts";
import { checkProcedure } from "./engine/check-procedure.ts";
import { InvalidError } from "./ports/errors.ts";
import type { Log } from "./ports/log.ts";
import type { ProcedureStore } from "./ports/store.ts";
import { readFolder } from "./procedure-folder.ts";

/** Makes the procedures of a folder the active ones of a workspace. Throws InvalidError for a folder or procedures with problems. */
export async function publishIn(
  workspace: WorkspaceId,
  { connections }: WorkspaceSettings,
  { folder, store, log }: { readonly folder: string; readonly store: ProcedureStore; readonly log: Log },
): Promise<void> {
  const files = await readFolder(folder);
  if (files.length === 0) log.warn({ folder }, "The folder has no procedure files, so no procedure is active.");
  const report = await publishFolder({ files, store, workspace, check: checkWith(connections) });
  log.info({ workspace, ...report }, "The procedures of the folder are active.");
}

/** What `publishIn` would find in the folder, where nothing is to be published. */
export async function checkFolder(folder: string, connections: WorkspaceSettings["connections"]): Promise<Finding> {
  const what = "Procedure files";
  try {
    const slugs = readFiles(await readFolder(folder), checkWith(connections)).map(({ slug }) => slug);
    if (slugs.length > 0) return ok(what, `${slugs.length} in ${folder}: ${slugs.join(", ")}.`);
    const mend = "Put a procedure's file there, or name another folder in USHER_PROCEDURES; then start Usher.";
    return missing(what, `There is none in ${folder}, so no procedure can start.`, mend);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    return missing(what, error.message, `Correct this in ${folder}: until then Usher does not start.`);
  }
}

function checkWith(connections: WorkspaceSettings["connections"]): ProcedureCheck {
  return (procedure) => checkProcedure(procedure, connections);
}
