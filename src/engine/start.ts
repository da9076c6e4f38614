import type { Conversation } from "../domain/conversation.ts";
import type { Event } from "../domain/event.ts";
import { keyOfRecent } from "../domain/recent.ts";
import type { Turn } from "../domain/turn.ts";
import type { Context } from "./context.ts";
import { isFull } from "./outbox.ts";
import { remember } from "./seen.ts";
import { startRun } from "./walk.ts";

/**
 * Whether this very choice has started something already, or is older than all that is remembered here. That its message
 * was heard before is no hindrance: mostly nothing came of it, and therefore somebody chooses. Pure.
 */
export function wasStarted({ recent, floor }: Conversation, { id, at }: Turn): boolean {
  return at <= floor || recent.some((entry) => keyOfRecent(entry) === id);
}

/** Why a procedure cannot be started here now, as a sentence for whoever asked; null: it can. Pure. */
export function whyNotStarted(conversation: Conversation, context: Context, slug: string, turn: Turn): string | null {
  const procedure = context.active.get(slug);
  if (procedure === undefined) return "This procedure is not active any more. Choose another one.";
  if (wasStarted(conversation, turn)) return "This has been started already.";
  if (conversation.people !== null) return "People have this conversation. Hand it back to Usher first.";
  if (conversation.run !== null) return "A procedure is running here already. Let it end, or cancel it first.";
  if (isFull(conversation)) return "Too much is waiting to be sent here. Try again in a moment.";
  return null;
}

/** Somebody has chosen what to start, so no model is asked; `turn` is what the customer wanted, in whose name it runs. Pure. */
export function onStart(
  conversation: Conversation,
  context: Context,
  { slug, turn, by }: Event & { readonly kind: "start" },
): Conversation {
  const procedure = context.active.get(slug);
  if (procedure === undefined || whyNotStarted(conversation, context, slug, turn) !== null) return conversation;
  return startRun(remember(conversation, turn), context, procedure, turn, by);
}
