import { App, type AuthorizeResult, LogLevel, type Receiver, type ReceiverEvent } from "@slack/bolt";
import type { Router } from "express";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { createBoundedFetch, readWhole } from "./bounded-fetch.ts";

export interface BoltOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Finds the installation that a payload belongs to. Throws what the store throws; null: it belongs to none. */
  readonly authorize: (body: unknown) => Promise<AuthorizeResult | null>;
}

/** Bolt, to which listeners are added, and the way on which Slack reaches it. */
export interface Bolt {
  readonly app: App;
  /** Answers what Slack posts to us. */
  readonly router: Router;
  /** Throws what Slack's library throws. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The payload belongs to no installation: it is acknowledged and dropped. */
class NotInstalledError extends Error {}

/** Makes Bolt over its way to Slack; it listens nowhere. */
export function createApp(receiver: Receiver, { clock, log, authorize }: BoltOptions): App {
  return new App({
    receiver: acknowledgingAll(receiver, log),
    logger: silentLogger(log),
    convoStore: false,
    // With it Bolt answers commands at their response_url.
    clientOptions: { fetch: createBoundedFetch(clock, readWhole) },
    authorize: async (_source, body) => {
      const found = await authorize(body);
      if (found === null) throw new NotInstalledError("Usher is not installed there.");
      return found;
    },
  });
}

/**
 * Acknowledges at once what no listener has: Bolt would wait for three seconds and answer 404, and Slack switches off an
 * app that fails much.
 */
function acknowledgingAll(receiver: Receiver, log: Log): Receiver {
  return {
    init(app) {
      const processEvent = async (event: ReceiverEvent): Promise<void> => {
        let acknowledged = false;
        const ack: ReceiverEvent["ack"] = async (response) => {
          acknowledged = true;
          await event.ack(response);
        };
        await app.processEvent({ ...event, ack });
        if (acknowledged) return;
        log.warn({}, "Slack sent something that nothing here listens to; it was acknowledged and dropped.");
        await event.ack();
      };
      receiver.init(Object.assign(Object.create(app) as App, { processEvent }));
    },
    start: (...given) => receiver.start(...given),
    stop: (...given) => receiver.stop(...given),
  };
}

/**
 * What becomes of an event that Bolt could not handle, as a status of HTTP: 200 for what is to be dropped, 503 for what could
 * not be stored, else 500. Logs it. Bolt wraps what `authorize` threw, and joins what several listeners
 * threw.
 */
export function statusOf(error: Error, log: Log): number {
  const causes = causesOf(error);
  if (causes.some((cause) => cause instanceof NotInstalledError)) {
    log.warn({}, "Slack sent something that is for nobody here; it was acknowledged and dropped.");
    return 200;
  }
  log.error({ error }, "A request of Slack could not be handled.");
  return causes.some((cause) => cause instanceof TransientError) ? 503 : 500;
}

function causesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [error];
  const { original, originals, cause } = error as { original?: unknown; originals?: unknown; cause?: unknown };
  const inner = [original, cause, ...(Array.isArray(originals) ? originals : [])].filter((one) => one !== undefined);
  return [error, ...inner.flatMap(causesOf)];
}

/** What Bolt logs with. Its own lines can quote what people wrote. */
export function silentLogger(log: Log) {
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
