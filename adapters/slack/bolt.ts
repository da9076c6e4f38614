import type { IncomingMessage, ServerResponse } from "node:http";
import { App, type AuthorizeResult, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { admit, answer } from "./request-gate.ts";

/** Where Slack posts everything to, as it stands in the manifest. */
export const eventsPath = "/slack/events";

/** How Slack reaches Usher: over HTTP, signed, or over a socket that Usher opens. */
export type SlackInbound =
  | { readonly kind: "http"; readonly signingSecret: string }
  | { readonly kind: "socket"; readonly appToken: string };

export interface BoltOptions {
  readonly inbound: SlackInbound;
  /** Where the Web API is; null: at Slack. */
  readonly apiUrl: string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Finds the installation that a payload belongs to. Throws what the store throws; null: it belongs to none. */
  readonly authorize: (body: unknown) => Promise<AuthorizeResult | null>;
}

/** Bolt, to which listeners are added, and what handles the requests of Slack. */
export interface Bolt {
  readonly app: App;
  /** Answers a POST of Slack. Never throws; 503 when its event could not be stored, so that Slack sends it again. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Opens the socket, if there is one. Throws what Slack's library throws. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The payload belongs to no installation: it is acknowledged and dropped. */
class NotInstalledError extends Error {}

/** Makes Bolt over requests that our own server receives, or over its own socket; it listens nowhere. */
export function createBolt(options: BoltOptions): Bolt {
  const { inbound, clock, log, authorize } = options;
  const logger = silentLogger(log);
  const http = inbound.kind === "http" ? httpReceiver(inbound.signingSecret, options) : null;
  const app = new App({
    receiver: http ?? socketReceiver(inbound, options),
    logger,
    convoStore: false,
    authorize: async (_source, body) => {
      const found = await authorize(body);
      if (found === null) throw new NotInstalledError("Usher is not installed there.");
      return found;
    },
  });
  return {
    app,
    handle: (request, response) =>
      http === null || inbound.kind === "socket"
        ? Promise.resolve(answer(response, { status: 404, close: false }))
        : handle(http, { request, response }, inbound.signingSecret, { clock, log }),
    async start() {
      if (http === null) await app.start();
    },
    async stop() {
      if (http === null) await app.stop();
    },
  };
}

function httpReceiver(signingSecret: string, { log }: BoltOptions): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret,
    logger: silentLogger(log),
    endpoints: [eventsPath],
    processBeforeResponse: true,
    processEventErrorHandler: async ({ error, response }) => {
      const status = statusOf(error);
      if (status !== 200) log.error({ error }, "A request of Slack could not be handled.");
      if (!response.headersSent) response.writeHead(status).end();
      return true;
    },
  });
}

function socketReceiver(inbound: SlackInbound, { log, apiUrl }: BoltOptions): SocketModeReceiver {
  const appToken = inbound.kind === "socket" ? inbound.appToken : "";
  const installerOptions = apiUrl === null ? {} : { clientOptions: { slackApiUrl: apiUrl } };
  return new SocketModeReceiver({ appToken, logger: silentLogger(log), installerOptions });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle(
  receiver: HTTPReceiver,
  { request, response }: Exchange,
  signingSecret: string,
  { clock, log }: Pick<BoltOptions, "clock" | "log">,
): Promise<void> {
  const admission = await admit(request, signingSecret, clock);
  switch (admission.kind) {
    case "refused":
      return answer(response, admission.refusal);
    case "dropped":
      log.warn({}, "Slack sent something that Usher does not know; it was acknowledged and dropped.");
      return answer(response, { status: 200, close: false });
    case "admitted": {
      request.headers["content-type"] = admission.signed.contentType;
      // Bolt reads no stream where it finds this.
      Object.assign(request, { rawBody: admission.signed.bytes, url: eventsPath });
      return receiver.requestListener(request, response);
    }
    default:
      return admission satisfies never;
  }
}

/** Bolt wraps what `authorize` threw, and joins what several listeners threw. */
function statusOf(error: Error): number {
  const causes = causesOf(error);
  if (causes.some((cause) => cause instanceof NotInstalledError)) return 200;
  return causes.some((cause) => cause instanceof TransientError) ? 503 : 500;
}

function causesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [error];
  const { original, originals, cause } = error as { original?: unknown; originals?: unknown; cause?: unknown };
  const inner = [original, cause, ...(Array.isArray(originals) ? originals : [])].filter((one) => one !== undefined);
  return [error, ...inner.flatMap(causesOf)];
}

// Bolt's own lines can quote what people wrote.
function silentLogger(log: Log) {
  const nothing = (): void => {};
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: () => log.warn({}, "Slack's library reported an error; the request that caused it is named above or below."),
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}
