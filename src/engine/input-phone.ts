import { findPhoneNumbersInText, getExampleNumber, isSupportedCountry } from "libphonenumber-js/min";
import examples from "libphonenumber-js/mobile/examples";
import { isTurnedRound, plain } from "./input-plain.ts";

const mostCharacters = 250;
// The plus included: the shortest numbers that can be reached from abroad have seven digits, and E.164 ends at fifteen.
const shortest = 8;
const longest = 16;

// The library reads "12.05.2025" as a German number.
const date = /(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d-\d\d-\d\d)(?![./-]?\d)/;

/**
 * The one phone number in a sentence as E.164 (an extension is left out); null if there is none or more than one.
 * Numbers without a country code are read as those of `region`. Asked for is a number that is *possible* in its
 * country, not one whose range is known to be assigned: ranges are assigned every month, the tables are as old as the
 * installation, and a refused customer would be asked again for ever. Pure.
 */
export function readPhone(text: string, region: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > mostCharacters || isTurnedRound(trimmed)) return null;
  const words = plain(trimmed);
  if (date.test(words)) return null;
  // "0049 30 …" is how most of the world dials abroad; the library knows only what the default region dials.
  return onlyNumber(words, region) ?? onlyNumber(words.replace(/(?<![\d+])00(?=[1-9])/, "+"), region);
}

function onlyNumber(words: string, region: string): string | null {
  const found = findPhoneNumbersInText(words, {
    ...(isSupportedCountry(region) ? { defaultCountry: region } : {}),
    // In this library's words: possible numbers too, not only valid ones.
    extended: true,
  });
  const [only, second] = found;
  if (only === undefined || second !== undefined) return null;
  const rest = `${words.slice(0, only.startsAt)}\n${words.slice(only.endsAt)}`;
  const isPartOfWord = /[\p{L}\p{N}]\n|\n[\p{L}\p{N}]/u.test(rest);
  const isOneOfTwo = /\d{6}/.test(rest.replace(/[ ().-]/g, ""));
  const { number, nationalNumber } = only.number;
  const isFiller = /^(\d)\1+$/.test(nationalNumber);
  const isOfLength = number.length >= shortest && number.length <= longest;
  return isPartOfWord || isOneOfTwo || isFiller || !isOfLength ? null : number;
}

/** A phone number of the region as people there would write it for somebody abroad; it belongs to nobody. Pure. */
export function examplePhone(region: string): string {
  const known = isSupportedCountry(region) ? region : "US";
  return getExampleNumber(known, examples)?.formatInternational() ?? "+1 201 555 0123";
}
