import { z } from "zod";
import { dots } from "../../src/domain/dots.ts";
import { type ConversationId, conversationIdSchema } from "../../src/domain/ids.ts";
import { type TextMessage, textMessageSchema } from "../../src/domain/message.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { replyCardIds } from "./card-log.ts";
import { webLimits } from "./limits.ts";
import type { LogFile } from "./log-file.ts";
import type { Written } from "./parse.ts";

const messageRow = z.object({
  seq: z.number(),
  conversation: conversationIdSchema,
  sender: z.string().nullable(),
  key: z.string(),
  text: z.string(),
  choices: z.string().transform((stored) => z.array(z.string()).parse(JSON.parse(stored))),
  author: z
    .string()
    .transform((stored) => textMessageSchema.shape.author.parse(JSON.parse(stored)))
    .nullable(),
  at: z.number(),
  hidden: z.number().transform((stored) => stored === 1),
  state: z.enum(["pending", "delivered", "refused"]),
});
const columns = "seq, conversation, sender, key, text, choices, author, at, hidden, state";

/** One stored message. `sender` null: Usher; then `author` is the agent whose words are relayed, or null. */
export type LoggedMessage = Readonly<z.infer<typeof messageRow>>;

const conversationRow = z.object({ id: conversationIdSchema, customer: z.string(), startedAt: z.number() });
const conversationColumns = "id, customer, started_at AS startedAt";

/** A conversation as the platform knows it. `customer`: a person's id. */
export type LoggedConversation = Readonly<z.infer<typeof conversationRow>>;

/** The customers' threads: what a chat platform's own servers keep. Every method throws what LogFile does. */
export interface MessageLog {
  addConversation(conversation: LoggedConversation): void;
  conversation(id: string): LoggedConversation | null;
  /** The newest conversations, newest first. */
  conversations(): readonly LoggedConversation[];
  /** Stores a person's message unless its key is known in the conversation; answers the stored one. */
  write(written: Written): LoggedMessage;
  /** What a person wrote under this key, or null. */
  message(conversation: ConversationId, key: string): LoggedMessage | null;
  /** What Usher has not yet taken in, oldest first; of one conversation up to `upTo`, or of all. */
  pending(conversation?: ConversationId, upTo?: number): readonly LoggedMessage[];
  /** The time of what somebody says now: `at`, or later than everything that people have said in the conversation. */
  timeAfter(conversation: ConversationId, at: number): number;
  /** Notes, before Usher gets it, that a message must not be shown. */
  hide(seq: number): void;
  /** Notes what became of a message. The text of a hidden one is overwritten once Usher has it. */
  settle(seq: number, state: "delivered" | "refused"): void;
  /** Stores a message of Usher's, once for each effect id. Throws PermanentError for an unknown conversation. */
  say(conversation: string, effectId: string, message: TextMessage, at: number): void;
  /** Changes a message of Usher's. Throws PermanentError if there is none. */
  change(conversation: string, effectId: string, message: TextMessage): void;
  /** The newest messages of a conversation, oldest first. */
  thread(conversation: ConversationId): readonly LoggedMessage[];
  /** The newest message that Usher has or that Usher wrote, or null. */
  last(conversation: ConversationId): LoggedMessage | null;
}

const insertMessage =
  "INSERT OR IGNORE INTO messages (conversation, sender, key, text, choices, author, at, hidden, state)" +
  " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)";

const newestSaid =
  "SELECT max(at) AS at FROM (SELECT at FROM messages WHERE conversation = ? AND sender IS NOT NULL" +
  " UNION ALL SELECT at FROM cards WHERE effect > ? AND effect < ?)";

