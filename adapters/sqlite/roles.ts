import { platformSchema, roleSchema } from "../../src/domain/person.ts";
import type { RoleStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { text } from "./row.ts";

/** Answers the roles of the port. */
export function createRoles(database: Database): RoleStore {
  const { workspaces } = database;
  const load = database.prepare("SELECT role FROM roles WHERE workspace = ? AND platform = ? AND user_id = ?");
  const set = database.prepare(
    `INSERT INTO roles (workspace, platform, user_id, role) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace, platform, user_id) DO UPDATE SET role = excluded.role`,
  );
  const remove = database.prepare("DELETE FROM roles WHERE workspace = ? AND platform = ? AND user_id = ?");
  const list = database.prepare(
    "SELECT platform, user_id, role FROM roles WHERE workspace = ? ORDER BY platform, user_id",
  );
  return {
    load: (workspace, platform, userId) =>
      database.read(() => {
        const row = load.get(workspaces.keyOf(workspace), platform, userId);
        return row === undefined ? null : roleSchema.parse(text(row, "role"));
      }),
    set: (workspace, platform, userId, role) =>
      database.write(() => {
        set.run(workspaces.keyFor(workspace), platform, userId, role);
      }),
    async remove(workspace, platform, userId) {
      const { changes } = await database.write(() => remove.run(workspaces.keyOf(workspace), platform, userId));
      if (changes > 0) database.removed();
    },
    list: (workspace) =>
      database.read(() =>
        list.all(workspaces.keyOf(workspace)).map((row) => ({
          platform: platformSchema.parse(text(row, "platform")),
          userId: text(row, "user_id"),
          role: roleSchema.parse(text(row, "role")),
        })),
      ),
  };
}
