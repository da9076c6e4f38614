import { closeSync, fchmodSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { z } from "zod";
import { PermanentError } from "../../src/ports/errors.ts";
import { fileError } from "./errors.ts";

const schemaNumber = 2;

// `sender` NULL: Usher; then `author`, as JSON, is the agent whose words are relayed. A person's key is the client's
// message id, Usher's is the effect id; as one may be made to look like the other, they are unique apart. `state` of a
// person's message: pending until Usher has it, refused if Usher never will.
const schema = `
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, started_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    sender TEXT,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    choices TEXT NOT NULL,
    author TEXT,
    at INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'refused'))
  ) STRICT;
  CREATE UNIQUE INDEX message_keys ON messages (conversation, (sender IS NULL), key);
  CREATE INDEX pending_messages ON messages (conversation, seq) WHERE state = 'pending';
  CREATE TABLE cards (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    effect TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    under TEXT,
    card TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = ${schemaNumber};
`;

/** The playground's own SQLite file. Every method throws TransientError or PermanentError. */
export interface LogFile {
  /** Runs one statement; answers how many rows it changed. Committed and on the disk when it returns. */
  run(sql: string, ...values: readonly SQLInputValue[]): number;
  /** The rows, each checked with `row`. */
  all<Row extends z.ZodType>(row: Row, sql: string, ...values: readonly SQLInputValue[]): readonly z.output<Row>[];
  /** The first row, or null. */
  first<Row extends z.ZodType>(row: Row, sql: string, ...values: readonly SQLInputValue[]): z.output<Row> | null;
  /** Takes overwritten texts out of the write-ahead log too, so that erased is erased. */
  forget(): void;
  close(): void;
}

/**
 * Opens `playground.db` in the folder, and makes both where they are missing; only this user may read the file. Throws
 * PermanentError when the file was written by a newer Usher or cannot be used.
 */
export function openLogFile(folder: string): LogFile {
  const path = join(folder, "playground.db");
  const database = attempt("be opened", () => {
    mkdirSync(folder, { recursive: true });
    makePrivate(path);
    return new DatabaseSync(path, { timeout: 50 });
  });
  try {
    prepare(database);
  } catch (error) {
    database.close();
    throw fileError(error, "be prepared");
  }
  return statements(database);
}

// SQLite gives its -wal and -shm files the rights of the main file.
function makePrivate(path: string): void {
  const file = openSync(path, "a", 0o600);
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

const pragmaRow = z.record(z.string(), z.union([z.string(), z.number()]));

function prepare(database: DatabaseSync): void {
  const pragma = (name: string): string | number | undefined =>
    Object.values(pragmaRow.parse(database.prepare(`PRAGMA ${name}`).get()))[0];
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
  // Asked back, because a build of SQLite may quietly open an existing file in WAL mode with NORMAL.
  if (pragma("journal_mode") !== "wal" || pragma("synchronous") !== 2 || pragma("secure_delete") !== 1) {
    throw new PermanentError("playground.db cannot be made durable here: put the data folder on a local disk.");
  }
  const found = Number(pragma("user_version"));
  if (found > schemaNumber) {
    throw new PermanentError(`playground.db has schema ${found} and this Usher knows ${schemaNumber}: update Usher.`);
  }
  if (found !== 0 && found !== schemaNumber) {
    throw new PermanentError(`playground.db has the older schema ${found}: move it away to begin with an empty one.`);
  }
  if (found === 0) database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`);
}

function statements(database: DatabaseSync): LogFile {
  const prepared = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    run: (sql, ...values) => attempt("be written", () => Number(statement(sql).run(...values).changes)),
    all: (row, sql, ...values) => attempt("be read", () => row.array().parse(statement(sql).all(...values))),
    first: (row, sql, ...values) =>
      attempt("be read", () => {
        const found = statement(sql).get(...values);
        return found === undefined ? null : row.parse(found);
      }),
    forget: () => attempt("be cleaned", () => database.exec("PRAGMA wal_checkpoint(TRUNCATE)")),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function attempt<Value>(doing: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw fileError(error, doing);
  }
}
