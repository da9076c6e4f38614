import type { Json } from "../../../../../src/domain/json.ts";

/** Shown at once; whoever wants more downloads it. */
const shownBytes = 20 * 1024;

/** A value with its children, to be folded and unfolded; `close` is the bracket at its end. */
export interface Fold {
  readonly open: "{" | "[";
  readonly close: "}" | "]";
  readonly entries: readonly (readonly [name: string | null, value: Json])[];
}

/** The list or object inside this text, or null if it is anything else. Pure. */
export function structureIn(text: string): Json | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** How a list or an object folds; null for everything else. Pure. */
export function foldOf(value: Json): Fold | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) {
    return { open: "[", close: "]", entries: value.map((item: Json): [null, Json] => [null, item]) };
  }
  return { open: "{", close: "}", entries: Object.entries(value as { readonly [name: string]: Json }) };
}

/** What a folded value says of itself: "3 names", "1 item". Pure. */
export function foldedWords({ open, entries }: Fold): string {
  const word = open === "[" ? "item" : "name";
  return `${entries.length} ${word}${entries.length === 1 ? "" : "s"}`;
}

/** A value that does not fold, as it is written in JSON. Pure. */
export function plainJson(value: Json): string {
  return JSON.stringify(value);
}

/** The value as text, cut where it gets too long; never half of a surrogate pair. Pure. */
export function cutJson(value: Json): { readonly text: string; readonly whole: boolean } {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  if (text.length <= shownBytes) return { text, whole: true };
  return { text: text.slice(0, shownBytes).replace(/[\uD800-\uDBFF]$/, ""), whole: false };
}
