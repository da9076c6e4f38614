import { describe, expect, test } from "vitest";
import { readAnswer } from "../../adapters/http/answer.ts";
import { readJson } from "../../adapters/http/json.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { withoutText } from "../support/answered.ts";

const read = (body: string | Buffer): Promise<Outcome> =>
  withoutText(readAnswer("GET api.test answered 200", Buffer.from(body), "", 1e6));
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const many = (values: number): string => `[${Array.from({ length: values - 1 }, () => "1").join(",")}]`;

describe("attack 48: numbers keep every digit", () => {
  test.each<readonly [string, Json]>([
    ["9007199254740991", 9_007_199_254_740_991],
    ["[1,[12345678901234567890],2]", [1, ["12345678901234567890"], 2]],
    ["1e400", "1e400"],
    ["-1e400", "-1e400"],
    ["1e20", 1e20],
    ["0.5", 0.5],
    ["-0", 0],
    ['"00123"', "00123"],
  ])("%s is %j", async (text, value) => {
    expect(await read(text)).toEqual({ kind: "done", value });
  });

  test("a value that the store can't keep apart from 0 is 0", () => {
    const reading = readJson("[-0, -0.0]");
    expect(reading.kind === "json" && JSON.stringify(reading.value)).toBe("[0,0]");
    expect(reading.kind === "json" && Array.isArray(reading.value) && Object.is(reading.value[0], 0)).toBe(true);
  });
});

describe("attack 46: names that reach for prototypes", () => {
  test("they are left out, in the objects of a list, too", async () => {
    const text = '{"a":{"prototype":1,"b":[{"__proto__":[1]},{"constructor":null}]}}';
    expect(JSON.stringify(await read(text))).toBe(JSON.stringify({ kind: "done", value: { a: { b: [{}, {}] } } }));
  });

  test("words that only look like them stay", async () => {
    const value = { proto: 1, constructors: 2, a: "__proto__", toString: 3 };
    expect(await read(JSON.stringify(value))).toEqual({ kind: "done", value });
  });
});

describe("attack 49: one documented result each", () => {
  test.each<readonly [string, string | Buffer, Json]>([
    ["equal names: the last wins", '{"a":1,"a":2}', { a: 2 }],
    ["equal names with long numbers: the last wins", '{"a":1,"a":12345678901234567890}', { a: "12345678901234567890" }],
    ["equal names, the long number first: the last wins", '{"a":12345678901234567890,"a":1}', { a: 1 }],
    ["a byte order mark is taken off", "\ufeff[1]", [1]],
    ["a byte order mark alone is nothing", "\ufeff", null],
    ["half a character becomes U+FFFD", '["\\ud800","a\\udc00b","\\ud83d\\ude00"]', ["\ufffd", "a\ufffdb", "😀"]],
    [
      "half a character in a name becomes U+FFFD",
      '{"\\ud800":1,"b":{"\\udc00":2}}',
      { "\ufffd": 1, b: { "\ufffd": 2 } },
    ],
    ["NaN is text", "NaN", "NaN"],
    ["NaN in a list is text", "[NaN]", "[NaN]"],
    ["a comma too many is text", '{"a":1,}', '{"a":1,}'],
    ["single quotes are text", "{'a':1}", "{'a':1}"],
    ["a comment is text", "[1] // one", "[1] // one"],
    ["two documents are text", "{}{}", "{}{}"],
    ["JSON that breaks off is text", '{"a":', '{"a":'],
    ["control characters in text stay", "a\u0000b\u001b[31mc\u202e", "a\u0000b\u001b[31mc\u202e"],
    ["white space alone is nothing", " \r\n\t", null],
    ["space around JSON does no harm", "\n [1] \n", [1]],
    ["HTML is text", "<!doctype html><p>ok</p>", "<!doctype html><p>ok</p>"],
    [
      "dangerous names of JavaScript are plain data",
      '{"toString":2,"valueOf":3,"$ref":"a.b"}',
      { toString: 2, valueOf: 3, $ref: "a.b" },
    ],
  ])("%s", async (_what, body, value) => {
    expect(await read(body)).toEqual({ kind: "done", value });
  });

  test.each([
    ["a lone continuation byte", Buffer.from([0x22, 0x80, 0x22])],
    ["an overlong slash", Buffer.from([0xc0, 0xaf])],
    ["an encoded surrogate", Buffer.from([0xed, 0xa0, 0x80])],
    ["Latin-1", Buffer.from("gr\u00fc\u00dfe", "latin1")],
    ["UTF-16", Buffer.from("\ufeff{}", "utf16le")],
    ["a character that breaks off", Buffer.from([0x22, 0xe2, 0x82])],
  ])("%s is no UTF-8 and fails", async (_what, bytes) => {
    expect(await read(bytes)).toMatchObject({ kind: "failed", reason: expect.stringContaining("UTF-8") });
  });
});

describe("attack 50, G13: depth and number of values", () => {
  test.each([1, 63, 64])("%i levels are read", async (depth) => {
    expect(await read(nested(depth))).toMatchObject({ kind: "done" });
    expect(await read(objects(depth))).toMatchObject({ kind: "done" });
  });

  test.each([65, 66, 10_000, 499_999])("%i levels fail", async (depth) => {
    expect(await read(nested(depth))).toMatchObject({ kind: "failed", reason: expect.stringContaining("deep") });
    if (depth > 100_000) return;
    expect(await read(objects(depth))).toMatchObject({ kind: "failed", reason: expect.stringContaining("deep") });
  });

  test("brackets inside strings are no levels, also behind quotes that are escaped", async () => {
    const value = { a: `${"[{".repeat(500)}\\`, b: `"${"[".repeat(100)}`, c: ",".repeat(30_000) };
    expect(await read(JSON.stringify(value))).toEqual({ kind: "done", value });
  });

  test("20,000 values are read, 20,001 fail", async () => {
    expect(await read(many(20_000))).toMatchObject({ kind: "done" });
    expect(await read(many(20_001))).toMatchObject({ kind: "failed", reason: expect.stringContaining("too many") });
  });

  test("empty lists and objects count once, names not at all", async () => {
    const empties = (count: number): string => `[${Array.from({ length: count }, () => "[ ]").join(",")}]`;
    expect(await read(empties(19_999))).toMatchObject({ kind: "done" });
    expect(await read(empties(20_000))).toMatchObject({ kind: "failed" });
    const named = Object.fromEntries(Array.from({ length: 19_999 }, (_, index) => [`k${index}`, {}]));
    expect(await read(JSON.stringify(named))).toMatchObject({ kind: "done" });
  });

  test("a megabyte of anything is judged in less than 3 s", async () => {
    const started = performance.now();
    for (const text of [
      many(400_000),
      `"${"\\\\".repeat(490_000)}"`,
      '["'.repeat(333_000),
      "{".repeat(999_999),
      "\\".repeat(999_999),
    ]) {
      expect(await read(text)).toMatchObject({ kind: expect.stringMatching(/failed|done/) });
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
