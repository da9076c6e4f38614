import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { PublishedProcedure } from "../../src/domain/procedure.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type { ProcedureStore } from "../../src/ports/store.ts";

/** A store of procedures in memory, which also tells how often something was written to it. */
export function createMemoryProcedures(): ProcedureStore & { writes(): number } {
  const versions = new Map<string, PublishedProcedure[]>();
  const activeKeys = new Set<string>();
  let writes = 0;
  const keyOf = (workspace: WorkspaceId, slug: string): string => JSON.stringify([workspace, slug]);
  const newestOf = (key: string): PublishedProcedure | undefined => versions.get(key)?.at(-1);
  return {
    writes: () => writes,
    active: async (workspace) => {
      const own = [...activeKeys].filter((key) => JSON.parse(key)[0] === workspace).toSorted();
      return own.flatMap((key) => newestOf(key) ?? []);
    },
    load: async (workspace, slug, version) => versions.get(keyOf(workspace, slug))?.[version - 1] ?? null,
    publish: async (workspace, procedure, after) => {
      const key = keyOf(workspace, procedure.slug);
      const known = versions.get(key) ?? [];
      if (known.length !== after) throw new ConflictError(`The newest version is ${known.length}, not ${after}.`);
      writes++;
      const published = { procedure: structuredClone(procedure), version: after + 1 };
      versions.set(key, [...known, published]);
      activeKeys.add(key);
      return published;
    },
    newest: async (workspace, slug) => newestOf(keyOf(workspace, slug))?.version ?? 0,
    setActive: async (workspace, slug, active) => {
      writes++;
      if (active) activeKeys.add(keyOf(workspace, slug));
      else activeKeys.delete(keyOf(workspace, slug));
    },
  };
}
