import { createHmac } from "node:crypto";
import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { Clock } from "../../../src/ports/clock.ts";
import { realClock } from "../real-clock.ts";
import type { Fields } from "./fields.ts";

/** What a bot answered. `status` null: nothing in time, or the connection broke; `ms`: how long it took. */
export interface Delivered {
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly ms: number;
}

/**
 * How a request differs from what Slack sends. `signature`: another one (several: the header is doubled), or none (null).
 * `signedWith`: another secret. `timestamp`: another one, signed as it stands; null: none. `skewS`: how many seconds Slack's
 * clock is ahead. `sentBody`: what is really sent, when it is not what was signed. `retry`: as Slack says that it tries again.
 */
export interface Knobs {
  readonly signature?: string | readonly string[] | null;
  readonly signedWith?: string;
  readonly timestamp?: string | null;
  readonly skewS?: number;
  readonly sentBody?: string | Buffer;
  readonly retry?: { readonly num: number; readonly reason: string };
  readonly contentType?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly method?: string;
  readonly timeoutMs?: number;
}

/** Sends to a bot what Slack would send, signed. */
export interface Deliverer {
  /** An envelope of the Events API, or `url_verification`: any JSON at all. */
  event(envelope: unknown, knobs?: Knobs): Promise<Delivered>;
  /** An interaction: a form with JSON in its field `payload`. */
  interaction(payload: unknown, knobs?: Knobs): Promise<Delivered>;
  /** A slash command, or `ssl_check`: a form. */
  form(fields: { readonly [name: string]: string }, knobs?: Knobs): Promise<Delivered>;
  /** These bytes, as they are. */
  raw(body: string, knobs?: Knobs): Promise<Delivered>;
  /** Closes the connections that are kept open between requests. */
  close(): void;
}

export interface DelivererOptions {
  /** The bot's request URL. */
  readonly url: string;
  readonly signingSecret: string;
  /** What requests are dated by; Bolt compares with the machine's time, so a fake clock must not be far behind it. */
  readonly clock?: Clock;
  /** How a request is sent; over HTTP by default. */
  readonly exchange?: Exchange;
}

/** Sends one request and answers what came back; it never rejects. */
export type Exchange = (
  url: string,
  body: string | Buffer,
  how: { readonly method: string; readonly timeoutMs: number; readonly headers: OutgoingHttpHeaders },
) => Promise<Delivered>;

const json = "application/json";
const form = "application/x-www-form-urlencoded";
// Slack waits three seconds for an answer.
const slackWaitsMs = 3000;

/** Makes what sends to one bot, over connections that it keeps open as Slack does. */
export function createDeliverer({ url, signingSecret, clock = realClock, exchange }: DelivererOptions): Deliverer {
  const agent = new Agent({ keepAlive: true });
  const sendIt = exchange ?? overHttp(agent);
  const send = (body: string, contentType: string, knobs: Knobs = {}): Promise<Delivered> => {
    const now = Math.floor(clock.now() / 1000) + (knobs.skewS ?? 0);
    const timestamp = knobs.timestamp === undefined ? String(now) : knobs.timestamp;
    const signature = signatureOf(knobs.signedWith ?? signingSecret, timestamp ?? "", body);
    return sendIt(url, knobs.sentBody ?? body, {
      method: knobs.method ?? "POST",
      timeoutMs: knobs.timeoutMs ?? slackWaitsMs,
      headers: headersOf(knobs, { contentType, timestamp, signature }),
    });
  };
  return {
    event: (envelope, knobs) => send(JSON.stringify(envelope), json, knobs),
    interaction: (payload, knobs) =>
      send(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), form, knobs),
    form: (fields, knobs) => send(new URLSearchParams(fields).toString(), form, knobs),
    raw: (body, knobs) => send(body, knobs?.contentType ?? json, knobs),
    close: () => agent.destroy(),
  };
}

/**
 * Sends an event as often as Slack does until it is taken: three times more, with the headers that say so, and no more
 * where the bot asks for that. Answers every answer; no time passes in between.
 */
export async function deliverUntilTaken(
  bot: Deliverer,
  envelope: unknown,
  knobs: Knobs = {},
): Promise<readonly Delivered[]> {
  const answers: Delivered[] = [await bot.event(envelope, knobs)];
  for (let num = 1; num <= 3; num += 1) {
    const last = answers.at(-1);
    if (last?.status === 200 || last?.headers["x-slack-no-retry"] === "1") break;
    const reason = last?.status === null ? "http_timeout" : "http_error";
    answers.push(await bot.event(envelope, { ...knobs, retry: { num, reason } }));
  }
  return answers;
}

/** Slack's signature of a request, version 0. Pure. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

/** The JSON of an answer; an object without fields where there is none. Pure. */
export function answerJson({ body }: Delivered): Fields {
  return body === "" ? {} : (JSON.parse(body) as Fields);
}

function headersOf(
  knobs: Knobs,
  {
    contentType,
    timestamp,
    signature,
  }: { readonly contentType: string; readonly timestamp: string | null; readonly signature: string },
): OutgoingHttpHeaders {
  const signed = knobs.signature === undefined ? signature : knobs.signature;
  return {
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    accept: "*/*",
    "content-type": knobs.contentType ?? contentType,
    ...(timestamp === null ? {} : { "x-slack-request-timestamp": timestamp }),
    ...(signed === null ? {} : { "x-slack-signature": typeof signed === "string" ? signed : [...signed] }),
    ...(knobs.retry === undefined
      ? {}
      : { "x-slack-retry-num": String(knobs.retry.num), "x-slack-retry-reason": knobs.retry.reason }),
    ...knobs.headers,
  };
}

/** Sends over HTTP, on connections that the agent keeps. */
export function overHttp(agent: Agent): Exchange {
  return (url, body, { method, timeoutMs, headers }) => {
    const started = realClock.monotonic();
    const { promise, resolve } = Promise.withResolvers<Delivered>();
    const end = (status: number | null, answered: IncomingHttpHeaders = {}, text = ""): void =>
      resolve({ status, headers: answered, body: text, ms: realClock.monotonic() - started });
    const length = { "content-length": Buffer.byteLength(body) };
    const sent = httpRequest(url, { method, agent, headers: { ...length, ...headers } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => end(response.statusCode ?? null, response.headers, text));
      response.on("error", () => end(null));
    });
    const cancel = realClock.after(timeoutMs, () => sent.destroy());
    sent.on("error", () => end(null));
    sent.on("close", cancel);
    sent.end(body);
    return promise;
  };
}
