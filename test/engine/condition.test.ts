import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { compare, type Operator } from "../../src/engine/condition.ts";
import { readPath } from "../../src/engine/path.ts";

type Row = readonly [
  left: Json | undefined,
  operator: Operator,
  right: Json | undefined,
  result: boolean,
  comparable: boolean,
];

function check([left, operator, right, result, comparable]: Row): void {
  const { result: was, comparable: could } = compare(left, operator, right);
  expect({ left, operator, right, result: was, comparable: could }).toEqual({
    left,
    operator,
    right,
    result,
    comparable,
  });
}

describe("equals", () => {
  it.each<Row>([
    [true, "equals", "true", true, true],
    [true, "equals", "True", true, true],
    [true, "equals", true, true, true],
    ["TRUE", "equals", true, true, true],
    ["true", "equals", "true", true, true],
    [false, "equals", "false", true, true],
    [false, "equals", "true", false, true],
    [true, "equals", "yes", false, true],
    [true, "equals", 1, false, true],
    [false, "equals", "", false, true],
    [false, "equals", 0, false, true],
  ])("pitfall 21, attack 55: booleans: %j %s %j is %j", (...row) => check(row));

  it.each<Row>([
    [10, "equals", "10", true, true],
    ["10.0", "equals", 10, true, true],
    ["10.0", "equals", "10", true, true],
    [" 10 ", "equals", 10, true, true],
    [0, "equals", "-0", true, true],
    ["00123", "equals", "123", false, true],
    ["0x10", "equals", 16, false, true],
    ["1e3", "equals", 1000, false, true],
    ["1,000", "equals", 1000, false, true],
    ["", "equals", 0, false, true],
    ["12345678901234567890", "equals", "12345678901234567891", false, true],
    ["12345678901234567890", "equals", "12345678901234567890.0", true, true],
  ])("pitfall 21: numbers, exactly: %j %s %j is %j", (...row) => check(row));

  it.each<Row>([
    ["Yes ", "equals", "yes", true, true],
    ["ENTERPRISE", "equals", "Enterprise", true, true],
    ["cafe\u0301", "equals", "CAFÉ", true, true],
    ["yes please", "equals", "yes", false, true],
    ["a b", "equals", "ab", false, true],
    ["", "equals", "", true, true],
  ])("pitfall 22: texts, regardless of case and white space around them: %j %s %j is %j", (...row) => check(row));

  it.each<Row>([
    [undefined, "equals", "", false, true],
    [undefined, "equals", undefined, false, true],
    ["x", "equals", undefined, false, true],
    [null, "equals", "null", false, true],
    [null, "equals", "", false, true],
    [null, "equals", 0, false, true],
    [null, "equals", null, true, true],
    [[], "equals", "", false, false],
    [[1], "equals", 1, false, false],
    [{ a: 1 }, "equals", "[object Object]", false, false],
    ["x", "equals", ["x"], false, false],
    [[1, "a"], "equals", ["1", "A"], true, true],
    [[1], "equals", [1, 2], false, true],
    [{ a: 1, b: [true] }, "equals", { b: ["true"], a: "1.0" }, true, true],
    [{ a: 1 }, "equals", { b: 1 }, false, true],
    [{ a: 1 }, "equals", [1], false, true],
  ])("missing, null, lists and objects: %j %s %j is %j (comparable: %j)", (...row) => check(row));
});

describe("contains", () => {
  it.each<Row>([
    [["a", "B"], "contains", "b", true, true],
    [[1, 2], "contains", "2", true, true],
    [[true], "contains", "TRUE", true, true],
    [["abc"], "contains", "b", false, true],
    [[], "contains", "x", false, true],
    [[null], "contains", "null", false, true],
    [[{ a: 1 }], "contains", { a: "1" }, true, true],
    [[[1]], "contains", 1, false, true],
  ])("pitfall 22: of a list is membership: %j %s %j is %j", (...row) => check(row));

  it.each<Row>([
    ["My Refund please", "contains", "refund", true, true],
    ["refund", "contains", " Refund ", true, true],
    ["abc", "contains", "x", false, true],
    [4411, "contains", "44", true, true],
    ["abc", "contains", "", false, false],
    ["abc", "contains", " ", false, false],
    ["abc", "contains", undefined, false, false],
    ["abc", "contains", null, false, false],
    ["abc", "contains", ["a"], false, false],
    [{ a: "b" }, "contains", "a", false, false],
    [undefined, "contains", "a", false, false],
    [null, "contains", "null", false, false],
  ])(
    "attack 55, pitfall 22: of a text is a part of it, of an object nothing: %j %s %j is %j (comparable: %j)",
    (...row) => check(row),
  );
});

