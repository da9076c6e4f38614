import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Clock } from "../../../src/ports/clock.ts";
import { fillCompany } from "./company.ts";
import type { Delivered, Exchange } from "./deliver.ts";
import { fakeApp } from "./fake-slack.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createJournal, type Journal } from "./journal.ts";
import { createState, type SlackState } from "./state.ts";
import { createApi } from "./web-api.ts";

/** The fake Slack with the company in it, reached without a socket: nothing there takes any time but the clock's. */
export interface DirectSlack {
  readonly state: SlackState;
  readonly journal: Journal;
  readonly faults: Faults;
  /** In the place of `fetch`, for the addresses of the Web API. */
  readonly fetch: typeof fetch;
}

/** Makes it. `changed`: called whenever a call was carried out, or refused. */
export function createDirectSlack(clock: Clock, changed: () => void = () => {}): DirectSlack {
  const state = createState(fakeApp, clock);
  fillCompany(state);
  const journal = createJournal();
  const faults = createFaults();
  const api = createApi({ state, journal, faults, socketUrl: () => "ws://nowhere/", changed });
  return {
    state,
    journal,
    faults,
    fetch: (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const headers = Object.fromEntries(new Headers(init?.headers));
      const body = typeof init?.body === "string" ? init.body : String(init?.body ?? "");
      const { request, response } = exchangeOf(
        { url: pathname, method: init?.method ?? "GET", headers, body },
        {
          answer: ({ status, headers: given, text }) => resolve(new Response(text, { status, headers: given })),
          broken: reject,
        },
      );
      api(pathname, request, response).catch(reject);
      return untilAborted(init?.signal ?? null, promise);
    },
  };
}

/** What answers requests without a socket: a router of express, for instance. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Sends a request to a handler without a socket. A request that nobody ever answers has status null after its time. */
export function directExchange(handlerOf: () => Handler | null, clock: Clock): Exchange {
  return (url, body, { method, timeoutMs, headers }) => {
    const started = clock.monotonic();
    const handler = handlerOf();
    return new Promise<Delivered>((resolve) => {
      const end = (status: number | null, given: OutgoingHttpHeaders = {}, text = ""): void => {
        cancel();
        resolve({ status, headers: lower(given), body: text, ms: clock.monotonic() - started });
      };
      const cancel = clock.after(timeoutMs, () => end(null));
      if (handler === null) return end(null);
      const length = { "content-length": String(Buffer.byteLength(body)) };
      const { request, response } = exchangeOf(
        { url: new URL(url).pathname, method, headers: lower({ ...length, ...headers }), body },
        { answer: ({ status, headers: given, text }) => end(status, given, text), broken: () => end(null) },
      );
      handler(request, response);
    });
  };
}

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Buffer;
}

interface Heard {
  readonly answer: (given: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly text: string;
  }) => void;
  readonly broken: (error: Error) => void;
}

/** Both ends of an exchange as a server of Node's sees them, over no connection. */
function exchangeOf({ url, method, headers, body }: Sent, { answer, broken }: Heard) {
  const socket = Object.assign(new Socket(), { resetAndDestroy: () => broken(connectionError("ECONNRESET", "read")) });
  const request = Object.assign(new IncomingMessage(socket), { url, method, headers: { ...headers } });
  request.push(body);
  request.push(null);
  let status = 200;
  let isEnded = false;
  const response = new ServerResponse(request);
  Object.assign(response, {
    writeHead(code: number, given: OutgoingHttpHeaders = {}) {
      status = code;
      for (const [name, value] of Object.entries(given)) if (value !== undefined) response.setHeader(name, value);
      return response;
    },
    end(text: unknown = "") {
      if (isEnded) return response;
      isEnded = true;
      answer({ status, headers: lower(response.getHeaders()), text: typeof text === "string" ? text : "" });
      return response;
    },
  });
  return { request, response };
}

/** A broken connection as `fetch` throws it. */
export function connectionError(code: string, syscall: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }) });
}

function lower(headers: OutgoingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), String(value)]],
    ),
  );
}

/** Like `fetch`: whoever calls it off hears of that at once, whatever becomes of the work. */
export function untilAborted(signal: AbortSignal | null, work: Promise<Response>): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("This operation was aborted", "AbortError")));
    work.then(resolve, reject);
  });
}

/**
 * Puts `route` in the place of the global `fetch`: it answers what fetches an address, null for all that is to go its own
 * way. Answers what puts the old one back.
 */
export function replaceFetch(route: (host: string) => typeof fetch | null): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    return (route(host) ?? original)(input, init);
  };
  return () => {
    globalThis.fetch = original;
  };
}
