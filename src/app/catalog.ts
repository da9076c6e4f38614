import type { Conversation } from "../domain/conversation.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { PublishedProcedure } from "../domain/procedure.ts";
import type { WorkspaceSettings } from "../domain/settings.ts";
import { type CompiledProcedure, compile } from "../engine/compile.ts";
import type { Context } from "../engine/context.ts";
import type { Clock } from "../ports/clock.ts";
import { PermanentError } from "../ports/errors.ts";
import type { ProcedureStore } from "../ports/store.ts";

/** What the engine may know of a workspace, kept compiled in memory. */
export interface Catalog {
  /** Reads the active procedures of a workspace anew: at start, and after each publish or archive. */
  refresh(workspace: WorkspaceId): Promise<void>;
  /** Loads the version that this conversation's run keeps, unless it is known. Throws PermanentError if it is gone. */
  prepare(conversation: Conversation): Promise<void>;
  /** The context for a prepared conversation, at this moment. */
  contextOf(conversation: Conversation): Context;
  settingsOf(workspace: WorkspaceId): WorkspaceSettings;
  /** The active procedures, by slug. */
  active(workspace: WorkspaceId): readonly PublishedProcedure[];
  /** One version, compiled; null if there never was one. */
  find(workspace: WorkspaceId, slug: string, version: number): Promise<Entry | null>;
}

/** One version of a procedure, as it was published and as it is walked. */
export interface Entry {
  readonly published: PublishedProcedure;
  readonly compiled: CompiledProcedure;
}

interface Workspace {
  readonly active: ReadonlyMap<string, CompiledProcedure>;
  readonly published: readonly PublishedProcedure[];
}

/** Makes a catalog over the stored procedures. `settingsOf`: what the workspace has set. */
export function createCatalog(
  procedures: ProcedureStore,
  settingsOf: (workspace: WorkspaceId) => WorkspaceSettings,
  clock: Clock,
): Catalog {
  const workspaces = new Map<WorkspaceId, Workspace>();
  const versions = new Map<string, Entry>();

  const keep = (workspace: WorkspaceId, published: PublishedProcedure): Entry => {
    const key = keyOf(workspace, published.procedure.slug, published.version);
    const known = versions.get(key);
    if (known !== undefined) return known;
    const entry = { published, compiled: compileStored(published) };
    versions.set(key, entry);
    return entry;
  };

  const find = async (workspace: WorkspaceId, slug: string, version: number): Promise<Entry | null> => {
    const known = versions.get(keyOf(workspace, slug, version));
    if (known !== undefined) return known;
    const published = await procedures.load(workspace, slug, version);
    return published === null ? null : keep(workspace, published);
  };

  return {
    find,
    settingsOf,
    async refresh(workspace) {
      const published = await procedures.active(workspace);
      const active = new Map(published.map((one) => [one.procedure.slug, keep(workspace, one).compiled]));
      workspaces.set(workspace, { active, published });
    },
    async prepare({ workspace, run }) {
      if (run === null) return;
      const { slug, version } = run.procedure;
      if ((await find(workspace, slug, version)) === null) {
        throw new PermanentError(`Version ${version} of procedure ${slug} is gone, and run ${run.id} needs it.`);
      }
    },
    contextOf({ workspace, run }) {
      const pinned =
        run === null ? undefined : versions.get(keyOf(workspace, run.procedure.slug, run.procedure.version));
      return {
        pinned: pinned?.compiled ?? null,
        active: workspaces.get(workspace)?.active ?? new Map(),
        settings: settingsOf(workspace),
        now: clock.now(),
      };
    },
    active: (workspace) => workspaces.get(workspace)?.published ?? [],
  };
}

function keyOf(workspace: WorkspaceId, slug: string, version: number): string {
  return `${workspace} ${slug} ${version}`;
}

/** A published version was checked when it was published; only a change of the format itself could make this fail. */
function compileStored(published: PublishedProcedure): CompiledProcedure {
  const compilation = compile(published);
  if (compilation.kind === "ok") return compilation.compiled;
  const { slug } = published.procedure;
  throw new PermanentError(`Version ${published.version} of procedure ${slug} cannot be read by this release.`);
}
