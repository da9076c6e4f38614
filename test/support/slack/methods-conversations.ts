import type { Args } from "./args.ts";
import { addMember, botOf, channelFor, channelJson, directMessage, isMember, userFor, userJson } from "./directory.ts";
import type { Fields } from "./fields.ts";
import { messageJson, messagesIn, threadOf } from "./messages.ts";
import { demandScope, type MethodCall, type Methods, pageOf } from "./method.ts";
import { Refusal } from "./refusal.ts";
import type { FakeChannel, FakeMessage } from "./state.ts";

// Which scope reads a channel depends on its kind, so these methods ask for it themselves.
const byChannel: readonly string[] = [];

export const conversationMethods: Methods = {
  "conversations.info": {
    scopes: byChannel,
    run(call) {
      const channel = readable(call, "read");
      const count = call.args.flag("include_num_members") ? { num_members: channel.members.length } : {};
      return { channel: { ...channelJson(channel, call.token), ...count } };
    },
  },
  "conversations.open": {
    scopes: ["im:write"],
    run({ state, token, args }) {
      const names = (args.text("users") ?? "").split(",").filter((name) => name !== "");
      const [name] = names;
      if (name === undefined) throw new Refusal("users_list_not_supplied");
      // Of several people a group would be made, which Usher never does.
      if (names.length > 1) throw new Refusal("method_not_supported_for_channel_type");
      const user = userFor(state, token, name);
      if (user.deleted) throw new Refusal("user_disabled");
      const channel = directMessage(state, token, user.id);
      return { channel: args.flag("return_im") ? channelJson(channel, token) : { id: channel.id } };
    },
  },
  "conversations.join": {
    scopes: ["channels:join"],
    run({ state, token, args }) {
      const channel = channelFor(state, token, args.required("channel"));
      if (channel.isPrivate || channel.isIm) throw new Refusal("method_not_supported_for_channel_type");
      if (channel.isArchived) throw new Refusal("is_archived");
      const warning = isMember(token, channel) ? { warning: "already_in_channel" } : {};
      return { channel: channelJson(addMember(state, channel, botOf(token).user), token), ...warning };
    },
  },
  "conversations.list": {
    scopes: ["channels:read", "groups:read", "im:read", "mpim:read"],
    run({ state, token, args }) {
      const types = new Set((args.text("types") ?? "public_channel").split(","));
      const seen = [...state.channels.values()].filter((channel) => {
        if (!channel.teams.includes(token.team) || !types.has(typeOf(channel))) return false;
        if (args.flag("exclude_archived") && channel.isArchived) return false;
        return (!channel.isPrivate && !channel.isIm) || isMember(token, channel);
      });
      const { items, cursor } = pageOf(seen, args, 1000);
      return { channels: items.map((channel) => channelJson(channel, token)), ...cursorJson(cursor) };
    },
  },
  "conversations.members": {
    scopes: byChannel,
    run(call) {
      const { items, cursor } = pageOf(readable(call, "read").members, call.args, 1000);
      return { members: items, ...cursorJson(cursor) };
    },
  },
  "conversations.history": { scopes: byChannel, run: history },
  "conversations.replies": { scopes: byChannel, run: replies },
};

export const userMethods: Methods = {
  "users.info": {
    scopes: ["users:read"],
    run: ({ state, token, args }) => ({
      user: userJson(state, userFor(state, token, args.required("user")), token),
    }),
  },
  "users.list": {
    scopes: ["users:read"],
    run({ state, token, args }) {
      const known = [...state.users.values()].filter((user) => user.team === token.team);
      const { items, cursor } = pageOf(known, args, 1000);
      return { members: items.map((user) => userJson(state, user, token)), cache_ts: 0, ...cursorJson(cursor) };
    },
  },
};

function history(call: MethodCall): Fields {
  const { state, args } = call;
  const channel = readableMessages(call);
  const top = messagesIn(state, channel.id).filter(
    ({ thread, subtype }) => thread === null || subtype === "thread_broadcast",
  );
  const { items, cursor } = pageOf(between(top, args).toReversed(), args, 999);
  return { ...messagesJson(call, items, cursor), pin_count: 0 };
}

function replies(call: MethodCall): Fields {
  const { state, args } = call;
  const channel = readableMessages(call);
  const thread = threadOf(state, channel.id, args.required("ts"));
  const [root, ...rest] = thread;
  if (root === undefined) throw new Refusal("thread_not_found");
  // The first message always stands before the others, whatever was asked for.
  const { items, cursor } = pageOf([root, ...between(rest, args)], args, 1000);
  return messagesJson(call, items, cursor);
}

function messagesJson({ state, args }: MethodCall, messages: readonly FakeMessage[], cursor: string): Fields {
  const metadata = args.flag("include_all_metadata");
  return {
    messages: messages.map((message) => messageJson(state, message, { metadata })),
    has_more: cursor !== "",
    ...cursorJson(cursor),
  };
}

function cursorJson(cursor: string): Fields {
  return { response_metadata: { next_cursor: cursor } };
}

/** Those between `oldest` and `latest`. */
function between(messages: readonly FakeMessage[], args: Args): readonly FakeMessage[] {
  const oldest = bound(args, "oldest") ?? 0;
  const latest = bound(args, "latest") ?? Number.POSITIVE_INFINITY;
  const inclusive = args.flag("inclusive");
  return messages.filter(({ ts }) => {
    const at = micros(ts);
    return (at > oldest && at < latest) || (inclusive && (at === oldest || at === latest));
  });
}

function bound(args: Args, name: "oldest" | "latest"): number | null {
  const given = args.text(name);
  if (given === null || given === "" || given === "0") return null;
  if (!/^\d+(?:\.\d+)?$/.test(given)) throw new Refusal(`invalid_ts_${name}`);
  return micros(given);
}

function micros(ts: string): number {
  const [seconds = "0", rest = ""] = ts.split(".");
  return Number(seconds) * 1_000_000 + Number(rest.padEnd(6, "0").slice(0, 6));
}

/** A channel whose messages the bot may read: it must be in it. Throws Refusal. */
function readableMessages(call: MethodCall): FakeChannel {
  const channel = readable(call, "history");
  if (!isMember(call.token, channel)) throw new Refusal("not_in_channel");
  return channel;
}

function readable({ state, token, args }: MethodCall, what: "read" | "history"): FakeChannel {
  const id = args.text("channel") ?? "";
  const channel = state.channels.get(id);
  if (channel !== undefined) demandScope(token, [scopeOf(channel, what)]);
  return channelFor(state, token, id);
}

function scopeOf(channel: FakeChannel, what: "read" | "history"): string {
  const type = typeOf(channel);
  return `${type === "im" ? "im" : type === "private_channel" ? "groups" : "channels"}:${what}`;
}

function typeOf({ isIm, isPrivate }: FakeChannel): "im" | "private_channel" | "public_channel" {
  if (isIm) return "im";
  return isPrivate ? "private_channel" : "public_channel";
}
