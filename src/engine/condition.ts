import { isRecord, type Json } from "../domain/json.ts";
import type { StepOf } from "../domain/step.ts";
import { compareDecimals, parseDecimal } from "./decimal.ts";
import { textOf } from "./text-of.ts";

/** The operators of a condition step. */
export type Operator = StepOf<"condition">["operator"];

/** What a value is, in a word for people. */
export type ValueType = "boolean" | "number" | "text" | "list" | "object" | "missing" | "null";

/** What a comparison came to, with both sides as people would write them, for the trace. */
export interface Comparison {
  readonly result: boolean;
  /** False: the two cannot be compared in this way, and the result is false for that reason. */
  readonly comparable: boolean;
  readonly leftText: string;
  readonly rightText: string;
  readonly leftType: ValueType;
  readonly rightType: ValueType;
}

const longestText = 100;

/**
 * Compares a variable with a condition's value.
 *
 * `equals`: a boolean equals "true" or "false" in any case; two strict decimals ("10", 10.0, not "0x10", "1,000" or
 * "007") compare as numbers, exactly and at any length; other texts are equal regardless of case and of white space
 * around them, because people type "Yes " for yes; lists and objects equal those with equal members. `contains`: a list
 * has such a member, a text such a part (regardless of case); anything empty is contained in nothing. `gt`, `lt`,
 * `gte`, `lte`: strict decimals on both sides only. `exists` is false for missing, null and "" only: false, 0 and []
 * exist. Pure.
 */
export function compare(left: Json | undefined, operator: Operator, right: Json | undefined): Comparison {
  const [result, comparable] = judge(left, operator, right);
  return {
    result,
    comparable,
    leftText: shown(left),
    rightText: shown(right),
    leftType: typeOf(left),
    rightType: typeOf(right),
  };
}

/** The result, and whether the two could be compared. */
type Judgement = readonly [result: boolean, comparable: boolean];

const notComparable: Judgement = [false, false];

function judge(left: Json | undefined, operator: Operator, right: Json | undefined): Judgement {
  switch (operator) {
    case "exists":
      return [exists(left), true];
    case "not_exists":
      return [!exists(left), true];
    case "equals":
      return equals(left, right);
    case "contains":
      return contains(left, right);
    case "gt":
    case "lt":
    case "gte":
    case "lte":
      return ordered(left, operator, right);
    default:
      return operator satisfies never;
  }
}

function exists(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}

function equals(left: Json | undefined, right: Json | undefined): Judgement {
  if (left === undefined || right === undefined) return [false, true];
  return isStructure(left) === isStructure(right) ? [isSame(left, right), true] : notComparable;
}

function isStructure(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** Whether two values mean the same. */
function isSame(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((member: Json, index) => isSame(member, b[index] ?? null));
  }
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((key) => Object.hasOwn(b, key) && isSame(a[key] ?? null, b[key] ?? null));
  }
  return !isStructure(a) && !isStructure(b) && isSameScalar(a, b);
}

function isSameScalar(a: Json, b: Json): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === "number" && typeof b === "number") return a === b;
  const x = parseDecimal(a);
  const y = x === null ? null : parseDecimal(b);
  return x !== null && y !== null ? compareDecimals(x, y) === 0 : folded(a) === folded(b);
}

function contains(left: Json | undefined, right: Json | undefined): Judgement {
  if (left === undefined || left === null || isRecord(left)) return notComparable;
  if (right === undefined || right === null) return notComparable;
  if (Array.isArray(left)) return [left.some((member: Json) => isSame(member, right)), true];
  if (isStructure(right)) return notComparable;
  const part = folded(right);
  return part === "" ? notComparable : [folded(left).includes(part), true];
}

function ordered(left: Json | undefined, operator: "gt" | "lt" | "gte" | "lte", right: Json | undefined): Judgement {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  if (a === null || b === null) return notComparable;
  const order = compareDecimals(a, b);
  switch (operator) {
    case "gt":
      return [order > 0, true];
    case "lt":
      return [order < 0, true];
    case "gte":
      return [order >= 0, true];
    case "lte":
      return [order <= 0, true];
    default:
      return operator satisfies never;
  }
}

/** A value as text, without what people do not see or mean: case, white space around it, how an accent is composed. */
function folded(value: Json): string {
  return textOf(value).normalize("NFC").trim().toLowerCase();
}

function shown(value: Json | undefined): string {
  if (value === undefined) return "";
  const text = textOf(value);
  // A cut through a surrogate pair would leave half a character.
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** What kind of value this is, in the words of the trace. Pure. */
export function typeOf(value: Json | undefined): ValueType {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
      return "number";
    case "string":
      return "text";
    default:
      return "object";
  }
}
