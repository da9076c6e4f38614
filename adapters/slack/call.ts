import { type Logger, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import type { z } from "zod";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { Log } from "../../src/ports/log.ts";
import { readApiAnswer } from "./bounded-fetch.ts";
import { type Doing, heldBack, isTokenVoid, slackError, tooLate, unclear } from "./errors.ts";
import { retryAfter, slackMethods } from "./methods.ts";
import type { ApiCall, Pace } from "./pace.ts";

/** The bot of a workspace, or null where Usher is not installed. Throws TransientError. */
export type BotOf = (workspace: WorkspaceId) => Promise<Pick<Installation, "botToken" | "botUser"> | null>;

export interface CallOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  /** The address of the Web API, with a slash at its end. */
  readonly apiUrl: string;
  readonly botOf: BotOf;
  /** Hears of a workspace whose token Slack has called void, and which token that was. */
  readonly onTokenVoid: (workspace: WorkspaceId, botToken: string) => void;
  readonly log: Log;
}

/** One call of the Web API. `args`: as Slack's documentation names them. `schema`: what of the answer is used. */
export interface CallArgs<Answer> extends ApiCall {
  readonly args: { readonly [name: string]: unknown };
  readonly schema: z.ZodType<Answer>;
  /** Monotonic ms by which it must have ended, where that is earlier than the method's own time allows. */
  readonly until?: number | undefined;
}

/**
 * Sends exactly one request, when its slot has come, and answers what Slack said. Throws TransientError (surely not done),
 * RefusedError (refused for good), PermanentError (not installed), any other Error (it may have been done).
 */
export type Call = <Answer>(call: CallArgs<Answer>) => Promise<Answer>;

/** Makes the one way to Slack's Web API: paced, in time, without a retry, its errors translated. */
export function createCall(options: CallOptions): Call {
  return async ({ args, schema, until, ...call }) => {
    const { withinMs, reads } = slackMethods[call.method];
    const doing: Doing = { ...call, reads };
    const end = Math.min(options.clock.monotonic() + withinMs, until ?? Number.POSITIVE_INFINITY);
    await takeSlot(options, call, doing, end);
    // Asked for after the wait: what was uninstalled meanwhile sends nothing more.
    const bot = await options.botOf(call.workspace);
    if (bot === null) throw new PermanentError(`Usher is not installed in ${call.workspace}: install it there.`);
    try {
      const answer = await request(options, doing, { token: bot.botToken, args, end });
      const parsed = schema.safeParse(answer);
      if (!parsed.success) throw unclear(doing, "an answer of another form");
      return parsed.data;
    } catch (error) {
      throw failed(options, call, slackError(error, doing), bot.botToken);
    }
  };
}

/** Waits for the slot of a call; throws TransientError when it does not come in time. */
async function takeSlot({ clock, pace }: CallOptions, call: ApiCall, doing: Doing, end: number): Promise<void> {
  const { waitMs, withinMs } = slackMethods[call.method];
  // What is not for waiting is for Slack to answer.
  const latest = end - (withinMs - waitMs);
  for (;;) {
    const admission = pace.admit(call, latest - clock.monotonic());
    if (admission.kind === "refused") throw heldBack(doing, admission.retryAfterMs);
    if (admission.waitMs === 0) return;
    await new Promise<void>((resolve) => clock.after(admission.waitMs, resolve));
    // Slack may have said "too many" to somebody else meanwhile: then the slot is void.
    if (pace.heldMs(call) === 0) return;
  }
}

interface Request {
  readonly token: string;
  readonly args: { readonly [name: string]: unknown };
  readonly end: number;
}

async function request(
  { clock, apiUrl, log }: CallOptions,
  doing: Doing,
  { token, args, end }: Request,
): Promise<unknown> {
  const late = new AbortController();
  let begun = false;
  const begin = (): boolean => {
    begun = clock.monotonic() < end;
    return begun;
  };
  const cancel = clock.after(Math.max(0, end - clock.monotonic()), () => late.abort());
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    // A lost answer does not say whether the message was posted, and web-api would post it again.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    // How many go at once is decided by the pace, not in a second line behind it.
    maxRequestConcurrency: Number.POSITIVE_INFINITY,
    logger: quietLogger(log, doing.method),
    fetch: fetchUntil(late.signal, begin),
  });
  try {
    return await client.apiCall(doing.method, { ...args });
  } catch (error) {
    if (!begun) throw tooLate(doing, error);
    throw late.signal.aborted ? unclear(doing, "none in time", error) : error;
  } finally {
    cancel();
  }
}

/**
 * Sends one request that ends with the signal, and sees to it that web-api can read every 429. `begin` is asked in the
 * tick in which fetch takes the request over: a process that stood still while it waited for that sends nothing that somebody
 * else may have sent. Where fetch has to connect first, a pause of the process while it does so is not seen.
 */
function fetchUntil(signal: AbortSignal, begin: () => boolean): NonNullable<WebClientOptions["fetch"]> {
  return async (url, init) => {
    if (!begin()) throw new Error("The time for it is over.");
    const response = await fetch(url, { ...init, signal });
    if (response.status !== 429 || /^\d{1,9}$/.test(response.headers.get("retry-after") ?? "")) {
      return readApiAnswer(response);
    }
    // web-api throws an error that nothing can be told from.
    await response.body?.cancel();
    return new Response(null, { status: 429, headers: { "retry-after": String(retryAfter.unnamedMs / 1000) } });
  };
}

function failed({ pace, onTokenVoid, log }: CallOptions, call: ApiCall, error: Error, botToken: string): Error {
  log.warn({ ...call, error }, "A call of Slack's Web API was not done.");
  // Only Slack itself names a time here: what got no slot has thrown before, and what was too late names none.
  if (error instanceof TransientError && error.retryAfterMs !== null) pace.hold(call, error.retryAfterMs);
  if (isTokenVoid(error)) onTokenVoid(call.workspace, botToken);
  return error;
}

/** web-api logs bodies and Slack's words about them; what matters is in the errors. Of its warnings, the codes are kept. */
function quietLogger(log: Log, method: string): Logger {
  const nothing = (): void => {};
  return {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (...words: readonly unknown[]) => {
      const codes = words.filter((word) => typeof word === "string" && /^[a-z_]{1,60}$/.test(word));
      if (codes.length > 0) log.warn({ method, codes }, "Slack warns of how it is called.");
    },
    setLevel: nothing,
    setName: nothing,
    getLevel: () => LogLevel.WARN,
  };
}
