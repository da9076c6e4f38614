import { vi } from "vitest";
import type { Clock } from "../../src/ports/clock.ts";
import type { FakeClock } from "./fake-clock.ts";

/** A message as this Slack keeps it; `at`: monotonic ms of the clock. */
export interface MemoryMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly user: string;
  readonly metadata: unknown;
  text: string;
  readonly at: number;
}

/** One request that reached it. */
export interface MemoryCall {
  readonly method: string;
  readonly args: { readonly [name: string]: string };
  readonly at: number;
}

/**
 * What goes wrong with a request: `refuse`: Slack's answer `ok: false`; `before`: the connection breaks before it is
 * carried out, `after`: when it was; `tooMany`: 429, with that header or without.
 */
export type Fault =
  | { readonly kind: "refuse"; readonly code: string }
  | { readonly kind: "before" | "after" }
  | { readonly kind: "tooMany"; readonly retryAfter: string | null };

/** As much of Slack's Web API as keeping messages takes, in the place of `fetch`: no socket, and no time but the clock's. */
export interface MemorySlack {
  readonly messages: MemoryMessage[];
  readonly calls: readonly MemoryCall[];
  /** Asked before every request; null: it is carried out. */
  fault: (call: MemoryCall) => Fault | null;
  /** A message by somebody else. */
  write(message: Omit<MemoryMessage, "ts" | "at">): MemoryMessage;
}

/** The bot of the only workspace. */
export const memoryBot = { botToken: "xoxb-canary", botUser: "UBOT" } as const;

/** Puts it in the place of `fetch` until `vi.unstubAllGlobals`; a page of history holds `pageSize` messages. */
export function startMemorySlack(clock: Clock, pageSize = 200): MemorySlack {
  const messages: MemoryMessage[] = [];
  const calls: MemoryCall[] = [];
  let last = 0;
  const slack: MemorySlack = {
    messages,
    calls,
    fault: () => null,
    write(message) {
      last = Math.max(last + 1, clock.now() * 1000);
      const written = { ...message, ts: (last / 1_000_000).toFixed(6), at: clock.monotonic() };
      messages.push(written);
      return written;
    },
  };
  vi.stubGlobal("fetch", async (url: string | URL, init: { readonly body: string }) => {
    const call = {
      method: new URL(url).pathname.replace(/^\/api\//, ""),
      args: Object.fromEntries(new URLSearchParams(init.body)),
      at: clock.monotonic(),
    };
    calls.push(call);
    const fault = slack.fault(call);
    if (fault?.kind === "before") throw broken();
    if (fault?.kind === "refuse") return Response.json({ ok: false, error: fault.code });
    if (fault?.kind === "tooMany") {
      const headers = new Headers(fault.retryAfter === null ? {} : { "retry-after": fault.retryAfter });
      return new Response("", { status: 429, headers });
    }
    const answer = carryOut(slack, call, pageSize);
    if (fault?.kind === "after") throw broken();
    return Response.json(answer);
  });
  return slack;
}

function broken(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
  return new TypeError("fetch failed", { cause });
}

function carryOut(slack: MemorySlack, { method, args }: MemoryCall, pageSize: number): unknown {
  switch (method) {
    case "chat.postMessage": {
      const metadata: unknown = args["metadata"] === undefined ? undefined : JSON.parse(args["metadata"]);
      const threadTs = args["thread_ts"] ?? null;
      const channel = args["channel"] ?? "";
      const { ts } = slack.write({ channel, threadTs, user: memoryBot.botUser, metadata, text: args["text"] ?? "" });
      return { ok: true, channel, ts };
    }
    case "chat.update": {
      const message = slack.messages.find(({ ts }) => ts === args["ts"]);
      if (message === undefined) return { ok: false, error: "message_not_found" };
      message.text = args["text"] ?? "";
      return { ok: true, ts: message.ts };
    }
    case "conversations.history":
    case "conversations.replies":
      return page(slack, args, pageSize);
    default:
      return { ok: false, error: "unknown_method" };
  }
}

function page(slack: MemorySlack, args: MemoryCall["args"], pageSize: number): unknown {
  const { ts: thread, oldest, channel, cursor } = args;
  const inside = slack.messages.filter(
    (message) =>
      message.channel === channel &&
      Number(message.ts) > Number(oldest) &&
      (thread === undefined ? message.threadTs === null : message.threadTs === thread || message.ts === thread),
  );
  const ordered = thread === undefined ? inside.toReversed() : inside;
  const from = Number(cursor ?? 0);
  const shown = ordered.slice(from, from + pageSize);
  const next = from + pageSize < ordered.length ? String(from + pageSize) : "";
  return { ok: true, messages: shown, response_metadata: { next_cursor: next } };
}

/** Lets everything that is ready come to its end; no time passes. */
export async function settled(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}

/** Moves the clock on in steps of 100 ms until the work has ended; throws if that takes more than a minute. */
export async function passing<Answer>(clock: FakeClock, work: Promise<Answer>): Promise<Answer> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  work.then(end, end);
  for (let step = 0; step < 600; step += 1) {
    await settled();
    if (ended) return work;
    clock.advance(100);
  }
  throw new Error("It did not end within a minute of the fake clock.");
}
