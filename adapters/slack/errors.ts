import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { retryAfter } from "./methods.ts";
import type { ApiCall } from "./pace.ts";
import { refusalOf } from "./refusals.ts";

/** Slack refused for good. `code`: its own word for why, as in `channel_not_found`. */
export class RefusedError extends PermanentError {
  readonly code: string;
  constructor(message: string, code: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "RefusedError";
    this.code = code;
  }
}

/** It may have been done. A class of its own only so that it is told from what is not translated yet. */
class UnclearError extends Error {
  constructor(message: string, options: { readonly cause: unknown }) {
    super(message, options);
    this.name = "UnclearError";
  }
}

/** Whether an error says that Usher is no longer installed where it was called for: the token is void for ever. Pure. */
export function isTokenVoid(error: unknown): boolean {
  return error instanceof RefusedError && refusalOf(error.code).meaning === "void";
}

/** Whether an error of a call says that surely nothing was done. Pure. */
export function isNotDone(error: unknown): boolean {
  return error instanceof TransientError || error instanceof PermanentError;
}

/** What was called, for a sentence; `reads`: it changes nothing, so that without an answer nothing was done. */
export interface Doing extends Pick<ApiCall, "method" | "channel"> {
  readonly reads: boolean;
}

/**
 * Translates whatever a call of @slack/web-api ended with into what the caller must do: TransientError (surely not done:
 * try again, after `retryAfterMs` where Slack wants to hear nothing before), RefusedError (for good), any other Error (it
 * may have been done). Never repeats a text, a body or a token. Pure.
 */
export function slackError(error: unknown, doing: Doing): Error {
  if (error instanceof Error && (isNotDone(error) || error instanceof UnclearError)) return error;
  const label = labelOf(doing);
  if (error instanceof WebAPIRateLimitedError) return tooMany(label, error.retryAfter * 1000, error);
  if (error instanceof WebAPIHTTPError) return statusError(error, doing);
  if (error instanceof WebAPIPlatformError) return answerError(error, doing);
  const { code, early } = connectionOf(error);
  if (!early) return unclear(doing, code ?? "no answer", error);
  // Whoever only wanted to know something asks again, or does not.
  const then = doing.reads ? "" : "; it is tried again";
  return new TransientError(`${label} did not reach Slack (${code}): check the network${then}.`, { cause: error });
}

/** The error of a call that may have been done; of one that only reads, which then did nothing. Pure. */
export function unclear(doing: Doing, why: string, cause?: unknown): Error {
  const label = labelOf(doing);
  if (doing.reads) return new TransientError(`${label} got no answer that can be read (${why}).`, { cause });
  return new UnclearError(`${label} got no answer that can be read (${why}): it may have been done.`, { cause });
}

/** The error of a call for which there was no slot in time; nothing was sent. `waitMs`: when there may be one. Pure. */
export function heldBack(doing: Doing, waitMs: number): TransientError {
  const message = `${labelOf(doing)} was held back, as Slack takes no more just now; it is tried again.`;
  return new TransientError(message, { retryAfterMs: Math.max(retryAfter.leastMs, Math.ceil(waitMs)) });
}

/** The error of a call whose time was over before it could be sent; Slack has not heard of it, and said nothing. Pure. */
export function tooLate(doing: Doing, cause: unknown): TransientError {
  return new TransientError(`${labelOf(doing)} was not sent: its time was over before that; it is tried again.`, {
    cause,
  });
}

function labelOf({ method, channel }: Doing): string {
  return channel === null ? method : `${method} in ${channel}`;
}

function tooMany(label: string, waitMs: number, cause: unknown): TransientError {
  const retryAfterMs = Math.min(Math.max(waitMs, retryAfter.leastMs), retryAfter.mostMs);
  const message = `Slack got too many calls: ${label} is tried again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  return new TransientError(message, { retryAfterMs, cause });
}

/** Slack itself answers 200 or 429; any other status comes from what stands between, or from a Slack in trouble. */
function statusError(error: WebAPIHTTPError, doing: Doing): Error {
  const { statusCode } = error;
  const label = labelOf(doing);
  if (statusCode === 413) {
    return new RefusedError(`${label} was too large (413): this is a fault in Usher, please report it.`, "http_413");
  }
  if (statusCode < 400 || statusCode >= 500 || statusCode === 408) return unclear(doing, String(statusCode));
  return new TransientError(`${label} did not get through to Slack (${statusCode}): check the proxy in between.`);
}

/** `ok: false`. Of what is no code of Slack's, web-api makes the whole body the error: it must not be repeated. */
function answerError(error: WebAPIPlatformError, doing: Doing): Error {
  const { error: code, response_metadata: metadata } = error.data;
  if (typeof code !== "string" || !/^[a-z][a-z0-9_]{1,60}$/.test(code)) return unclear(doing, "no code");
  const label = labelOf(doing);
  const { meaning, mend } = refusalOf(code);
  switch (meaning) {
    case "slower":
      return tooMany(label, (metadata?.retryAfter ?? retryAfter.unnamedMs / 1000) * 1000, error);
    case "later":
      return new TransientError(`Slack did not do ${label} now (${code}): ${mend}.`, { cause: error });
    case "unclear":
      return unclear(doing, code, error);
    case "void":
    case "refused":
      return new RefusedError(`Slack refused ${label} (${code}${scopes(error)}): ${mend}.`, code, { cause: error });
    default:
      return meaning satisfies never;
  }
}

/** Which scopes are missing, where Slack names them. */
function scopes({ data }: WebAPIPlatformError): string {
  const needed = "needed" in data ? data.needed : null;
  return typeof needed === "string" && /^[a-z0-9:._, ]{1,200}$/.test(needed) ? `: ${needed}` : "";
}

// Certificates are checked before anything is sent.
const certificate = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME_INVALID)/;

/** The machine's code for what broke, and whether it broke before anything could be sent: then nothing was done. */
function connectionOf(error: unknown): { readonly code: string | null; readonly early: boolean } {
  let known: string | null = null;
  for (let at = error, depth = 0; at instanceof Error && depth < maxCauses; depth += 1) {
    const code: unknown = Reflect.get(at, "code");
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) {
      known = code;
      if (isEarly(at, code)) return { code, early: true };
    }
    // web-api keeps what it wraps under another name as well; both lead down the same way.
    at = at.cause;
  }
  return { code: known, early: false };
}

const maxCauses = 5;

function isEarly(error: Error, code: string): boolean {
  if (code === "UND_ERR_CONNECT_TIMEOUT" || certificate.test(code)) return true;
  // One address after another was tried: all of them must have failed so.
  const tried = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];
  return tried.every((one: unknown) => {
    const syscall: unknown = one instanceof Error ? Reflect.get(one, "syscall") : null;
    return syscall === "connect" || syscall === "getaddrinfo";
  });
}
