import type { Conversation } from "../domain/conversation.ts";
import type { CardRef } from "../domain/ids.ts";
import { isAgent, isSamePerson } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { mayAnswer } from "./answer.ts";
import type { Context } from "./context.ts";
import { closeOffer } from "./outbox.ts";
import { wasSeen } from "./seen.ts";
import { onTurn } from "./turns.ts";

/**
 * Why a pressed choice does not count, as a sentence for whoever pressed; null: it does, or did when the same press came
 * first. A press counts on the message whose choices are offered now, also before its own reference is stored. Pure.
 */
export function whyNotChosen(conversation: Conversation, context: Context, card: CardRef, turn: Turn): string | null {
  if (wasSeen(conversation, turn)) return null;
  const { offered, cards } = conversation;
  const posted = offered === null ? undefined : cards[offered.of];
  const isOpen = posted === undefined ? offered?.message.choices.includes(turn.text) === true : posted === card;
  if (!isOpen) return "These choices are not open any more, so nothing has changed. You can always write here instead.";
  return isAsked(conversation, context, turn) ? null : "This question is for somebody else, so nothing has changed.";
}

/** Takes a pressed choice as its words, if it counts; any other press changes nothing. Pure. */
export function onChose(conversation: Conversation, context: Context, card: CardRef, turn: Turn): Conversation {
  return whyNotChosen(conversation, context, card, turn) === null
    ? onTurn(conversation, context, turn, null)
    : conversation;
}

/** Takes the buttons from choices that nobody is asked about any more. Pure. */
export function withoutStaleOffer(conversation: Conversation, context: Context): Conversation {
  const { offered, choosing, run, people } = conversation;
  const isOpen = people === null && (choosing !== null || run?.wait.kind === "input");
  return offered === null || isOpen ? conversation : closeOffer(conversation, context, null);
}

/** Whether these choices were put to this person; an agent who is not the customer answers nothing here. */
function isAsked(conversation: Conversation, context: Context, turn: Turn): boolean {
  const { choosing, customer, run } = conversation;
  if (isAgent(turn.from) && !isSamePerson(customer, turn.from)) return false;
  if (run !== null) return mayAnswer(conversation, context, turn);
  return choosing !== null && isSamePerson(choosing.turn.from, turn.from);
}
