import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../src/ports/clock.ts";
import { realClock } from "../real-clock.ts";
import { createFaults, type Faults } from "./faults.ts";
import { answerAt } from "./hooks.ts";
import { createJournal, type Journal } from "./journal.ts";
import { messagesIn } from "./messages.ts";
import { Refusal } from "./refusal.ts";
import { createSocketMode, type SocketMode } from "./socket.ts";
import { createState, type FakeApp, type FakeMessage, type SlackState } from "./state.ts";
import { createApi, plain, readBody, write } from "./web-api.ts";

/** A Slack of our own on loopback: it keeps what a bot does, and can be made to fail. */
export interface FakeSlack {
  readonly state: SlackState;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Where bots are connected that speak Socket Mode. */
  readonly sockets: SocketMode;
  /** The address of the Web API, with a slash at its end. */
  readonly apiUrl: string;
  /** The address at which interactions are answered; hooks stand behind it. */
  readonly hooksUrl: string;
  /** The messages of a channel, the oldest first, replies among them. */
  messagesIn(channel: string): readonly FakeMessage[];
  /**
   * Resolves with what `check` answers, as soon as that is something; it is asked now, and whenever a request has come or been answered,
   * or a connection of Socket Mode has come or gone.
   */
  until<Found>(check: () => Found | null | undefined | false): Promise<Found>;
  /** Stops at once; requests that hang are cut off. */
  close(): Promise<void>;
}

export interface FakeSlackOptions {
  /** The fake's time; the machine's by default. */
  readonly clock?: Clock;
  readonly app?: Partial<FakeApp>;
  /** A port that was in use before, for a Slack that comes back; any free one by default. */
  readonly port?: number;
}

/** The app that a fake Slack knows, unless told otherwise. */
export const fakeApp: FakeApp = {
  id: "A0USHERAPP1",
  name: "Usher",
  clientId: "2000000001.3000000001",
  clientSecret: "client-secret-of-the-fake",
  signingSecret: "signing-secret-of-the-fake",
  token: "verificationTokenOfFake1",
};

/** Starts a Slack in which nobody is yet; see company.ts for one with people. Rejects if the port can't be opened. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { clock = realClock, port = 0 } = options;
  const state = createState({ ...fakeApp, ...options.app }, clock);
  const journal = createJournal();
  const faults = createFaults();
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const check of waiting) check();
  };
  const sockets = createSocketMode(changed);
  const server = createServer();
  await listen(server, port);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = createApi({ state, journal, faults, socketUrl: () => `ws://${host}/link/`, changed });
  server.on("upgrade", (request, socket) => sockets.accept(request, socket));
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const done = path.startsWith("/hooks/") ? takeHook(state, path, request, response) : api(path, request, response);
    done
      .catch((error: unknown) => {
        // The client hung up before its request was whole, or the fake itself has a fault, which must be seen.
        if (request.complete) write(response, { ...plain, status: 500, body: `The fake Slack is broken: ${error}` });
        else response.destroy();
      })
      .finally(changed);
  });
  return {
    state,
    journal,
    faults,
    sockets,
    apiUrl: `http://${host}/api/`,
    hooksUrl: `http://${host}/hooks`,
    messagesIn: (channel) => messagesIn(state, channel),
    until: (check) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = check();
          if (found === null || found === undefined || found === false) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function takeHook(
  state: SlackState,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  try {
    answerAt(state, path.slice("/hooks".length), JSON.parse(body));
    write(response, { ...plain, body: "ok" });
  } catch (error) {
    const code = error instanceof Refusal ? error.code : "invalid_payload";
    write(response, { ...plain, status: error instanceof Refusal ? 404 : 400, body: code });
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
