import { createHash } from "node:crypto";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Fields } from "./fields.ts";

/** The one app of the fake Slack. `token`: the old verification token that still stands in every payload. */
export interface FakeApp {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  readonly token: string;
  /** As it stands on the app's page. */
  readonly manifest?: Fields;
}

export interface FakeTeam {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly enterprise: { readonly id: string; readonly name: string } | null;
}

/** Somebody in Slack; `team`: at home there. `isStranger`: of another team, and in no channel that the app sees. */
export interface FakeUser {
  readonly id: string;
  readonly team: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string | null;
  readonly isBot: boolean;
  readonly deleted: boolean;
  readonly isAdmin: boolean;
  readonly isRestricted: boolean;
  readonly isUltraRestricted: boolean;
  readonly isStranger: boolean;
}

/** A channel or a direct message; `teams`: those that share it, its own first. */
export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly teams: readonly string[];
  readonly isPrivate: boolean;
  readonly isIm: boolean;
  readonly isExtShared: boolean;
  readonly isPendingExtShared: boolean;
  readonly isArchived: boolean;
  readonly members: readonly string[];
}

/** Why Slack takes a token no more; null: it still does. */
export type TokenEnd = "token_revoked" | "account_inactive" | null;

/** A token of the app: a bot's in one team, or the app's own for Socket Mode (then without a bot). */
export interface FakeToken {
  readonly token: string;
  readonly team: string;
  readonly bot: { readonly user: string; readonly id: string } | null;
  readonly scopes: readonly string[];
  readonly end: TokenEnd;
}

export interface FakeMessage {
  readonly channel: string;
  readonly ts: string;
  readonly team: string;
  readonly user: string;
  /** Set when a bot wrote it. */
  readonly botId: string | null;
  readonly subtype: string | null;
  readonly text: string;
  readonly blocks: readonly Fields[];
  readonly attachments: readonly Fields[];
  readonly files: readonly Fields[];
  /** The first message of its thread, when it is a reply. */
  readonly thread: string | null;
  readonly metadata: Fields | null;
  readonly edited: { readonly user: string; readonly ts: string } | null;
  readonly clientMsgId: string | null;
}

/** A message that one person alone sees, and that no method can find or change. */
export interface FakeEphemeral extends Pick<FakeMessage, "channel" | "ts" | "team" | "text" | "blocks" | "thread"> {
  readonly to: string;
}

/** An open modal or a home tab, as Slack hands it out: `json` is all of it but the values that somebody has entered. */
export interface FakeView {
  readonly id: string;
  readonly team: string;
  readonly user: string;
  readonly root: string;
  readonly json: Fields;
}

/** What opens one modal, once, within three seconds. `root`: the modal from which it came, if any. */
export interface FakeTrigger {
  readonly id: string;
  readonly team: string;
  readonly user: string;
  readonly root: string | null;
  readonly madeAt: number;
  readonly used: boolean;
}

/** Where an interaction may be answered: five times in 30 minutes. `original`: the message that it was about. */
export interface FakeHook {
  readonly path: string;
  readonly team: string;
  readonly user: string;
  readonly channel: string;
  readonly original: string | null;
  readonly madeAt: number;
  readonly uses: number;
}

/** What somebody has agreed to on Slack's page, to be exchanged for a token once. */
export interface FakeGrant {
  readonly code: string;
  readonly team: string;
  readonly user: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string | null;
  /** For every workspace of the team's organisation at once. */
  readonly orgWide?: boolean;
  readonly used: boolean;
}

/** A workflow's step that the app was asked to do. */
export interface FakeExecution {
  readonly id: string;
  readonly team: string;
  readonly outcome:
    | { readonly kind: "running" }
    | { readonly kind: "done"; readonly outputs: Fields }
    | { readonly kind: "failed"; readonly error: string };
}

/** A mention that rang somebody's bell. `where`: which part of what was sent; `what`: as it was written there. */
export interface FakeNotification {
  readonly channel: string;
  readonly ts: string;
  readonly where: string;
  readonly what: string;
}

/** Everything that Slack knows. Entries are replaced, never changed. */
export interface SlackState {
  readonly app: FakeApp;
  readonly clock: Clock;
  readonly teams: Map<string, FakeTeam>;
  readonly users: Map<string, FakeUser>;
  readonly channels: Map<string, FakeChannel>;
  readonly tokens: Map<string, FakeToken>;
  /** By channel and timestamp; see messagesIn. */
  readonly messages: Map<string, Map<string, FakeMessage>>;
  /** The timestamps of the replies, by `channel thread`. */
  readonly threads: Map<string, Set<string>>;
  readonly ephemerals: FakeEphemeral[];
  /** Open modals by id. */
  readonly views: Map<string, FakeView>;
  /** Which modals a person has before them, the lowest first. */
  readonly stacks: Map<string, readonly string[]>;
  /** Home tabs by `team user`. */
  readonly homes: Map<string, FakeView>;
  /** What the bot is doing, by `channel thread`. */
  readonly statuses: Map<string, string>;
  /** Prompts that were suggested, by `channel` or `channel thread`. */
  readonly prompts: Map<string, readonly Fields[]>;
  readonly triggers: Map<string, FakeTrigger>;
  readonly hooks: Map<string, FakeHook>;
  readonly grants: Map<string, FakeGrant>;
  readonly executions: Map<string, FakeExecution>;
  readonly notifications: FakeNotification[];
  /** Kinds of blocks that this Slack does not take in messages, as one that is older than they are. */
  readonly unknownBlocks: Set<string>;
  /** A fresh timestamp of a message, later than every one before: it is a message's id in its channel. */
  ts(): string;
  /** A fresh id that begins with `prefix`. */
  id(prefix: string): string;
  /** `length` hex digits that come only once. */
  hex(length: number): string;
}

/** Makes a Slack in which nobody is yet. */
export function createState(app: FakeApp, clock: Clock): SlackState {
  let lastMicros = 0;
  let made = 0;
  const hex = (length: number): string => {
    made += 1;
    return createHash("sha256").update(`fake slack ${made}`).digest("hex").slice(0, length);
  };
  return {
    app,
    clock,
    teams: new Map(),
    users: new Map(),
    channels: new Map(),
    tokens: new Map(),
    messages: new Map(),
    threads: new Map(),
    ephemerals: [],
    views: new Map(),
    stacks: new Map(),
    homes: new Map(),
    statuses: new Map(),
    prompts: new Map(),
    triggers: new Map(),
    hooks: new Map(),
    grants: new Map(),
    executions: new Map(),
    notifications: [],
    unknownBlocks: new Set(),
    ts() {
      // The clock may stand still or be set back; timestamps never do.
      lastMicros = Math.max(lastMicros + 1, Math.floor(clock.now() * 1000));
      return `${Math.floor(lastMicros / 1_000_000)}.${String(lastMicros % 1_000_000).padStart(6, "0")}`;
    },
    id: (prefix) => `${prefix}0${hex(9).toUpperCase()}`,
    hex,
  };
}
