import { z } from "zod";
import type { Event } from "../../src/domain/event.ts";
import type { CardRef, WorkspaceId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { Place } from "../../src/ports/channel.ts";
import { addressOf, cardRefOf, conversationOf, momentOf, type SlackPlace } from "./address.ts";
import { readText } from "./text.ts";

/** Where a payload came in: who Usher is there, which channel is the agents', and what is known of people. */
export interface Reader {
  readonly workspace: WorkspaceId;
  readonly botUser: string;
  /** The agents channel's id, or null where Slack has none. */
  readonly agentsChannel: string | null;
  /** Somebody of Slack as a person; `team`: where the payload says that they are at home. */
  readonly personOf: (user: string, team: string | null) => Person;
}

/** What a message comes to. `card`: the one of ours under which an agent wrote. */
export type Heard =
  | { readonly kind: "event"; readonly place: Place; readonly event: Event }
  | { readonly kind: "underCard"; readonly card: CardRef; readonly turn: Turn }
  | { readonly kind: "command"; readonly by: Person; readonly text: string; readonly at: SlackPlace }
  | { readonly kind: "nothing" };

const nothing: Heard = { kind: "nothing" };

const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/);
const id = z.string().min(1).max(100);

const saidSchema = z.object({
  subtype: z.enum(["file_share", "me_message", "thread_broadcast"]).optional(),
  channel: id,
  user: id,
  ts,
  thread_ts: ts.optional(),
  text: z.string().default(""),
  client_msg_id: id.optional(),
  parent_user_id: id.optional(),
  user_team: id.optional(),
  source_team: id.optional(),
  team: id.optional(),
});
type Said = z.infer<typeof saidSchema>;

const changedSchema = z.object({
  subtype: z.literal("message_changed"),
  channel: id,
  message: z.object({ ts, thread_ts: ts.optional(), text: z.string().default(""), user: id, bot_id: z.undefined() }),
  previous_message: z.object({ text: z.string().default("") }),
});

const deletedSchema = z.object({
  subtype: z.literal("message_deleted"),
  channel: id,
  deleted_ts: ts,
  previous_message: z.object({ thread_ts: ts.optional() }).default({}),
});

/**
 * What a `message` or `app_mention` event comes to: the two events of one mention give the very same. Joins, topics,
 * bots' messages (our own, too) and whatever else nobody said come to nothing. Pure.
 */
export function readMessage(payload: unknown, reader: Reader): Heard {
  const { subtype, bot_id: bot } = z.looseObject({}).catch({}).parse(payload);
  if (bot !== undefined && bot !== null) return nothing;
  if (subtype === "message_changed") return readChange(payload, reader);
  if (subtype === "message_deleted") return readDeletion(payload, reader);
  const said = saidSchema.safeParse(payload);
  if (!said.success || said.data.user === reader.botUser) return nothing;
  return readSaid(said.data, reader);
}

function readSaid(said: Said, reader: Reader): Heard {
  const { text, mentioned } = readText(said.text, reader.botUser);
  const at = placeOf(said.channel, said.thread_ts ?? said.ts);
  const turn = turnOf(said, text, mentioned, reader);
  const command = mentioned ? commandIn(text, said.channel === reader.agentsChannel) : null;
  if (command !== null) return { kind: "command", by: turn.from, text: command, at };
  if (said.channel !== reader.agentsChannel)
    return { kind: "event", place: inWorkspace(reader, at), event: { kind: "turn", turn } };
  // In the agents channel people talk among themselves; only what stands under a card of ours is for a customer.
  if (said.thread_ts === undefined || said.thread_ts === said.ts || said.parent_user_id !== reader.botUser)
    return nothing;
  return { kind: "underCard", card: cardRefOf({ channel: said.channel, ts: said.thread_ts }), turn };
}

function turnOf(said: Said, text: string, mentioned: boolean, reader: Reader): Turn {
  const key = `slack:${said.channel}:${said.ts}`;
  // A network that sends twice gives a second timestamp and the same id of the client.
  const keys = said.client_msg_id === undefined ? [key] : [key, `slack:client:${said.client_msg_id}`];
  const from = reader.personOf(said.user, said.user_team ?? said.source_team ?? said.team ?? null);
  return { id: key, keys, from, text, mentioned, at: momentOf(said.ts) };
}

// Among customers a mention is how they speak to the bot, so there a command says that it is one.
function commandIn(text: string, amongAgents: boolean): string | null {
  const spelt = /^\/?procedures\b\s*/i.exec(text);
  if (spelt !== null) return text.slice(spelt[0].length);
  return amongAgents ? text : null;
}

function readChange(payload: unknown, reader: Reader): Heard {
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
  return { kind: "event", place: inWorkspace(reader, placeOf(channel, root)), event };
}

function placeOf(channel: string, thread: string): SlackPlace {
  return { channel, thread };
}

function inWorkspace({ workspace }: Reader, at: SlackPlace): Place {
  return { workspace, conversation: conversationOf(at), address: addressOf(at) };
}
