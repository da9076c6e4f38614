import type { Delivered, Deliverer, Knobs } from "./deliver.ts";
import { addMember, botOf, directMessage, findTokenIn, tokenIn } from "./directory.ts";
import type { FakeSlack } from "./fake-slack.ts";
import type { Fields } from "./fields.ts";
import { addMessage, findMessage, removeMessage, replaceMessage, richText } from "./messages.ts";
import { endToken } from "./methods-app.ts";
import { changedEvent, deletedEvent, envelopeOf, mentionEvent, messageEvent } from "./payloads.ts";
import type { FakeChannel, FakeMessage, FakeToken, SlackState, TokenEnd } from "./state.ts";

/** Events that were sent: the envelopes, so that they can be sent again, and what the bot answered to each. */
export interface SentEvents {
  readonly envelopes: readonly Fields[];
  readonly delivered: readonly Delivered[];
}

export interface Written extends SentEvents {
  readonly message: FakeMessage;
}

/**
 * What somebody writes. `text`: as it goes over the wire, mentions as `<@U…>` (see `asTyped`). `order`: of the two events
 * of a mention. `to`: the teams whose app hears of it, all that are in the channel by default.
 */
export interface Writing {
  readonly user: string;
  readonly channel: string;
  readonly text: string;
  readonly thread?: string;
  readonly broadcast?: boolean;
  readonly me?: boolean;
  readonly files?: readonly string[];
  readonly clientMsgId?: string;
  readonly order?: "message first" | "mention first" | "at once";
  readonly to?: readonly string[];
  readonly knobs?: Knobs;
}

/** People in Slack: whatever they do is done in the fake first, and then told to the bot. */
export interface People {
  writes(writing: Writing): Promise<Written>;
  /** Writes to the bot directly; `team`: whose bot, the writer's own by default. */
  writesDirectly(writing: Omit<Writing, "channel"> & { readonly team?: string }): Promise<Written>;
  edits(edit: {
    readonly channel: string;
    readonly ts: string;
    readonly text: string;
    readonly knobs?: Knobs;
  }): Promise<SentEvents>;
  /** Slack unfolds a link in a message: the same event as an edit, with the same text. */
  unfolds(link: { readonly channel: string; readonly ts: string; readonly url: string }): Promise<SentEvents>;
  deletes(message: { readonly channel: string; readonly ts: string; readonly knobs?: Knobs }): Promise<SentEvents>;
  joins(join: { readonly user: string; readonly channel: string; readonly inviter?: string }): Promise<SentEvents>;
  /** Tells the bot of a message that is there already, as of every message of its own and of other bots. */
  hearsOf(message: FakeMessage, knobs?: Knobs): Promise<SentEvents>;
  opensHome(opening: {
    readonly user: string;
    readonly tab: "home" | "messages";
    readonly team?: string;
  }): Promise<SentEvents>;
  /** Shares a channel with a team outside. */
  shares(share: { readonly channel: string; readonly team: string }): Promise<SentEvents>;
  /** Takes the app out of a team; `order`: Slack promises none between the two events. */
  uninstalls(removal: {
    readonly team: string;
    readonly order?: readonly ("app_uninstalled" | "tokens_revoked")[];
    readonly end?: NonNullable<TokenEnd>;
  }): Promise<SentEvents>;
  /** A workflow comes to the app's step; answers the execution's id, too. */
  runsStep(step: {
    readonly team: string;
    readonly callbackId: string;
    readonly inputs: Fields;
  }): Promise<SentEvents & { readonly executionId: string }>;
}

