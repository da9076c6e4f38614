import { limits } from "../../src/domain/limits.ts";
import type { HttpOutcome } from "../../src/ports/http.ts";

// Both forms that servers send; the third of the standard (asctime) has no zone and counts as no date.
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d{2}[ -].* GMT$/;

/**
 * Answers the wait in ms that a Retry-After header asks for, or null if it asks for none; at most an hour, and at least
 * the first backoff: "0", or a moment that is past, must not make five tries of one moment. Pure.
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(ms) ? null : Math.min(Math.max(limits.backoffFirstMs, ms), limits.retryAfterMostMs);
}

/**
 * The table of guarantee G6. Answers what an answer's status alone settles, or null for 2xx, where the body decides.
 * `label` is method and host; `waitMs` what Retry-After asked for. Pure.
 */
export function outcomeOfStatus(label: string, status: number, waitMs: number | null): HttpOutcome | null {
  const answered = `${label} answered ${status}`;
  if (status >= 200 && status <= 299) return null;
  if (status === 425 || status === 429 || (status === 503 && waitMs !== null)) {
    return { kind: "notSent", reason: `${answered}: not now, try again later`, retryAfterMs: waitMs };
  }
  if (status === 408 || status >= 500) return { kind: "unknown", reason: answered };
  if (status >= 300 && status <= 399) return { kind: "failed", reason: `${answered}: redirects are never followed` };
  return { kind: "failed", reason: answered };
}

/** Answers the outcome of an exchange that broke: before the first byte nothing happened, afterwards nobody knows. Pure. */
export function outcomeOfBreak(label: string, sent: boolean, status: number | null, why: string): HttpOutcome {
  if (!sent) return { kind: "notSent", reason: `${label} was not sent: ${why}`, retryAfterMs: null };
  const far =
    status === null ? "was sent, but no answer could be read" : `answered ${status}, but the answer broke off`;
  return { kind: "unknown", reason: `${label} ${far}: ${why}` };
}

/** Answers the outcome of a request that the rules refuse, now and for ever. Pure. */
export function refused(label: string, why: string): HttpOutcome {
  return { kind: "failed", reason: `${label} was not sent: ${why}` };
}

/** Answers the outcome of a request that met the end of its time before the first byte left: to be tried again. Pure. */
export function tooLate(label: string): HttpOutcome {
  const reason = `${label} was not sent: it could not start in time, it is tried again`;
  return { kind: "notSent", reason, retryAfterMs: 0 };
}

/** Answers an error's code for a reason, or its fallback: messages of errors can hold addresses and text of others. Pure. */
export function codeOf(error: unknown, fallback: string): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : fallback;
}