/** The threads in an open file. */
export function createMessageLog(file: LogFile): MessageLog {
  const message = (conversation: ConversationId, key: string): LoggedMessage | null => {
    const which = "conversation = ? AND (sender IS NULL) = 0 AND key = ?";
    return file.first(messageRow, `SELECT ${columns} FROM messages WHERE ${which}`, conversation, key);
  };
  // Time in a thread only goes on, as on a chat platform, also when this machine's clock is set back: what is older than
  // all that Usher remembers would count as seen. What agents say under the card counts, too: it is remembered with it.
  const timeAfter = (conversation: ConversationId, at: number): number => {
    const [from, to] = replyCardIds(conversation);
    const last = file.first(z.object({ at: z.number().nullable() }), newestSaid, conversation, from, to)?.at ?? null;
    return last === null ? at : Math.max(at, last + 1);
  };
  return {
    ...conversationsOf(file),
    ...usherMessagesOf(file),
    message,
    timeAfter,
    write: ({ conversation, key, from, text, at }) => {
      file.run(insertMessage, conversation, from, key, text, "[]", null, timeAfter(conversation, at), "pending");
      const stored = message(conversation, key);
      if (stored === null) throw new PermanentError(`playground.db lost message ${key} of ${conversation}.`);
      return stored;
    },
    pending: (conversation, upTo) => {
      const select = `SELECT ${columns} FROM messages WHERE state = 'pending'`;
      if (conversation === undefined) return file.all(messageRow, `${select} ORDER BY seq`);
      const within = `${select} AND conversation = ? AND seq <= ? ORDER BY seq`;
      return file.all(messageRow, within, conversation, upTo ?? Number.MAX_SAFE_INTEGER);
    },
    hide: (seq) => {
      file.run("UPDATE messages SET hidden = 1 WHERE seq = ?", seq);
    },
    settle: (seq, state) => {
      const text = "CASE WHEN hidden = 1 AND ? = 'delivered' THEN ? ELSE text END";
      const update = `UPDATE messages SET state = ?, text = ${text} WHERE seq = ? RETURNING hidden`;
      const settled = file.first(z.object({ hidden: z.number() }), update, state, state, dots, seq);
      if (state === "delivered" && settled?.hidden === 1) file.forget();
    },
  };
}

function conversationsOf(file: LogFile): Pick<MessageLog, "addConversation" | "conversation" | "conversations"> {
  const select = `SELECT ${conversationColumns} FROM conversations`;
  return {
    addConversation: ({ id, customer, startedAt }) => {
      file.run("INSERT INTO conversations (id, customer, started_at) VALUES (?, ?, ?)", id, customer, startedAt);
    },
    conversation: (id) => file.first(conversationRow, `${select} WHERE id = ?`, id),
    conversations: () =>
      file.all(conversationRow, `${select} ORDER BY started_at DESC, rowid DESC LIMIT ?`, webLimits.conversationsShown),
  };
}

function usherMessagesOf(file: LogFile): Pick<MessageLog, "say" | "change" | "thread" | "last"> {
  const newest = `SELECT ${columns} FROM messages WHERE conversation = ?`;
  return {
    say: (conversation, effectId, { text, choices, author }, at) => {
      const known = file.first(z.object({}), "SELECT 1 FROM conversations WHERE id = ?", conversation);
      if (known === null) throw new PermanentError(`The playground has no conversation ${conversation}.`);
      const by = author === null ? null : JSON.stringify(author);
      file.run(insertMessage, conversation, null, effectId, text, JSON.stringify(choices), by, at, "delivered");
    },
    change: (conversation, effectId, { text, choices, author }) => {
      const which = "conversation = ? AND sender IS NULL AND key = ?";
      const change = `UPDATE messages SET text = ?, choices = ?, author = ? WHERE ${which}`;
      const by = author === null ? null : JSON.stringify(author);
      const changed = file.run(change, text, JSON.stringify(choices), by, conversation, effectId);
      if (changed === 0) throw new PermanentError(`The playground never showed message ${effectId}.`);
    },
    thread: (conversation) =>
      file.all(messageRow, `${newest} ORDER BY seq DESC LIMIT ?`, conversation, webLimits.messagesShown).toReversed(),
    last: (conversation) =>
      file.first(messageRow, `${newest} AND state = 'delivered' ORDER BY seq DESC LIMIT 1`, conversation),
  };
}
