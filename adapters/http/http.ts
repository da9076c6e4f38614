import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Http, HttpLimits } from "../../src/ports/http.ts";
import { addressesOf, type Connect, dial, openSocket, type Resolve, systemResolve } from "./connector.ts";
import { exchange } from "./exchange.ts";
import { readHeaders } from "./headers.ts";
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
 * Makes the way out. Every request, also a safe one, has a connection of its own: so it is always decidable whether
 * anything was sent, every connection passes the guard, and no two workspaces ever share one. Throws an Error that
 * names the entry if `openHosts` or `ownHosts` can't be read.
 */
export function createHttp(options: HttpOptions): ClosableHttp {
  const way: Way = {
    clock: options.clock,
    places: readPlaces(options.openHosts, options.ownHosts ?? []),
    resolve: options.resolve ?? systemResolve,
    connect: options.connect ?? openSocket,
  };
  let closed = false;
  const underWay = new Map<AbortController, Promise<Outcome>>();
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
}

/** Leads the time limit into `stop`, whose reason, a sentence's end, says whether it was that or the closing. */
async function sendWithin(way: Way, request: HttpRequest, limits: HttpLimits, stop: AbortController): Promise<Outcome> {
  const cancelTimer = way.clock.after(limits.timeoutMs, () => stop.abort(`its ${limits.timeoutMs} ms were over`));
  try {
    return await sendOnce(way, request, limits, stop.signal);
  } finally {
    cancelTimer();
  }
}

async function sendOnce(way: Way, request: HttpRequest, limits: HttpLimits, stop: AbortSignal): Promise<Outcome> {
  const target = readTarget(request.url, way.places);
  if (target.kind === "refused") return refused(`${request.method} request`, target.why);
  const { host, port, secure } = target.value;
  const label = `${request.method} ${host}${port === (secure ? 443 : 80) ? "" : `:${port}`}`;
  const headers = readHeaders(request.headers);
  if (headers.kind === "refused") return refused(label, headers.why);
  const mayStart = (): boolean => way.clock.monotonic() < limits.startBefore;
  if (!mayStart()) return tooLate(label);

  const notSent = (why: string): Outcome =>
    outcomeOfBreak(label, false, null, stop.aborted ? String(stop.reason) : why);
  let addresses: Vetted<readonly string[]>;
  try {
    addresses = await unlessStopped(addressesOf(target.value, way.resolve), stop);
  } catch (error) {
    return notSent(`no address was found for this host (${codeOf(error, "no reason given")})`);
  }
  if (addresses.kind === "refused") return refused(label, addresses.why);

  let socket: Awaited<ReturnType<typeof dial>>;
  try {
    socket = await dial(target.value, addresses.value, way.connect, stop);
  } catch (error) {
    return notSent(`the connection could not be opened (${codeOf(error, "no reason given")})`);
  }
  const { maxBytes } = limits;
  const now = (): number => way.clock.now();
  return exchange(socket, {
    label,
    target: target.value,
    request,
    headers: headers.value,
    maxBytes,
    stop,
    mayStart,
    now,
  });
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