/** Makes people who act in a fake Slack, and whose doings are delivered to a bot. */
export function createPeople(slack: FakeSlack, bot: Deliverer): People {
  const { state } = slack;
  const send = (envelopes: readonly Fields[], knobs?: Knobs) => sendAll(bot, envelopes, knobs);
  const sendIn = (channel: FakeChannel, event: Fields, knobs?: Knobs) =>
    send(
      listeners(state, channel).map((token) => envelopeOf(state, token, event, channel)),
      knobs,
    );
  const writes = async (writing: Writing): Promise<Written> => {
    const channel = channelOf(state, writing.channel);
    const message = addMessage(state, draftOf(state, channel, writing));
    const envelopes = listeners(state, channel, writing.to).flatMap((token) =>
      told(state, token, message, channel, writing),
    );
    const delivered = writing.order === "at once" ? await together(bot, envelopes, writing.knobs) : null;
    return { message, ...(delivered ?? (await send(envelopes, writing.knobs))) };
  };
  return {
    writes,
    writesDirectly({ team, ...writing }) {
      const home = team ?? state.users.get(writing.user)?.team ?? "";
      return writes({ ...writing, channel: directMessage(state, tokenIn(state, home), writing.user).id });
    },
    edits({ channel: id, ts, text, knobs }) {
      const before = messageOf(state, id, ts);
      const edited = { user: before.user, ts: `${ts.split(".")[0]}.000000` };
      const after = { ...before, text, edited, blocks: [richText(text, state.hex(5))] };
      replaceMessage(state, after);
      const channel = channelOf(state, id);
      return sendIn(channel, changedEvent(state, before, after, channel), knobs);
    },
    unfolds({ channel: id, ts, url }) {
      const before = messageOf(state, id, ts);
      const after = {
        ...before,
        attachments: [{ id: 1, from_url: url, original_url: url, title: url, fallback: url }],
      };
      replaceMessage(state, after);
      const channel = channelOf(state, id);
      return sendIn(channel, changedEvent(state, before, after, channel));
    },
    deletes({ channel: id, ts, knobs }) {
      const channel = channelOf(state, id);
      const message = messageOf(state, id, ts);
      const gone = deletedEvent(state, message, channel);
      const mark = removeMessage(state, message);
      return sendIn(channel, mark === null ? gone : changedEvent(state, message, mark, channel), knobs);
    },
    joins: ({ user, channel, inviter }) => send(joined(state, channelOf(state, channel), user, inviter)),
    hearsOf(message, knobs) {
      const channel = channelOf(state, message.channel);
      return sendIn(channel, messageEvent(state, message, channel), knobs);
    },
    opensHome: ({ user, tab, team }) =>
      send([homeOpened(state, tokenIn(state, team ?? state.users.get(user)?.team ?? ""), user, tab)]),
    shares({ channel: id, team }) {
      const channel = channelOf(state, id);
      const shared = { ...channel, teams: [...channel.teams, team], isExtShared: true, isPendingExtShared: false };
      state.channels.set(id, shared);
      return sendIn(shared, { type: "channel_shared", connected_team_id: team, channel: id, event_ts: state.ts() });
    },
    uninstalls({ team, order = ["tokens_revoked", "app_uninstalled"], end = "account_inactive" }) {
      const token = tokenIn(state, team);
      endToken(state, token, end);
      return send(order.map((type) => envelopeOf(state, token, goneEvent(type, token))));
    },
    async runsStep({ team, callbackId, inputs }) {
      const step = stepEvent(state, tokenIn(state, team), callbackId, inputs);
      return { executionId: step.executionId, ...(await send([step.envelope])) };
    },
  };
}

/**
 * What Slack's client makes of what somebody types: the three signs that control its markup are escaped, and addresses and
 * links wrapped. Pure.
 */
export function asTyped(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped.replaceAll(/(https?:\/\/[^\s&]+)|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g, (whole, link?: string) =>
    link === undefined ? `<mailto:${whole}|${whole}>` : `<${whole}>`,
  );
}

async function sendAll(bot: Deliverer, envelopes: readonly Fields[], knobs?: Knobs): Promise<SentEvents> {
  const delivered: Delivered[] = [];
  for (const envelope of envelopes) delivered.push(await bot.event(envelope, knobs));
  return { envelopes, delivered };
}

async function together(bot: Deliverer, envelopes: readonly Fields[], knobs?: Knobs): Promise<SentEvents> {
  return { envelopes, delivered: await Promise.all(envelopes.map((envelope) => bot.event(envelope, knobs))) };
}

/** The tokens of the app in the teams that hear of a channel. */
function listeners(state: SlackState, channel: FakeChannel, teams?: readonly string[]): readonly FakeToken[] {
  const told = channel.teams.filter((team) => teams?.includes(team) ?? true);
  return told.flatMap((team) => {
    const token = findTokenIn(state, team);
    return token?.end === null && channel.members.includes(botOf(token).user) ? [token] : [];
  });
}

