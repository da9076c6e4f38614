import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request as it reached the server, its form decoded. */
export interface ApiRequest {
  readonly method: string;
  readonly token: string;
  readonly contentType: string;
  readonly form: { readonly [name: string]: string };
}

/** A Web API of Slack's that answers as a test says. */
export interface ScriptedWebApi {
  readonly url: string;
  readonly requests: readonly ApiRequest[];
  /** What every next request gets. */
  reply: (response: ServerResponse, request: ApiRequest) => void;
  /** What happens with a connection when the head of a request is there, before its body was read; null: it is read. */
  beforeBody: ((socket: Socket) => void) | null;
  /** Resolves when so many requests have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Answers with JSON. */
export function json(body: unknown, status = 200, headers: { readonly [name: string]: string } = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
}

/** Starts it on a free loopback port. */
export async function startScriptedWebApi(): Promise<ScriptedWebApi> {
  const requests: ApiRequest[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((incoming, response) => void take(incoming, response));
  const api: Omit<ScriptedWebApi, "url"> = {
    requests,
    reply: json({ ok: true }),
    beforeBody: null,
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const take = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    incoming.on("error", () => {}); // cut off by the test, or by a client that did not wait
    const head = { method: incoming.url?.replace("/api/", "") ?? "", token: incoming.headers.authorization ?? "" };
    const contentType = incoming.headers["content-type"] ?? "";
    let body = "";
    if (api.beforeBody !== null) api.beforeBody(incoming.socket);
    else for await (const chunk of incoming) body += String(chunk);
    const request = { ...head, contentType, form: Object.fromEntries(new URLSearchParams(body)) };
    requests.push(request);
    for (const check of waiting) check();
    if (api.beforeBody === null) api.reply(response, request);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(api, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/` });
}
