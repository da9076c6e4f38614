import type { ProcedureCheck } from "./app/files/procedure-file.ts";
import { publishFolder } from "./app/publish-files.ts";
import type { WorkspaceId } from "./domain/ids.ts";
import type { WorkspaceSettings } from "./domain/settings.ts";
import { checkProcedure } from "./engine/check-procedure.ts";
import type { Log } from "./ports/log.ts";
import type { ProcedureStore } from "./ports/store.ts";
import { readFolder } from "./procedure-folder.ts";

/** Makes the procedures of a folder the active ones of a workspace. Throws InvalidError for procedures with problems. */
export async function publishIn(
  workspace: WorkspaceId,
  { connections }: WorkspaceSettings,
  { folder, store, log }: { readonly folder: string; readonly store: ProcedureStore; readonly log: Log },
): Promise<void> {
  const files = await readFolder(folder);
  if (files.length === 0) log.warn({ folder }, "The folder has no procedure files, so no procedure is active.");
  const check: ProcedureCheck = (procedure) => checkProcedure(procedure, connections);
  const report = await publishFolder({ files, store, workspace, check });
  log.info({ workspace, ...report }, "The procedures of the folder are active.");
}
