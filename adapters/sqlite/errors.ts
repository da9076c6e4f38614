import { ConflictError, InvalidError, PermanentError, TransientError } from "../../src/ports/errors.ts";

// Primary result codes (https://sqlite.org/rescode.html) of troubles that pass: the machine's, not the statement's.
const passing: ReadonlyMap<number, string> = new Map([
  [5, "the database is locked by somebody else"],
  [6, "a table is locked"],
  [7, "there is no memory left"],
  [8, "the database may only be read; check the rights on the data folder"],
  [9, "the operation was interrupted"],
  [10, "reading from or writing to the disk failed; check the disk"],
  [13, "the disk is full; make room"],
  [14, "the database file cannot be opened; check the rights on the data folder"],
  [15, "the file lock could not be had"],
  [22, "the disk does not support such large files"],
  [23, "the operation was not allowed"],
]);

const lasting: ReadonlyMap<number, string> = new Map([
  [11, "the database file is damaged; restore it from a copy"],
  [26, "the database file is no database; move it away or restore it from a copy"],
]);

/** Answers SQLite's primary result code of an error, or null if it is none of SQLite's. Pure. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  // The low byte is the primary code; the rest only says more about it.
  return error.errcode & 0xff;
}

/**
 * Answers the error that a caller of the store gets: one of the four classes as it is, SQLite's by its result code
 * (TransientError when the same may work later, else PermanentError). Pure.
 */
export function toStoreError(error: unknown): Error {
  if (error instanceof ConflictError || error instanceof InvalidError) return error;
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  const code = resultCode(error);
  if (code === null) return new PermanentError("The store was given something that it cannot keep.", { cause: error });
  const why = passing.get(code);
  if (why !== undefined) {
    return new TransientError(`The store does not work at the moment: ${why} (SQLite code ${code}).`, { cause: error });
  }
  const damage = lasting.get(code) ?? "the database refused the statement, which is a fault in Usher";
  return new PermanentError(`The store cannot do this: ${damage} (SQLite code ${code}).`, { cause: error });
}
