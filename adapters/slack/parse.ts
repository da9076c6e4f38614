import { z } from "zod";
import type { Event } from "../../src/domain/event.ts";
import type { CardRef, WorkspaceId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { Place } from "../../src/ports/channel.ts";
import { addressOf, cardRefOf, conversationOf, isDirect, momentOf, type SlackPlace, threadsIn } from "./address.ts";
import { channelId, plainId, teamId, ts, userId } from "./id-forms.ts";
import { readText } from "./text.ts";

/** Where a message came in: who Usher is there, which channel is the agents', and who `authorOf` the message is. */
export interface Reader {
  readonly workspace: WorkspaceId;
  readonly botUser: string;
  /** The agents channel's id, or null where Slack has none. */
  readonly agentsChannel: string | null;
  readonly from: Person | null;
}

/**
 * What a message comes to. `card`: the one of ours under which an agent wrote. `under` of an event: the message of ours
 * that heads its thread, which may be the card of a hand-off in a channel that was the agents' before.
 */
export type Heard =
  | { readonly kind: "event"; readonly place: Place; readonly event: Event }
  | {
      readonly kind: "event";
      readonly place: Place;
      readonly event: Event & { readonly kind: "turn" };
      readonly under: CardRef;
    }
  | { readonly kind: "underCard"; readonly card: CardRef; readonly turn: Turn }
  | {
      readonly kind: "command";
      /** Names the message, as a turn's key does. */
      readonly key: string;
      readonly by: Person;
      readonly text: string;
      readonly at: SlackPlace;
    }
  | { readonly kind: "nothing" };

const nothing: Heard = { kind: "nothing" };

// Made once: zod compiles a schema when it is first used.
const anythingSchema = z.looseObject({}).catch({});

const saidSchema = z.object({
  subtype: z.enum(["file_share", "me_message", "thread_broadcast"]).optional(),
  channel: channelId,
  user: userId,
  ts,
  thread_ts: ts.optional(),
  text: z.string().default(""),
  client_msg_id: plainId.optional(),
  parent_user_id: userId.optional(),
  user_team: teamId.optional(),
  source_team: teamId.optional(),
  team: teamId.optional(),
});
type Said = z.infer<typeof saidSchema>;

const changedSchema = z.object({
  subtype: z.literal("message_changed"),
  channel: channelId,
  message: z.object({
    ts,
    thread_ts: ts.optional(),
    text: z.string().default(""),
    user: userId,
    bot_id: z.undefined().optional(),
  }),
  previous_message: z.object({ text: z.string().default("") }),
});

// What is left of the first message of a thread when it is deleted.
const tombstoneSchema = z.object({
  channel: channelId,
  message: z.object({ subtype: z.literal("tombstone"), ts, thread_ts: ts.optional() }),
});

const deletedSchema = z.object({
  subtype: z.literal("message_deleted"),
  channel: channelId,
  deleted_ts: ts,
  previous_message: z.object({ thread_ts: ts.optional() }).default({}),
});

/**
 * What a `message` or `app_mention` event comes to: the two events of one mention give the very same. Joins, topics,
 * bots' messages (our own, too) and whatever else nobody said come to nothing. Pure.
 */
export function readMessage(payload: unknown, reader: Reader): Heard {
  if (isFromBot(payload)) return nothing;
  const { subtype } = anythingSchema.parse(payload);
  if (subtype === "message_changed") return readChange(payload, reader);
  if (subtype === "message_deleted") return readDeletion(payload, reader);
  const said = saidSchema.safeParse(payload);
  if (!said.success || reader.from === null || said.data.user === reader.botUser) return nothing;
  return readSaid(said.data, reader.from, reader);
}

/**
 * Who wrote a message, and where the payload says that they are at home; null where no person wrote anything new, so that
 * nobody is looked up for the bot's own words. Pure.
 */
export function authorOf(payload: unknown): { readonly user: string; readonly team: string | null } | null {
  const said = saidSchema.safeParse(payload);
  if (!said.success || isFromBot(payload)) return null;
  const { user, user_team: home, source_team: source, team } = said.data;
  return { user, team: home ?? source ?? team ?? null };
}

function isFromBot(payload: unknown): boolean {
  const { bot_id: bot } = anythingSchema.parse(payload);
  return bot !== undefined && bot !== null;
}

function readSaid(said: Said, from: Person, reader: Reader): Heard {
  const { text, mentioned } = readText(said.text, reader.botUser);
  const at = placeOf(reader, said.channel, said.thread_ts ?? said.ts);
  // In a direct message there is nobody else to speak to.
  const turn = turnOf(said, from, text, mentioned || isDirect(said.channel));
  const command = mentioned ? commandIn(text, said.channel === reader.agentsChannel) : null;
  if (command !== null) return { kind: "command", key: turn.id, by: turn.from, text: command, at };
  const card = cardAbove(said, reader);
  if (said.channel !== reader.agentsChannel) {
    const event = { kind: "turn", turn } as const;
    const place = placeOfTurn(said, at);
    return card === null ? { kind: "event", place, event } : { kind: "event", place, event, under: card };
  }
  // In the agents channel people talk among themselves; only what stands under a card of ours is for a customer.
  return card === null ? nothing : { kind: "underCard", card, turn };
}

/** The message of ours that heads the thread of a channel in which this was written, if it may be a card; else null. */
function cardAbove({ channel, ts, thread_ts: thread, parent_user_id: parent }: Said, reader: Reader): CardRef | null {
  if (thread === undefined || thread === ts || isDirect(channel)) return null;
  // Slack says whose message the thread stands under; where that is not said, the card decides.
  if (parent !== undefined && parent !== reader.botUser) return null;
  return cardRefOf({ workspace: reader.workspace, kind: "card", channel, ts: thread });
}

function placeOfTurn({ channel, thread_ts: thread }: Said, at: SlackPlace): Place {
  const isBeside = thread === undefined ? threadsIn(channel) : null;
  return isBeside === null ? inWorkspace(at) : { ...inWorkspace(at), isBeside };
}

function turnOf(said: Said, from: Person, text: string, mentioned: boolean): Turn {
  const key = `slack:${said.channel}:${said.ts}`;
  // A network that sends twice gives a second timestamp and the same id of the client.
  const keys = said.client_msg_id === undefined ? [key] : [key, `slack:client:${said.client_msg_id}`];
  return { id: key, keys, from, text, mentioned, at: momentOf(said.ts) };
}

// Among customers a mention is how they speak to the bot, so there a command says that it is one.
function commandIn(text: string, amongAgents: boolean): string | null {
  const spelt = /^\/?procedures\b\s*/i.exec(text);
  if (spelt !== null) return text.slice(spelt[0].length);
  return amongAgents ? text : null;
}

function readChange(payload: unknown, reader: Reader): Heard {
  const tombstone = tombstoneSchema.safeParse(payload);
  if (tombstone.success) {
    const { channel, message } = tombstone.data;
    return edited(reader, channel, message.thread_ts ?? message.ts, message.ts, null);
  }
  const changed = changedSchema.safeParse(payload);
  if (!changed.success || changed.data.message.user === reader.botUser) return nothing;
  const { channel, message, previous_message: before } = changed.data;
  // A link that unfolds is such an event, too.
  if (message.text === before.text) return nothing;
  const { text } = readText(message.text, reader.botUser);
  return edited(reader, channel, message.thread_ts ?? message.ts, message.ts, text);
}

function readDeletion(payload: unknown, reader: Reader): Heard {
  const deleted = deletedSchema.safeParse(payload);
  if (!deleted.success) return nothing;
  const { channel, deleted_ts: message, previous_message: before } = deleted.data;
  return edited(reader, channel, before.thread_ts ?? message, message, null);
}

function edited(reader: Reader, channel: string, root: string, message: string, text: string | null): Heard {
  if (channel === reader.agentsChannel) return nothing;
  const event = { kind: "edited" as const, turnId: `slack:${channel}:${message}`, text };
  return { kind: "event", place: inWorkspace(placeOf(reader, channel, root)), event };
}

function placeOf({ workspace }: Reader, channel: string, thread: string): SlackPlace {
  return { workspace, channel, thread };
}

/** Where an event at this place belongs. Pure. */
export function inWorkspace(at: SlackPlace): Place {
  return { workspace: at.workspace, conversation: conversationOf(at), address: addressOf(at) };
}
