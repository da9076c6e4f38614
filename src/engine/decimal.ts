import type { Json } from "../domain/json.ts";

/** An exact decimal number of any length: no leading zeros in `whole` ("" is nought), no trailing ones in `fraction`. */
export interface Decimal {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

// The numbers of JSON without an exponent. So none of "", " ", "0x10", "1e309", "1,000", "+5", ".5" and "007" is one:
// what begins with a nought is a label, such as an order number, and comparing it as a number would lose the nought.
const strictDecimal = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

/**
 * Reads a number, or a text that is strictly one (white space around it does not count); anything else is null. Exact:
 * digits are never lost. Pure.
 */
export function parseDecimal(value: Json | undefined): Decimal | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const match = strictDecimal.exec(typeof value === "number" ? numberText(value) : value.trim());
  if (match === null) return null;
  const whole = match[2] === "0" || match[2] === undefined ? "" : match[2];
  const fraction = withoutTrailingZeros(match[3] ?? "");
  return { negative: match[1] === "-" && whole + fraction !== "", whole, fraction };
}

/** Answers a negative number, 0 or a positive number as `a` is less than, equal to or greater than `b`. Pure. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  return a.negative ? compareSizes(b, a) : compareSizes(a, b);
}

function compareSizes(a: Decimal, b: Decimal): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length;
  // Of the same length, digits stand in the order of texts; so do fractions, a shorter one being the lesser.
  return compareTexts(a.whole, b.whole) || compareTexts(a.fraction, b.fraction);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A number in plain digits, never with an exponent: 1e21 is 1000000000000000000000. Pure. */
export function numberText(value: number): string {
  const text = String(value);
  const at = text.indexOf("e");
  if (at === -1) return text;
  const negative = text.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = text.slice(negative.length, at).split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(text.slice(at + 1));
  if (point <= 0) return `${negative}0.${"0".repeat(-point)}${digits}`;
  return negative + digits.slice(0, point) + "0".repeat(Math.max(0, point - digits.length));
}

/**
 * Rounds a number to so many digits after the point, halves away from nought; what stands in a text as a whole number
 * stays as it is. Null if it is no number, or has more digits than can be kept. Pure.
 */
export function roundTo(value: Json, digits: number): Json | null {
  const decimal = parseDecimal(value);
  if (decimal === null) return null;
  if (decimal.fraction === "") return typeof value === "string" ? wholeNumber(value.trim()) : value;
  const exact = Number(typeof value === "string" ? value.trim() : value);
  if (Math.abs(exact) >= Number.MAX_SAFE_INTEGER) return null;
  const rounded = shifted(Math.round(shifted(Math.abs(exact), digits)), -digits);
  return exact < 0 && rounded !== 0 ? -rounded : rounded;
}

function wholeNumber(text: string): Json {
  const integer = Number(text);
  return Number.isSafeInteger(integer) ? integer + 0 : text;
}

/** Moves the decimal point in the digits themselves: 1.005 * 100 is 100.49999999999999, and this is 100.5. */
function shifted(value: number, places: number): number {
  const [mantissa, exponent = "0"] = String(value).split("e");
  return Number(`${mantissa}e${Number(exponent) + places}`);
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end -= 1;
  return digits.slice(0, end);
}
