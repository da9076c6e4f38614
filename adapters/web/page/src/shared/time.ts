const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// British English: day before month, and 24 hours.
const locale = "en-GB";

const formats = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  numbers: { day: "2-digit", month: "2-digit", year: "numeric" },
  day: { weekday: "long", day: "numeric", month: "long" },
  dayAndYear: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
} as const satisfies { readonly [name: string]: Intl.DateTimeFormatOptions };

// To make a formatter takes a thousand times as long as to use one, and a page shows hundreds of times.
const made = new Map<string, Intl.DateTimeFormat>();

function format(at: number, name: keyof typeof formats, zone?: string): string {
  const key = `${name} ${zone ?? ""}`;
  const options: Intl.DateTimeFormatOptions = formats[name];
  const known =
    made.get(key) ?? new Intl.DateTimeFormat(locale, zone === undefined ? options : { ...options, timeZone: zone });
  made.set(key, known);
  return known.format(at);
}

/** "14:05", in the reader's own zone unless one is given. Pure but for that zone, like all that follow. */
export function clockTime(at: number, zone?: string): string {
  return format(at, "time", zone);
}

/** "14:05:09". */
export function clockSeconds(at: number, zone?: string): string {
  return format(at, "seconds", zone);
}

/** "Sunday 22 November 2026 at 14:05:09". */
export function fullTime(at: number, zone?: string): string {
  return `${format(at, "dayAndYear", zone)} at ${clockSeconds(at, zone)}`;
}

/** The reader's calendar day, as "2026-11-22". */
export function dayOf(at: number, zone?: string): string {
  const [date, month, year] = format(at, "numbers", zone).split("/");
  return `${year}-${month}-${date}`;
}

/**
 * What a day is called in a list: "Today", "Yesterday", "Tomorrow", "Friday 20 November", with the year if it is another
 * one.
 */
export function dayLabel(at: number, now: number, zone?: string): string {
  const of = dayOf(at, zone);
  if (of === dayOf(now, zone)) return "Today";
  if (of === dayOf(now - day, zone)) return "Yesterday";
  if (of === dayOf(now + day, zone)) return "Tomorrow";
  const sameYear = of.slice(0, 4) === dayOf(now, zone).slice(0, 4);
  return format(at, sameYear ? "day" : "dayAndYear", zone);
}

/** How far away a deadline is: "in 23 h 59 min", "in 5 min", "in less than a minute"; null when it is over. */
export function until(at: number, now: number): string | null {
  const left = at - now;
  if (left <= 0) return null;
  if (left < minute) return "in less than a minute";
  const days = Math.floor(left / day);
  const hours = Math.floor((left % day) / hour);
  const minutes = Math.floor((left % hour) / minute);
  if (days > 1) return `in ${days} days`;
  if (days === 1) return hours === 0 ? "in 24 h" : `in ${24 + hours} h`;
  if (hours === 0) return `in ${minutes} min`;
  return minutes === 0 ? `in ${hours} h` : `in ${hours} h ${minutes} min`;
}

/** How long something took: "12 ms", "1.4 s", "3 min". */
export function took(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < minute) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / minute)} min`;
}
