import type { IconName } from "../shared/icon-paths.ts";

/** An outcome line with the place where its time belongs. */
export interface TimedLine {
  readonly before: string;
  readonly after: string;
}

/** Puts the time behind who did it, as in "Rejected by Agent 1, 14:05: reason", else at the end. Pure. */
export function timedLine(text: string, names: readonly string[]): TimedLine {
  const found = names
    .map((name) => ({ name, at: text.indexOf(name) }))
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at || b.name.length - a.name.length)[0];
  const opening = /^(?:[\p{L}“”, ]+) (?:by|said) $/u;
  if (found !== undefined && opening.test(text.slice(0, found.at))) {
    const end = found.at + found.name.length;
    return { before: `${text.slice(0, end)}, `, after: text.slice(end) };
  }
  if (text.startsWith("Expired.")) return { before: "Expired ", after: text.slice("Expired".length) };
  return { before: /[.?!…]$/.test(text) ? `${text} ` : `${text}, `, after: "" };
}

const icons: readonly (readonly [RegExp, IconName])[] = [
  [/^(?:Approved|Done|Resolved|Handed back)/, "done"],
  [/^(?:Rejected|Failed|Stopped)/, "failed"],
  [/^(?:Sent, and the outcome is unknown|Did this)/, "unknown"],
  [/^(?:Running|Sending|Waiting|Expired)/, "waiting"],
];

/** The icon that repeats what an outcome line says; null for one that says something else. Pure. */
export function statusIcon(text: string): IconName | null {
  return icons.find(([begins]) => begins.test(text))?.[1] ?? null;
}
