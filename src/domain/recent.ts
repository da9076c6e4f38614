import { z } from "zod";

/**
 * A turn that a conversation remembers: its moment (Unix ms) in base 36, a space, one of its keys. One short text and not
 * an object: 64 of them are written with each save.
 */
export const recentTurnSchema = z.string().regex(/^[0-9a-z]+ /);

/** The entry for a turn's key; of a moment between two ms the earlier one counts. Pure. */
export function recentTurn(key: string, at: number): string {
  return `${Math.max(0, Math.floor(at)).toString(36)} ${key}`;
}

/** The key in an entry. Pure. */
export function keyOfRecent(entry: string): string {
  return entry.slice(entry.indexOf(" ") + 1);
}

/** The moment in an entry, Unix ms. Pure. */
export function momentOfRecent(entry: string): number {
  return Number.parseInt(entry, 36);
}
