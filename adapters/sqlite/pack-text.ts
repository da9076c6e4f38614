import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { PermanentError } from "../../src/ports/errors.ts";
import { type Row, text } from "./row.ts";

// Shorter ones gain too little.
const packedFrom = 1024;
// The quickest level: 0.25 ms for 250 KB of JSON, which it makes five times as small.
const params = { [constants.ZSTD_c_compressionLevel]: 1 };

/** A text as it is stored: itself, or packed by zstd where it is long. Pure. */
export function packText(body: string): string | Uint8Array {
  return body.length < packedFrom ? body : zstdCompressSync(body, { params });
}

/** Reads what `packText` has made out of a column. Throws PermanentError if it cannot be read. Pure. */
export function unpackText(row: Row, column: string): string {
  const stored = row[column];
  if (!(stored instanceof Uint8Array)) return text(row, column);
  try {
    return zstdDecompressSync(stored).toString("utf8");
  } catch (cause) {
    throw new PermanentError(`The database holds an unreadable text in the column ${column}; restore it from a copy.`, {
      cause,
    });
  }
}
