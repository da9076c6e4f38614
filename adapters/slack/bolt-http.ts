import type { IncomingMessage, ServerResponse } from "node:http";
import { HTTPReceiver } from "@slack/bolt";
import { Router } from "express";
import type { Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";
import { type Bolt, type BoltOptions, createApp, silentLogger, statusOf } from "./bolt.ts";
import { admit, answer } from "./request-gate.ts";

export interface HttpBoltOptions extends BoltOptions {
  /** What Slack signs its requests with. */
  readonly signingSecret: string;
}

// Where Slack posts everything to, as it stands in the manifest.
export const eventsPath = "/slack/events";

/**
 * Makes Bolt over requests that our own server receives. They never throw; 503 says that an event could not be stored, so
 * that Slack sends it again.
 */
export function createHttpBolt(options: HttpBoltOptions): Bolt {
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    logger: silentLogger(options.log),
    endpoints: [eventsPath],
    processBeforeResponse: true,
    processEventErrorHandler: async ({ error, response }) => {
      const status = statusOf(error, options.log);
      if (!response.headersSent) response.writeHead(status).end();
      return true;
    },
  });
  const app = createApp(receiver, options);
  const router = Router({ caseSensitive: true, strict: true });
  router.post(eventsPath, (request, response) => handle(receiver, { request, response }, options));
  router.all(eventsPath, (_request, response) => void response.status(405).set("allow", "POST").end());
  return { app, router, start: async () => {}, stop: async () => {} };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle(
  receiver: HTTPReceiver,
  { request, response }: Exchange,
  { signingSecret, clock, log }: { readonly signingSecret: string; readonly clock: Clock; readonly log: Log },
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
