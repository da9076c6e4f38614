import { type Action, actionTable } from "../domain/action.ts";
import type { Card, CardSection, CardStatus } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import { dots } from "../domain/dots.ts";
import type { Outgoing } from "../domain/effect.ts";
import type { HttpRequest } from "../domain/http-request.ts";
import type { Json } from "../domain/json.ts";
import type { Person } from "../domain/person.ts";
import { personWords, shownPerson } from "../domain/person-words.ts";
import { isSecretName } from "../domain/secret-names.ts";
import type { TraceEntry } from "../domain/trace.ts";
import { visible } from "../domain/visible.ts";
import { type Context, procedureOf, stepOf } from "./context.ts";
import { hideSensitive, shorten } from "./trace.ts";

// Cards are built here from the data itself, never from words that a model or a customer could choose. A request and a
// reason stand on them whole: what does not fit at a glance is the channel's to show elsewhere, and never to drop.

/** What a call or an action does, in a few words: "create a ticket", "POST shop.example.com". Pure. */
export function labelOf(of: Outgoing): string {
  if (of.effect.kind === "act") return actionTable[of.effect.action.kind].label;
  if (of.effect.kind === "call") return `${of.effect.request.method} ${new URL(of.effect.request.url).host}`;
  return of.effect.kind;
}

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

/** An outcome line; `after` follows the moment, as in "Withdrawn, 14:05: it was never sent". Pure. */
export function statusLine(tone: Card["tone"], before: string, at: number, after = ""): CardStatus {
  return { tone, before: `${before} `, at, after };
}

/** An outcome line about what somebody did, as in "Rejected by Ann (agent U012ABC), 14:05: too late". Pure. */
export function doneBy(tone: Card["tone"], before: string, by: Person, at: number, after = ""): CardStatus {
  return { ...statusLine(tone, before, at, after), by: shownPerson(by) };
}

/**
 * The id in the buttons of a verdict: which attempt it is about, so that a click meant for one question never answers
 * the next. Pure.
 */
export function verdictId({ id, attempt }: Outgoing): string {
  return `${id}-${attempt}`;
}

/** Whether a decision is about this effect, or a verdict about one of its attempts. Pure. */
export function isAbout(decided: string, effectId: string): boolean {
  return decided === effectId || decided.startsWith(`${effectId}-`);
}

const decisionWords = {
  approve: ["ok", "Approved by"],
  reject: ["bad", "Rejected by"],
  happened: ["ok", "“It happened”, said"],
  runAgain: ["wait", "“Run again”, said"],
  stop: ["bad", "Stopped by"],
  handBack: ["ok", "Handed back by"],
  resolve: ["ok", "Resolved by"],
} as const;

/** The decisions on one effect, as the outcome lines of its card. Pure. */
export function decisionLines({ run }: Conversation, id: string): readonly CardStatus[] {
  const decisions = run?.decisions.filter(({ of }) => isAbout(of, id)) ?? [];
  return decisions.map(({ action, by, at, reason }) => {
    const [tone, words] = decisionWords[action];
    return doneBy(tone, words, by, at, reason === null ? "" : `: ${reason}`);
  });
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

function hider(conversation: Conversation, context: Context): (text: string) => string {
  return (text) => visible(hideSensitive(conversation, context, text));
}

function requestSections(of: Outgoing, hide: (text: string) => string, label: string): readonly CardSection[] {
  const field = (name: string, value: string) => ({ name, value: hide(value) });
  if (of.effect.kind === "call") return callSections(of.effect.request, field, label);
  if (of.effect.kind !== "act") return [];
  const parameters = parametersOf(of.effect.action).map(([name, value]) => field(name, asText(value)));
  return [
    { label, fields: [field("Action", actionTable[of.effect.action.kind].label)] },
    ...(parameters.length === 0 ? [] : [{ label: "Parameters", fields: parameters }]),
  ];
}

function callSections(
  request: HttpRequest,
  field: (name: string, value: string) => CardSection["fields"][number],
  label: string,
): readonly CardSection[] {
  const headers = Object.entries(shownHeaders(request.headers)).map(([name, value]) => field(name, value));
  return [
    { label, fields: [field("Method", request.method), field("URL", request.url)] },
    ...(headers.length === 0 ? [] : [{ label: "Headers", fields: headers }]),
    ...(request.body === null ? [] : [{ label: "Body", fields: [field("Body", request.body)] }]),
  ];
}

/** The headers of a request as people may see them: what is a secret by its name as dots. Pure. */
export function shownHeaders(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  const shown = Object.entries(headers).map(([name, value]) => [name, isSecretName(name) ? dots : value]);
  return Object.fromEntries(shown);
}

/** The parameters of an action by name, without its kind. Pure. */
function parametersOf(action: Action): readonly (readonly [string, Json])[] {
  return Object.entries(action).flatMap(([name, value]) =>
    name === "kind" || value === undefined ? [] : [[name, value]],
  );
}

function runSection(conversation: Conversation, context: Context): CardSection {
  const procedure = procedureOf(conversation, context);
  const { index, step } = stepOf(conversation, context);
  return {
    label: "Procedure",
    fields: [
      { name: "Procedure", value: `${procedure.name}, version ${procedure.version}` },
      { name: "Step", value: `${index + 1} ${step.title ?? step.id}` },
    ],
  };
}

function customerSection({ customer, run }: Conversation): CardSection {
  const person = shownPerson(run?.startedBy ?? customer);
  return { label: "Customer", fields: [{ name: "Customer", value: { person } }] };
}

function collectedSection(conversation: Conversation, context: Context): CardSection {
  const procedure = procedureOf(conversation, context);
  const hide = hider(conversation, context);
  const fields = Object.entries(conversation.run?.variables ?? {}).map(([name, value]) => ({
    name,
    value: procedure.sensitive.has(name) ? dots : shorten(hide(asText(value)), limitOfCollected),
  }));
  return { label: "Collected", fields };
}

// Only a reminder of what the run knows: what will be done with it stands in the request.
const limitOfCollected = 200;
const messagesOnHandOff = 5;

// Whose words they are, and no name: that stands on the card, and nobody is called "Usher" here by choice (attack 75).
function transcript(entries: readonly TraceEntry[]): CardSection["fields"] {
  const said = entries.flatMap((entry) => {
    if (entry.kind === "said") return [{ name: "Usher", value: entry.text }];
    return entry.kind === "heard" ? [{ name: "Customer", value: entry.text }] : [];
  });
  return said.slice(-messagesOnHandOff);
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