describe("gt, lt, gte, lte", () => {
  it.each<Row>([
    [10, "gt", 9, true, true],
    ["10", "gt", "9", true, true],
    ["10", "lt", "9", false, true],
    ["9.5", "lte", 9.5, true, true],
    ["-1", "gte", "-1.0", true, true],
    ["-2", "lt", -1, true, true],
    [50, "gte", "50", true, true],
    ["12345678901234567891", "gt", "12345678901234567890", true, true],
    ["12345678901234567890", "gt", "12345678901234567890", false, true],
  ])("pitfall 23: numbers, not texts: %j %s %j is %j", (...row) => check(row));

  const noNumbers: readonly (Json | undefined)[] = [
    "",
    " ",
    "abc",
    "0x10",
    "1e309",
    "Infinity",
    "1,000",
    "50+",
    "٣",
    "007",
    true,
    false,
    null,
    undefined,
    [],
    [5],
    {},
  ];

  it.each(["gt", "lt", "gte", "lte"] as const)(
    "attack 51, attack 55, pitfall 23: %s with no number is false, and says so",
    (operator) => {
      for (const value of noNumbers) {
        check([value, operator, 0, false, false]);
        check([0, operator, value, false, false]);
      }
    },
  );
});

describe("exists", () => {
  it.each<readonly [Json | undefined, boolean]>([
    [undefined, false],
    [null, false],
    ["", false],
    [" ", true],
    [false, true],
    [0, true],
    [[], true],
    [{}, true],
    ["x", true],
  ])("pitfall 24: of %j is %j, and not_exists the opposite", (left, result) => {
    check([left, "exists", undefined, result, true]);
    check([left, "not_exists", undefined, !result, true]);
  });
});

describe("a comparison", () => {
  it("pitfall 21: shows both sides as people write them, and the type of the left one", () => {
    expect(compare(true, "equals", "true")).toMatchObject({ leftText: "true", rightText: "true", leftType: "boolean" });
    expect(compare(1e21, "gt", 5)).toMatchObject({
      leftText: "1000000000000000000000",
      rightText: "5",
      leftType: "number",
    });
    expect(compare("x", "exists", undefined)).toMatchObject({ leftText: "x", rightText: "", leftType: "text" });
    expect(compare([1], "contains", 1)).toMatchObject({ leftText: "[1]", leftType: "list" });
    expect(compare({ a: 1 }, "contains", 1)).toMatchObject({ leftText: '{"a":1}', leftType: "object" });
    expect(compare(undefined, "equals", "x")).toMatchObject({ leftText: "", leftType: "missing" });
    expect(compare(null, "equals", "x")).toMatchObject({ leftText: "null", leftType: "null" });
  });

  it("cuts what it shows to 100 characters, and no character in half", () => {
    const { leftText, rightText } = compare("x".repeat(101), "equals", `${"y".repeat(98)}😀😀`);
    expect(leftText).toBe(`${"x".repeat(99)}…`);
    expect(rightText).toBe(`${"y".repeat(98)}…`);
    expect(compare("x".repeat(100), "exists", undefined).leftText).toBe("x".repeat(100));
  });

  it.each(["length", "constructor", "constructor.name", "__proto__", "toString"])(
    "pitfall 26, attack 55: %s of a value does not exist",
    (path) => {
      for (const data of ["text", ["a"], { a: 1 }]) {
        const left = readPath({ data }, ["data", ...path.split(".")]);
        expect(compare(left, "exists", undefined)).toMatchObject({ result: false, leftType: "missing" });
      }
    },
  );

  it("is symmetric in equals, and a value equals itself", () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("true", " TRUE", "1", "1.0", 1, true, "a", "A"),
    ) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(compare(a, "equals", b).result).toBe(compare(b, "equals", a).result);
        expect(compare(a, "equals", a).result).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
