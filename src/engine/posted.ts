import type { Conversation } from "../domain/conversation.ts";
import { cardRefSchema } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";

/** Remembers where something stands that may still be edited or answered, and forgets what may not. Pure. */
export function keepCard(conversation: Conversation, id: string, value: Json): Conversation {
  const ref = cardRefSchema.safeParse(value);
  if (!ref.success || !isOpen(conversation, id)) return conversation;
  return forgetClosed({ ...conversation, cards: { ...conversation.cards, [id]: ref.data } });
}

/**
 * Forgets where things stand that are neither edited nor answered any more. While nobody knows yet where the newest offer
 * stands, the earlier ones stay known, so that no press on one of them passes for an answer to it. Pure.
 */
export function forgetClosed(conversation: Conversation): Conversation {
  const { cards, offered } = conversation;
  if (offered !== null && cards[offered.of] === undefined) return conversation;
  const open = Object.entries(cards).filter(([id]) => isOpen(conversation, id));
  return open.length === Object.keys(cards).length
    ? conversation
    : { ...conversation, cards: Object.fromEntries(open) };
}

function isOpen({ run, people, offered, outbox }: Conversation, id: string): boolean {
  const wait = run?.wait;
  const awaited = wait !== undefined && "card" in wait ? wait.card : null;
  const mentioned = outbox.some(
    ({ effect }) => ("of" in effect && effect.of === id) || (effect.kind === "post" && effect.under === id),
  );
  return awaited === id || people?.card === id || offered?.of === id || mentioned;
}
