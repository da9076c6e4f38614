import { type Fields, textOf } from "./fields.ts";
import { markupIn } from "./markup.ts";
import type { FakeMessage, FakeUser, SlackState } from "./state.ts";

/** The messages of a channel, the oldest first, replies among them. */
export function messagesIn(state: SlackState, channel: string): readonly FakeMessage[] {
  return [...(state.messages.get(channel)?.values() ?? [])];
}

/** The message with this timestamp in a channel, or null. */
export function findMessage(state: SlackState, channel: string, ts: string): FakeMessage | null {
  return state.messages.get(channel)?.get(ts) ?? null;
}

/** A thread, its first message first; none when nothing has this timestamp. */
export function threadOf(state: SlackState, channel: string, ts: string): readonly FakeMessage[] {
  const root = findMessage(state, channel, findMessage(state, channel, ts)?.thread ?? ts);
  if (root === null) return [];
  const replies = [...(state.threads.get(`${channel} ${root.ts}`) ?? [])].map((at) => findMessage(state, channel, at));
  return [root, ...replies.filter((reply) => reply !== null)];
}

/** What a message is made of where it is not plain. */
type Draft = Pick<FakeMessage, "channel" | "team" | "user" | "text"> & Partial<FakeMessage>;

/** Puts a message into a channel, as its latest. */
export function addMessage(state: SlackState, draft: Draft): FakeMessage {
  const message: FakeMessage = {
    botId: null,
    subtype: null,
    blocks: [],
    attachments: [],
    files: [],
    thread: null,
    metadata: null,
    edited: null,
    clientMsgId: null,
    ...draft,
    ts: draft.ts ?? state.ts(),
  };
  replaceMessage(state, message);
  if (message.thread !== null) {
    const key = `${message.channel} ${message.thread}`;
    state.threads.set(key, (state.threads.get(key) ?? new Set()).add(message.ts));
  }
  return message;
}

/** Puts another in the place of the message with the same timestamp. */
export function replaceMessage(state: SlackState, message: FakeMessage): void {
  const { channel, ts } = message;
  state.messages.set(channel, (state.messages.get(channel) ?? new Map()).set(ts, message));
}

/** Takes a message away; the first of a thread leaves a mark behind while the thread has others. Answers that mark, or null. */
export function removeMessage(state: SlackState, message: FakeMessage): FakeMessage | null {
  if (message.thread === null && threadOf(state, message.channel, message.ts).length > 1) {
    const { channel, ts, team } = message;
    const mark: FakeMessage = {
      ...{ channel, ts, team, botId: null, blocks: [], attachments: [], files: [], thread: null, metadata: null },
      ...{
        edited: null,
        clientMsgId: null,
        subtype: "tombstone",
        user: "USLACKBOT",
        text: "This message was deleted.",
      },
    };
    replaceMessage(state, mark);
    return mark;
  }
  state.messages.get(message.channel)?.delete(message.ts);
  state.threads.get(`${message.channel} ${message.thread}`)?.delete(message.ts);
  return null;
}

/** Counts every bell that a message rings. `linkNames`: as it was sent. */
export function ring(
  state: SlackState,
  message: Pick<FakeMessage, "channel" | "ts" | "text" | "blocks"> & { readonly attachments?: readonly Fields[] },
  linkNames: boolean,
): void {
  for (const { kind, where, what } of markupIn({ ...message, linkNames })) {
    if (kind === "notify") state.notifications.push({ channel: message.channel, ts: message.ts, where, what });
  }
}

/** A message as Slack hands it out. `metadata`: only to who asked for it, and the one who posted it. */
export function messageJson(state: SlackState, message: FakeMessage, options: { readonly metadata: boolean }): Fields {
  const { ts, user, text, team, blocks, attachments, files, thread, edited, clientMsgId, subtype } = message;
  return {
    type: "message",
    ...(subtype === null ? {} : { subtype }),
    user,
    ts,
    ...(clientMsgId === null ? {} : { client_msg_id: clientMsgId }),
    ...botJson(state, message),
    text,
    team,
    ...(edited === null ? {} : { edited }),
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(files.length === 0 ? {} : { files }),
    ...(options.metadata && message.metadata !== null ? { metadata: message.metadata } : {}),
    ...(thread === null ? rootJson(state, message) : replyJson(state, message, thread)),
  };
}

function botJson(state: SlackState, { botId, user, team }: FakeMessage): Fields {
  if (botId === null) return {};
  const bot = state.users.get(user);
  return {
    bot_id: botId,
    app_id: appIdOf(state, bot),
    bot_profile: {
      id: botId,
      deleted: bot?.deleted ?? false,
      name: bot?.realName ?? "",
      updated: 1_790_000_000,
      app_id: appIdOf(state, bot),
      icons: { image_36: avatar(36), image_48: avatar(48), image_72: avatar(72) },
      team_id: team,
    },
  };
}

function avatar(size: number): string {
  return `https://avatars.example.com/${size}.png`;
}

/** Ours, or that of some other app. */
function appIdOf(state: SlackState, bot: FakeUser | undefined): string {
  const ours = [...state.tokens.values()].some((token) => token.bot?.user === bot?.id);
  return ours ? state.app.id : "A0OTHERAPP1";
}

function rootJson(state: SlackState, { channel, ts }: FakeMessage): Fields {
  const replies = threadOf(state, channel, ts).slice(1);
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map((reply) => reply.user))];
  return {
    thread_ts: ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
    reply_users: users.slice(0, 5),
    is_locked: false,
    subscribed: true,
  };
}

function replyJson(state: SlackState, { channel }: FakeMessage, thread: string): Fields {
  const root = findMessage(state, channel, thread);
  return { thread_ts: thread, ...(root === null ? {} : { parent_user_id: root.user }) };
}

/** The link to a message, as people copy it. */
export function permalinkOf(state: SlackState, { team, channel, ts, thread }: FakeMessage): string {
  const domain = state.teams.get(team)?.domain ?? "unknown";
  const link = `https://${domain}.slack.com/archives/${channel}/p${ts.replace(".", "")}`;
  return thread === null ? link : `${link}?thread_ts=${thread}&cid=${channel}`;
}

/** The rich text that Slack's client makes of what somebody typed: mentions, channels and links apart, the rest as text. */
export function richText(text: string, blockId: string): Fields {
  const elements = text.split(/(<[^<>]+>)/).flatMap((part) => richPart(part));
  return { type: "rich_text", block_id: blockId, elements: [{ type: "rich_text_section", elements }] };
}

function richPart(part: string): readonly Fields[] {
  if (part === "") return [];
  const [, mark = "", body = "", label] = /^<([@#!]?)([^|>]+)(?:\|([^>]*))?>$/.exec(part) ?? [];
  if (body === "")
    return [{ type: "text", text: part.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&") }];
  if (mark === "@") return [{ type: "user", user_id: body }];
  if (mark === "#") return [{ type: "channel", channel_id: body }];
  if (mark === "!") return [{ type: "broadcast", range: body }];
  return [{ type: "link", url: body, ...(textOf(label) === null ? {} : { text: label }) }];
}
