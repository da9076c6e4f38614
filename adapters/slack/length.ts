import { escapeText } from "./escape.ts";

const ellipsis = "…";

/**
 * How long Slack may count a text: it stores & < > as entities and does not say what it counts, so this is the longest of
 * the ways to count, in UTF-16 units. Pure.
 */
export function lengthOf(text: string): number {
  return escapeText(text).length;
}

/** How much of a message's or a view's total these blocks may take up: their JSON, counted as a text. Pure. */
export function sizeOf(blocks: unknown): number {
  return lengthOf(JSON.stringify(blocks));
}

/** The text, or as much of it as fits with an ellipsis behind it. Pure. */
export function cut(text: string, most: number): string {
  return lengthOf(text) <= most ? text : text.slice(0, endWithin(text, most - ellipsis.length)) + ellipsis;
}

/**
 * The text in parts of at most `most` (12 or more), to be read one after the other: nothing is lost, added or cut through
 * the middle of a character. Ends of lines and words are cut at where one is near. Pure.
 */
export function split(text: string, most: number): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (lengthOf(rest) > most) {
    const at = goodEnd(rest, endWithin(rest, most));
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...parts, rest];
}

/** The index before which a text is at most so long, never inside a character. */
function endWithin(text: string, most: number): number {
  let length = 0;
  let index = 0;
  for (const character of text) {
    length += lengthOf(character);
    if (length > most) break;
    index += character.length;
  }
  return index;
}

function goodEnd(text: string, end: number): number {
  const nearest = [text.lastIndexOf("\n", end - 1), text.lastIndexOf(" ", end - 1)].find((at) => at >= end / 2);
  return nearest === undefined ? end : nearest + 1;
}
