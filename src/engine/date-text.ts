import type { Json } from "../domain/json.ts";

const isoText = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?$/;

interface Moment {
  readonly at: number;
  /** The time zone to show it in, or null for the reader's. */
  readonly timeZone: string | null;
  readonly hasTime: boolean;
}

const options = {
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  datetime: { dateStyle: "medium", timeStyle: "short" },
} as const;

// Making a formatter costs fifty times as much as using one, and a workspace has one locale and one time zone.
const formatters = new Map<string, Intl.DateTimeFormat>();
const mostFormatters = 100;

/**
 * Answers a moment as people in a place write it, or null if the value is none: ISO 8601 text or Unix milliseconds.
 * A text without an offset ("2026-03-05", "2026-03-05T10:00") means the day and hour it says, in no time zone, and is
 * never shifted by one. A date alone has no time of day. Pure.
 */
export function dateText(
  value: Json,
  show: keyof typeof options,
  place: { readonly locale: string; readonly timeZone: string },
): string | null {
  const moment = momentOf(value);
  if (moment === null || (show !== "date" && !moment.hasTime)) return null;
  try {
    return formatter(show, place.locale, moment.timeZone ?? place.timeZone).format(moment.at);
  } catch {
    // A locale, a time zone or a moment that there is not.
    return null;
  }
}

function momentOf(value: Json): Moment | null {
  if (typeof value === "number") return { at: value, timeZone: null, hasTime: true };
  const match = typeof value === "string" ? isoText.exec(value.trim()) : null;
  if (match === null) return null;
  const [, day = "", minutes = "00:00", seconds = "00", fraction = "0", offset = null] = match;
  const wall = Date.parse(`${day}T${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  // The 30th of February is read as the 2nd of March, unless one looks.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(day)) return null;
  const hasTime = match[2] !== undefined;
  if (offset === null) return { at: wall, timeZone: "UTC", hasTime };
  return { at: wall - offsetMs(offset), timeZone: null, hasTime };
}

function offsetMs(offset: string): number {
  if (offset === "Z") return 0;
  const digits = offset.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0");
  return (offset.startsWith("-") ? -minutes : minutes) * 60_000;
}

function formatter(show: keyof typeof options, locale: string, timeZone: string): Intl.DateTimeFormat {
  const key = `${show} ${locale} ${timeZone}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options[show], timeZone });
  if (formatters.size >= mostFormatters) formatters.clear();
  formatters.set(key, made);
  return made;
}
