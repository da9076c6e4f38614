import { describe, expect, test } from "vitest";
import { nearest } from "../../src/engine/nearest.ts";
import { cpuMsOf } from "../support/cpu-ms.ts";

const kinds = ["message", "collect", "condition", "call", "action", "set", "escalate"];

describe("the nearest of known words", () => {
  test.each([
    ["mesage", "message"],
    ["Message", "message"],
    ["colect", "collect"],
    ["esclate", "escalate"],
    ["acton", "action"],
    ["msesage", "message"],
    ["cond", "condition"],
  ])("for %s is %s", (word, expected) => {
    expect(nearest(word, kinds)).toBe(expected);
  });

  test.each(["webhook", "", "x", "zzzzzzzz"])("is nothing for a word that is like none: “%s”", (word) => {
    expect(nearest(word, kinds)).toBeNull();
  });

  test("is nothing when nothing is known", () => {
    expect(nearest("message", [])).toBeNull();
  });

  test("of two that are as near is the first", () => {
    expect(nearest("ask-x", ["ask-a", "ask-b"])).toBe("ask-a");
  });

  test("is found fast, however long the words are", () => {
    const [word, other] = ["a".repeat(1_000_000), `${"a".repeat(999_999)}b`];
    expect(cpuMsOf(() => nearest(word, [other]))).toBeLessThan(100);
  });
});
