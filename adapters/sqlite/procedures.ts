import type { Procedure, PublishedProcedure } from "../../src/domain/procedure.ts";
import { ConflictError } from "../../src/ports/errors.ts";
import type { ProcedureStore } from "../../src/ports/store.ts";
import type { Database } from "./database.ts";
import { integer, type Row, stored } from "./row.ts";

/** Answers the procedures of the port. What was published is never judged again, so it comes back unchecked. */
export function createProcedures(database: Database): ProcedureStore {
  const { workspaces } = database;
  const active = database.prepare(
    `SELECT v.version, v.body FROM procedures AS p JOIN procedure_versions AS v
       ON v.workspace = p.workspace AND v.slug = p.slug AND v.version = p.newest
     WHERE p.workspace = ? AND p.active = 1 ORDER BY p.slug`,
  );
  const one = database.prepare(
    "SELECT version, body FROM procedure_versions WHERE workspace = ? AND slug = ? AND version = ?",
  );
  const newest = database.prepare("SELECT newest FROM procedures WHERE workspace = ? AND slug = ?");
  const setActive = database.prepare("UPDATE procedures SET active = ? WHERE workspace = ? AND slug = ?");
  const publish = createPublish(database);

  return {
    active: (workspace) => database.read(() => active.all(workspaces.keyOf(workspace)).map(publishedIn)),
    load: (workspace, slug, version) =>
      database.read(() => {
        const row = one.get(workspaces.keyOf(workspace), slug, version);
        return row === undefined ? null : publishedIn(row);
      }),
    async publish(workspace, procedure, after) {
      const body = JSON.stringify(procedure);
      const version = after + 1;
      await database.write(() => publish(workspaces.keyFor(workspace), procedure.slug, version, body));
      return { procedure, version };
    },
    newest: (workspace, slug) =>
      database.read(() => {
        const row = newest.get(workspaces.keyOf(workspace), slug);
        return row === undefined ? 0 : integer(row, "newest");
      }),
    setActive: (workspace, slug, isActive) =>
      database.write(() => {
        setActive.run(isActive ? 1 : 0, workspaces.keyOf(workspace), slug);
      }),
  };
}

function createPublish(database: Database) {
  const first = database.prepare(
    "INSERT INTO procedures (workspace, slug, newest, active) VALUES (?, ?, 1, 1) ON CONFLICT DO NOTHING",
  );
  const next = database.prepare(
    "UPDATE procedures SET newest = ?, active = 1 WHERE workspace = ? AND slug = ? AND newest = ?",
  );
  const insert = database.prepare(
    "INSERT INTO procedure_versions (workspace, slug, version, body) VALUES (?, ?, ?, ?)",
  );
  return (workspace: number, slug: string, version: number, body: string): void => {
    const moved = version === 1 ? first.run(workspace, slug) : next.run(version, workspace, slug, version - 1);
    if (moved.changes === 0) {
      throw new ConflictError(`The procedure ${slug} was published by somebody else meanwhile. Look at it again.`);
    }
    insert.run(workspace, slug, version, body);
  };
}

function publishedIn(row: Row): PublishedProcedure {
  return { procedure: stored<Procedure>(row, "body"), version: integer(row, "version") };
}
