import type { Conversation } from "../domain/conversation.ts";
import type { Turn } from "../domain/turn.ts";
import type { Context } from "./context.ts";
import { isFull } from "./outbox.ts";
import { remember, wasSeen } from "./seen.ts";
import { startRun } from "./walk.ts";

/** Why a procedure cannot be started here now, as a sentence for whoever asked; null: it can. Pure. */
export function whyNotStarted(conversation: Conversation, context: Context, slug: string, turn: Turn): string | null {
  const procedure = context.active.get(slug);
  if (procedure === undefined) return "This procedure is not active any more. Choose another one.";
  if (wasSeen(conversation, turn)) return "This has been started already.";
  if (conversation.people !== null) return "People have this conversation. Hand it back to Usher first.";
  if (conversation.run !== null) return "A procedure is running here already. Let it end, or cancel it first.";
  if (isFull(conversation)) return "Too much is waiting to be sent here. Try again in a moment.";
  return null;
}

/** Somebody has chosen what to start, so no model is asked; `turn` is what the customer wanted, in whose name it runs. Pure. */
export function onStart(conversation: Conversation, context: Context, slug: string, turn: Turn): Conversation {
  const procedure = context.active.get(slug);
  if (procedure === undefined || whyNotStarted(conversation, context, slug, turn) !== null) return conversation;
  return startRun(remember(conversation, turn), context, procedure, turn);
}
