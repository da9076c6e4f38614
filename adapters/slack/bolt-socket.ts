import { type App, type Receiver, type ReceiverEvent, SocketModeReceiver } from "@slack/bolt";
import { Router } from "express";
import { type Bolt, type BoltOptions, createApp, silentLogger, statusOf } from "./bolt.ts";
import { guardFrames } from "./socket-frames.ts";

export interface SocketBoltOptions extends BoltOptions {
  readonly appToken: string;
  /** Where the Web API is, which says where to connect; null: at Slack. */
  readonly apiUrl: string | null;
}

/** Makes Bolt over a socket that Usher opens to Slack: Slack posts nothing to us. */
export function createSocketBolt(options: SocketBoltOptions): Bolt {
  const { appToken, apiUrl, log } = options;
  const socket = new SocketModeReceiver({
    appToken,
    logger: silentLogger(log),
    installerOptions: apiUrl === null ? {} : { clientOptions: { slackApiUrl: apiUrl } },
    processEventErrorHandler: async ({ error, event }) => {
      // The library would let the rejection of a connection that has ended go unheard, which ends the process.
      if (statusOf(error, log) === 200) await event.ack().catch(() => {});
      return false;
    },
  });
  guardFrames(socket.client, log);
  const underWay = new Set<Promise<void>>();
  const app = createApp(acknowledgingLast(socket, underWay), options);
  return {
    app,
    router: Router(),
    async start() {
      await app.start();
    },
    async stop() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await app.stop();
    },
  };
}

/**
 * Bolt takes an event for received before its listeners have run, and has no setting against it for a socket. `underWay`:
 * what is not acknowledged yet.
 */
function acknowledgingLast(socket: SocketModeReceiver, underWay: Set<Promise<void>>): Receiver {
  return {
    init(app) {
      const processEvent = (event: ReceiverEvent): Promise<void> => {
        const processed = processThenAcknowledge(app, event).finally(() => underWay.delete(processed));
        underWay.add(processed);
        return processed;
      };
      socket.init(Object.assign(Object.create(app) as App, { processEvent }));
    },
    start: () => socket.start(),
    stop: () => socket.stop(),
  };
}

async function processThenAcknowledge(app: App, event: ReceiverEvent): Promise<void> {
  const answers: Parameters<ReceiverEvent["ack"]>[0][] = [];
  await app.processEvent({
    ...event,
    ack: async (answer) => {
      answers.push(answer);
    },
  });
  // Without one, Slack sends the event again.
  if (answers.length > 0) await event.ack(answers[0]);
}
