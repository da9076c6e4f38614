import { dots } from "../../../../../src/domain/dots.ts";
import type { MessageJson, PersonJson } from "../../../api.ts";

/**
 * A message that the visitor wrote and the server has not shown yet. `conversation` is null while there is none: it is
 * made on the way. The id is made here, so that sending it again cannot double it.
 */
export interface OutgoingMessage {
  readonly id: string;
  readonly conversation: string | null;
  readonly as: string;
  readonly text: string;
  readonly hidden: boolean;
  readonly at: number;
  readonly state: "sending" | "failed";
  readonly problem: string | null;
}

/** A message of a thread; `sending` is null for one that the server has. */
export interface ThreadMessage {
  readonly message: MessageJson;
  readonly sending: "sending" | "failed" | null;
  readonly problem: string | null;
}

/** The server's messages, then those of this conversation that it does not have yet. Pure. */
export function withOutgoing(
  messages: readonly MessageJson[],
  outgoing: readonly OutgoingMessage[],
  conversation: string | null,
  people: readonly PersonJson[],
): readonly ThreadMessage[] {
  const known = new Set(messages.map(({ id }) => id));
  const shown = messages.map((message): ThreadMessage => ({ message, sending: null, problem: null }));
  const own = outgoing.filter((message) => message.conversation === conversation && !known.has(message.id));
  const waiting = own.map((message) => {
    const { state: sending, problem } = message;
    return { message: asMessage(message, people), sending, problem };
  });
  return [...shown, ...waiting];
}

function asMessage(message: OutgoingMessage, people: readonly PersonJson[]): MessageJson {
  const person = people.find(({ id }) => id === message.as);
  return {
    id: message.id,
    from: message.as,
    name: person?.name ?? message.as,
    role: person?.role ?? "customer",
    text: message.hidden ? dots : message.text,
    at: message.at,
    choices: [],
    hidden: message.hidden,
  };
}

/** What is still to be kept, now that the server shows these messages of this conversation. Pure. */
export function stillOutgoing(
  outgoing: readonly OutgoingMessage[],
  conversation: string,
  messages: readonly MessageJson[],
): readonly OutgoingMessage[] {
  const known = new Set(messages.map(({ id }) => id));
  const kept = outgoing.filter((message) => message.conversation !== conversation || !known.has(message.id));
  return kept.length === outgoing.length ? outgoing : kept;
}
