import type { Conversation } from "../domain/conversation.ts";
import type { Turn } from "../domain/turn.ts";
import { onAnswer, wouldAnswer } from "./answer.ts";
import type { Context } from "./context.ts";
import { isFull } from "./outbox.ts";
import { isForgotten, isRemembered, remember, withinLimit } from "./seen.ts";
import { trace } from "./trace.ts";

/**
 * Whether a turn that was written elsewhere in the channel is the answer for which the run here waits: it is valid as it
 * stands, and no word to the bot. One that was taken already still is, so that forwarding it again changes nothing. Pure.
 */
export function takesForwarded(conversation: Conversation, context: Context, turn: Turn): boolean {
  if (isRemembered(conversation, turn)) return true;
  if (isForgotten(conversation, turn) || conversation.people !== null || isFull(conversation)) return false;
  return conversation.run?.wait.kind === "input" && wouldAnswer(conversation, context, withinLimit(turn));
}

/** Takes such a turn as the answer; any other changes nothing, and is left to the conversation in which it stands. Pure. */
export function onForwarded(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (isRemembered(conversation, turn) || !takesForwarded(conversation, context, turn)) return conversation;
  const text = "The next answer was written in the channel, outside this thread.";
  const noted = trace(remember(conversation, turn), context, { kind: "note", text });
  return onAnswer(noted, context, withinLimit(turn));
}
