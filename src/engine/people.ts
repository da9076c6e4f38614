import type { CardStatus } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import { dots } from "../domain/dots.ts";
import { limits } from "../domain/limits.ts";
import type { Person } from "../domain/person.ts";
import { personWords } from "../domain/person-words.ts";
import type { Decision } from "../domain/press.ts";
import type { Turn } from "../domain/turn.ts";
import { doneBy, statusLine } from "./card-status.ts";
import { closedHandOffCard, handOffCard, lineCard, relayCard } from "./cards.ts";
import { type Context, stepOf } from "./context.ts";
import { endLater, endRun, withdraw } from "./ending.ts";
import { append, editCard, hasRoom, isFull, outgoing, post, say, takeId } from "./outbox.ts";
import { trace } from "./trace.ts";

/** Why a conversation goes to people. `internalReason` is for the agents alone. */
export interface HandOff {
  readonly customerText: string;
  readonly internalReason: string;
}

/**
 * Gives the conversation to people and ends the run: the customer is told, and the agents get the card from which they
 * answer. If people have it already, the reason goes under their card. Pure.
 */
export function handOff(
  conversation: Conversation,
  context: Context,
  { customerText, internalReason }: HandOff,
): Conversation {
  const told = say(conversation, context, customerText);
  const given = toPeople(told, context, { title: "A person is needed", reason: internalReason });
  return endRun({ ...given, choosing: null }, context, "escalated", internalReason);
}

/**
 * Gives the conversation to people at once although the run's effect is out, or nobody knows what became of it: the run
 * stays until that is known, and then ends. Pure.
 */
export function handOffMeanwhile(
  conversation: Conversation,
  context: Context,
  { customerText, internalReason }: HandOff,
): Conversation {
  const told = say(endLater(conversation, "escalated"), context, customerText);
  return toPeople(told, context, { title: "A person is needed", reason: internalReason });
}

/** An agent wrote in the customer's thread: the run pauses, and the agents channel gets the button that ends that. Pure. */
export function pause(conversation: Conversation, context: Context, agent: Person): Conversation {
  const who = personWords(agent);
  const reason = `${who} wrote in the customer's thread. Usher has paused and stays silent there.`;
  const noted = trace(conversation, context, { kind: "note", text: `${who} wrote here. Usher paused.` });
  return { ...toPeople(noted, context, { title: "Paused: an agent is answering", reason }), choosing: null };
}

function toPeople(
  conversation: Conversation,
  context: Context,
  why: { readonly title: string; readonly reason: string },
): Conversation {
  if (conversation.people !== null) {
    const line = lineCard("notice", `${why.title}: ${why.reason}`, "wait");
    return post(stayWithPeople(conversation, context), context, line, conversation.people.card).conversation;
  }
  const taken = takeId(conversation);
  const shown = handOffCard(conversation, context, taken.id, why);
  const posted = append(
    taken.conversation,
    outgoing(taken.id, { kind: "post", card: shown, under: null }, null, context.now),
  );
  const until = context.now + context.settings.peopleMs;
  return { ...posted, people: { card: taken.id, shown, since: context.now, until } };
}

/** Somebody said something: the silence after which the bot comes back begins anew. Pure. */
export function stayWithPeople(conversation: Conversation, context: Context): Conversation {
  const { people } = conversation;
  return people === null
    ? conversation
    : { ...conversation, people: { ...people, until: context.now + context.settings.peopleMs } };
}

/**
 * What the customer's side writes goes under the hand-off card. When the outbox is full (the agents channel does not
 * take posts), the words are counted as dropped and the customer is told once. Pure.
 */
export function relayToAgents(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (conversation.people === null) return conversation;
  const staying = stayWithPeople(conversation, context);
  if (isFull(staying)) return drop(staying, context);
  // The agents channel is not the place for a sensitive answer; who must see it can ask the customer again.
  const text = awaitsSensitive(staying, context) ? dots : turn.text;
  return post(staying, context, relayCard(turn.from, text), conversation.people.card).conversation;
}

function awaitsSensitive(conversation: Conversation, context: Context): boolean {
  if (conversation.run?.wait.kind !== "input") return false;
  const step = stepOf(conversation, context);
  return step.kind === "collect" && step.step.sensitive;
}

/** Counts a turn that found no room; the customer is told at the first. Pure. */
export function drop(conversation: Conversation, context: Context): Conversation {
  const counted = { ...conversation, dropped: conversation.dropped + 1 };
  return conversation.dropped === 0 ? say(counted, context, context.settings.texts.inboxFull) : counted;
}

/**
 * What an agent writes under the hand-off card reaches the customer under the agent's name, also when somebody has
 * ended the hand-off in the meantime: the agent meant it for the customer. Pure.
 */
export function relayToCustomer(conversation: Conversation, context: Context, turn: Turn): Conversation {
  if (turn.text.trim() === "") return conversation;
  const { id, name } = turn.from;
  if (!isFull(conversation))
    return say(stayWithPeople(conversation, context), context, turn.text, { author: { id, name } });
  const line = lineCard("notice", "The customer cannot be reached just now, so this answer was not passed on.", "bad");
  return hasRoom(conversation)
    ? post(conversation, context, line, conversation.people?.card ?? null).conversation
    : conversation;
}

/** Ends the hand-off by a button: back to the bot, or the whole conversation is done. Pure. */
export function endHandOff(conversation: Conversation, context: Context, decision: Decision): Conversation {
  const word = decision.action === "resolve" ? "Resolved" : "Handed back";
  const closed = closeHandOff(conversation, context, doneBy("ok", `${word} by`, decision.by, context.now));
  const kept = { ...closed, handOffs: [...closed.handOffs, decision].slice(-limits.decisionsOnHandOffs) };
  return decision.action === "resolve" ? resolve(kept, context) : kept;
}

/** Nobody has said a word for the set time: the conversation returns to the bot, and the agents are told. Pure. */
export function endSilentHandOff(conversation: Conversation, context: Context): Conversation {
  const hours = Math.round(context.settings.peopleMs / 3_600_000);
  return closeHandOff(
    conversation,
    context,
    statusLine("plain", "Back with Usher,", context.now, `: nobody wrote for ${hours} h`),
  );
}

function closeHandOff(conversation: Conversation, context: Context, status: CardStatus): Conversation {
  const { people } = conversation;
  if (people === null) return conversation;
  const card = closedHandOffCard(people.shown, status);
  return editCard({ ...conversation, people: null, dropped: 0 }, context, people.card, card);
}

/** The conversation is done: a run that is still there ends, at once or as soon as its effect's outcome is known. Pure. */
function resolve(conversation: Conversation, context: Context): Conversation {
  const { conversation: rest, isOut } = withdraw(conversation, context);
  const ended = isOut ? endLater(rest, "resolved") : endRun(rest, context, "resolved");
  return say({ ...ended, choosing: null, resolvedAt: context.now }, context, context.settings.texts.resolved);
}
