import type { Card, CardStatus, CardValue } from "../../src/domain/card.ts";
import { dots } from "../../src/domain/dots.ts";
import type { OutMessage, TextMessage } from "../../src/domain/message.ts";
import { personWords } from "../../src/domain/person-words.ts";
import type { Receipt } from "../../src/domain/press.ts";
import type { PublishedProcedure } from "../../src/domain/procedure.ts";
import type { ApprovalView, ConversationView, RunView } from "../../src/ports/inspector.ts";
import type {
  AgentsCardJson,
  ApprovalJson,
  ConversationJson,
  ConversationSummaryJson,
  MessageJson,
  PersonJson,
  ProcedureJson,
  ReceiptJson,
  RunJson,
} from "./api.ts";
import { isReply, type LoggedCard } from "./card-log.ts";
import { webLimits } from "./limits.ts";
import type { LoggedConversation, LoggedMessage } from "./message-log.ts";

// Domain data to the JSON that the page reads. Nothing is escaped here: JSON is data, and the page shows text as text.

/** What is shown in a customer's thread; a card there becomes plain words. Pure. */
export function asText(message: OutMessage): TextMessage {
  if (message.kind === "text") return message;
  const { title, sections, status } = message.card;
  const fields = sections.flatMap((section) => section.fields.map(({ name, value }) => `${name}: ${plain(value)}`));
  const lines = [title, ...fields, ...status.map(statusWords)];
  return { kind: "text", text: lines.join("\n"), choices: [], sensitive: false, author: null };
}

function statusWords({ before, by, at, after }: CardStatus): string {
  return before + (by === undefined ? "" : `${personWords(by)}, `) + plain({ at }) + after;
}

/** What is shown in the agents channel; words there become a card without buttons. Pure. */
export function asCard(message: OutMessage): Card {
  if (message.kind === "card") return message.card;
  return { ...bareCard, kind: "notice", title: message.text };
}

const bareCard = { tone: "plain", sections: [], status: [], pressId: null, buttons: [] } as const;

function plain(value: CardValue): string {
  if (typeof value === "string") return value;
  return "at" in value ? new Date(value.at).toISOString() : personWords(value.person);
}

function messageJson(message: LoggedMessage, people: readonly PersonJson[]): MessageJson {
  const { seq, sender, key, author, at, choices, hidden } = message;
  const text = hidden ? dots : message.text;
  if (sender !== null) {
    const { name, role } = personNow(sender, people);
    return { id: key, from: sender, name, role, text, at, choices, hidden };
  }
  // An effect's id holds the nonce of its conversation, which must not be shown; no client's id has a dot in it.
  const shown = { id: `usher.${seq}`, text, at, choices, hidden };
  if (author === null) return { ...shown, from: "usher", name: "Usher", role: "bot" };
  const role = people.find(({ id }) => id === author.id)?.role ?? "agent";
  return { ...shown, from: author.id, name: author.name, role };
}

function personNow(id: string, people: readonly PersonJson[]): PersonJson {
  return people.find((person) => person.id === id) ?? { id, name: id, role: "customer" };
}

/** A conversation; `view` is null until Usher has taken in its first message. Pure. */
export function conversationJson(
  conversation: LoggedConversation,
  messages: readonly LoggedMessage[],
  view: ConversationView | null,
  people: readonly PersonJson[],
): ConversationJson {
  return {
    id: conversation.id,
    customer: personNow(conversation.customer, people),
    messages: messages.map((message) => messageJson(message, people)),
    run: view === null || view.run === null ? null : runJson(view.run),
    lastRun: view === null || view.lastRun === null ? null : runJson(view.lastRun),
    lastRoute: view?.lastRoute ?? null,
    handledBy: view?.handledBy ?? "bot",
    awaitsSensitive: view?.awaitsSensitive ?? false,
    tags: view?.tags ?? [],
    resolvedAt: view?.resolvedAt ?? null,
  };
}

function runJson({ procedure, variables, ...run }: RunView): RunJson {
  return {
    ...run,
    procedure: procedure.slug,
    procedureName: procedure.name,
    version: procedure.version,
    variables: Object.fromEntries(variables.map(({ name, value, hidden }) => [name, hidden ? dots : value])),
    variableViews: variables,
  };
}

/** A conversation in a list; `last`: its newest message. Pure. */
export function summaryJson(
  conversation: LoggedConversation,
  last: LoggedMessage | null,
  people: readonly PersonJson[],
): ConversationSummaryJson {
  const { id, customer, startedAt } = conversation;
  const newest = last === null ? null : messageJson(last, people);
  const lastText = newest === null ? "" : newest.text.slice(0, webLimits.summaryLength).toWellFormed();
  return { id, customer: personNow(customer, people), startedAt, lastText, lastBy: newest?.name ?? null };
}

/** A card of the agents channel. Pure. */
export function agentsCardJson(logged: LoggedCard): AgentsCardJson {
  const { effect, conversation, card, at, under } = logged;
  const saidBy = card.kind !== "relay" ? null : isReply(logged) ? "agent" : "customer";
  return { id: effect, conversationId: conversation, card, at, under, saidBy };
}

/** An agent's words under a hand-off card, as a card like those with the customer's words. Pure. */
export function replyCard(name: string, text: string): Card {
  return { ...bareCard, kind: "relay", title: name, sections: [{ label: "Message", fields: [{ name, value: text }] }] };
}

/** An approval that waits. Pure. */
export function approvalJson({ id, conversationId, procedure, request, expiresAt }: ApprovalView): ApprovalJson {
  return { id, conversationId, procedure: procedure.slug, request, expiresAt };
}

/** What somebody who decided is told. `approved` is null for what is neither Approve nor Reject. Pure. */
export function receiptJson(receipt: Receipt): ReceiptJson {
  if (receipt.kind === "refused") {
    return { outcome: "refused", by: null, byName: null, at: null, approved: null, reason: receipt.reason };
  }
  const { by, at, action, reason } = receipt.decision;
  const approved = action === "approve" ? true : action === "reject" ? false : null;
  return { outcome: receipt.kind, by: by.id, byName: by.name, at, approved, reason };
}

/** One version of a procedure. Pure. */
export function procedureJson({ procedure, version }: PublishedProcedure): ProcedureJson {
  return { version, procedure };
}
