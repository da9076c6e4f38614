import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App, HTTPReceiver, LogLevel } from "@slack/bolt";
import { createDeliverer, type Deliverer } from "./deliver.ts";
import { findTokenIn } from "./directory.ts";
import type { FakeSlack } from "./fake-slack.ts";

/** A bot that is nothing but Bolt, on a port of its own. */
export interface BoltBot {
  readonly url: string;
  /** What sends to it, signed as the fake Slack's app. */
  readonly bot: Deliverer;
  stop(): Promise<void>;
}

/** A logger that says nothing; what matters is in the answers. */
export const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** How Usher, too, would have its Web API's client: one request a call, and no waiting. */
export function clientOptionsFor(slack: FakeSlack) {
  return { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, logger: silent };
}

/** Starts a bot that acknowledges after its listeners; `listen` adds them. */
export async function startBolt(slack: FakeSlack, listen: (app: App) => void): Promise<BoltBot> {
  const { signingSecret } = slack.state.app;
  const receiver = new HTTPReceiver({
    signingSecret,
    logger: silent,
    endpoints: ["/slack/events"],
    processBeforeResponse: true,
    unhandledRequestTimeoutMillis: 500,
  });
  const app = new App({
    receiver,
    logger: silent,
    convoStore: false,
    clientOptions: clientOptionsFor(slack),
    authorize: async ({ teamId }) => {
      const token = findTokenIn(slack.state, teamId ?? "");
      if (token === null || token.bot === null) throw new Error("not installed");
      return { botToken: token.token, botId: token.bot.id, botUserId: token.bot.user };
    },
  });
  listen(app);
  const server = (await app.start({ port: 0, host: "127.0.0.1" })) as Server;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  const bot = createDeliverer({ url, signingSecret });
  return {
    url,
    bot,
    async stop() {
      bot.close();
      const stopped = app.stop();
      server.closeAllConnections();
      await stopped;
    },
  };
}
