import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { createForgetting } from "./forget.ts";
import { GroupCommit } from "./group-commit.ts";
import { assertNotNewer, isOlder, migrate } from "./schema.ts";
import { Workspaces } from "./workspaces.ts";

/** What the repositories share: one connection. */
export interface Database {
  readonly workspaces: Workspaces;
  prepare(statement: string): StatementSync;
  /** See GroupCommit. */
  read<Result>(query: () => Result): Promise<Result>;
  /** See GroupCommit. */
  write<Result>(work: () => Result): Promise<Result>;
  /** Says that something was removed, so that every trace of it must go soon. */
  removed(): void;
  /** As `removed`, and without delay in the write-ahead log: this takes some ms. */
  removedNow(): void;
  /** Writes what is queued, empties the write-ahead log into the database and closes it. */
  close(): void;
}

// It blocks the event loop, and nobody shares the file: only a process that is just going away may still hold it.
const busyTimeoutMs = 50;

// The log is moved into the database at 8 MB and cut back to 16 MB after a burst.
const pragmas = [
  "journal_mode = WAL",
  "synchronous = FULL",
  "secure_delete = ON",
  "temp_store = MEMORY",
  "cache_size = -65536",
  "wal_autocheckpoint = 2000",
  "journal_size_limit = 16777216",
];

// What the guarantees rest on; SQLite keeps quiet about a setting that it could not make.
const needed: { readonly [pragma: string]: string | number } = {
  locking_mode: "exclusive",
  journal_mode: "wal",
  synchronous: 2,
  secure_delete: 1,
};

/**
 * Opens the connection, takes the exclusive lock and sets what the guarantees need; changes nothing in a database that
 * is newer than this Usher. Throws SQLite's errors (code 5: another process has the lock) and PermanentError.
 */
export function openConnection(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { timeout: busyTimeoutMs, enableDoubleQuotedStringLiterals: false });
  try {
    // Before the first look into the file, or SQLite shares its log with other processes through one more file.
    connection.exec("PRAGMA locking_mode = EXCLUSIVE");
    assertNotNewer(connection);
    for (const pragma of pragmas) connection.exec(`PRAGMA ${pragma}`);
    // A look into an empty file takes a shared lock only.
    connection.exec("BEGIN EXCLUSIVE; COMMIT");
    assertSettings(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Opens a database only to look into it: nothing is written, and others can read it, too, while it is open. Answers
 * null where its tables are those of an older Usher. Throws as `openConnection` does.
 */
export function openReadOnly(file: string): Database | null {
  const connection = new DatabaseSync(file, { timeout: busyTimeoutMs, readOnly: true });
  try {
    assertNotNewer(connection);
    if (isOlder(connection)) {
      connection.close();
      return null;
    }
    const workspaces = new Workspaces(connection);
    const group = new GroupCommit(connection, () => workspaces.forget());
    return {
      ...sharedBy(connection, workspaces, group),
      removed() {},
      removedNow() {},
      close() {
        group.close();
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Throws PermanentError if one of the settings that the guarantees rest on does not hold. */
export function assertSettings(connection: DatabaseSync): void {
  for (const [pragma, wanted] of Object.entries(needed)) {
    const found = Object.values(connection.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
    if (found === wanted) continue;
    throw new PermanentError(
      `The database's ${pragma} is ${String(found)} and must be ${wanted}, or what was answered as stored could be ` +
        "lost. Move the data folder to a local disk.",
    );
  }
}

/**
 * Answers the database over a connection that has the lock, its tables brought up to date. `unlocking` is called when
 * everything is written and the lock is about to be given up. Throws SQLite's errors.
 */
export function createDatabase(connection: DatabaseSync, clock: Clock, unlocking: () => void): Database {
  migrate(connection);
  const workspaces = new Workspaces(connection);
  const group = new GroupCommit(connection, () => workspaces.forget());
  const forgetting = createForgetting(connection, clock);

  return {
    ...sharedBy(connection, workspaces, group),
    removed: () => forgetting.removed(),
    removedNow: () => forgetting.removedNow(),
    close() {
      if (!connection.isOpen) return;
      group.close();
      forgetting.finish();
      unlocking();
      connection.close();
    },
  };
}

function sharedBy(
  connection: DatabaseSync,
  workspaces: Workspaces,
  group: GroupCommit,
): Pick<Database, "workspaces" | "prepare" | "read" | "write"> {
  return {
    workspaces,
    prepare: (statement) => connection.prepare(statement),
    read: (query) => group.read(query),
    write: (work) => group.write(work),
  };
}
