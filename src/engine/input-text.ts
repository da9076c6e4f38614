import { limits } from "../domain/limits.ts";
import { plain } from "./input-plain.ts";

const mostIdSentence = 120;

const greeting = "(?:(?:hi|hello|hey|ok|okay|sure|yes|yep|well|so|oh|ah)[,.!]? )*";
const thing =
  "(?:order|purchase|ticket|case|invoice|booking|reservation|reference|ref|confirmation|tracking|account|customer|" +
  "client|member|membership|serial|shipment|parcel|package|delivery|contract|policy|claim|transaction|payment|receipt|" +
  "item|product)";
const label = "(?:number|id|identifier|code|reference|ref)";
const abbreviation = "(?:no|nr|num)\\.?";
const named = `(?:here(?:'s| is) )?(?:(?:my|the|our|your) )?(?:${thing}(?: ?(?:${label}|${abbreviation}))?|${label})(?: is| was|'s)?`;
const pointed =
  "(?:i (?:think|believe|guess) )?(?:it|that|this)(?:'s| is| was| should be)|here (?:it is|you go|you are)|i mean(?:t)?";
const between = "(?: ?[:=] ?#? ?| - | ?# ?| )";
const thanks = "(?:,? (?:please|pls|thanks|thank you|thx|cheers|many thanks))";
const open = "[\"'`*]*";

// One token with a digit in it.
const token = "(?=[a-z._/-]*\\d)([a-z0-9](?:[a-z0-9._/-]{0,62}[a-z0-9])?)";
// "The payment was 2x", "it's 5-star": an amount of something, where the words before it carry half of the sense.
const noAmount = "(?!\\d{1,3}[a-z-]+(?![a-z0-9._/-]))";

const idForms: readonly RegExp[] = [
  new RegExp(`^${greeting}(?:${named}|${pointed})${between}${open}${noAmount}${token}${open}${thanks}*[.! ]*$`, "i"),
  new RegExp(`^${greeting}${open}# ?${token}${open}${thanks}*[.! ]*$`, "i"),
  new RegExp(`^${greeting}${noAmount}${token}${thanks}+[.! ]*$`, "i"),
  // A token that stands alone is taken as it is (it may be a password) unless it is plainly a number of something.
  /^((?:[A-Z]{1,6}[-_]?)?\d[\d-]*)\.*$/,
];

/**
 * A free answer as it was typed, trimmed; null if there is nothing to read in it, or if it is longer than a turn may
 * be. Of a short sentence that does nothing but name one id ("order is #4411", "it's 00123 thanks") the bare id is
 * answered, as text, so that no digit is lost; every other sentence stays whole. Pure.
 */
export function readText(text: string): string | null {
  if (text.length > limits.turnLength || !/[^\s\p{Cc}\p{Cf}\p{M}]/u.test(text)) return null;
  // Half of a surrogate pair cannot be stored as UTF-8 and come back the same.
  const trimmed = trim(text.toWellFormed());
  return idIn(trimmed) ?? trimmed;
}

function idIn(text: string): string | null {
  if (text.length > mostIdSentence) return null;
  const words = plain(text);
  for (const form of idForms) {
    const id = form.exec(words)?.[1];
    if (id !== undefined) return id;
  }
  return null;
}

// By hand: /\s+$/ takes time in the square of the length of a long run of blanks.
function trim(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charAt(end - 1))) end -= 1;
  let start = 0;
  while (start < end && isBlank(text.charAt(start))) start += 1;
  return text.slice(start, end);
}

function isBlank(character: string): boolean {
  return /[\s\u200B\u2060]/.test(character);
}
