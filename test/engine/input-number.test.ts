import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInput } from "../../src/engine/input.ts";

function number(typed: string, locale = "en-US") {
  const read = readInput(typed, { validation: "number" }, { region: "US", locale });
  return read.kind === "ok" ? read.value : read;
}

const bad = { kind: "bad", why: "number" };

describe("attack 51: strictly a number", () => {
  it.each([
    "",
    " ",
    "0x10",
    "0b1",
    "1e309",
    "1e5",
    "Infinity",
    "-Infinity",
    "NaN",
    "null",
    "true",
    "[]",
    ".",
    "-",
    "+",
    ",",
    "--5",
    "1..2",
    "1.2.3",
    "1,2,3",
    "12,00",
    "1,2",
  ])("%j is none", (typed) => {
    expect(number(typed)).toEqual(bad);
  });

  it.each([
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["60", 60],
    ["+60", 60],
    ["-5", -5],
    ["−5", -5],
    ["1,000", 1000],
    ["1,000,000.25", 1_000_000.25],
    ["0.125", 0.125],
    [".5", 0.5],
    ["3.", 3],
    ["٦٠", 60],
    ["۶۰", 60],
    ["६०", 60],
    ["６０", 60],
    ["1٬200٫5", 1200.5],
    ["9007199254740991", bad],
    ["999999999999999", 999_999_999_999_999],
    ["12345678901234567890", bad],
    ["0.1234567890123456", bad],
  ])("%s", (typed, value) => {
    expect(number(typed)).toEqual(value);
  });
});

describe("pitfall 25: numbers as people write them", () => {
  it.each([
    ["about 60", 60],
    ["about 60 people", 60],
    ["50+", 50],
    ["50+ people", 50],
    ["60 people", 60],
    ["~ 1,200", 1200],
    ["~1,200", 1200],
    ["≈60", 60],
    ["more than 50", 50],
    ["50 or more", 50],
    ["60ish", 60],
    ["60-ish", 60],
    ["It's 60.", 60],
    ["we're 60 in the office, thanks!", 60],
    ["$1,200.50", 1200.5],
    ["€60", 60],
    ["20%", 20],
    ["\u00a060\u200b people", 60],
    ["6\u200b0", 60],
    ["1.5k", 1500],
    ["1.005k", bad],
    ["1005 k", 1_005_000],
    ["2 thousand", 2000],
    ["3 million", 3_000_000],
    ["3.25 million", 3_250_000],
    ["minus 4", -4],
    ["five", 5],
    ["Five people", 5],
    ["we are twelve", 12],
    ["a dozen", 12],
    ["about two hundred", 200],
    ["none constructor 5", 5],
  ])("%s", (typed, value) => {
    expect(number(typed)).toEqual(value);
  });

  it.each([
    "10 or 20",
    "10-20",
    "10–20",
    "10 to 20",
    "between 10 and 20",
    "10 20",
    "less than 60",
    "under 60",
    "up to 60",
    "at most 60",
    "no more than 60",
    "<60",
    "not 60",
    "we don't have 60",
    "60?",
    "why do you need 2 numbers?",
    "5m",
    "60 m",
    "3 mio",
    "3 billion",
    "2 dozen",
    "twenty five",
    "twenty-five",
    "two hundred fifty",
    "60 and a half",
    "1½",
    "10²",
    "half",
    "a couple",
    "constructor",
    "toString",
    "one moment",
    "one moment please",
    "1 sec",
    "give me 5 minutes",
    "the second one",
    "that one",
    "someone",
    "one more time",
    "12/05/2025",
    "10:30",
    "60th",
    "B2B",
    "minus -5",
    "99999999999999 million",
    "five other people in there",
    "v2",
    "60people",
    "\u202e06",
    "nobody",
    "I do not know",
    "My company was founded a very long time ago in a village of 60",
  ])("in doubt the question is asked again: %s", (typed) => {
    expect(number(typed)).toEqual(bad);
  });

  it.each([
    ["de-DE", "1.200", 1200],
    ["de-DE", "1.234,50", 1234.5],
    ["de-DE", "1,5", 1.5],
    ["de-DE", "12.50", 12.5],
    ["de-DE", "1.200.000", 1_200_000],
    ["de-DE", "1.200 €", 1200],
    ["de-CH", "1’200.50", 1200.5],
    ["fr-FR", "1 200,5", 1200.5],
    ["fr-FR", "1\u202f200 personnes", 1200],
    ["sv-SE", "\u2212200", -200],
    ["es-ES", "1.200", 1200],
    ["hi-IN", "1,00,000", 100_000],
    ["ar-EG", "١٬٢٠٠", 1200],
    ["ar-EG", "1,200", 1200],
    ["fa-IR", "۱۲۰۰", 1200],
    ["en-US", "1.234,50", 1234.5],
    ["en-US", "1.200.000", 1_200_000],
    ["en-US", "1'200", 1200],
    ["no such locale", "1,200", 1200],
  ])("in %s %s is %d", (locale, typed, value) => {
    expect(number(typed, locale)).toBe(value);
  });

  it.each([
    ["en-US", "1.200"],
    ["de-DE", "1,200"],
    ["fr-FR", "1.200"],
    ["en-US", "12,5"],
    ["en-US", "1 200"],
  ])("in %s %s may be two different numbers, and is asked for again", (locale, typed) => {
    expect(number(typed, locale)).toEqual(bad);
  });

  it("every number that a locale writes is read back in it", () => {
    const locales = [
      "en-US",
      "en-GB",
      "en-IN",
      "de-DE",
      "de-AT",
      "de-CH",
      "fr-FR",
      "fr-CH",
      "es-ES",
      "es-MX",
      "pt-BR",
      "pt-PT",
      "it-IT",
      "nl-NL",
      "pl-PL",
      "sv-SE",
      "fi-FI",
      "cs-CZ",
      "ru-RU",
      "uk-UA",
      "tr-TR",
      "he-IL",
      "ar-EG",
      "ar-AE",
      "fa-IR",
      "hi-IN",
      "bn-BD",
      "mr-IN",
      "th-TH-u-nu-thai",
      "ja-JP",
      "zh-CN",
      "ko-KR",
      "vi-VN",
      "id-ID",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...locales),
        fc.integer({ min: -99_999_999, max: 99_999_999 }),
        fc.integer({ min: 0, max: 99 }),
        (locale, whole, cents) => {
          const value = Number(`${whole}.${String(cents).padStart(2, "0")}`) + 0;
          expect(number(new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value), locale)).toBe(value);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
