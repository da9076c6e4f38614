import type { Card, CardStatus } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import type { Person } from "../domain/person.ts";
import { personWords } from "../domain/person-words.ts";
import {
  collectedSection,
  customerSection,
  hider,
  labelOf,
  requestSections,
  runSection,
  transcript,
} from "./card-sections.ts";
import { verdictId } from "./card-status.ts";
import type { Context } from "./context.ts";

// Cards are built here from the data itself, never from words that a model or a customer could choose. A request and a
// reason stand on them whole: what does not fit at a glance is the channel's to show elsewhere, and never to drop.

/** How a card about a call or an action stands: what its title says, how it looks, and what can be pressed. */
export interface CardState {
  readonly kind: "approval" | "verdict";
  readonly title: string;
  readonly tone: Card["tone"];
  readonly status: readonly CardStatus[];
  readonly buttons: Card["buttons"];
  readonly expiresAt: number | null;
}

/** A card about one exact call or action of the run: what it will do, for whom, and on whose behalf. Pure. */
export function effectCard(conversation: Conversation, context: Context, of: Outgoing, state: CardState): Card {
  const hide = hider(conversation, context);
  return {
    kind: state.kind,
    title: state.title,
    tone: state.tone,
    sections: [
      // A card that decides says what will be done; one that reports shows what it was about.
      ...requestSections(of, hide, state.kind === "approval" && state.buttons.length > 0 ? "Will do" : "Request"),
      runSection(conversation, context),
      customerSection(conversation),
      collectedSection(conversation, context),
      ...(state.expiresAt === null
        ? []
        : [{ label: "Expires", fields: [{ name: "Expires", value: { at: state.expiresAt } }] }]),
    ],
    status: state.status,
    pressId: state.buttons.length === 0 ? null : state.kind === "verdict" ? verdictId(of) : of.id,
    buttons: state.buttons,
  };
}

/** The card that asks for the approval of a call or an action; `expiresAt`: until when (Unix ms). Pure. */
export function approvalCard(conversation: Conversation, context: Context, of: Outgoing, expiresAt: number): Card {
  return effectCard(conversation, context, of, {
    kind: "approval",
    title: `Approval needed: ${labelOf(of)}`,
    tone: "wait",
    status: [],
    buttons: approvalButtons,
    expiresAt,
  });
}

/** The same card when there is nothing to press on it any more. Pure. */
export function closedEffectCard(
  conversation: Conversation,
  context: Context,
  of: Outgoing,
  state: Pick<CardState, "title" | "tone" | "status">,
): Card {
  return effectCard(conversation, context, of, { ...state, kind: "approval", buttons: [], expiresAt: null });
}

const approvalButtons: Card["buttons"] = [
  { action: "approve", label: "Approve" },
  { action: "reject", label: "Reject" },
];
/** The buttons of an outcome that nobody knows. */
export const verdictButtons: Card["buttons"] = [
  { action: "happened", label: "It happened" },
  { action: "runAgain", label: "Run again" },
  { action: "stop", label: "Stop" },
];
const handOffButtons: Card["buttons"] = [
  { action: "handBack", label: "Hand back" },
  { action: "resolve", label: "Resolve" },
];

/** The card that gives a conversation to people: why, whose, and what was said. Pure. */
export function handOffCard(
  conversation: Conversation,
  context: Context,
  id: string,
  { title, reason }: { readonly title: string; readonly reason: string },
): Card {
  const run = conversation.run === null ? [] : [runSection(conversation, context)];
  const said = transcript(conversation.run?.trace ?? []);
  return {
    kind: "handOff",
    title,
    tone: "wait",
    sections: [
      { label: "Reason", fields: [{ name: "Reason", value: hider(conversation, context)(reason) }] },
      customerSection(conversation),
      ...run,
      ...(said.length === 0 ? [] : [{ label: "Last messages", fields: said }]),
      ...(conversation.run === null ? [] : [collectedSection(conversation, context)]),
    ],
    status: [],
    pressId: id,
    buttons: handOffButtons,
  };
}

/** The card of a hand-off that has ended: with one more outcome line, and no buttons. Pure. */
export function closedHandOffCard(card: Card, status: CardStatus): Card {
  const title = "A person had this conversation";
  return { ...card, title, tone: status.tone, status: [...card.status, status], pressId: null, buttons: [] };
}

/** One line for the agents; `tone` ok or bad where it reports an outcome. Pure. */
export function lineCard(kind: "notice" | "reminder", title: string, tone: Card["tone"]): Card {
  return { kind, title, tone, sections: [], status: [], pressId: null, buttons: [] };
}

/** What somebody of the customer's side wrote while people have the conversation. Pure. */
export function relayCard(from: Person, text: string): Card {
  return {
    kind: "relay",
    title: personWords(from),
    tone: "plain",
    sections: [{ label: "Message", fields: [{ name: personWords(from), value: text }] }],
    status: [],
    pressId: null,
    buttons: [],
  };
}
