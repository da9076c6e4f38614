import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, answerTo } from "./answers.ts";
import { describeOrders } from "./orders.ts";

/** One request that reached the backend, in the order of arrival. */
export interface JournalEntry {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  /** The parsed JSON, the text if it is none, or null without a body. */
  readonly body: unknown;
  /** How many requests of this key (without a key: of this method and path) have come, this one included. */
  readonly count: number;
  /** Whether this request changed something: false for reads, refusals and repeats of a key. */
  readonly carriedOut: boolean;
}

/** `now`: the wall clock, in Unix ms. `lateMs`: how late the late orders answer, 20,000 by default. `after`: the timer to use, the machine's by default. */
export interface BackendOptions {
  readonly port: number;
  readonly now: () => number;
  readonly host?: string;
  readonly lateMs?: number;
  readonly after?: (ms: number, run: () => void) => () => void;
}

/** A running demo backend. `journal` grows as requests come. */
export interface Backend {
  readonly url: string;
  readonly port: number;
  readonly journal: readonly JournalEntry[];
  /** Stops at once, late answers included. */
  close(): Promise<void>;
}

/** What a page that tries the demo may tell its user while a variable is asked for. */
export const hints: readonly { readonly variable: string; readonly text: string }[] = [
  { variable: "order_id", text: describeOrders() },
];

const maxBodyBytes = 1024 * 1024;

/**
 * Starts the shop that the example procedures call: orders, their status, refunds, and a journal of all requests under
 * GET /journal. A key in `Idempotency-Key` is carried out once; a repeat gets the same answer, and at once. Rejects if
 * the port can't be opened.
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { host = "127.0.0.1", lateMs = 20_000, after = machineTimer } = options;
  const shop = openShop(options.now);
  const timers = new Set<() => void>();
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        if (body === null) return write(response, { status: 413, body: { error: "The body is too large." } });
        if (request.method === "GET" && request.url === "/journal") {
          return write(response, { status: 200, body: shop.journal });
        }
        const answer = shop.answer(request, body);
        if (!answer.late) return write(response, answer);
        const cancel = after(lateMs, () => {
          timers.delete(cancel);
          write(response, answer);
        });
        timers.add(cancel);
      },
      () => response.destroy(), // the client hung up before its request was whole
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    journal: shop.journal,
    close: () =>
      new Promise((resolve) => {
        for (const cancel of timers) cancel();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Shop {
  readonly journal: readonly JournalEntry[];
  answer(request: IncomingMessage, body: string): Answer;
}

function openShop(now: () => number): Shop {
  const journal: JournalEntry[] = [];
  const counts = new Map<string, number>();
  const answered = new Map<string, { readonly request: string; readonly answer: Answer }>();
  let refunds = 0;
  return {
    journal,
    answer(request, body) {
      const method = request.method ?? "GET";
      const path = (request.url ?? "/").split("?")[0] ?? "/";
      const key = header(request, "idempotency-key");
      const countedAs = key === null ? `${method} ${path}` : `key ${key}`;
      const count = (counts.get(countedAs) ?? 0) + 1;
      counts.set(countedAs, count);
      const same = JSON.stringify([method, path, body]);
      const before = key === null ? undefined : answered.get(key);
      const answer = before === undefined ? answerTo(method, path, 1001 + refunds, now()) : repeat(before, same);
      if (answer.effect) refunds += 1;
      if (key !== null && answer.effect) answered.set(key, { request: same, answer });
      journal.push({ method, path, idempotencyKey: key, body: parse(body), count, carriedOut: answer.effect });
      return answer;
    },
  };
}

/** What the same key gets the second time. Only what took effect is remembered: a read or a refusal is asked anew. */
function repeat(before: { readonly request: string; readonly answer: Answer }, request: string): Answer {
  if (before.request === request) return { ...before.answer, late: false, effect: false };
  return { status: 422, body: { error: "This key belongs to another request." }, late: false, effect: false };
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function parse(body: string): unknown {
  if (body === "") return null;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The whole body, or null if it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk); // the rest is read and dropped, so that the client hears the answer
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(chunks).toString("utf8");
}

function write(response: ServerResponse, answer: { readonly status: number; readonly body: unknown }): void {
  response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(answer.body));
}

function machineTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
