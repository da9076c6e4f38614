import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import { InvalidError } from "../../src/ports/errors.ts";
import { integer } from "./row.ts";

/**
 * The short keys that stand for workspaces in every table: a Teams tenant's id has 36 characters, and a parked
 * conversation would carry it four times.
 */
export class Workspaces {
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #known = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#select = database.prepare("SELECT key FROM workspaces WHERE name = ?");
    this.#insert = database.prepare("INSERT INTO workspaces (name) VALUES (?) RETURNING key");
  }

  /** Answers the key, or 0 (which no row has) if nothing was ever stored for it. Throws InvalidError without a name. */
  keyOf(workspace: WorkspaceId): number {
    const known = this.#known.get(workspace);
    if (known !== undefined) return known;
    // The types say so already, but a query without a workspace would be the worst of leaks.
    if (typeof workspace !== "string" || workspace === "") {
      const problem = { path: ["workspace"], stepId: null, message: "it is missing", mend: "Name the workspace." };
      throw new InvalidError("The store was called without a workspace.", [problem]);
    }
    const row = this.#select.get(workspace);
    if (row === undefined) return 0;
    const key = integer(row, "key");
    this.#known.set(workspace, key);
    return key;
  }

  /** Answers the key, making one for a new name; only inside a write. Throws as `keyOf` does. */
  keyFor(workspace: WorkspaceId): number {
    const key = this.keyOf(workspace);
    if (key !== 0) return key;
    const row = this.#insert.get(workspace);
    const made = row === undefined ? 0 : integer(row, "key");
    this.#known.set(workspace, made);
    return made;
  }

  /** Forgets the keys that it remembers: after a rollback some of them may not exist. */
  forget(): void {
    this.#known.clear();
  }
}
