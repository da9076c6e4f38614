import { plain } from "./input-plain.ts";
import { recognise } from "./phrases.ts";

const mostCharacters = 300;

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const opening =
  /^(?:(?:ok|okay|well|so|hi|hello|yes|please|i think|i guess|it's|it is|that's|that would be|i'm|i am|we're|we are|i'd like|i would like|i want|i'll take|i choose|i pick|i prefer|let's go with|go with|make it|my answer is|the|a|an)[,:]? )+/;
const closing = /(?:,? (?:please|pls|thanks|thank you|thx|one|option))+$/;

/**
 * The choice that an answer means, as it is written in the procedure; null if none or more than one. Meant are: the
 * choice itself in any case, "the second one" or its number, the only one that begins so, and yes or no in other words.
 * A bare number is a position only if no choice has a digit in it: to "1-10, 11-50" the answer "2" is no position. Pure.
 */
export function readChoice(text: string, choices: readonly string[]): string | null {
  const exact = choices.find((choice) => choice === text.trim());
  if (exact !== undefined) return exact;
  if (text.length > mostCharacters) return null;
  const whole = fold(text);
  const core = whole.replace(opening, "").replace(closing, "");
  const folded = choices.map((choice) => ({ choice, words: fold(choice) }));
  const isSame = (words: string) => (each: { readonly words: string }) => each.words === words;
  if (core === "" || whole === "") return null;
  return (
    only(folded.filter(isSame(whole))) ??
    only(folded.filter(isSame(core))) ??
    byPosition(core, choices) ??
    byBeginning(core, folded) ??
    byYesOrNo(text, folded)
  );
}

type Folded = readonly { readonly choice: string; readonly words: string }[];

function only(matching: Folded): string | null {
  return matching.length === 1 ? (matching[0]?.choice ?? null) : null;
}

function fold(text: string): string {
  return plain(text)
    .toLowerCase()
    .replace(/^["'`*(]+/, "")
    .replace(/["'`*).,;:!]+$/, "")
    .trim();
}

function byPosition(core: string, choices: readonly string[]): string | null {
  const [, marker = "", digits = "", suffix = ""] =
    /^(#|(?:number|no\.?|option|choice|answer) #?)?(\d{1,2})(st|nd|rd|th)?$/.exec(core) ?? [];
  if (digits === "") return choices[ordinals.indexOf(core)] ?? null;
  const isBare = marker === "" && suffix === "";
  if (isBare && choices.some((choice) => /\d/.test(choice))) return null;
  return choices[Number(digits) - 1] ?? null;
}

function byBeginning(core: string, folded: Folded): string | null {
  return /\p{L}/u.test(core) ? only(folded.filter((each) => each.words.startsWith(core))) : null;
}

function byYesOrNo(text: string, folded: Folded): string | null {
  const meant = recognise(text);
  if (meant !== "yes" && meant !== "no") return null;
  return only(folded.filter((each) => new RegExp(`^${meant}(?![\\p{L}\\p{N}-])`, "u").test(each.words)));
}
