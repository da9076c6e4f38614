import { asWritten, type Command, type CommandWord } from "../../domain/command.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { Person, Platform } from "../../domain/person.ts";
import type { View } from "../../domain/view.ts";
import { shorten } from "../../engine/trace.ts";
import type { Channel } from "../../ports/channel.ts";
import type { Ids } from "../../ports/ids.ts";
import type { Inspector } from "../../ports/inspector.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import type { Settings } from "../settings.ts";

/** What commands reach the world through. */
export interface CommandOptions {
  readonly store: Pick<Store, "conversations" | "procedures" | "runs" | "roles">;
  readonly inspector: Inspector;
  readonly channels: ReadonlyMap<Platform, Channel>;
  readonly settings: Pick<Settings, "of" | "set">;
  readonly ids: Ids;
  readonly log: Log;
  /** Tries again at once what waits for the agents channel. Never throws. */
  readonly postWaiting: (workspace: WorkspaceId) => Promise<void>;
}

/** A command while it is carried out. `by` has the role of this moment; `verbs` are all that there are. */
export interface Asked extends Pick<Command, "by" | "conversation" | "card" | "channel"> {
  readonly options: CommandOptions;
  readonly workspace: WorkspaceId;
  readonly verbs: readonly Verb[];
}

/** What words were read as, or what is wrong with them, in a sentence. */
export type Reading<Value> = { readonly kind: "ok"; readonly value: Value } | Wrong;
export interface Wrong {
  readonly kind: "wrong";
  readonly problem: string;
}

/** What can stand in one place of a command. `name`: as the usage calls it; `ask`: what to do where nothing stands there. */
export interface Slot<Value> {
  readonly name: string;
  readonly ask: string;
  read(word: CommandWord): Reading<Value>;
}

/** What follows a verb and its keyword. */
export interface Words<Value> {
  readonly usage: string;
  read(words: readonly CommandWord[]): Reading<Value>;
}

/** Nothing follows. */
export const nothing: Words<null> = {
  usage: "",
  read: (words) => tooMany(words, 0) ?? { kind: "ok", value: null },
};

/** One word must follow. */
export function one<Value>(slot: Slot<Value>): Words<Value> {
  const usage = `<${slot.name}>`;
  return { usage, read: (words) => tooMany(words, 1) ?? readAt(words, 0, slot) };
}

/** One word may follow; null when none does. */
export function perhaps<Value>(slot: Slot<Value>): Words<Value | null> {
  const usage = `[${slot.name}]`;
  return {
    usage,
    read: (words) => tooMany(words, 1) ?? (words.length === 0 ? { kind: "ok", value: null } : readAt(words, 0, slot)),
  };
}

/** One text must follow, which may have several words. */
export function phrase<Value>(slot: Slot<Value>): Words<Value> {
  return { usage: `<${slot.name}>`, read: (words) => readAt(joined(words), 0, slot) };
}

/** One text may follow, which may have several words; null when none does. */
export function perhapsPhrase<Value>(slot: Slot<Value>): Words<Value | null> {
  const { usage, read } = perhaps(slot);
  return { usage, read: (words) => read(joined(words)) };
}

/** Words that are text as one; a word that is something else is for the slot to complain about. */
function joined(words: readonly CommandWord[]): readonly CommandWord[] {
  const texts: string[] = [];
  for (const word of words) {
    if (word.kind !== "text") return [word];
    texts.push(word.text);
  }
  return texts.length === 0 ? [] : [{ kind: "text", text: texts.join(" ") }];
}

/** Two words must follow. */
export function two<First, Second>(first: Slot<First>, second: Slot<Second>): Words<readonly [First, Second]> {
  return {
    usage: `<${first.name}> <${second.name}>`,
    read: (words) => {
      const one = tooMany(words, 2) ?? readAt(words, 0, first);
      if (one.kind === "wrong") return one;
      const other = readAt(words, 1, second);
      return other.kind === "wrong" ? other : { kind: "ok", value: [one.value, other.value] };
    },
  };
}

function tooMany(words: readonly CommandWord[], most: number): Wrong | null {
  const extra = words[most];
  return extra === undefined ? null : { kind: "wrong", problem: `I cannot do anything with “${nameOf(extra)}” here.` };
}

function readAt<Value>(words: readonly CommandWord[], index: number, slot: Slot<Value>): Reading<Value> {
  const word = words[index];
  return word === undefined ? { kind: "wrong", problem: slot.ask } : slot.read(word);
}

/** A word as it can be repeated to who wrote it: short, whatever it is. Pure. */
export function nameOf(word: CommandWord): string {
  switch (word.kind) {
    case "text":
      return shorten(word.text, nameLength);
    case "person":
      return shorten(word.person.name, nameLength);
    case "channel":
      return shorten(word.name, nameLength);
    case "conversation":
      return shorten(word.conversation, nameLength);
    default:
      return word satisfies never;
  }
}

const nameLength = 80;

/** What somebody must be at least to use a form of a verb. */
export type May = "agent" | "admin";

/**
 * One way to use a verb. `keyword`: the word after the verb, or null for none; `does`: one sentence. `prepare` answers
 * what carries the command out, once the words after verb and keyword have been read.
 */
export interface Form {
  readonly keyword: string | null;
  readonly usage: string;
  readonly does: string;
  readonly may: May;
  prepare(words: readonly CommandWord[]): Reading<(asked: Asked) => Promise<View>>;
}

/**
 * Something that can be asked for; it has a file of its own and a line in verbs.ts. The first of its forms is meant
 * where no keyword stands.
 */
export interface Verb {
  readonly name: string;
  readonly forms: readonly [Form, ...(readonly Form[])];
}

/** Makes a form out of how its words are read and what is then done. */
export function form<Value>(made: {
  readonly keyword: string | null;
  readonly words: Words<Value>;
  readonly does: string;
  readonly may: May;
  readonly run: (asked: Asked, value: Value) => Promise<View>;
}): Form {
  const { keyword, words, does, may, run } = made;
  return {
    keyword,
    usage: words.usage,
    does,
    may,
    prepare: (given) => {
      const reading = words.read(given);
      return reading.kind === "wrong" ? reading : { kind: "ok", value: (asked) => run(asked, reading.value) };
    },
  };
}

/** How somebody writes a verb in this form: `roles add <person> <role>`, with what their platform wants before it. Pure. */
export function usageOf({ platform }: Pick<Person, "platform">, { name, forms: [first] }: Verb, form: Form): string {
  const { keyword, usage } = form;
  const shown = keyword === null ? "" : form === first ? `[${keyword}]` : keyword;
  return asWritten(platform, [name, shown, usage].filter((part) => part !== "").join(" "));
}

/** Whether somebody with the role of this moment may use the form. Pure. */
export function mayUse({ role }: Pick<Person, "role">, { may }: Form): boolean {
  if (role === "customer") return false;
  return may === "agent" || role !== "agent";
}
