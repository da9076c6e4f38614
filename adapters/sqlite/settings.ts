import type { SettingsStore, StoredSettings } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { stored } from "./row.ts";

/** Answers the settings of the port. */
export function createSettings(database: Database): SettingsStore {
  const { workspaces } = database;
  const load = database.prepare("SELECT body FROM settings WHERE workspace = ?");
  const save = database.prepare(
    "INSERT INTO settings (workspace, body) VALUES (?, ?) ON CONFLICT (workspace) DO UPDATE SET body = excluded.body",
  );
  return {
    load: (workspace) =>
      database.read((): StoredSettings => {
        const row = load.get(workspaces.keyOf(workspace));
        return row === undefined ? {} : stored<StoredSettings>(row, "body");
      }),
    async save(workspace, settings) {
      const body = JSON.stringify(settings);
      await database.write(() => {
        save.run(workspaces.keyFor(workspace), body);
      });
    },
  };
}
