import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { readAnswer } from "./answer.ts";
import { codeOf, outcomeOfBreak, outcomeOfStatus, retryAfterMs, tooLate } from "./outcome.ts";
import type { Target } from "./target.ts";

/** Bytes of one block of an answer's headers, or of its trailers. */
const maxHeaderBytes = 16 * 1024;

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
}

/**
 * Sends one request over a connected socket of its own and answers what became of it. The socket is used up. Never
 * rejects.
 */
export async function exchange(socket: Socket, parts: Exchange): Promise<Outcome> {
  const client = new Client(parts.target.origin, {
    connect: connectWith(socket),
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    // One limit covers the whole, and it runs by the clock port.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    return await new Promise<Outcome>((resolve) => {
      const handler = createHandler(parts, socket, resolve);
      parts.stop.addEventListener("abort", () => handler.broke(String(parts.stop.reason)), { once: true });
      const { method, body } = parts.request;
      client.dispatch(
        { path: parts.target.path, method, headers: [...parts.headers], body, reset: true },
        handler.dispatch,
      );
      if (parts.stop.aborted) handler.broke(String(parts.stop.reason));
    });
  } finally {
    client.destroy().catch(() => {}); // only ends what is settled
    socket.destroy();
  }
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
  /** The exchange ended before its answer did. */
  broke(why: string): void;
}

function createHandler(
  parts: Exchange,
  socket: Socket,
  resolve: (outcome: Outcome | Promise<Outcome>) => void,
): Handler {
  const { label, request, maxBytes } = parts;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let sent = false;
  let status: number | null = null;
  let encoding = "";
  const broke = (why: string): void => resolve(outcomeOfBreak(label, sent, status, why));
  const dispatch: Dispatcher.DispatchHandler = {
    // undici calls this right before socket.write, in the same tick: what is decided here is decided at the first byte.
    onRequestStart(controller) {
      if (!sent && !parts.stop.aborted && parts.mayStart()) {
        sent = true;
        return;
      }
      if (sent) broke("the connection broke");
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
      resolve(readAnswer(`${label} answered ${status}`, Buffer.concat(chunks), encoding, maxBytes));
    },
    onResponseError(_controller, error) {
      broke(`the connection broke (${codeOf(error, "no reason given")})`);
    },
  };
  const tooLarge = (): Outcome => {
    const reason = `${label} answered ${status}, but the answer is larger than ${maxBytes} bytes`;
    return { kind: "failed", reason };
  };
  return { dispatch, broke };
}

function header(value: string | readonly string[] | undefined): string | null {
  return (typeof value === "string" ? value : value?.[0]) ?? null;
}
