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
  const { excess, plain } = survey(text);
  if (excess !== null && /^\s*[[{]/.test(text)) return { kind: excess };
  try {
    // A reviver makes parsing four times as slow, and most answers hold nothing that it would change.
    return { kind: "json", value: plain ? (JSON.parse(text) as Json) : (JSON.parse(text, revive) as Json) };
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
const minus = 45;
const comma = 44;
const zero = 48;
const nine = 57;

/** What is known of a text that looks like JSON before it is parsed. `plain`: it holds nothing that must be revived. */
interface Survey {
  readonly excess: "tooDeep" | "tooMany" | null;
  readonly plain: boolean;
}

/** Counts levels and values, and looks for what must be revived: in one pass, without believing that it is any JSON. */
function survey(text: string): Survey {
  let depth = 0;
  let values = 1;
  let hollow = false; // the last thing seen was an opening bracket
  // An escape can spell a name or half a character.
  let plain = text.isWellFormed() && !/\\u|__proto__|constructor|prototype/.test(text);
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
    } else if (code === minus || (code >= zero && code <= nine)) {
      const end = endOfNumber(text, index);
      plain &&= isPlainNumber(text, index, end);
      index = end - 1;
      hollow = false;
    } else if (code > 32) {
      hollow = false;
    }
    if (depth > limits.jsonDepth) return { excess: "tooDeep", plain };
    // An opening bracket may still turn out to be empty.
    if (values - (hollow ? 1 : 0) > limits.jsonNodes) return { excess: "tooMany", plain };
  }
  return { excess: null, plain };
}

/** The index of the quote that ends a string, or the text's length. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** The index behind a number: digits, sign, point, exponent. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    const isPart =
      (code >= zero && code <= nine) || code === 43 || code === minus || code === 46 || (code | 32) === 101;
    if (!isPart) break;
  }
  return end;
}

/** Whether a double says the same, as near as it can: no long integer, no exponent, no zero with a sign. */
function isPlainNumber(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) === minus && text.charCodeAt(start + 1) === zero) return false;
  let digitsOnly = true;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if ((code | 32) === 101) return false;
    if (code === 46) digitsOnly = false;
  }
  return end - start <= (digitsOnly ? 15 : 300);
}
