import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { HttpOutcome } from "../../src/ports/http.ts";
import { readAnswer } from "./answer.ts";
import { codeOf, outcomeOfBreak, outcomeOfStatus, retryAfterMs, tooLate } from "./outcome.ts";
import type { Target } from "./target.ts";

/** Bytes of one block of an answer's headers, or of its trailers. */
const maxHeaderBytes = 16 * 1024;

/** A connected socket and what speaks HTTP over it, one request after another. */
export interface Line {
  readonly socket: Socket;
  readonly client: Client;
}

/** Makes a line of a connected socket; `idleMs`: when nothing was asked over it for so long, it closes itself. */
export function createLine(socket: Socket, origin: string, idleMs: number): Line {
  const client = new Client(origin, {
    connect: connectWith(socket),
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    // One limit covers the whole of an exchange, and it runs by the clock port.
    headersTimeout: 0,
    bodyTimeout: 0,
    // The other side may ask for less, and never for more.
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
  });
  return { socket, client };
}

/** Closes it, whatever is under way. */
export function closeLine({ socket, client }: Line): void {
  client.destroy().catch(() => {}); // only ends what is settled
  socket.destroy();
}

/** All that one exchange needs. `stop` carries the reason as its `reason`, a sentence's end. */
export interface Exchange {
  readonly label: string;
  readonly target: Target;
  readonly request: HttpRequest;
  readonly headers: readonly string[];
  readonly maxBytes: number;
  readonly stop: AbortSignal;
  /** Asked in the tick of the socket write: whether the first byte may still leave. */
  readonly mayStart: () => boolean;
  readonly now: () => number;
  /** Whether the line is to be left open for another request, where the other side allows that. */
  readonly keepOpen: boolean;
}

/** What became of an exchange. `sent`: whether its first byte left. `intact`: the line may carry another request. */
export interface Exchanged {
  readonly outcome: HttpOutcome;
  readonly sent: boolean;
  readonly intact: boolean;
}

/** Sends one request over a line and answers what became of it; a line that is not intact is closed. Never rejects. */
export async function exchange(line: Line, parts: Exchange): Promise<Exchanged> {
  const { method, body } = parts.request;
  const handler = createHandler(parts, line.socket);
  const stopped = (): void => handler.broke(String(parts.stop.reason));
  parts.stop.addEventListener("abort", stopped, { once: true });
  line.client.dispatch(
    { path: parts.target.path, method, headers: [...parts.headers], body, reset: !parts.keepOpen },
    handler.dispatch,
  );
  if (parts.stop.aborted) stopped();
  const outcome = await handler.outcome;
  const { sent, ended } = handler.progress;
  // Only what was read to its end leaves nothing behind on the line.
  const intact = parts.keepOpen && ended && !line.socket.destroyed;
  if (!intact) closeLine(line);
  return { outcome, sent, intact };
}

/**
 * Gives undici the one socket there is: a second connection, to repeat a request on, it can't have. In a microtask,
 * because undici forgets the request if its connector answers before it returns.
 */
function connectWith(socket: Socket): NonNullable<Client.Options["connect"]> {
  return (_options, callback) => {
    queueMicrotask(() => {
      if (socket.destroyed) callback(new Error("The connection of this request is gone."), null);
      else callback(null, socket);
    });
  };
}

interface Handler {
  readonly dispatch: Dispatcher.DispatchHandler;
  readonly outcome: Promise<HttpOutcome>;
  readonly progress: { sent: boolean; ended: boolean };
  /** The exchange ended before its answer did. */
  broke(why: string): void;
}

function createHandler(parts: Exchange, socket: Socket): Handler {
  const { label, request, maxBytes } = parts;
  const { promise, resolve } = Promise.withResolvers<HttpOutcome>();
  const progress = { sent: false, ended: false };
  const chunks: Buffer[] = [];
  let bytes = 0;
  let status: number | null = null;
  let encoding = "";
  const broke = (why: string): void => resolve(outcomeOfBreak(label, progress.sent, status, why));
  const dispatch: Dispatcher.DispatchHandler = {
    // undici calls this right before socket.write, in the same tick: what is decided here is decided at the first byte.
    onRequestStart(controller) {
      if (!progress.sent && !parts.stop.aborted && parts.mayStart()) {
        progress.sent = true;
        return;
      }
      if (progress.sent) broke("the connection broke");
      else resolve(parts.stop.aborted ? outcomeOfBreak(label, false, null, String(parts.stop.reason)) : tooLate(label));
      controller.abort(new Error("This request may not be sent."));
    },
    onResponseStart(_controller, code, headers) {
      if (code < 200) return;
      status = code;
      encoding = header(headers["content-encoding"]) ?? "";
      const wait = retryAfterMs(header(headers["retry-after"]), parts.now());
      const outcome = outcomeOfStatus(label, code, wait);
      if (outcome !== null) resolve(outcome);
      else if (request.method !== "HEAD" && Number(header(headers["content-length"])) > maxBytes) resolve(tooLarge());
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= maxBytes) return;
      chunks.length = 0;
      resolve(tooLarge());
    },
    onResponseEnd() {
      // undici takes a reset for the end of a body that is framed by the end of the connection; half a body is none.
      if (socket.errored !== null) return broke("the connection broke");
      progress.ended = true;
      resolve(readAnswer(`${label} answered ${status}`, Buffer.concat(chunks), encoding, maxBytes));
    },
    onResponseError(_controller, error) {
      broke(`the connection broke (${codeOf(error, "no reason given")})`);
    },
  };
  const tooLarge = (): HttpOutcome => {
    const reason = `${label} answered ${status}, but the answer is larger than ${maxBytes} bytes`;
    return { kind: "failed", reason };
  };
  return { dispatch, outcome: promise, progress, broke };
}

function header(value: string | readonly string[] | undefined): string | null {
  return (typeof value === "string" ? value : value?.[0]) ?? null;
}
