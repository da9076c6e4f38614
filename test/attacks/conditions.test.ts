import { describe, expect, test } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { compare, type Operator } from "../../src/engine/condition.ts";
import { chatWith } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

/** Which way a run goes at a condition on `data.x`, and what its trace says about it. */
function branch(left: Json, operator: Operator, right: Json | undefined, path = "data.x") {
  const condition = { id: "if", kind: "condition", variable: path, operator, value: right, then: "yes", else: "no" };
  const chat = chatWith(left, [
    condition,
    { id: "yes", kind: "message", content: "yes", next: "end" },
    { id: "no", kind: "message", content: "no", next: "end" },
  ]);
  const entry = chat.records[0]?.trace.find(({ kind }) => kind === "branch");
  return { way: chat.texts.join(), comparable: entry?.kind === "branch" ? entry.comparable : null };
}

const orders: readonly Operator[] = ["gt", "lt", "gte", "lte"];

describe("attack 55 · greater and less are for numbers alone, and anything else is no and not comparable", () => {
  const lefts: readonly Json[] = [
    ...[
      "",
      " ",
      "text",
      "0x10",
      "1e3",
      "1e309",
      "Infinity",
      "NaN",
      "1,000",
      "007",
      "+5",
      ".5",
      "5.",
      "--5",
      "1_000",
      "5 apples",
      "٥",
      "½",
    ],
    ...[
      true,
      false,
      null,
      [],
      [5],
      ["5"],
      {},
      { valueOf: 5 },
      { toString: "5" },
      { length: 5 },
      "2026-01-01",
      "\u202e5",
      "5\u0000",
    ],
  ];
  test.each(named(cross(orders, lefts), (operator, left) => `${shown(left)} ${operator} 1`))(
    "%s",
    (_name, [operator, left]) => {
      expect(branch(left, operator, 1)).toEqual({ way: "no", comparable: false });
      expect(branch(1, operator, typeof left === "object" ? "text" : left)).toEqual({ way: "no", comparable: false });
      expect(compare(1, operator, left)).toMatchObject({ result: false, comparable: false });
    },
  );
  const numbers: readonly (readonly [Json, Json, string])[] = [
    [10, 9, ">"],
    ["10", "9", ">"],
    ["10", 9, ">"],
    [" 10 ", "9.99", ">"],
    ["-10", "-9", "<"],
    ["0", "-0", "="],
    ["1.10", "1.1", "="],
    ["12345678901234567891", "12345678901234567890", ">"],
    ["0.1234567890123456789", "0.1234567890123456788", ">"],
    [1e21, "1000000000000000000000", "="],
    ["9".repeat(400), "8".repeat(400), ">"],
  ];
  test.each(named(cross(orders, numbers), (operator, [a, b]) => `${shown(a)} ${operator} ${shown(b)}`))(
    "%s",
    (_name, [operator, [a, b, is]]) => {
      const wanted = { gt: ">", lt: "<", gte: ">=", lte: "<=" }[String(operator)] ?? "";
      expect(branch(a, operator, b)).toEqual({ way: wanted.includes(is) ? "yes" : "no", comparable: true });
    },
  );
});

describe("attack 55 · contains is for texts and lists alone, and nothing empty is contained", () => {
  const rows: readonly (readonly [Json, Json, boolean, boolean])[] = [
    [{ a: 1 }, "a", false, false],
    [{}, "", false, false],
    [{ toString: "x" }, "x", false, false],
    [null, "null", false, false],
    ["text", "", false, false],
    ["text", " ", false, false],
    ["", "x", false, true],
    ["Text", "tEX", true, true],
    ["undefined", "undefined", true, true],
    ["a.*b", ".*", true, true],
    ["axxb", "a.*b", false, true],
    ["a\u0301", "á", true, true],
    [12_345, 234, true, true],
    [true, "ru", true, true],
    [["a", "b"], "A", true, true],
    [["ab"], "a", false, true],
    [[], "a", false, true],
    [[1, 2], "2", true, true],
    [["2.0"], 2, true, true],
    [[[1]], 1, false, true],
    [[{ a: 1 }], "a", false, true],
    [["length"], "length", true, true],
    [["x"], "constructor", false, true],
    [["x"], 0, false, true],
    [["x"], 1, false, true],
  ];
  test.each(rows.map((row) => [`${shown(row[0])} contains ${shown(row[1])}`, row] as const))(
    "%s",
    (_name, [left, right, yes, comparable]) => {
      expect(branch(left, "contains", right)).toEqual({ way: yes ? "yes" : "no", comparable });
    },
  );
});

describe("attack 55 · equals, by the table", () => {
  const rows: readonly (readonly [Json, Json, boolean])[] = [
    [true, "true", true],
    [true, "TRUE", true],
    ["true", true, true],
    [" True ", true, true],
    [true, 1, false],
    [true, "1", false],
    [true, "yes", false],
    [false, 0, false],
    [false, "", false],
    [false, "false", true],
    [0, "", false],
    [0, "0", true],
    [0, "-0", true],
    [0, false, false],
    ["", " ", true],
    [null, "null", false],
    [null, "", false],
    [null, 0, false],
    [null, false, false],
    [1, "1", true],
    ["1", "1.0", true],
    ["01", "1", false],
    ["0x10", 16, false],
    ["1e3", 1000, false],
    ["1,000", 1000, false],
    ["12345678901234567890", "12345678901234567891", false],
    ["12345678901234567890", "12345678901234567890.0", true],
    ["Yes ", "yes", true],
    ["straße", "STRASSE", false],
    ["ﬁ", "fi", false],
    ["a\u200b", "a", false],
    ["аpple", "apple", false],
    ["[]", "", false],
    [[], "", false],
    [[], "[]", false],
    [[1], 1, false],
    [[1], "1", false],
    [{}, "[object Object]", false],
    [{}, "{}", false],
    [{ toString: "x" }, "x", false],
    [["a", "b"], "a,b", false],
    ["constructor", "Constructor", true],
  ];
  test.each(rows.map((row) => [`${shown(row[0])} equals ${shown(row[1])}`, row] as const))(
    "%s",
    (_name, [left, right, yes]) => {
      expect(branch(left, "equals", right).way).toBe(yes ? "yes" : "no");
      expect(compare(right, "equals", left).result).toBe(yes);
    },
  );
});

describe("attack 55 · a condition sees own properties only", () => {
  const keys = ["length", "toString", "hasOwnProperty", "valueOf", "name", "at", "size", "0", "then"];
  const values: readonly Json[] = ["text", 7, true, [], {}, ["x"], { own: 1 }];
  const rows = cross(values, keys).filter(([value, key]) => !(Array.isArray(value) && value.length > 0 && key === "0"));
  test.each(named(rows, (value, key) => `${key} of ${shown(value)}`))("%s is missing", (_name, [value, key]) => {
    expect(branch(value, "exists", undefined, `data.x.${key}`).way).toBe("no");
    expect(branch(value, "not_exists", undefined, `data.x.${key}`).way).toBe("yes");
    expect(branch(value, "equals", "", `data.x.${key}`).way).toBe("no");
    expect(branch(value, "contains", "a", `data.x.${key}`).way).toBe("no");
    expect(branch(value, "gte", 0, `data.x.${key}`)).toEqual({ way: "no", comparable: false });
  });
});
