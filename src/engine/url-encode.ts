import type { Json } from "../domain/json.ts";
import { textOf } from "./text-of.ts";

/** A value as it may stand in a URL, or why it may not. */
export type Encoded =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "bad"; readonly problem: string };

const plain = /^[A-Za-z0-9_.~-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose.
const control = /[\u0000-\u001f\u007f-\u009f]/;
const keptByEncoding = /[!'()*]/g;

// As many times encoded as one likes: a server may decode more often than it should.
const encodedDot = /%(?:25)*2e/gi;
const encodedSeparator = /%(?:25)*(?:2f|5c|3b)/gi;
const separator = /[/\\;]/;

/** Percent-encodes a value so that it is one path segment, or one query value, and nothing else. Pure. */
export function encodeValue(value: Json): Encoded {
  if (typeof value === "object") return bad("is a list or an object, and a URL needs a text or a number");
  const text = textOf(value);
  if (plain.test(text)) return { kind: "ok", text };
  // An empty value would ask for everything, as in /customers?email=
  if (text.trim() === "") return bad("is empty");
  if (control.test(text)) return bad("has line breaks or other control characters, which a URL must not have");
  return { kind: "ok", text: encodeURIComponent(text.toWellFormed()).replace(keptByEncoding, percent) };
}

/** Whether a segment would be read as a step up or to nowhere: `.` or `..`, also beside an encoded slash. Pure. */
export function isDotted(segment: string): boolean {
  if (!segment.includes(".") && !segment.includes("%")) return false;
  const read = segment.replace(encodedDot, ".").replace(encodedSeparator, "/");
  return read.split(separator).some((piece) => piece === "." || piece === "..");
}

/** What an author wrote in a path or a query, with everything that a URL would not show as it is encoded. Pure. */
export function encodeLiteral(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^A-Za-z0-9\-._~!$&()*+,;=:@%/?]/gu, (character) =>
      character === "'" ? percent(character) : encodeURIComponent(character),
    );
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function bad(problem: string): Encoded {
  return { kind: "bad", problem };
}
