import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { InstallationStore } from "../../src/ports/store.ts";

/** Where Usher is in Slack, kept in memory, since every payload and every call asks. */
export interface Installations {
  /** The first installation that one of these ids of teams and organisations names, or null. */
  find(ids: readonly string[]): Installation | null;
  of(workspace: WorkspaceId): Installation | null;
  all(): readonly Installation[];
  /** Stores one (its token encrypted), in the place of an earlier one. Throws what the store throws. */
  put(installation: Installation): Promise<void>;
  /** Nothing comes in from there and nothing is sent there any more; what is stored is not touched. */
  forget(workspace: WorkspaceId): void;
}

/** Reads what is stored. `fixed`: the one whose token the operator has set, which is not stored. Throws what the store throws. */
export async function openInstallations(store: InstallationStore, fixed: Installation | null): Promise<Installations> {
  const known = new Map<WorkspaceId, Installation>();
  for (const workspace of await store.workspaces("slack")) {
    const stored = await store.load(workspace, "slack");
    if (stored !== null) known.set(workspace, stored);
  }
  if (fixed !== null) known.set(fixed.workspace, fixed);
  const find = (ids: readonly string[]): Installation | null => {
    for (const id of ids) {
      const found = [...known.values()].find(
        ({ team, organisation }) => team === id || (team === null && organisation === id),
      );
      if (found !== undefined) return found;
    }
    return null;
  };
  return {
    find,
    of: (workspace) => known.get(workspace) ?? null,
    all: () => [...known.values()],
    async put(installation) {
      await store.put(installation);
      known.set(installation.workspace, installation);
    },
    forget: (workspace) => void known.delete(workspace),
  };
}
