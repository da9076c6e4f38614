import type { Fields } from "./fields.ts";
import { Refusal } from "./refusal.ts";
import type { FakeChannel, FakeToken, FakeUser, SlackState } from "./state.ts";

/** The bot that a token speaks for. Throws Refusal for the app's own token, which speaks for nobody. */
export function botOf({ bot }: FakeToken): { readonly user: string; readonly id: string } {
  if (bot === null) throw new Refusal("not_allowed_token_type");
  return bot;
}

/** The app's token in a team, the latest, or null where it never was. A token that is for one step of a workflow is none. */
export function findTokenIn(state: SlackState, team: string): FakeToken | null {
  const all = [...state.tokens.values()].filter((one) => one.team === team && one.token.startsWith("xoxb-"));
  return all.at(-1) ?? null;
}

/** The same. Throws Error where the app never was. */
export function tokenIn(state: SlackState, team: string): FakeToken {
  const token = findTokenIn(state, team);
  if (token === null) throw new Error(`The app is not installed in ${team}.`);
  return token;
}

/** Whether a bot is in a channel. Pure. */
export function isMember(token: FakeToken, channel: FakeChannel): boolean {
  return channel.members.includes(botOf(token).user);
}

/** The channel, as far as the bot may know of it. Throws Refusal `channel_not_found`. */
export function channelFor(state: SlackState, token: FakeToken, id: string): FakeChannel {
  const channel = state.channels.get(id);
  if (channel === undefined || !channel.teams.includes(token.team)) throw new Refusal("channel_not_found");
  const isHidden = channel.isPrivate || channel.isIm;
  if (isHidden && !isMember(token, channel)) throw new Refusal("channel_not_found");
  return channel;
}

/** The person, as far as the bot may know of them. Throws Refusal `user_not_found`. */
export function userFor(state: SlackState, token: FakeToken, id: string): FakeUser {
  const user = state.users.get(id);
  if (user === undefined) throw new Refusal("user_not_found");
  if (user.team !== token.team && !user.isStranger && !sharesChannel(state, token, id)) {
    throw new Refusal("user_not_visible");
  }
  return user;
}

function sharesChannel(state: SlackState, token: FakeToken, user: string): boolean {
  return [...state.channels.values()].some((channel) => isMember(token, channel) && channel.members.includes(user));
}

/** The direct message of a bot and somebody; it is made where there is none. */
export function directMessage(state: SlackState, token: FakeToken, user: string): FakeChannel {
  const bot = botOf(token).user;
  const known = [...state.channels.values()].find(
    ({ isIm, members }) => isIm && members.length === 2 && members.includes(bot) && members.includes(user),
  );
  if (known !== undefined) return known;
  const made: FakeChannel = {
    ...{ id: state.id("D"), name: "directmessage", teams: [token.team], isPrivate: true, isIm: true },
    ...{ isExtShared: false, isPendingExtShared: false, isArchived: false, members: [user, bot] },
  };
  state.channels.set(made.id, made);
  return made;
}

/** Puts somebody into a channel. */
export function addMember(state: SlackState, channel: FakeChannel, user: string): FakeChannel {
  if (channel.members.includes(user)) return channel;
  const grown = { ...channel, members: [...channel.members, user] };
  state.channels.set(grown.id, grown);
  return grown;
}

const created = 1_780_000_000;

/** A channel as Slack hands it out to a bot. */
export function channelJson(channel: FakeChannel, token: FakeToken): Fields {
  const { id, name, teams, isPrivate, isIm, isExtShared, isPendingExtShared, isArchived, members } = channel;
  const common = { id, created, is_archived: isArchived, is_org_shared: false, context_team_id: token.team };
  if (isIm) {
    return { ...common, is_im: true, is_mpim: false, user: members.find((member) => member !== botOf(token).user) };
  }
  return {
    ...common,
    name,
    is_channel: !isPrivate,
    is_group: isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: isPrivate,
    is_general: false,
    unlinked: 0,
    name_normalized: name,
    is_shared: isExtShared,
    is_ext_shared: isExtShared,
    is_pending_ext_shared: isPendingExtShared,
    pending_shared: isPendingExtShared ? ["T0PENDING01"] : [],
    pending_connected_team_ids: isPendingExtShared ? ["T0PENDING01"] : [],
    shared_team_ids: teams,
    ...(isExtShared ? { connected_team_ids: teams.filter((team) => team !== token.team), internal_team_ids: [] } : {}),
    conversation_host_id: teams[0],
    is_member: isMember(token, channel),
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
    previous_names: [],
    updated: created * 1000,
  };
}

/** A person as Slack hands them out to a bot; their address only with the scope for it. */
export function userJson(state: SlackState, user: FakeUser, token: FakeToken): Fields {
  const { id, team, name, realName, email, isBot, deleted, isAdmin, isRestricted, isUltraRestricted } = user;
  const enterprise = state.teams.get(team)?.enterprise ?? null;
  const known = {
    id,
    team_id: team,
    name,
    deleted,
    is_bot: isBot,
    is_app_user: false,
    updated: created,
    profile: {
      real_name: realName,
      real_name_normalized: realName,
      display_name: name,
      display_name_normalized: name,
      avatar_hash: "0123456789ab",
      team,
      ...(email !== null && token.scopes.includes("users:read.email") ? { email } : {}),
      ...(isBot ? { api_app_id: state.app.id, always_active: true } : {}),
    },
    ...(team === token.team ? {} : { is_stranger: user.isStranger }),
    ...(enterprise === null ? {} : { enterprise_user: { id, enterprise_id: enterprise.id, teams: [team] } }),
  };
  // Of somebody who was deactivated Slack tells no role any more.
  if (deleted) return known;
  return {
    ...known,
    real_name: realName,
    tz: "Europe/Berlin",
    tz_label: "Central European Time",
    tz_offset: 3600,
    is_admin: isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: isRestricted,
    is_ultra_restricted: isUltraRestricted,
    is_email_confirmed: true,
  };
}
