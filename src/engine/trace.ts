import type { Conversation } from "../domain/conversation.ts";
import { dots } from "../domain/dots.ts";
import type { Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import type { TraceEntry } from "../domain/trace.ts";
import { visible } from "../domain/visible.ts";
import type { CompiledProcedure } from "./compile.ts";
import { type Context, procedureOf } from "./context.ts";
import { textOf } from "./text-of.ts";
import { encodeValue } from "./url-encode.ts";

type Without<Entry, Key extends string> = Entry extends unknown ? Omit<Entry, Key> : never;

/** A line of the trace before it knows when and where. */
export type TraceNews = Without<TraceEntry, "at" | "step">;

/** Notes what the run has done, with sensitive values as dots; without a run nothing is noted. Pure. */
export function trace(conversation: Conversation, context: Context, news: TraceNews): Conversation {
  const { run } = conversation;
  if (run === null) return conversation;
  const hide = (text: string) => hideSensitive(conversation, context, text);
  const entry = shownEntry({ at: context.now, step: run.stepId, ...news }, hide);
  return { ...conversation, run: { ...run, trace: [...run.trace, entry].slice(-limits.traceEntries) } };
}

/** The text with the run's sensitive values as dots. Pure. */
export function hideSensitive(conversation: Conversation, context: Context, text: string): string {
  const { run } = conversation;
  return run === null ? text : masker(sensitiveValues(run.variables, procedureOf(conversation, context)))(text);
}

/** A line of the trace as people may see it: its texts hidden where they must be, and cut. Pure. */
export function shownEntry(entry: TraceEntry, hide: (text: string) => string): TraceEntry {
  const short = (text: string) => shorten(visible(hide(text)), limits.traceTextLength);
  switch (entry.kind) {
    case "said":
    case "heard":
    case "note":
      return { ...entry, text: short(entry.text) };
    case "branch":
      return { ...entry, left: short(entry.left), right: short(entry.right) };
    case "asked":
    case "sent":
      return { ...entry, what: short(entry.what) };
    case "outcome":
      return { ...entry, note: short(entry.note) };
    case "invalid":
    case "stored":
    case "decided":
      return entry;
    default:
      return entry satisfies never;
  }
}

/** The text, or its beginning and an ellipsis; never half of a surrogate pair. Pure. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** The values of the run's sensitive variables, as text. Pure. */
export function sensitiveValues(
  variables: { readonly [name: string]: Json },
  procedure: CompiledProcedure,
): readonly string[] {
  if (procedure.sensitive.size === 0) return [];
  return [...procedure.sensitive].flatMap((name) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined || value === null) return [];
    // JSON writes small and large numbers in another way than people do.
    return typeof value === "string" ? [value] : [textOf(value), JSON.stringify(value)];
  });
}

/**
 * Answers a function that shows a text with every sensitive value in it as dots, also where the value was
 * percent-encoded for a URL, put on one line, read as Latin-1 by whoever repeats it, or escaped for JSON. Pure.
 */
export function masker(values: readonly string[]): (text: string) => string {
  const spellings = values.filter((value) => value !== "").flatMap(spellingsOf);
  // The longest first, so that no value leaves the rest of another one behind.
  spellings.sort((a, b) => b.length - a.length);
  return (text) => spellings.reduce((masked, spelling) => masked.replaceAll(spelling, dots), text);
}

function spellingsOf(value: string): readonly string[] {
  const encoded = encodeValue(value);
  const plain = value.toWellFormed();
  const line = plain.replace(/\p{Cc}+/gu, " ");
  const misread = Buffer.from(value).toString("latin1");
  const texts = [value, plain, line, misread].flatMap((text) => [text, text.trim()]).filter((text) => text !== "");
  const inJson = texts.map((text) => JSON.stringify(text).slice(1, -1));
  return [...new Set([...texts, ...inJson, ...(encoded.kind === "ok" ? [encoded.text] : [])])];
}
