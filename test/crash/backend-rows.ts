import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { answer } from "../support/raw-server.ts";

/** The methods that are told apart: read, may be repeated, may not. */
export const methods = ["GET", "PUT", "DELETE", "POST", "PATCH"] as const;
export type Method = (typeof methods)[number];

/** What guarantee G6 makes of an answer. "refused": nothing ever left this machine. */
export type Sort = "done" | "failed" | "notSent" | "refused" | "unknown";

/** One way for a backend to behave, every time. `waitMs`: what must pass before the next try. */
export interface Row {
  readonly name: string;
  readonly sort: Sort;
  /** Whether our own time limit ends it. */
  readonly hangs?: boolean;
  readonly waitMs?: number;
  reply(socket: Socket, clock: Clock): void;
}

const good = answer(200, {}, '{"id":"7"}');
const piece = Buffer.alloc(64 * 1024, "x");

/** The good answer, which ends a row that was put right. */
export function replyWell(socket: Socket): void {
  socket.write(good);
}

const status = (code: number, sort: Sort, headers: { readonly [name: string]: string } = {}, waitMs?: number): Row => ({
  name: `${code}${Object.entries(headers).map(([name, value]) => ` ${name} ${value}`)}`,
  sort,
  ...(waitMs === undefined ? {} : { waitMs }),
  reply: (socket) => socket.write(answer(code, headers, '{"id":"7"}')),
});
const body = (
  name: string,
  sort: Sort,
  bytes: string | Buffer,
  headers: { readonly [name: string]: string } = {},
): Row => ({
  name,
  sort,
  reply: (socket) => socket.end(answer(200, headers, bytes)),
});

/** Table G6, row by row. */
export const rows: readonly Row[] = [
  { name: "connection refused", sort: "refused", reply: () => {} },
  { name: "reset before any byte of the answer", sort: "unknown", reply: (socket) => socket.resetAndDestroy() },
  { name: "closed before any byte of the answer", sort: "unknown", reply: (socket) => socket.end() },
  { name: "cut in the status line", sort: "unknown", reply: (socket) => socket.end("HTTP/1.1 20") },
  { name: "no answer within our time", sort: "unknown", hangs: true, reply: () => {} },
  {
    name: "200 after our time",
    sort: "unknown",
    hangs: true,
    reply: (socket, clock) => void clock.after(limits.callTimeoutMs + 1, () => socket.write(good)),
  },
  { name: "1 byte/s", sort: "unknown", hangs: true, reply: drip },
  body("truncated body", "unknown", '{"id":', { "content-length": "50" }),
  body("reset in the body", "unknown", "5\r\n{", { "transfer-encoding": "chunked" }),
  { name: "endless body", sort: "failed", reply: pour },
  {
    name: "a body of 1 GB that says so",
    sort: "failed",
    reply: (socket) => {
      socket.write(answer(200, { "content-length": `${1024 ** 3}` }, ""));
      pourOut(socket);
    },
  },
  body("gzip 1000:1", "failed", gzipSync(Buffer.alloc(50_000_000, 32)), { "content-encoding": "gzip" }),
  body("wrong JSON", "failed", '{"id":'),
  body("no JSON", "failed", "<p>ok</p>"),
  body("JSON that is too deep", "failed", `{"id":${"[".repeat(200)}${"]".repeat(200)}}`),
  body("JSON without the field", "failed", '{"other":1}'),
  status(200, "done"),
  status(201, "done"),
  ...[400, 401, 404, 409, 422].map((code) => status(code, "failed")),
  status(302, "failed", { location: "/elsewhere" }),
  status(425, "notSent"),
  status(429, "notSent"),
  status(429, "notSent", { "retry-after": "30" }, 30_000),
  status(503, "notSent", { "retry-after": "30" }, 30_000),
  status(503, "notSent", { "retry-after": "86400" }, limits.retryAfterMostMs),
  ...[408, 500, 502, 503, 504].map((code) => status(code, "unknown")),
];

function drip(socket: Socket, clock: Clock): void {
  socket.write(answer(200, { "content-length": "50" }, "{"));
  for (let second = 1; second < 20; second += 1) clock.after(second * 1000, () => socket.write(" "));
}

function pour(socket: Socket): void {
  socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
  pourOut(socket);
}

// As fast as the other side reads, until it has had enough.
function pourOut(socket: Socket): void {
  const more = (): void => {
    if (!socket.destroyed) socket.write(piece, more);
  };
  more();
}
