import { areBlocksTooLong, blockProblems, withIds } from "./blocks.ts";
import { botOf, channelFor, directMessage, isMember, userFor } from "./directory.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { addMessage, findMessage, messageJson, permalinkOf, removeMessage, replaceMessage, ring } from "./messages.ts";
import type { MethodCall, Methods } from "./method.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { FakeChannel, FakeMessage } from "./state.ts";

// From Slack's reference of the methods: a post that is longer is cut, and an update refused.
const textLimits = { post: 40_000, update: 4000, metadataBytes: 8192 };

const writes = ["chat:write"];

export const chatMethods: Methods = {
  "chat.postMessage": { scopes: writes, run: postMessage },
  "chat.postEphemeral": { scopes: writes, run: postEphemeral },
  "chat.update": { scopes: writes, run: update },
  "chat.delete": { scopes: writes, run: remove },
  "chat.getPermalink": {
    scopes: [],
    run({ state, token, args }) {
      const channel = channelFor(state, token, args.required("channel"));
      const message = findMessage(state, channel.id, args.required("message_ts"));
      if (message === null) throw new Refusal("message_not_found");
      return { channel: channel.id, permalink: permalinkOf(state, message) };
    },
  },
};

function postMessage(call: MethodCall): Fields {
  const { state, token, args } = call;
  const channel = placeToPost(call, args.required("channel"));
  const content = contentOf(call);
  const metadata = args.json("metadata", "invalid_metadata_format");
  if (metadata !== null) checkMetadata(metadata);
  const thread = threadArg(call);
  const message = addMessage(state, {
    ...content,
    channel: channel.id,
    team: token.team,
    user: botOf(token).user,
    botId: botOf(token).id,
    text: content.text.slice(0, textLimits.post),
    thread,
    subtype: thread !== null && args.flag("reply_broadcast") ? "thread_broadcast" : null,
    metadata: metadata === null ? null : fieldsOf(metadata),
  });
  ring(state, message, args.flag("link_names") || args.text("parse") === "full");
  // What the bot was said to be doing is done.
  state.statuses.delete(`${channel.id} ${thread ?? message.ts}`);
  return {
    channel: channel.id,
    ts: message.ts,
    message: messageJson(state, message, { metadata: true }),
    ...(content.text.length > textLimits.post ? { warning: "message_truncated" } : {}),
  };
}

function postEphemeral(call: MethodCall): Fields {
  const { state, token, args } = call;
  const channel = placeToPost(call, args.required("channel"));
  const to = args.required("user");
  const content = contentOf(call);
  if (content.text.length > textLimits.post) throw new Refusal("msg_too_long");
  if (!channel.members.includes(to)) throw new Refusal("user_not_in_channel");
  const { text, blocks } = content;
  const ephemeral = {
    channel: channel.id,
    ts: state.ts(),
    team: token.team,
    to,
    text,
    blocks,
    thread: threadArg(call),
  };
  state.ephemerals.push(ephemeral);
  ring(state, { ...ephemeral, attachments: content.attachments }, args.flag("link_names"));
  return { message_ts: ephemeral.ts };
}

function update(call: MethodCall): Fields {
  const { state, token, args } = call;
  const message = ownMessage(call, "cant_update_message");
  const content = contentOf(call, { blocks: message.blocks, attachments: message.attachments });
  if (content.text.length > textLimits.update) throw new Refusal("msg_too_long");
  const metadata = args.json("metadata", "invalid_metadata_format");
  const kept = metadata === null ? message.metadata : fieldsOf(metadata);
  const isEmptied = kept !== null && Object.keys(kept).length === 0;
  if (metadata !== null && !isEmptied) checkMetadata(metadata);
  const { hasText, ...shown } = content;
  const updated: FakeMessage = {
    ...message,
    ...shown,
    // Without a text the message's blocks and its old text stay.
    text: hasText ? shown.text : message.text,
    metadata: isEmptied ? null : kept,
    edited: { user: botOf(token).user, ts: state.ts() },
  };
  replaceMessage(state, updated);
  ring(state, updated, args.flag("link_names") || args.text("parse") === "full");
  const { channel, ts, text } = updated;
  return { channel, ts, text, message: messageJson(state, updated, { metadata: true }) };
}

function remove(call: MethodCall): Fields {
  const message = ownMessage(call, "cant_delete_message");
  removeMessage(call.state, message);
  return { channel: message.channel, ts: message.ts };
}

/** A channel that the bot may post in. Throws Refusal. */
function placeToPost({ state, token }: MethodCall, id: string): FakeChannel {
  // Somebody's id stands for the direct message with them.
  if (/^[UW]/.test(id)) {
    const user = state.users.get(id);
    if (user === undefined) throw new Refusal("channel_not_found");
    return directMessage(state, token, userFor(state, token, id).id);
  }
  const channel = channelFor(state, token, id);
  if (channel.isArchived) throw new Refusal("is_archived");
  if (!isMember(token, channel) && !token.scopes.includes("chat:write.public")) throw new Refusal("not_in_channel");
  return channel;
}

function ownMessage({ state, token, args }: MethodCall, refusal: string): FakeMessage {
  const channel = channelFor(state, token, args.required("channel"));
  const message = findMessage(state, channel.id, args.required("ts"));
  if (message === null) throw new Refusal("message_not_found");
  if (message.user !== botOf(token).user) throw new Refusal(refusal);
  if (channel.isArchived) throw new Refusal("is_inactive");
  return message;
}

function threadArg({ args }: MethodCall): string | null {
  const thread = args.text("thread_ts");
  if (thread !== null && !/^\d+\.\d{6}$/.test(thread)) throw new Refusal("invalid_thread_ts");
  return thread;
}

interface Content {
  readonly text: string;
  readonly hasText: boolean;
  readonly blocks: readonly Fields[];
  readonly attachments: readonly Fields[];
}

/** What a message shows. `kept`: what stays of an old message where nothing is sent for it. */
function contentOf({ state, args }: MethodCall, kept?: Pick<Content, "blocks" | "attachments">): Content {
  const sent = args.json("blocks", "invalid_blocks_format");
  if (sent !== null && !Array.isArray(sent)) throw new Refusal("invalid_blocks_format");
  const problems = sent === null ? [] : blockProblems(sent, "message", state.unknownBlocks);
  if (problems.length > 0) throw invalid("invalid_blocks", problems);
  const text = args.text("text");
  // Slack keeps the old blocks only where no text was sent either.
  const blocks = sent === null ? (text === null ? (kept?.blocks ?? []) : []) : withIds(listOf(sent), state);
  if (areBlocksTooLong(listOf(sent))) throw new Refusal("msg_blocks_too_long");
  const sentAttachments = args.json("attachments", "invalid_attachments");
  const attachments = sentAttachments === null ? (kept?.attachments ?? []) : listOf(sentAttachments);
  if ((text ?? "") === "" && blocks.length === 0 && attachments.length === 0) throw new Refusal("no_text");
  return { text: text ?? "", hasText: text !== null, blocks, attachments };
}

function checkMetadata(metadata: unknown): void {
  const { event_type: type, event_payload: payload } = fieldsOf(metadata);
  const isWhole = (textOf(type) ?? "") !== "" && typeof payload === "object" && payload !== null;
  if (!isWhole) throw new Refusal("invalid_metadata_format");
  if (Buffer.byteLength(JSON.stringify(metadata)) > textLimits.metadataBytes) throw new Refusal("metadata_too_large");
}
