import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server that answers byte by byte as a test wants, and remembers every byte that reached it. */
export interface RawServer {
  readonly port: number;
  /** Whole requests as they came, in order; also those on a connection that had one before. */
  readonly requests: readonly string[];
  /** How many connections were opened. */
  connections(): number;
  /** Resolves when `count` requests have arrived. */
  arrived(count: number): Promise<void>;
  /** Closes every connection that is open, as a server does with idle ones. */
  hangUp(): void;
  close(): Promise<void>;
}

/** What to do with one whole request; `count` is 1 for the first. */
export type Reply = (socket: Socket, request: string, count: number) => void;

/** Starts a server on a free loopback port; with `tls` it speaks TLS. */
export async function startRawServer(reply: Reply, tls?: TlsOptions): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  const accept = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    let text = "";
    socket.on("error", () => {}); // the client cuts connections in most of these tests
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (let end = endOfRequest(text); end > 0; end = endOfRequest(text)) {
        requests.push(text.slice(0, end));
        text = text.slice(end);
        reply(socket, requests.at(-1) ?? "", requests.length);
        for (const check of waiting) check();
      }
    });
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.on("tlsClientError", () => {});
  const port = await listen(server);
  return {
    port,
    requests,
    connections: () => connections,
    arrived: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (requests.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    hangUp: () => {
      for (const socket of sockets) socket.end();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The bytes of an answer; `content-length` is added unless the headers frame the body themselves. */
export function answer(status: number, headers: { readonly [name: string]: string }, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const framed = "content-length" in headers || "transfer-encoding" in headers || "connection" in headers;
  const all = framed ? headers : { ...headers, "content-length": String(bytes.length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Any\r\n${lines.join("")}\r\n`, "latin1"), bytes]);
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function endOfRequest(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const length = Number(/^content-length: *(\d+)\r?$/im.exec(text.slice(0, head + 2))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : 0;
}
