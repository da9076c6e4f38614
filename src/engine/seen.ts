import type { Conversation } from "../domain/conversation.ts";
import { limits } from "../domain/limits.ts";
import { keyOfRecent, momentOfRecent, recentTurn } from "../domain/recent.ts";
import type { Turn } from "../domain/turn.ts";
import type { Context } from "./context.ts";
import { trace } from "./trace.ts";

/** Whether this turn must count as seen. Pure. */
export function wasSeen(conversation: Conversation, turn: Turn): boolean {
  return turn.at <= conversation.floor || isRemembered(conversation, turn);
}

/** Whether this turn counts as seen only because it is older than everything that is remembered. Pure. */
export function isForgotten(conversation: Conversation, turn: Turn): boolean {
  return turn.at <= conversation.floor && !isRemembered(conversation, turn);
}

/** The turn with as much of its text as is read. Pure. */
export function withinLimit(turn: Turn): Turn {
  // One character more than the limit, so that a longer answer is refused as too long and not taken half.
  return { ...turn, text: turn.text.slice(0, limits.turnLength + 1).toWellFormed() };
}

/** Whether this very turn was taken in here, and is remembered. Pure. */
export function isRemembered({ recent }: Conversation, { keys }: Turn): boolean {
  return recent.some((entry) => keys.includes(keyOfRecent(entry)));
}

/** Keeps the turn's keys; those that fall out raise the floor below which a turn counts as seen. Pure. */
export function remember(conversation: Conversation, turn: Turn): Conversation {
  const all = [...conversation.recent, ...turn.keys.map((key) => recentTurn(key, turn.at))];
  const forgotten = all.slice(0, Math.max(0, all.length - limits.recentKeys));
  const floor = forgotten.reduce((highest, entry) => Math.max(highest, momentOfRecent(entry)), conversation.floor);
  return { ...conversation, recent: all.slice(forgotten.length), floor };
}

/** Notes in the run's trace that this turn came late: it was written before one that was handled before it. Pure. */
export function noteIfLate(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (!cameLate(conversation, turn)) return conversation;
  const text = "It came late: it was written before a message that was first here.";
  return trace(conversation, context, { kind: "note", text });
}

function cameLate({ recent, inbox }: Conversation, turn: Turn): boolean {
  const waiting = new Set(inbox.flatMap(({ keys }) => keys));
  return recent.some((entry) => momentOfRecent(entry) > turn.at && !waiting.has(keyOfRecent(entry)));
}
