import type { SQLOutputValue } from "node:sqlite";
import { PermanentError } from "../../src/ports/errors.ts";

/** One row of an answer, by column. */
export type Row = { readonly [column: string]: SQLOutputValue };

/** Reads a text column. Throws PermanentError if it holds something else. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new PermanentError(`The database holds no text in the column ${column}; restore it from a copy.`);
}

/** Reads an integer column. Throws PermanentError if it holds something else. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new PermanentError(`The database holds no number in the column ${column}; restore it from a copy.`);
}

/** Reads a BLOB column. Throws PermanentError if it holds something else. */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new PermanentError(`The database holds no bytes in the column ${column}; restore it from a copy.`);
}

/**
 * Reads a value that this adapter has written with JSON.stringify, from a value of this very type. Throws
 * PermanentError if it cannot be read; never quotes what stands there.
 */
export function stored<Value>(row: Row, column: string): Value {
  try {
    return JSON.parse(text(row, column)) as Value;
  } catch {
    // Without the cause: the message of a SyntaxError quotes the text, and that may be a customer's.
    throw new PermanentError(`The database holds unreadable JSON in the column ${column}; restore it from a copy.`);
  }
}
