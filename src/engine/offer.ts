import type { Conversation } from "../domain/conversation.ts";
import type { CardRef } from "../domain/ids.ts";
import { isAgent, isSamePerson } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { mayAnswer } from "./answer.ts";
import type { Context } from "./context.ts";
import { closeOffer, isOffer, isUnsent } from "./outbox.ts";
import { wasSeen } from "./seen.ts";
import { onTurn } from "./turns.ts";

/**
 * Why an answer that was given on a message of ours, by a pressed choice or in the private form, does not count, as a
 * sentence for whoever gave it; null: it does, or did when the same one came first. It counts on the message that is
 * offered now, also before its own reference is stored. Pure.
 */
export function whyNotAnswered(conversation: Conversation, context: Context, card: CardRef, turn: Turn): string | null {
  if (wasSeen(conversation, turn)) return null;
  if (!isOffered(conversation, card, turn)) return "This question is not open any more, so nothing has changed.";
  return isAsked(conversation, context, turn) ? null : "This question is for somebody else, so nothing has changed.";
}

/** Takes such an answer as words, if it counts; any other changes nothing. Pure. */
export function onAnswered(conversation: Conversation, context: Context, card: CardRef, turn: Turn): Conversation {
  return whyNotAnswered(conversation, context, card, turn) === null
    ? onTurn(conversation, context, turn, null)
    : conversation;
}

/** Closes an offer about which nobody is asked any more. Pure. */
export function withoutStaleOffer(conversation: Conversation, context: Context): Conversation {
  const { offered, choosing, run, people } = conversation;
  const isOpen = people === null && (choosing !== null || run?.wait.kind === "input");
  return offered === null || isOpen ? conversation : closeOffer(conversation, context, null);
}

function isOffered(conversation: Conversation, card: CardRef, turn: Turn): boolean {
  const { offered, cards } = conversation;
  if (offered === null) return false;
  const posted = cards[offered.of];
  return posted === undefined ? mayBeOffered(conversation, offered, card, turn) : posted === card;
}

/**
 * Whether a message may be the one that is offered, though nobody knows yet where that one stands: that one may have been
 * sent, this one is not known as another, and there is no other of which nobody knows either.
 */
function mayBeOffered(
  { cards, outbox }: Conversation,
  { of, message: { choices } }: NonNullable<Conversation["offered"]>,
  card: CardRef,
  { text }: Turn,
): boolean {
  const offering = outbox.find(({ id }) => id === of);
  if (offering === undefined || isUnsent(offering) || Object.values(cards).includes(card)) return false;
  const isAnother = outbox.some(({ id, effect }) => id !== of && effect.kind === "say" && isOffer(effect.message));
  return !isAnother && (choices.length === 0 || choices.includes(text));
}

/** Whether this person is asked; an agent who is not the customer answers nothing here. */
function isAsked(conversation: Conversation, context: Context, turn: Turn): boolean {
  const { choosing, customer, run } = conversation;
  if (isAgent(turn.from) && !isSamePerson(customer, turn.from)) return false;
  if (run !== null) return mayAnswer(conversation, context, turn);
  return choosing !== null && isSamePerson(choosing.turn.from, turn.from);
}
