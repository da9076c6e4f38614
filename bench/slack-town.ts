import { channel, user } from "../test/support/slack/company.ts";
import type { FakeToken, SlackState } from "../test/support/slack/state.ts";

/**
 * How many workspaces there are. Each has ten people, each with a channel of their own: Slack takes a message a second in a
 * channel and 300 a minute in a workspace, and what waits for its turn says nothing of Usher's speed.
 */
export interface Town {
  readonly workspaces: number;
}

/** Somebody, where they write. */
export interface Spot {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
}

/** How many people each workspace has. */
export const peopleEach = 10;

const number = (of: number, digits: number): string => String(of).padStart(digits, "0");

/** The team with this number. Pure. */
export function teamOf(workspace: number): string {
  return `T0BENCH${number(workspace, 4)}`;
}

/** The token of the app in a workspace. Pure. */
export function tokenOf(workspace: number): FakeToken {
  const bot = { user: `U0BOT${number(workspace, 6)}`, id: `B0BOT${number(workspace, 6)}` };
  const scopes = ["app_mentions:read", "channels:history", "channels:read", "chat:write", "users:read"];
  return { token: `xoxb-of-the-bench-${number(workspace, 4)}`, team: teamOf(workspace), bot, scopes, end: null };
}

/** Everybody in turn, each time somebody of another workspace. Pure. */
export function spotAt({ workspaces }: Town, turn: number): Spot {
  const workspace = turn % workspaces;
  return spotOf(workspace, Math.floor(turn / workspaces) % peopleEach);
}

/** Puts the workspaces with their people, channels and tokens into a Slack. */
export function fillTown(state: SlackState, { workspaces }: Town): void {
  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    const team = teamOf(workspace);
    const token = tokenOf(workspace);
    const bot = token.bot?.user ?? "";
    state.teams.set(team, { id: team, name: `Company ${workspace}`, domain: `company-${workspace}`, enterprise: null });
    state.tokens.set(token.token, token);
    state.users.set(bot, user(bot, "usher", { team, realName: "Usher", isBot: true }));
    for (let person = 0; person < peopleEach; person += 1) {
      const { channel: id, user: who } = spotOf(workspace, person);
      state.users.set(who, user(who, `person-${person}`, { team, realName: `Person ${person}` }));
      state.channels.set(id, channel(id, `support-${person}`, [who, bot], { teams: [team] }));
    }
  }
}

function spotOf(workspace: number, person: number): Spot {
  const id = number(workspace * peopleEach + person, 6);
  return { team: teamOf(workspace), channel: `C0BEN${id}`, user: `U0BEN${id}` };
}
