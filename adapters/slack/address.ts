import {
  type Address,
  addressSchema,
  type CardRef,
  type ConversationId,
  cardRefSchema,
  conversationIdSchema,
} from "../../src/domain/ids.ts";

/** A place in Slack: a channel, and the thread in it (the timestamp of the thread's first message) or null. */
export interface SlackPlace {
  readonly channel: string;
  readonly thread: string | null;
}

/** A message in Slack: its channel and its timestamp. */
export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
}

// C: channel, G: private channel or group, D: direct message. A timestamp is unique in its channel.
const channel = "[CGD][A-Z0-9]{1,60}";
const timestamp = "\\d{1,12}\\.\\d{1,9}";
const placeForm = new RegExp(`^slack:(${channel})(?::(${timestamp}))?$`);
const messageForm = new RegExp(`^slack:(${channel}):(${timestamp})$`);

/** The address of a channel, or of a thread in it. Pure. */
export function addressOf({ channel: id, thread }: SlackPlace): Address {
  return addressSchema.parse(thread === null ? `slack:${id}` : `slack:${id}:${thread}`);
}

/** The place that an address names, or null if it is none of Slack's. Pure. */
export function readAddress(address: Address): SlackPlace | null {
  const [, id, thread] = placeForm.exec(address) ?? [];
  return id === undefined ? null : { channel: id, thread: thread ?? null };
}

/** The reference of a posted message. Pure. */
export function cardRefOf({ channel: id, ts }: SlackMessage): CardRef {
  return cardRefSchema.parse(`slack:${id}:${ts}`);
}

/** The message that a reference names, or null if it is none of Slack's. Pure. */
export function readCardRef(card: CardRef): SlackMessage | null {
  const [, id, ts] = messageForm.exec(card) ?? [];
  return id === undefined || ts === undefined ? null : { channel: id, ts };
}

/**
 * The conversation of a place: a direct message is one conversation however many threads the client makes in it, a
 * channel has one for each thread. Pure.
 */
export function conversationOf({ channel: id, thread }: SlackPlace): ConversationId {
  const isDirect = id.startsWith("D") || thread === null;
  return conversationIdSchema.parse(isDirect ? `slack:${id}` : `slack:${id}:${thread}`);
}

/** The Unix ms of one of Slack's timestamps, which are seconds with six decimals; read as text, so that no digit is lost. Pure. */
export function momentOf(ts: string): number {
  const [seconds = "0", decimals = ""] = ts.split(".");
  return Number(seconds) * 1000 + Number(decimals.padEnd(3, "0").slice(0, 3));
}
