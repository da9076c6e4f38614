import type { Conversation } from "../../src/domain/conversation.ts";
import type { OutMessage } from "../../src/domain/message.ts";
import type { Person } from "../../src/domain/person.ts";
import type { PressAction, Receipt } from "../../src/domain/press.ts";
import { keyOfRecent } from "../../src/domain/recent.ts";

/**
 * A message or card that reached the platform, or was refused there. `clean`: the platform's answer came back in time, so
 * that the same boot knows. `late`: it arrived after its sender had given up. `settledBefore`: the store had already
 * been told how this effect ended.
 */
export interface Post {
  readonly effectId: string;
  readonly to: string;
  readonly message: OutMessage;
  readonly boot: string;
  readonly mayHaveBeenSent: boolean;
  readonly refused: boolean;
  readonly clean: boolean;
  readonly late: boolean;
  readonly settledBefore: boolean;
}

/** A request that reached the backend, or a mail that reached its server. `turnedAway`: answered "not now". */
export interface Arrival {
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  /** Everything that left, headers included. */
  readonly bytes: string;
  readonly turnedAway: boolean;
}

/** What a customer wrote. `token`: a word in it that nobody else wrote. `exempt`: nobody owes an answer to it. */
export interface Sent {
  readonly key: string;
  readonly conversation: string;
  readonly token: string;
  readonly text: string;
  readonly at: number;
  acknowledged: boolean;
  exempt: boolean;
}

/** A pressed button, and what the person was told; null: nothing, the connection broke. */
export interface Pressed {
  readonly id: string;
  readonly by: Person;
  readonly action: PressAction;
  receipt: Receipt | null;
}

/** Where the store took a turn in: everything that follows from it has an id with this nonce from this number on. */
export interface Admission {
  readonly nonce: string;
  readonly from: number;
}

/** What the world around Usher saw: what the oracles read. Of the store they read what `noteStored` notes here. */
export interface Journal {
  readonly posts: Post[];
  readonly edits: { readonly of: string; readonly message: OutMessage }[];
  readonly arrivals: Arrival[];
  readonly routed: string[];
  readonly sent: Sent[];
  readonly pressed: Pressed[];
  readonly admissions: Map<string, Admission>;
  /** Effects of which the store has been told how they ended. */
  readonly settled: Set<string>;
}

/** A journal in which nothing stands yet. */
export function createJournal(): Journal {
  return {
    posts: [],
    edits: [],
    arrivals: [],
    routed: [],
    sent: [],
    pressed: [],
    admissions: new Map(),
    settled: new Set(),
  };
}

/** Notes what a save made durable: which turns were taken in, and which effects have ended. */
export function noteStored(journal: Journal, before: Conversation | null, next: Conversation | null): void {
  if (next !== null) {
    const known = new Set(before?.recent.map(keyOfRecent));
    for (const key of next.recent.map(keyOfRecent)) {
      if (known.has(key) || journal.admissions.has(key)) continue;
      journal.admissions.set(key, { nonce: next.nonce, from: before?.nextId ?? 0 });
    }
  }
  const open = new Set(next?.outbox.map(({ id }) => id));
  for (const { id } of before?.outbox ?? []) if (!open.has(id)) journal.settled.add(id);
}

/** The number in an effect's id, `${nonce}-${n}`, and the nonce. */
export function partsOf(effectId: string): { readonly nonce: string; readonly n: number } {
  const [nonce = "", n = ""] = effectId.split("-");
  return { nonce, n: Number(n) };
}

/** Puts each item under its key, in order. */
export function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
