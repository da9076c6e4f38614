import { botScopes } from "../../../adapters/slack/scopes.ts";
import { type FakeSlack, type FakeSlackOptions, startFakeSlack } from "./fake-slack.ts";
import type { FakeChannel, FakeToken, FakeUser, SlackState } from "./state.ts";

/** Who and what there is in the company that most tests play in; ids are the same as in test/fixtures/slack. */
export const company = {
  team: "T0BRIGHT001",
  bot: "U0USHERBOT1",
  botId: "B0USHERBOT1",
  token: "xoxb-of-the-bright-company",
  appToken: "xapp-of-the-app",
  configToken: "xoxe.xoxp-of-the-app",
  /** A team outside, which shares one channel. */
  partner: "T0PARTNER01",
  partnerToken: "xoxb-of-the-partner",
  partnerBot: "U0PARTBOT01",
  /** Two agents and an owner. */
  agnes: "U0AGNES0001",
  artur: "U0ARTUR0001",
  olga: "U0OLGA00001",
  /** A colleague, who is a customer for Usher. */
  jane: "U0JANE00001",
  /** Somebody of the team outside. */
  carla: "U0CARLA0001",
  guest: "U0GUEST0001",
  singleGuest: "U0SINGLE001",
  gone: "U0GONE00001",
  stranger: "U0STRANGE01",
  otherBot: "U0OTHERBOT1",
  otherBotId: "B0OTHERBOT1",
  support: "C0SUPPORT01",
  shared: "C0SHARED001",
  agents: "C0AGENTS001",
  archived: "C0ARCHIVE01",
  /** A public channel in which the bot is not. */
  random: "C0RANDOM001",
  janesDirect: "D0JANE00001",
} as const;

/** A fake Slack with the company in it. */
export async function startCompany(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const slack = await startFakeSlack(options);
  fillCompany(slack.state);
  return slack;
}

/** Puts the company into a Slack in which nobody is yet. */
export function fillCompany(state: SlackState): void {
  const c = company;
  state.teams.set(c.team, { id: c.team, name: "Bright Goods", domain: "brightgoods", enterprise: null });
  state.teams.set(c.partner, { id: c.partner, name: "Partner & Co", domain: "partnerco", enterprise: null });
  for (const user of users()) state.users.set(user.id, user);
  for (const channel of channels()) state.channels.set(channel.id, channel);
  for (const token of tokens()) state.tokens.set(token.token, token);
}

function users(): readonly FakeUser[] {
  const c = company;
  return [
    user(c.bot, "usher", { realName: "Usher", isBot: true }),
    user(c.agnes, "agnes", { realName: "Agnes Agent" }),
    user(c.artur, "artur", { realName: "Artur Agent" }),
    user(c.olga, "olga", { realName: "Olga Owner", isAdmin: true }),
    user(c.jane, "jane", { realName: "Jane Doe" }),
    user(c.carla, "carla", { realName: "Carla Customer", team: c.partner }),
    user(c.guest, "guest", { realName: "Gus Guest", isRestricted: true }),
    user(c.singleGuest, "single", { realName: "Sina Single", isRestricted: true, isUltraRestricted: true }),
    user(c.gone, "gone", { realName: "Gert Gone", deleted: true }),
    user(c.stranger, "stranger", { realName: "Sten Stranger", team: c.partner, isStranger: true }),
    user(c.otherBot, "otherbot", { realName: "Other Bot", isBot: true }),
    user(c.partnerBot, "usher", { realName: "Usher", isBot: true, team: c.partner }),
  ];
}

function channels(): readonly FakeChannel[] {
  const c = company;
  const people = [c.agnes, c.artur, c.olga, c.bot];
  return [
    channel(c.support, "support", [...people, c.jane, c.guest, c.singleGuest, c.otherBot]),
    channel(c.shared, "partner-support", [...people, c.carla], { teams: [c.team, c.partner], isExtShared: true }),
    channel(c.agents, "agents", [...people, c.guest], { isPrivate: true }),
    channel(c.archived, "old-support", people, { isArchived: true }),
    channel(c.random, "random", [c.agnes, c.jane]),
    channel(c.janesDirect, "directmessage", [c.jane, c.bot], { isPrivate: true, isIm: true }),
  ];
}

function tokens(): readonly FakeToken[] {
  const c = company;
  const bot = { user: c.bot, id: c.botId };
  return [
    { token: c.token, team: c.team, bot, scopes: botScopes, end: null },
    { token: c.appToken, team: c.team, bot: null, scopes: ["connections:write"], end: null },
    { token: c.configToken, team: c.team, bot: null, scopes: [], end: null },
  ];
}

/** Installs the app at the partner's, too, and puts its bot into the channel that both share. */
export function installAtPartner({ state }: FakeSlack): FakeToken {
  const { partner, partnerToken, partnerBot, shared } = company;
  const token = {
    token: partnerToken,
    team: partner,
    bot: { user: partnerBot, id: "B0PARTBOT01" },
    scopes: botScopes,
    end: null,
  };
  state.tokens.set(partnerToken, token);
  const known = state.channels.get(shared);
  if (known !== undefined) state.channels.set(shared, { ...known, members: [...known.members, partnerBot] });
  return token;
}

/** Somebody, of the company unless told otherwise. */
export function user(id: string, name: string, about: Partial<FakeUser> = {}): FakeUser {
  return {
    ...{ id, name, team: company.team, realName: name, email: `${name}@example.com`, isBot: false, deleted: false },
    ...{ isAdmin: false, isRestricted: false, isUltraRestricted: false, isStranger: false },
    ...about,
  };
}

/** A channel, public and of the company alone unless told otherwise. */
export function channel(
  id: string,
  name: string,
  members: readonly string[],
  about: Partial<FakeChannel> = {},
): FakeChannel {
  return {
    ...{ id, name, members, teams: [company.team], isPrivate: false, isIm: false },
    ...{ isExtShared: false, isPendingExtShared: false, isArchived: false },
    ...about,
  };
}
