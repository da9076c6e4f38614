import {
  type Address,
  addressSchema,
  type CardRef,
  type ConversationId,
  cardRefSchema,
  conversationIdSchema,
  type WorkspaceId,
  workspaceIdSchema,
} from "../../src/domain/ids.ts";

/** A channel of a workspace, or a thread in it: by the timestamp of the thread's first message, null in the channel itself. */
export interface SlackPlace {
  readonly workspace: WorkspaceId;
  readonly channel: string;
  readonly thread: string | null;
}

/** A message that shows a card of Usher's, or (`digest`) that stands for many cards. */
export interface SlackCard {
  readonly workspace: WorkspaceId;
  readonly kind: "card" | "digest";
  readonly channel: string;
  readonly ts: string;
}

// T: a workspace of Slack's, E: an organisation of several. C: channel, G: private channel or group, D: direct message.
const workspaceForm = "[TE][A-Z0-9]{1,60}";
const channelForm = "[CGD][A-Z0-9]{1,60}";
const tsForm = "\\d{1,12}\\.\\d{1,9}";
const placeForm = new RegExp(`^slack:(${workspaceForm}):(${channelForm})(?::(${tsForm}))?$`);
const cardForm = new RegExp(`^slack-(card|digest):(${workspaceForm}):(${channelForm}):(${tsForm})$`);

const threadForm = /^slack:([CG][A-Z0-9]{1,60}):(\d{1,12})\.(\d{1,9})$/;

/** The address of a channel, or of a thread in it. Pure. */
export function addressOf({ workspace, channel, thread }: SlackPlace): Address {
  const inChannel = `slack:${workspace}:${channel}`;
  return addressSchema.parse(thread === null ? inChannel : `${inChannel}:${thread}`);
}

/** The place that an address names, or null if it is none of Slack's. Pure. */
export function readAddress(address: Address): SlackPlace | null {
  const [, workspace, channel, thread] = placeForm.exec(address) ?? [];
  if (workspace === undefined || channel === undefined) return null;
  return { workspace: workspaceIdSchema.parse(workspace), channel, thread: thread ?? null };
}

/** The reference of a posted card. Pure. */
export function cardRefOf({ workspace, kind, channel, ts }: SlackCard): CardRef {
  return cardRefSchema.parse(`slack-${kind}:${workspace}:${channel}:${ts}`);
}

/** The card that a reference names, or null if it is none of Slack's. Pure. */
export function readCardRef(card: CardRef): SlackCard | null {
  const [, kind, workspace, channel, ts] = cardForm.exec(card) ?? [];
  if (workspace === undefined || channel === undefined || ts === undefined) return null;
  return { workspace: workspaceIdSchema.parse(workspace), kind: kind === "digest" ? "digest" : "card", channel, ts };
}

/** Whether a channel is a direct message, by its id. Pure. */
export function isDirect(channel: string): boolean {
  return channel.startsWith("D");
}

/**
 * The conversation of a place: a direct message is one conversation however many threads the client makes in it, a
 * channel has one for each thread. Unique in the workspace. Pure.
 */
export function conversationOf({ channel, thread }: Pick<SlackPlace, "channel" | "thread">): ConversationId {
  const isWhole = isDirect(channel) || thread === null;
  return conversationIdSchema.parse(isWhole ? `slack:${channel}` : `slack:${channel}:${thread}`);
}

/** The link that opens a conversation's thread in whatever workspace its reader has it in; null: it has no thread to open. Pure. */
export function threadLink(conversation: string): string | null {
  const [, channel, seconds, decimals] = threadForm.exec(conversation) ?? [];
  return channel === undefined ? null : `https://slack.com/archives/${channel}/p${seconds}${decimals}`;
}

/**
 * Answers a function that says whether a conversation is in a thread of this channel; null for a direct message, which is
 * one conversation itself. Pure.
 */
export function threadsIn(channel: string): ((conversation: ConversationId) => boolean) | null {
  return isDirect(channel) ? null : (conversation) => conversation.startsWith(`slack:${channel}:`);
}

/** The Unix ms of one of Slack's timestamps, which are seconds with six decimals; read as text, so that no digit is lost. Pure. */
export function momentOf(ts: string): number {
  const [seconds = "0", decimals = ""] = ts.split(".");
  return Number(seconds) * 1000 + Number(decimals.padEnd(3, "0").slice(0, 3));
}
