import { isRecord, type Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";

/** What a text turned out to be. */
export type JsonReading =
  | { readonly kind: "json"; readonly value: Json }
  | { readonly kind: "noJson" }
  | { readonly kind: "tooDeep" }
  | { readonly kind: "tooMany" };

const unsafeNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads JSON so that nothing is lost and nothing bites: integers beyond 2^53 and numbers beyond the largest double
 * become their exact text, the names `__proto__`, `constructor` and `prototype` are dropped, halves of characters
 * become U+FFFD, the last of equal names wins. More than 64 levels or 20,000 values are not parsed at all; they are
 * counted before, since a reviver recurses. Pure.
 */
export function readJson(text: string): JsonReading {
  if (/^\s*[[{]/.test(text)) {
    const excess = measure(text);
    if (excess !== null) return { kind: excess };
  }
  try {
    return { kind: "json", value: JSON.parse(text, revive) as Json };
  } catch {
    return { kind: "noJson" };
  }
}

function revive(name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (unsafeNames.has(name)) return undefined;
  if (typeof value === "number") return exactNumber(value, context?.source ?? "");
  if (typeof value === "string") return value.toWellFormed();
  if (isRecord(value) && Object.keys(value).some((key) => !key.isWellFormed())) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), item]));
  }
  return value;
}

function exactNumber(value: number, source: string): number | string {
  if (!Number.isFinite(value)) return source;
  if (!Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return source;
  return value === 0 ? 0 : value; // -0 would come back as 0 from the store
}

const quote = 34;
const backslash = 92;
const comma = 44;

/** Counts levels and values of what looks like JSON, in one pass and without believing that it is any. */
function measure(text: string): "tooDeep" | "tooMany" | null {
  let depth = 0;
  let values = 1;
  let hollow = false; // the last thing seen was an opening bracket
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index);
      hollow = false;
    } else if (code === 91 || code === 123) {
      depth += 1;
      values += 1; // its first item; taken back if it has none
      hollow = true;
    } else if (code === 93 || code === 125) {
      depth -= 1;
      if (hollow) values -= 1;
      hollow = false;
    } else if (code === comma) {
      values += 1;
    } else if (code > 32) {
      hollow = false;
    }
    if (depth > limits.jsonDepth) return "tooDeep";
    // An opening bracket may still turn out to be empty.
    if (values - (hollow ? 1 : 0) > limits.jsonNodes) return "tooMany";
  }
  return null;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== quote) {
    index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  return index;
}
