import { decimalOf, groupsByBlank } from "./input-decimal.ts";
import { isTurnedRound, plain } from "./input-plain.ts";

const mostCharacters = 200;
const mostWords = 12;

// Maps, not objects: the words are a customer's, and one of them may be "constructor".
const numberWords: ReadonlyMap<string, string> = new Map([
  ["zero", "0"],
  ["one", "1"],
  ["two", "2"],
  ["three", "3"],
  ["four", "4"],
  ["five", "5"],
  ["six", "6"],
  ["seven", "7"],
  ["eight", "8"],
  ["nine", "9"],
  ["ten", "10"],
  ["eleven", "11"],
  ["twelve", "12"],
  ["dozen", "12"],
]);

// Powers of ten. Not "m": it may be metres, minutes or millions.
const magnitudes: ReadonlyMap<string, number> = new Map([
  ["k", 3],
  ["hundred", 2],
  ["thousand", 3],
  ["million", 6],
]);

// Whatever makes a single numeral in a sentence something else than the answer: a bound from above, a denial, a question.
const doubtful =
  /[<≤?]|n't\b|\b(?:not|never|nor|neither|without|less|fewer|under|below|max|maximum|at most|up to|give me|wait|hold on|hang on|no (?:more|less|longer))\b/;
const aMoment = /^(?:moment|sec|second|min|minute|thing|question|more|by)$/;

// Words that make another number of the one beside them, in ways that are not read here.
const otherNumber =
  /^(?:hundreds?|thousands?|millions?|dozens?|(?:b|tr)illions?|mm?|mn|mi?ll?|mio|mln|bn|b|mrd|tsd|lakhs?|lacs?|crores?|gross|score|half|halves|quarters?|thirds?|couple|few|several|once|twice|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)$/;

// A number in words is believed only at the head of the answer: "the second one" and "someone" are no numbers.
const beforeWord =
  /^(?:a|about|around|roughly|approximately|approx|circa|ca|maybe|probably|perhaps|exactly|just|only|some|almost|nearly|over|more|than|at|least|it's|its|it|is|are|we|we're|i|i'm|have|there|there's|yes|well|so|um|like|say|i'd|think|minus|negative)$/;

interface Found {
  readonly digits: string;
  readonly power: number;
  readonly isWord: boolean;
}

interface Sentence {
  readonly found: readonly Found[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * The one number in a short sentence, read as people of that locale write numbers: "about 60", "50+", "1,200 people",
 * "1.5k", "3 million", "minus 4", "a dozen". Null if there is none, more than one, or any doubt ("10-20", "10 or 20",
 * "less than 60", "60?"), and if a number cannot hold it exactly. Pure, but for a memo of the locale.
 */
export function readNumber(text: string, locale: string): number | null {
  const trimmed = text.trim();
  if (trimmed.length > mostCharacters || isTurnedRound(trimmed)) return null;
  // "10²" would become 102, and "1½" two numbers.
  if (/\p{No}/u.test(trimmed)) return null;
  const words = plain(trimmed).toLowerCase();
  if (doubtful.test(words)) return null;
  const tokens = joinGroups(words, locale)
    .split(" ")
    .map(unwrap)
    .filter((token) => token !== "");
  if (tokens.length > mostWords) return null;
  const sentence = scan(tokens, locale);
  return sentence === null ? null : numberIn(sentence);
}

function joinGroups(words: string, locale: string): string {
  if (!groupsByBlank(locale)) return words;
  return words.replace(/(?<![\d.,] ?)[1-9]\d{0,2}(?: \d{3})+(?![\d]| \d)/g, (grouped) => grouped.replaceAll(" ", ""));
}

function unwrap(token: string): string {
  return token.replace(/^[("'`*~≈>≥=:\p{Sc}]+/u, "").replace(/[)"'`*.,;:!%+\p{Sc}]+$/u, "");
}

/** Null if a token has digits but is no numeral: a date, a time, a range, "B2B". */
function scan(tokens: readonly string[], locale: string): Sentence | null {
  const found: Found[] = [];
  const before: string[] = [];
  const after: string[] = [];
  let isRightBefore = false;
  for (const token of tokens) {
    const power = magnitudes.get(token);
    const last = found.at(-1);
    if (power !== undefined && isRightBefore && last !== undefined) {
      found[found.length - 1] = { ...last, power };
      isRightBefore = false;
      continue;
    }
    const numeral = numeralOf(token, locale);
    if (numeral === "none") return null;
    isRightBefore = numeral !== null;
    if (numeral !== null) found.push(numeral);
    else (found.length === 0 ? before : after).push(token);
  }
  return { found, before, after };
}

function numeralOf(token: string, locale: string): Found | "none" | null {
  const word = numberWords.get(token);
  if (word !== undefined) return { digits: word, power: 0, isWord: true };
  if (!/\d/.test(token)) return null;
  const [, body = "", suffix = ""] = /^([-+]?[\d.,'٬٫]+)(k|-?ish)?$/.exec(token) ?? [];
  const digits = decimalOf(body, locale);
  return digits === null ? "none" : { digits, power: suffix === "k" ? 3 : 0, isWord: false };
}

function numberIn({ found, before, after }: Sentence): number | null {
  const [only, second] = found;
  if (only === undefined || second !== undefined) return null;
  if ([...before, ...after].some((word) => word.split("-").some((part) => otherNumber.test(part)))) return null;
  if (only.isWord && (after.length > 2 || !before.every((word) => beforeWord.test(word)))) return null;
  if ((only.isWord || only.digits === "1") && after.some((word) => aMoment.test(word))) return null;
  const isNegated = /^(?:minus|negative)$/.test(before.at(-1) ?? "");
  if (isNegated && only.digits.startsWith("-")) return null;
  // Through the exponent, not by a product: 1.005 * 1000 is 1004.9999999999999.
  const value = Number(`${only.digits}e${only.power}`);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return null;
  return (isNegated ? -value : value) + 0;
}
