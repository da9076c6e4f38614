import type { Router } from "express";
import { z } from "zod";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import type { Log } from "../../src/ports/log.ts";
import { type Background, createBackground } from "./background.ts";
import type { Bolt, BoltOptions } from "./bolt.ts";
import { createHttpBolt } from "./bolt-http.ts";
import { createSocketBolt } from "./bolt-socket.ts";
import { createSlackChannel } from "./channel.ts";
import { createSlackClient, type SlackClient, type SlackClientOptions } from "./client.ts";
import { createCommandAnswers } from "./commands-in.ts";
import { createDigest } from "./digest.ts";
import { createGate } from "./gate.ts";
import { createShowHome } from "./home.ts";
import { createInstallPages, type InstallOptions } from "./install.ts";
import { installationIds } from "./installation-ids.ts";
import type { Installations } from "./installations.ts";
import { createInteractions } from "./interactions-in.ts";
import { dropLateUninstalls } from "./late-uninstalls.ts";
import { listen } from "./listeners.ts";
import { createMessagesIn } from "./messages-in.ts";
import { createSlackPeople } from "./people.ts";
import { createPosts } from "./posts.ts";
import { createSuggestPrompts } from "./prompts.ts";
import { createShortcuts } from "./shortcuts-in.ts";
import { createSteps } from "./steps-in.ts";
import { createWorking } from "./working.ts";

/** How Slack reaches Usher: over HTTP, signed, or over a socket that Usher opens. */
export type SlackInbound =
  | { readonly kind: "http"; readonly signingSecret: string }
  | { readonly kind: "socket"; readonly appToken: string };

export interface SlackOptions extends Pick<SlackClientOptions, "rates"> {
  readonly inbound: SlackInbound;
  /** Where the Web API is, with a slash at its end; null: at Slack. */
  readonly apiUrl: string | null;
  readonly installations: Installations;
  readonly inspector: Pick<Inspector, "approvals" | "procedures" | "watch">;
  readonly clock: Clock;
  readonly log: Log;
  /** The id of a workspace's agents channel, where it is one of Slack's. */
  readonly agentsChannelOf: (workspace: WorkspaceId) => string | null;
  /** Usher was uninstalled there, or its token is void. Resolved means that the token is destroyed. */
  readonly uninstalled: (installation: Installation) => Promise<void>;
  /** How workspaces install Usher by themselves; null: they cannot. */
  readonly install: Omit<InstallOptions, "apiUrl" | "clock" | "log"> | null;
}

/** Slack, as a channel and as what answers its requests. */
export interface Slack {
  readonly channel: Channel;
  /** Answers what Slack posts to us. */
  readonly router: Router;
}

/** Puts the adapter together. */
export function createSlack(options: SlackOptions): Slack {
  const { clock, log, installations, inspector, agentsChannelOf, uninstalled } = options;
  const app = createOneApp();
  const background = createBackground(clock, log);
  const gate = createGate(clock);
  const client = openClient(options, background);
  const people = createSlackPeople(client, clock);
  const digest = createDigest({
    client,
    clock,
    log,
    waiting: async (workspace) => (await inspector.approvals(workspace)).length,
    homeOf: (workspace) => homeLink(installations.of(workspace), app.id()),
  });
  const showHome = createShowHome(gate, people, client);
  const commands = createCommandAnswers({ gate, people, background, client });
  const bolt = openBolt(options, {
    clock,
    log,
    authorize: async (body) => {
      if (!app.sends(body)) return null;
      const found = installations.find(installationIds(body));
      return found === null ? null : { botUserId: found.botUser, workspace: found.workspace };
    },
  });
  const shortcuts = createShortcuts({ gate, people, client, clock, agentsChannelOf });
  bolt.app.use(dropLateUninstalls(installations));
  listen(bolt.app, {
    installations,
    messages: createMessagesIn({ gate, people, clock, agentsChannelOf, commands, client, background }),
    interactions: createInteractions({ gate, people, client, background, showHome, shortcuts, clock }),
    shortcuts,
    steps: createSteps({ gate, people, client, agentsChannelOf }),
    commands,
    showHome,
    suggestPrompts: createSuggestPrompts(inspector, client),
    background,
    sharingChanged: ({ workspace }, channel) => client.forgetConversation(workspace, channel),
    uninstalled,
  });
  const posts = createPosts({ client, clock, log });
  const { router } = bolt;
  if (options.install !== null) {
    router.use(createInstallPages({ ...options.install, apiUrl: options.apiUrl, clock, log }));
  }
  const working = createWorking({ client, background, clock });
  const channel = createSlackChannel({ client, posts, digest, gate, background, working, inspector, bolt });
  return { channel, router };
}

/** The client, for which Usher is installed where the installations say so, until Slack calls a token void. */
function openClient(options: SlackOptions, background: Background): SlackClient {
  const { clock, log, installations, uninstalled, apiUrl, rates } = options;
  const client = createSlackClient({
    clock,
    log,
    botOf: async (workspace) => installations.of(workspace),
    onTokenVoid(workspace, botToken) {
      const installation = installations.of(workspace);
      // A token that was replaced in the meantime says nothing about the new one.
      if (installation?.botToken !== botToken) return;
      background.run("a token that is void", () => uninstalled(installation));
      client.forgetWorkspace(workspace);
    },
    ...(apiUrl === null ? {} : { apiUrl }),
    ...(rates === undefined ? {} : { rates }),
  });
  return client;
}

function openBolt({ inbound, apiUrl }: SlackOptions, options: BoltOptions): Bolt {
  switch (inbound.kind) {
    case "http":
      return createHttpBolt({ ...options, signingSecret: inbound.signingSecret });
    case "socket":
      return createSocketBolt({ ...options, appToken: inbound.appToken, apiUrl });
    default:
      return inbound satisfies never;
  }
}

/** A link that opens Usher's App Home: https://docs.slack.dev/interactivity/deep-linking. */
function homeLink(installation: Installation | null, appId: string | null): string {
  const team = installation?.team ?? installation?.organisation ?? "";
  return appId === null ? `slack://open?team=${team}` : `slack://app?team=${team}&id=${appId}&tab=home`;
}

/** The app of Slack's that Usher is: every payload names it, and all come from one, since one secret signs them. */
function createOneApp() {
  let known: string | null = null;
  return {
    /** Null: no payload has named it yet. */
    id: () => known,
    /** Whether a payload comes from it. */
    sends(payload: unknown): boolean {
      const named = appIdIn(payload);
      if (known !== null && named !== null && named !== known) return false;
      known = named ?? known;
      return true;
    },
  };
}

const appSchema = z.object({ api_app_id: z.string().regex(/^A[A-Z0-9]{1,60}$/) });

function appIdIn(payload: unknown): string | null {
  const parsed = appSchema.safeParse(payload);
  return parsed.success ? parsed.data.api_app_id : null;
}
