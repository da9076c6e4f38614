import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Http, HttpLimits, HttpOutcome } from "../../src/ports/http.ts";
import { addressesOf, type Connect, dial, openSocket, type Resolve, systemResolve } from "./connector.ts";
import { type Exchange, type Exchanged, exchange } from "./exchange.ts";
import { readHeaders } from "./headers.ts";
import { createKeptLines, type KeptLine, type KeptLines } from "./kept-lines.ts";
import { codeOf, outcomeOfBreak, refused, tooLate } from "./outcome.ts";
import { type Places, readPlaces, readTarget, type Vetted } from "./target.ts";

/** `openHosts`: "host:port" of own backends, where http and addresses of the own network are allowed. */
export interface HttpOptions {
  readonly clock: Clock;
  readonly openHosts: readonly string[];
  /** Host names under which Usher itself is reached: a call there would be a loop. */
  readonly ownHosts?: readonly string[];
  readonly resolve?: Resolve;
  readonly connect?: Connect;
}

/** The way to the company's systems, until it is closed. */
export interface ClosableHttp extends Http {
  /** Calls off what is under way and resolves when each of those sends has its outcome; later sends are not sent. */
  close(): Promise<void>;
}

/**
 * Makes the way out. A request that may change something has a connection of its own: so it is always decidable whether
 * anything was sent. Reads share the connections of their workspace, and of no other; every connection passes the guard
 * when it is opened. Throws an Error that names the entry if `openHosts` or `ownHosts` can't be read.
 */
export function createHttp(options: HttpOptions): ClosableHttp {
  const way: Way = {
    clock: options.clock,
    places: readPlaces(options.openHosts, options.ownHosts ?? []),
    resolve: options.resolve ?? systemResolve,
    connect: options.connect ?? openSocket,
    kept: createKeptLines(options.clock),
  };
  let closed = false;
  const underWay = new Map<AbortController, Promise<HttpOutcome>>();
  return {
    async send(request, limits) {
      const stop = new AbortController();
      if (closed) stop.abort("Usher is stopping");
      const sending = sendWithin(way, request, limits, stop);
      underWay.set(stop, sending);
      try {
        return await sending;
      } finally {
        underWay.delete(stop);
      }
    },
    async close() {
      closed = true;
      way.kept.close();
      for (const stop of underWay.keys()) stop.abort("Usher is stopping");
      await Promise.allSettled(underWay.values());
    },
  };
}

interface Way {
  readonly clock: Clock;
  readonly places: Places;
  readonly resolve: Resolve;
  readonly connect: Connect;
  readonly kept: KeptLines;
}

/** Leads the time limit into `stop`, whose reason, a sentence's end, says whether it was that or the closing. */
async function sendWithin(
  way: Way,
  request: HttpRequest,
  limits: HttpLimits,
  stop: AbortController,
): Promise<HttpOutcome> {
  const cancelTimer = way.clock.after(limits.timeoutMs, () => stop.abort(`its ${limits.timeoutMs} ms were over`));
  try {
    return await sendOnce(way, request, limits, stop.signal);
  } finally {
    cancelTimer();
  }
}

async function sendOnce(way: Way, request: HttpRequest, limits: HttpLimits, stop: AbortSignal): Promise<HttpOutcome> {
  const target = readTarget(request.url, way.places);
  if (target.kind === "refused") return refused(`${request.method} request`, target.why);
  const { host, port, secure } = target.value;
  const label = `${request.method} ${host}${port === (secure ? 443 : 80) ? "" : `:${port}`}`;
  const headers = readHeaders(request.headers);
  if (headers.kind === "refused") return refused(label, headers.why);
  const parts: Exchange = {
    label,
    target: target.value,
    request,
    headers: headers.value,
    maxBytes: limits.maxBytes,
    stop,
    mayStart: () => way.clock.monotonic() < limits.startBefore,
    now: () => way.clock.now(),
    // After a HEAD a server may send, wrongly, a body, which would be read as the answer to the next request; and one that
    // ignores the body of a GET would read that as the next request.
    keepOpen: request.method === "GET" && request.body === null,
  };
  if (!parts.mayStart()) return tooLate(label);
  // JSON keeps the two parts apart, whatever is in them.
  const key = JSON.stringify([limits.workspace, target.value.origin]);
  const kept = parts.keepOpen ? way.kept.take(key) : null;
  if (kept !== null) {
    const { outcome, sent } = await exchangeOver(way, kept, parts);
    // The other side had closed it before anything was sent: a new one is opened, as if there had been none.
    if (sent || outcome.kind !== "notSent" || stop.aborted || !parts.mayStart()) return outcome;
  }
  const opened = await openLine(way, key, parts);
  return "kind" in opened ? opened : (await exchangeOver(way, opened, parts)).outcome;
}

async function exchangeOver(way: Way, line: KeptLine, parts: Exchange): Promise<Exchanged> {
  const exchanged = await exchange(line, parts);
  if (exchanged.intact) way.kept.keep(line);
  return exchanged;
}

/** A new line to the checked addresses of the target, or why there is none. */
async function openLine(way: Way, key: string, { label, target, stop }: Exchange): Promise<KeptLine | HttpOutcome> {
  const notSent = (why: string): HttpOutcome =>
    outcomeOfBreak(label, false, null, stop.aborted ? String(stop.reason) : why);
  let addresses: Vetted<readonly string[]>;
  try {
    addresses = await unlessStopped(addressesOf(target, way.resolve), stop);
  } catch (error) {
    return notSent(`no address was found for this host (${codeOf(error, "no reason given")})`);
  }
  if (addresses.kind === "refused") return refused(label, addresses.why);
  try {
    return way.kept.open(key, await dial(target, addresses.value, way.connect, stop), target.origin);
  } catch (error) {
    return notSent(`the connection could not be opened (${codeOf(error, "no reason given")})`);
  }
}

/** A resolver can't be called off; what it says afterwards is dropped. */
function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => reject(new Error("The resolver was not waited for."));
    stop.addEventListener("abort", stopped, { once: true });
    if (stop.aborted) stopped();
    work.then(resolve, reject);
  });
}
