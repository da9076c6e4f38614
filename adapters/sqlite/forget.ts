import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../src/ports/clock.ts";
import { resultCode } from "./errors.ts";

/** Sees to it that what was removed is nowhere in the files any more. */
export interface Forgetting {
  /** Says that something was removed. */
  removed(): void;
  /** As `removed`, and the log is emptied before this returns; for what may not stay there for seconds, as tokens. */
  removedNow(): void;
  /** Does at once what is still to do, and sets no timer any more; for the end. */
  finish(): void;
}

// How long removed text may stay in the write-ahead log; emptying it costs some ms.
const logMs = 10_000;
// How long its traces may stay in the database: less than the day that the guarantees give.
const tracesMs = 20 * 60 * 60 * 1000;
// Beyond this size writing the database anew stops everything for more than about a second.
const mostBytes = 128 * 1024 * 1024;

/**
 * `secure_delete` overwrites what is deleted, and two things are left: older pages in the write-ahead log, and copies in
 * the unused part of pages whose rows were once moved (measured: of one removed row in 200). The log is emptied soon
 * after a removal; against the copies only writing the whole database anew helps, which is done daily and at the end.
 */
export function createForgetting(connection: DatabaseSync, clock: Clock): Forgetting {
  let cancelLog: (() => void) | null = null;
  let cancelTraces: (() => void) | null = null;

  const removed = (): void => {
    cancelLog ??= clock.after(logMs, () => {
      cancelLog = null;
      if (!tried(connection, "PRAGMA wal_checkpoint(TRUNCATE)")) removed();
    });
    cancelTraces ??= clock.after(tracesMs, () => {
      cancelTraces = null;
      if (!compact(connection)) removed();
    });
  };

  return {
    removed,
    removedNow() {
      removed();
      if (!tried(connection, "PRAGMA wal_checkpoint(TRUNCATE)")) return;
      cancelLog?.();
      cancelLog = null;
    },
    finish() {
      cancelLog?.();
      cancelTraces?.();
      if (cancelTraces !== null) compact(connection);
      else tried(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    },
  };
}

// False if the disk did not let it.
function compact(connection: DatabaseSync): boolean {
  const size = connection
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get();
  const isSmall = Number(size?.["bytes"]) <= mostBytes;
  const done = !isSmall || tried(connection, "VACUUM");
  return tried(connection, "PRAGMA wal_checkpoint(TRUNCATE)") && done;
}

// Housekeeping must not end the process when the disk is full: it is tried again later.
function tried(connection: DatabaseSync, statement: string): boolean {
  try {
    connection.exec(statement);
    return true;
  } catch (error) {
    if (resultCode(error) === null) throw error;
    return false;
  }
}
