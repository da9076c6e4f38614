import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach } from "vitest";

/** A data folder for each test of a file, and the database in it. */
export interface SqliteFile {
  /** The folder of the test that runs. */
  folder(): string;
  /** Opens the file as it is, for looks and changes that the store would not make; only while no store is open. */
  raw<Result>(use: (database: DatabaseSync) => Result): Result;
}

/** Gives every test of the file a data folder, which goes away with it. */
export function sqliteFiles(): SqliteFile {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "usher-sqlite-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder: () => folder,
    raw(use) {
      const database = new DatabaseSync(join(folder, "usher.db"));
      try {
        return use(database);
      } finally {
        database.close();
      }
    },
  };
}
