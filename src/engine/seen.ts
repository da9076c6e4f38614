import type { Conversation } from "../domain/conversation.ts";
import { limits } from "../domain/limits.ts";
import { keyOfRecent, momentOfRecent, recentTurn } from "../domain/recent.ts";
import type { Turn } from "../domain/turn.ts";

/** Whether this turn must count as seen. Pure. */
export function wasSeen({ recent, floor }: Conversation, turn: Turn): boolean {
  return turn.at <= floor || recent.some((entry) => turn.keys.includes(keyOfRecent(entry)));
}

/** Keeps the turn's keys; those that fall out raise the floor below which a turn counts as seen. Pure. */
export function remember(conversation: Conversation, turn: Turn): Conversation {
  const all = [...conversation.recent, ...turn.keys.map((key) => recentTurn(key, turn.at))];
  const forgotten = all.slice(0, Math.max(0, all.length - limits.recentKeys));
  const floor = forgotten.reduce((highest, entry) => Math.max(highest, momentOfRecent(entry)), conversation.floor);
  return { ...conversation, recent: all.slice(forgotten.length), floor };
}

/** Whether the person wrote a remembered turn before one that was handled before it. Pure. */
export function cameLate({ recent, inbox }: Conversation, turn: Turn): boolean {
  const waiting = new Set(inbox.flatMap(({ keys }) => keys));
  return recent.some((entry) => momentOfRecent(entry) > turn.at && !waiting.has(keyOfRecent(entry)));
}
