import type { Json } from "../../../../../src/domain/json.ts";

/** Shown at once; whoever wants more downloads it. */
const shownBytes = 20 * 1024;

/** A value with its children, to be folded and unfolded; in a list they have no names. */
export interface Fold {
  readonly kind: "list" | "fields";
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
    return { kind: "list", entries: value.map((item: Json): [null, Json] => [null, item]) };
  }
  return { kind: "fields", entries: Object.entries(value as { readonly [name: string]: Json }) };
}

const namesShown = 3;

/** How much is in a value: "2 fields", "1 item", "no items". Pure. */
export function countOf({ kind, entries }: Fold): string {
  const word = kind === "list" ? "item" : "field";
  return `${entries.length || "no"} ${word}${entries.length === 1 ? "" : "s"}`;
}

/** What a folded value says of itself: "2 fields: id, total". Pure. */
export function foldedWords(fold: Fold): string {
  const names = fold.entries.flatMap(([name]) => name ?? []);
  const more = names.length > namesShown ? " …" : "";
  return names.length === 0 ? countOf(fold) : `${countOf(fold)}: ${names.slice(0, namesShown).join(", ")}${more}`;
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
