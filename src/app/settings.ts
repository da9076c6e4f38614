import type { WorkspaceId } from "../domain/ids.ts";
import type { WorkspaceSettings } from "../domain/settings.ts";
import type { SettingsStore, StoredSettings } from "../ports/store.ts";

/** The settings of workspaces: what the composition gives, and in its place what people have set. */
export interface Settings {
  /** What holds now; until `refresh`, without what people have set. */
  of(workspace: WorkspaceId): WorkspaceSettings;
  /** Reads what people have set: at start, and after another process has changed it. Throws what the store throws. */
  refresh(workspace: WorkspaceId): Promise<void>;
  /** Sets what is named in `change`; it counts as soon as it is stored. Throws what the store throws. */
  set(workspace: WorkspaceId, change: StoredSettings): Promise<void>;
}

/** Makes the settings over what is stored. `defaultsOf`: what holds where nobody has set anything. */
export function createSettings(
  store: SettingsStore,
  defaultsOf: (workspace: WorkspaceId) => WorkspaceSettings,
): Settings {
  const current = new Map<WorkspaceId, WorkspaceSettings>();
  const count = (workspace: WorkspaceId, stored: StoredSettings): void => {
    current.set(workspace, { ...defaultsOf(workspace), ...stored });
  };
  return {
    of: (workspace) => current.get(workspace) ?? defaultsOf(workspace),
    async refresh(workspace) {
      count(workspace, await store.load(workspace));
    },
    async set(workspace, change) {
      const next = { ...(await store.load(workspace)), ...change };
      await store.save(workspace, next);
      count(workspace, next);
    },
  };
}
