interface Separators {
  readonly groups: readonly string[];
  readonly decimals: readonly string[];
}

interface Convention {
  readonly group: string;
  readonly decimal: string;
  /** A whole part, grouped or not, and the digits after the decimal separator. */
  readonly form: RegExp;
}

interface Reading {
  readonly value: string;
  readonly isGrouped: boolean;
  readonly group: string;
}

const mostDigits = 15;
const memo = new Map<string, Separators>();

const conventions: readonly Convention[] = [
  // Groups of two before the last three are how India writes "1,00,000".
  {
    group: ",",
    decimal: ".",
    form: /^([1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d\d)+,\d{3}|\d*)(?:\.(\d*))?$/,
  },
  { group: ".", decimal: ",", form: /^([1-9]\d{0,2}(?:\.\d{3})+|\d*)(?:,(\d*))?$/ },
  { group: "'", decimal: ".", form: /^([1-9]\d{0,2}(?:'\d{3})+)(?:\.(\d*))?$/ },
  { group: "'", decimal: ",", form: /^([1-9]\d{0,2}(?:'\d{3})+)(?:,(\d*))?$/ },
  { group: "'", decimal: "٫", form: /^([1-9]\d{0,2}(?:'\d{3})+|\d*)(?:٫(\d*))?$/ },
];

/**
 * A numeral as a plain decimal ("-1234.5"), read as people of that locale write numbers; null if it is none, if it has
 * more digits than a number holds exactly, or if it is one number here and another elsewhere: "1.200" in en-US may be
 * 1.2 or 1200, and a wrong guess is wrong by a thousand. What can be read in one way only ("1.234,50", "12.5",
 * "1'200") is read in every locale. Takes text that has gone through `plain`. Pure, but for a memo of the locale.
 */
export function decimalOf(numeral: string, locale: string): string | null {
  const body = numeral.replace(/^[-+]/, "").replaceAll("٬", "'");
  if (!/\d/.test(body)) return null;
  const { groups, decimals } = separatorsOf(locale);
  const readings = conventions
    .map((convention) => readAs(body, convention, decimals))
    .filter((reading) => reading !== null);
  const values = new Set(readings.map((reading) => reading.value));
  const own = readings.find((reading) => reading.isGrouped && groups.includes(reading.group));
  const value = values.size > 1 ? own?.value : readings[0]?.value;
  if (value === undefined || value.replace(/^[0.]+|\./g, "").length > mostDigits) return null;
  return numeral.startsWith("-") ? `-${value}` : value;
}

/** Whether people of that locale part thousands by a blank, as in "1 200". Pure, but for a memo. */
export function groupsByBlank(locale: string): boolean {
  return separatorsOf(locale).groups.includes(" ");
}

function readAs(body: string, { group, decimal, form }: Convention, decimals: readonly string[]): Reading | null {
  const match = form.exec(body);
  if (match === null) return null;
  const [, grouped = "", fraction = ""] = match;
  const isGrouped = grouped.includes(group);
  // "1,2" is a number only where the comma is the decimal sign; elsewhere it may be two.
  if (decimal === "," && fraction !== "" && !isGrouped && !decimals.includes(",")) return null;
  const whole = grouped.replaceAll(group, "").replace(/^0+(?=\d)/, "");
  return { value: `${whole || "0"}${fraction === "" ? "" : `.${fraction}`}`, isGrouped, group };
}

function separatorsOf(locale: string): Separators {
  const known = memo.get(locale);
  if (known !== undefined) return known;
  const parts = new Intl.NumberFormat(canonical(locale), { useGrouping: "always" }).formatToParts(-1_234_567.5);
  const valuesOf = (type: string) => parts.filter((part) => part.type === type).map((part) => part.value);
  const groups = valuesOf("group").map((group) => group.replace(/[’٬]/, "'").replace(/\s/, " "));
  const separators = { groups, decimals: valuesOf("decimal") };
  memo.set(locale, separators);
  return separators;
}

/** A number as people of that locale write it. Pure. */
export function inLocale(value: number, locale: string): string {
  return new Intl.NumberFormat(canonical(locale)).format(value);
}

function canonical(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? "en-US";
  } catch {
    // No language tag at all: an answer must be readable all the same.
    return "en-US";
  }
}
