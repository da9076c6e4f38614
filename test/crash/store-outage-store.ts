import type { DatabaseSync } from "node:sqlite";
import { createDatabase, openConnection } from "../../adapters/sqlite/database.ts";
import { prepareFolder, removePid } from "../../adapters/sqlite/lock.ts";
import { createStore } from "../../adapters/sqlite/open.ts";
import type { Store } from "../../src/ports/store.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/**
 * How SQLite fails. FULL and READONLY are SQLite's own answers; BUSY and IOERR are thrown where it throws them, since
 * nobody can take the exclusive lock away and no disk here breaks on demand. "error-after" has committed and says that
 * it has not.
 */
export const faults = ["BUSY", "FULL", "READONLY", "IOERR", "error-after"] as const;
export type Fault = (typeof faults)[number];

// SQLite's primary result codes; 1034, SQLITE_IOERR_FSYNC, is one of 10.
const codes: { readonly [fault in Fault]: number } = { BUSY: 5, FULL: 13, READONLY: 8, IOERR: 10, "error-after": 10 };

/** A store over a connection whose statements can be made to fail. */
export interface BreakableStore {
  /** For the house that opens it. */
  wrap(opened: Store): Store;
  begin(fault: Fault): void;
  end(): void;
  /** How many statements have failed because of the fault. */
  fired(): number;
}

/** Makes one on the folder that the house has opened. */
export function breakable(folder: string): BreakableStore {
  let fault: Fault | null = null;
  let fired = 0;
  let connection: DatabaseSync | null = null;
  const note = (error: unknown): void => {
    if (fault !== null && isSqlite(error) && (error.errcode & 0xff) === codes[fault]) fired += 1;
  };
  const pragmas = (full: boolean, readOnly: boolean): void => {
    if (full) fillFreedPages(connection);
    connection?.exec(`PRAGMA max_page_count = ${full ? 1 : 1_000_000}; PRAGMA query_only = ${readOnly ? 1 : 0}`);
  };
  return {
    wrap: (opened) => {
      // The store that the house opened goes away at once; only this one's connection is in our hands.
      void opened.close();
      const mine = openConnection(prepareFolder(folder));
      connection = mine;
      breakStatements(mine, () => fault, note);
      return createStore(
        createDatabase(mine, createFakeClock(), () => removePid(folder)),
        null,
      );
    },
    begin: (kind) => {
      fault = kind;
      pragmas(kind === "FULL", kind === "READONLY");
    },
    end: () => {
      fault = null;
      pragmas(false, false);
    },
    fired: () => fired,
  };
}

/** A file that may not grow still has room in the pages that were freed: now it has none. */
function fillFreedPages(connection: DatabaseSync | null): void {
  if (connection === null) return;
  connection.exec("CREATE TABLE IF NOT EXISTS filler (body BLOB)");
  const freed = connection.prepare("PRAGMA freelist_count");
  while (Number(freed.get()?.["freelist_count"] ?? 0) > 0)
    connection.exec("INSERT INTO filler VALUES (zeroblob(4000))");
}

/** From now on the statements of the connection fail as the fault of the moment says, and each failure is noted. */
function breakStatements(connection: DatabaseSync, faultNow: () => Fault | null, note: (error: unknown) => void): void {
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (sql) => {
    const statement = prepare(sql);
    statement.run = new Proxy(statement.run, {
      apply: (run, _, values) => {
        try {
          const fault = faultNow();
          if (fault === "BUSY" && sql === "BEGIN IMMEDIATE") throw sqliteError(5);
          if (fault === "IOERR" && sql === "COMMIT") throw sqliteError(10);
          const done = Reflect.apply(run, statement, values);
          if (fault === "error-after" && sql === "COMMIT") throw sqliteError(1034);
          return done;
        } catch (error) {
          note(error);
          throw error;
        }
      },
    });
    return statement;
  };
}

function sqliteError(errcode: number): Error {
  return Object.assign(new Error("injected"), { code: "ERR_SQLITE_ERROR", errcode });
}

function isSqlite(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number";
}
