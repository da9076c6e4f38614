import type { Fault } from "./faults.ts";
import type { Fields } from "./fields.ts";

/** What Slack answered; a body that is no JSON stands as text. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Fields | string;
  readonly retryAfterS: number | null;
  /** Monotonic ms of the fake's clock. */
  readonly monotonicMs: number;
}

/** One request that reached the Web API, in the order in which they were read. */
export interface ApiCall {
  readonly n: number;
  readonly method: string;
  /** The team of its token; null where Slack knows no such token. */
  readonly team: string | null;
  /** Its arguments, JSON in them read, without secrets. */
  readonly args: Fields;
  /** Unix ms, and monotonic ms, of the fake's clock. */
  readonly at: number;
  readonly monotonicMs: number;
  /** Whether it changed or read anything: false for what was refused or cut off before. */
  readonly carriedOut: boolean;
  readonly fault: Fault["kind"] | null;
  /** Null as long as there is none, and where none was given. */
  readonly answer: ApiAnswer | null;
}

/** Everything that was asked of the Web API. It belongs to the fake, so it outlives every bot. */
export interface Journal {
  readonly calls: readonly ApiCall[];
  /** Those of one method. */
  of(method: string): readonly ApiCall[];
  add(call: Omit<ApiCall, "n" | "carriedOut" | "answer">): number;
  settle(n: number, end: Pick<ApiCall, "carriedOut" | "answer">): void;
}

export function createJournal(): Journal {
  const calls: ApiCall[] = [];
  return {
    calls,
    of: (method) => calls.filter((call) => call.method === method),
    add(call) {
      calls.push({ ...call, n: calls.length, carriedOut: false, answer: null });
      return calls.length - 1;
    },
    settle(n, end) {
      const call = calls[n];
      if (call !== undefined) calls[n] = { ...call, ...end };
    },
  };
}

/** A call that came when Slack wanted to hear none. */
export interface PaceBreach {
  readonly kind: "tooManyPosts" | "beforeRetryAfter";
  readonly call: ApiCall;
  readonly why: string;
}

/**
 * Lists every call that broke a rule of pace. One post a second and channel, "short bursts allowed" (Slack names no number:
 * `burst`, 5 by default, is how many may come at once after a pause); and nothing to a method and team between a 429 and
 * the end of its Retry-After. `graceMs`: how long after a 429 a call may still have been under way. Pure.
 */
export function paceBreaches(
  calls: readonly ApiCall[],
  { burst = 5, graceMs = 0 }: { readonly burst?: number; readonly graceMs?: number } = {},
): readonly PaceBreach[] {
  return [...tooManyPosts(calls, burst), ...beforeRetryAfter(calls, graceMs)].toSorted((a, b) => a.call.n - b.call.n);
}

function tooManyPosts(calls: readonly ApiCall[], burst: number): readonly PaceBreach[] {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  const breaches: PaceBreach[] = [];
  for (const call of calls) {
    if (call.method !== "chat.postMessage") continue;
    const channel = String(call.args["channel"]);
    const key = `${call.team} ${channel}`;
    const { tokens, at } = buckets.get(key) ?? { tokens: burst, at: call.monotonicMs };
    const left = Math.min(burst, tokens + (call.monotonicMs - at) / 1000) - 1;
    if (left < 0) breaches.push({ kind: "tooManyPosts", call, why: `more than one post a second in ${channel}` });
    buckets.set(key, { tokens: Math.max(0, left), at: call.monotonicMs });
  }
  return breaches;
}

function beforeRetryAfter(calls: readonly ApiCall[], graceMs: number): readonly PaceBreach[] {
  const breaches: PaceBreach[] = [];
  calls.forEach((limited, index) => {
    const { answer, method, team } = limited;
    if (answer === null || answer.retryAfterS === null) return;
    const from = answer.monotonicMs + graceMs;
    const until = answer.monotonicMs + answer.retryAfterS * 1000;
    for (const call of calls.slice(index + 1)) {
      if (call.method !== method || call.team !== team) continue;
      if (call.monotonicMs < from || call.monotonicMs >= until) continue;
      breaches.push({
        kind: "beforeRetryAfter",
        call,
        why: `${method} came before Retry-After of call ${limited.n} had passed`,
      });
    }
  });
  // Several 429 may forbid the same call: it is one breach.
  return breaches.filter((breach, at) => breaches.findIndex((one) => one.call === breach.call) === at);
}
