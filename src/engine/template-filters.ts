import { isRecord, type Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import { dateText } from "./date-text.ts";
import { roundTo } from "./decimal.ts";
import { Refusal } from "./nunjucks-ast.ts";
import type { Filter, Operand, Resolved } from "./template-parts.ts";
import { textOf } from "./text-of.ts";

const names = "default, upper, lower, trim, round, length, join, json and date";
const mostDigits = 10;

/**
 * Checks a filter with its arguments. `default(x)` stands in for what is missing, null or an empty text; `round(n)`
 * rounds to n digits (0 without it); `join(", ")` puts a list's members together; `date("time")` shows a moment's
 * `date` (the default), `time` or `datetime`; `json` prints a value as JSON; `length` counts the characters of a text,
 * the members of a list or the keys of an object. Pure.
 * @throws Refusal for an unknown filter or wrong arguments.
 */
export function parseFilter(name: string, args: readonly Operand[]): Filter {
  const [first] = args;
  if (args.length > 1) throw new Refusal(`the filter ${name} has too many arguments`, `give ${name} at most one`);
  switch (name) {
    case "default":
      if (first !== undefined) return { kind: "default", operand: first };
      throw new Refusal("the filter default has no argument", 'say what to use instead, as in default("there")');
    case "round":
      return { kind: "round", digits: digitsOf(first) };
    case "join":
      return { kind: "join", separator: first === undefined ? "" : textArgument(first, "join", '", "') };
    case "date":
      return { kind: "date", show: showOf(first) };
    case "upper":
    case "lower":
    case "trim":
    case "length":
    case "json":
      if (first === undefined) return { kind: name };
      throw new Refusal(`the filter ${name} has too many arguments`, `write it without brackets: {{ x | ${name} }}`);
    default:
      throw new Refusal(`the filter “${name}” is not allowed`, `there are ${names}`);
  }
}

function digitsOf(operand: Operand | undefined): number {
  if (operand === undefined) return 0;
  const digits = operand.kind === "literal" ? operand.value : null;
  if (typeof digits === "number" && Number.isInteger(digits) && digits >= 0 && digits <= mostDigits) return digits;
  throw new Refusal(
    "the filter round has a wrong argument",
    `write the digits after the point, 0 to ${mostDigits}: round(2)`,
  );
}

function showOf(operand: Operand | undefined): "date" | "time" | "datetime" {
  if (operand === undefined) return "date";
  const show = textArgument(operand, "date", '"datetime"');
  if (show === "date" || show === "time" || show === "datetime") return show;
  throw new Refusal("the filter date has a wrong argument", 'write date, date("time") or date("datetime")');
}

function textArgument(operand: Operand, filter: string, example: string): string {
  if (operand.kind === "literal" && typeof operand.value === "string") return operand.value;
  throw new Refusal(`the filter ${filter} has a wrong argument`, `give it a fixed text, as in ${filter}(${example})`);
}

/** Where dates are read: BCP 47, and an IANA time zone. */
interface Place {
  readonly locale: string;
  readonly timeZone: string;
}

type Applied = Exclude<Filter, { kind: "default" }>;

/**
 * Answers what a filter makes of a value; `default` is applied by the caller, who knows what is missing. A text beyond
 * limits.renderedBytes is a problem at once: the next filter could make a multiple of it. Pure.
 */
export function applyFilter(filter: Applied, value: Json, place: Place): Resolved {
  const applied = apply(filter, value, place);
  const isText = applied.kind === "ok" && typeof applied.value === "string";
  return isText && applied.value.length > limits.renderedBytes ? tooLong : applied;
}

const tooLong = bad(`its text would be longer than ${limits.renderedBytes / 1024} KiB`);

function apply(filter: Applied, value: Json, place: Place): Resolved {
  switch (filter.kind) {
    case "upper":
      return onText(filter.kind, value, (text) => text.toUpperCase());
    case "lower":
      return onText(filter.kind, value, (text) => text.toLowerCase());
    case "trim":
      return onText(filter.kind, value, (text) => text.trim());
    case "json":
      return { kind: "ok", value: JSON.stringify(value) };
    case "length":
      return lengthOf(value);
    case "round":
      return orBad(roundTo(value, filter.digits), "round needs a number");
    case "join":
      return Array.isArray(value) ? joined(value, filter.separator) : bad("join needs a list");
    case "date":
      return orBad(
        dateText(value, filter.show, place),
        `${filter.show === "date" ? "a date" : "a time"} cannot be read from it`,
      );
    default:
      return filter satisfies never;
  }
}

function onText(name: string, value: Json, change: (text: string) => string): Resolved {
  return typeof value === "object" ? bad(`${name} needs a text`) : { kind: "ok", value: change(textOf(value)) };
}

function lengthOf(value: Json): Resolved {
  if (typeof value === "string") return { kind: "ok", value: characters(value) };
  if (Array.isArray(value)) return { kind: "ok", value: value.length };
  if (isRecord(value)) return { kind: "ok", value: Object.keys(value).length };
  return bad("length needs a text, a list or an object");
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A member that is null says nothing, and would read as the word "null". */
function joined(members: readonly Json[], separator: string): Resolved {
  const texts: string[] = [];
  let length = 0;
  for (const member of members) {
    if (member === null) continue;
    const text = textOf(member);
    length += text.length + separator.length;
    // Before it is put together: a long separator stands there as often as there are members.
    if (length - separator.length > limits.renderedBytes) return tooLong;
    texts.push(text);
  }
  return { kind: "ok", value: texts.join(separator) };
}

function orBad(value: Json | null, problem: string): Resolved {
  return value === null ? bad(problem) : { kind: "ok", value };
}

function bad(problem: string): Resolved {
  return { kind: "bad", problem };
}