function draftOf(state: SlackState, channel: FakeChannel, writing: Writing) {
  const { user, text, thread = null, broadcast = false, me = false, files = [], clientMsgId } = writing;
  if (!channel.members.includes(user)) throw new Error(`${user} is not in ${channel.id}, and so can't write there.`);
  const isPlain = !me && files.length === 0;
  return {
    channel: channel.id,
    team: state.users.get(user)?.team ?? channel.teams[0] ?? "",
    user,
    text,
    thread,
    subtype: me ? "me_message" : broadcast ? "thread_broadcast" : isPlain ? null : "file_share",
    blocks: me || text === "" ? [] : [richText(text, state.hex(5))],
    files: files.map((name) => ({ id: state.id("F"), name, title: name, mode: "hosted", user, size: 1000 })),
    clientMsgId: me
      ? null
      : (clientMsgId ?? `${state.hex(8)}-${state.hex(4)}-4${state.hex(3)}-8${state.hex(3)}-${state.hex(12)}`),
  };
}

/** The envelopes of one message: two when it mentions the bot, except where everything is for the bot. */
function told(
  state: SlackState,
  token: FakeToken,
  message: FakeMessage,
  channel: FakeChannel,
  { order }: Writing,
): readonly Fields[] {
  const said = envelopeOf(state, token, messageEvent(state, message, channel), channel);
  if (channel.isIm || !message.text.includes(`<@${botOf(token).user}>`)) return [said];
  const mentioned = envelopeOf(state, token, mentionEvent(state, message, channel), channel);
  return order === "mention first" ? [mentioned, said] : [said, mentioned];
}

function joined(state: SlackState, before: FakeChannel, user: string, inviter?: string): readonly Fields[] {
  const channel = addMember(state, before, user);
  const team = state.users.get(user)?.team ?? "";
  const message = addMessage(state, {
    channel: channel.id,
    team,
    user,
    subtype: "channel_join",
    text: `<@${user}> has joined the channel`,
  });
  const invited = inviter === undefined ? {} : { inviter };
  const { ts } = message;
  const kind = channel.isPrivate ? "G" : "C";
  return listeners(state, channel).flatMap((token) => [
    envelopeOf(state, token, { ...messageEvent(state, message, channel), ...invited }, channel),
    envelopeOf(
      state,
      token,
      { type: "member_joined_channel", user, channel: channel.id, channel_type: kind, team, ...invited, event_ts: ts },
      channel,
    ),
  ]);
}

function homeOpened(state: SlackState, token: FakeToken, user: string, tab: "home" | "messages"): Fields {
  const channel = directMessage(state, token, user).id;
  const home = state.homes.get(`${token.team} ${user}`);
  const view = tab === "messages" || home === undefined ? {} : { view: home.json };
  return envelopeOf(state, token, { type: "app_home_opened", user, channel, tab, ...view, event_ts: state.ts() });
}

function goneEvent(type: "app_uninstalled" | "tokens_revoked", token: FakeToken): Fields {
  return type === "app_uninstalled" ? { type } : { type, tokens: { oauth: [], bot: [botOf(token).user] } };
}

/** The event of a step, with the token that is good for it alone. */
function stepEvent(state: SlackState, token: FakeToken, callbackId: string, inputs: Fields) {
  const executionId = state.id("Fx");
  state.executions.set(executionId, { id: executionId, team: token.team, outcome: { kind: "running" } });
  const own = { ...token, token: `xwfp-${state.hex(24)}` };
  state.tokens.set(own.token, own);
  const times = { date_created: 1_780_000_000, date_updated: 1_780_000_000, date_deleted: 0 };
  const about = { id: state.id("Fn"), callback_id: callbackId, title: callbackId, type: "app", app_id: state.app.id };
  const parameters = { input_parameters: [], output_parameters: [] };
  const event = {
    type: "function_executed",
    function: { ...about, ...parameters, ...times },
    inputs,
    function_execution_id: executionId,
    workflow_execution_id: state.id("Wx"),
    event_ts: state.ts(),
    bot_access_token: own.token,
  };
  return { executionId, envelope: envelopeOf(state, token, event) };
}

/** Throws Error where there is no such channel. */
export function channelOf(state: SlackState, id: string): FakeChannel {
  const channel = state.channels.get(id);
  if (channel === undefined) throw new Error(`There is no channel ${id} in the fake Slack.`);
  return channel;
}

/** Throws Error where there is no such message. */
export function messageOf(state: SlackState, channel: string, ts: string): FakeMessage {
  const message = findMessage(state, channel, ts);
  if (message === null) throw new Error(`There is no message ${ts} in ${channel} in the fake Slack.`);
  return message;
}
