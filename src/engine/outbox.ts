import { type Card, visibleCard } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Effect, Lane, Outgoing } from "../domain/effect.ts";
import { limits } from "../domain/limits.ts";
import type { TextMessage } from "../domain/message.ts";
import type { Context } from "./context.ts";
import { trace } from "./trace.ts";

const laneOf: { readonly [kind in Effect["kind"]]: Lane } = {
  say: "customer",
  editSay: "tidy",
  post: "agents",
  editCard: "agents",
  route: "work",
  forward: "work",
  call: "work",
  act: "work",
  record: "record",
};

/** A new id, not yet used: `${nonce}-${n}`. Pure. */
export function takeId(conversation: Conversation): { readonly conversation: Conversation; readonly id: string } {
  const id = `${conversation.nonce}-${conversation.nextId}`;
  return { conversation: { ...conversation, nextId: conversation.nextId + 1 }, id };
}

/** An effect that has not been started, due at once. Pure. */
export function outgoing(id: string, effect: Effect, hash: string | null, now: number): Outgoing {
  return {
    id,
    lane: laneOf[effect.kind],
    // Whichever way a card was made: agents decide by what they see on it.
    effect: "card" in effect ? { ...effect, card: visibleCard(effect.card) } : effect,
    hash,
    attempt: 0,
    firstAt: null,
    tries: 0,
    mayHaveHappened: false,
    started: false,
    dueAt: now,
  };
}

/** Puts an effect at the end of its lane. Pure. */
export function append(conversation: Conversation, effect: Outgoing): Conversation {
  return { ...conversation, outbox: [...conversation.outbox, effect] };
}

/** Asks the world for something, and answers under which id. Pure. */
export function emit(
  conversation: Conversation,
  context: Context,
  effect: Effect,
): { readonly conversation: Conversation; readonly id: string } {
  const taken = takeId(conversation);
  return { conversation: append(taken.conversation, outgoing(taken.id, effect, null, context.now)), id: taken.id };
}

/** What belongs to a sentence for the customer, where it is not plain. */
export interface Manner {
  readonly choices?: readonly string[];
  readonly sensitive?: boolean;
  readonly author?: { readonly id: string; readonly name: string };
}

/**
 * Says something to the customer, and notes it in the run's trace. What can be answered on it, by choices or in a private
 * form, takes the place of what was offered before. Pure.
 */
export function say(conversation: Conversation, context: Context, text: string, manner: Manner = {}): Conversation {
  const message = {
    kind: "text" as const,
    text,
    choices: manner.choices ?? [],
    sensitive: manner.sensitive ?? false,
    author: manner.author ?? null,
  };
  const before = isOffer(message) ? closeOffer(conversation, context, null) : conversation;
  const { conversation: said, id } = emit(before, context, { kind: "say", message });
  const offering = isOffer(message) ? { ...said, offered: { of: id, message } } : said;
  return trace(offering, context, { kind: "said", text });
}

/** Whether a message can be answered on itself: by one of its choices, or in a private form. Pure. */
export function isOffer({ choices, sensitive }: TextMessage): boolean {
  return choices.length > 0 || sensitive;
}

/**
 * What is offered is offered no more: its buttons go, and the message shows what was chosen, if anything was. One that was
 * surely not sent so far goes out so. Pure.
 */
export function closeOffer(conversation: Conversation, context: Context, chosen: string | null): Conversation {
  const { offered } = conversation;
  if (offered === null) return conversation;
  const closed = { ...conversation, offered: null };
  const message = { ...offered.message, chosen };
  const unsent = closed.outbox.find((effect) => effect.id === offered.of && isUnsent(effect));
  if (unsent !== undefined) return replace(closed, { ...unsent, effect: { kind: "say", message } });
  return emit(closed, context, { kind: "editSay", of: offered.of, message }).conversation;
}

/** Posts a card in the agents channel; `under`: the effect that posted the card which it belongs under. Pure. */
export function post(
  conversation: Conversation,
  context: Context,
  card: Card,
  under: string | null,
): { readonly conversation: Conversation; readonly id: string } {
  return emit(conversation, context, { kind: "post", card, under });
}

/**
 * Shows another card in the place of a posted one. A post that was never started and is no longer needed is withdrawn
 * if the new card has no news worth posting (`withdraw`), else it is posted and then edited. Pure.
 */
export function editCard(
  conversation: Conversation,
  context: Context,
  of: string,
  card: Card,
  withdraw: "withdraw" | "keep" = "keep",
): Conversation {
  const unsent = conversation.outbox.find((effect) => effect.id === of && effect.attempt === 0);
  if (unsent !== undefined && withdraw === "withdraw") return without(conversation, of);
  return emit(conversation, context, { kind: "editCard", of, card }).conversation;
}

/** The same conversation without this effect. Pure. */
export function without(conversation: Conversation, effectId: string): Conversation {
  return { ...conversation, outbox: conversation.outbox.filter((effect) => effect.id !== effectId) };
}

/** Whether an effect has surely done nothing so far, so that it can be taken back. Pure. */
export function isUnsent({ started, mayHaveHappened }: Outgoing): boolean {
  return !started && !mayHaveHappened;
}

/** The same conversation with this effect in the place of the one of the same id. Pure. */
export function replace(conversation: Conversation, changed: Outgoing): Conversation {
  return {
    ...conversation,
    outbox: conversation.outbox.map((effect) => (effect.id === changed.id ? changed : effect)),
  };
}

/** Whether there is room for anything at all. Pure. */
export function hasRoom(conversation: Conversation): boolean {
  return conversation.outbox.length < limits.outboxEffects;
}

/** Whether there is no room for ordinary effects; ten places stay free for the hand-off that this may cause. Pure. */
export function isFull(conversation: Conversation): boolean {
  return conversation.outbox.length >= limits.outboxEffects - limits.outboxKeptForHandOff;
}
