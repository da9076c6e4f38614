import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";
import { limits } from "../domain/limits.ts";
import { isSamePerson } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { mayAnswer, onAnswer } from "./answer.ts";
import { askForPerson, cancel } from "./cancel.ts";
import type { CompiledProcedure } from "./compile.ts";
import type { Context } from "./context.ts";
import { closeOffer, isFull, say } from "./outbox.ts";
import { drop, relayToAgents } from "./people.ts";
import { recognise } from "./phrases.ts";
import { route, yesOrNo } from "./routing.ts";
import { noteIfLate, remember, wasSeen, withinLimit } from "./seen.ts";
import { startRun } from "./walk.ts";

/**
 * The customer's side wrote. A turn that was seen before, or is older than everything remembered, changes nothing. Pure.
 */
export function onTurn(
  conversation: Conversation,
  context: Context,
  turn: Turn,
  beside: ConversationId | null,
): Conversation {
  if (wasSeen(conversation, turn)) return conversation;
  return admit(remember(conversation, turn), context, withinLimit(turn), beside);
}

/** Turns that came while an effect was out count now, in order, as if they had just arrived. Pure. */
export function drainInbox(conversation: Conversation, context: Context): Conversation {
  let at = conversation;
  while (!isBusy(at)) {
    const [turn, ...rest] = at.inbox;
    if (turn === undefined) break;
    at = handle({ ...at, inbox: rest }, context, turn);
  }
  // Once there is room again, the next turn that finds none is worth a word.
  return at.inbox.length === 0 && at.dropped > 0 && !isFull(at) ? { ...at, dropped: 0 } : at;
}

/** Whether the model or a call or an action is out, so that turns must wait. Pure. */
export function isBusy({ run, outbox }: Conversation): boolean {
  return (
    run?.wait.kind === "effect" || outbox.some(({ effect }) => effect.kind === "route" || effect.kind === "forward")
  );
}

function admit(conversation: Conversation, context: Context, turn: Turn, beside: ConversationId | null): Conversation {
  if (conversation.people !== null) return relayToAgents(conversation, context, turn);
  if (isFull(conversation)) return drop(conversation, context);
  if (!isBusy(conversation)) return handle(conversation, context, turn, beside);
  // These two are of use only while it is not too late.
  const word = mayAnswer(conversation, context, turn) ? recognise(turn.text) : null;
  if (word === "cancel") return cancel(conversation, context);
  if (word === "human") return askForPerson(conversation, context);
  if (conversation.inbox.length >= limits.inboxTurns) return drop(conversation, context);
  // None of these has begun, so the platform's time decides; of equals, who came first.
  return { ...conversation, inbox: [...conversation.inbox, turn].toSorted((a, b) => a.at - b.at) };
}

function handle(
  conversation: Conversation,
  context: Context,
  turn: Turn,
  beside: ConversationId | null = null,
): Conversation {
  if (conversation.people !== null) return relayToAgents(conversation, context, turn);
  switch (conversation.run?.wait.kind) {
    case "input":
      return onAnswer(conversation, context, turn);
    case "approval":
    case "verdict":
      return whileAgentsDecide(conversation, context, turn);
    default:
      return withoutRun(conversation, context, turn, beside);
  }
}

function whileAgentsDecide(conversation: Conversation, context: Context, turn: Turn): Conversation {
  const { texts } = context.settings;
  if (!mayAnswer(conversation, context, turn)) return conversation;
  const word = recognise(turn.text);
  if (word === "cancel") return cancel(conversation, context);
  if (word === "human") return askForPerson(conversation, context);
  const holding = conversation.run?.wait.kind === "approval" ? texts.waitingForApproval : texts.checking;
  return say(noteIfLate(conversation, context, turn), context, holding);
}

function withoutRun(
  conversation: Conversation,
  context: Context,
  turn: Turn,
  beside: ConversationId | null,
): Conversation {
  const asked = isAsked(conversation, turn) ? conversation.choosing : null;
  const chosen = asked === null ? null : takeChoice(conversation, context, asked, turn);
  if (chosen !== null) return chosen;
  const word = recognise(turn.text);
  if (word === "human") return askForPerson(conversation, context);
  if (word === "cancel" && (turn.mentioned || asked !== null)) {
    return cancel({ ...conversation, choosing: null }, context);
  }
  if (turn.text.trim() === "") return conversation;
  return route(asked === null ? conversation : { ...conversation, choosing: null }, context, turn, beside);
}

/** Whether "A or B?" was put to this very person. */
function isAsked({ choosing }: Conversation, turn: Turn): boolean {
  return choosing !== null && isSamePerson(choosing.turn.from, turn.from);
}

/** An answer to "A or B?": its name, its number, or yes and no where only one was offered; null: something else. */
function takeChoice(
  conversation: Conversation,
  context: Context,
  choosing: NonNullable<Conversation["choosing"]>,
  turn: Turn,
): Conversation | null {
  if (choosing.expiresAt <= context.now) return null;
  const offered = choosing.slugs.flatMap((slug) => context.active.get(slug) ?? []);
  const word = recognise(turn.text);
  if (choosing.slugs.length === 1 && word === "no") {
    const left = closeOffer({ ...conversation, choosing: null }, context, yesOrNo.no);
    return say(left, context, context.settings.texts.notAgain);
  }
  const isYes = choosing.slugs.length === 1 && word === "yes";
  const chosen = isYes ? offered[0] : named(offered, turn.text);
  if (chosen === undefined) return null;
  const shown = closeOffer(conversation, context, choosing.slugs.length === 1 ? yesOrNo.yes : chosen.name);
  return startRun(shown, context, chosen, choosing.turn);
}

function named(offered: readonly CompiledProcedure[], text: string): CompiledProcedure | undefined {
  const wanted = text.trim().toLowerCase();
  const position = /^[1-9]$/.test(wanted) ? Number(wanted) - 1 : -1;
  return offered[position] ?? offered.find(({ name, slug }) => name.toLowerCase() === wanted || slug === wanted);
}
