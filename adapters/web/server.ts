import { createServer, type Server, type ServerResponse } from "node:http";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import type { Clock } from "../../src/ports/clock.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { fail } from "./api-routes.ts";
import { webLimits } from "./limits.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
  /** How long the head of a request may take, in ms. */
  readonly headersMs?: number;
}

/** A server that listens. `url`: what to open in a browser on this machine, without a slash at its end. */
export interface RunningServer {
  readonly url: string;
  /** Takes no more, lets requests under way end, and cuts off after 5 s what is still open. */
  close(): Promise<void>;
}

/**
 * The one HTTP server; the first of the routers that knows an address answers it. Throws PermanentError, with what to change, when it cannot listen there.
 */
export async function startServer(routers: readonly Router[], options: ServerOptions): Promise<RunningServer> {
  const headersMs = options.headersMs ?? webLimits.headersMs;
  const timeouts = {
    headersTimeout: headersMs,
    requestTimeout: Math.max(headersMs, webLimits.requestMs),
    connectionsCheckingInterval: Math.min(headersMs, webLimits.checkMs),
    keepAliveTimeout: webLimits.keepAliveMs,
    maxHeaderSize: webLimits.headerBytes,
  };
  const server = createServer(timeouts, createApp(routers, options.report));
  server.setTimeout(webLimits.idleMs);
  const answering = keepTrack(server);
  await listen(server, options);
  return { url: urlOf(server, options.host), close: () => close(server, answering, options.clock) };
}

function createApp(routers: readonly Router[], report: (error: unknown) => void) {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // Elsewhere express would show stack traces.
  app.set("env", "production");
  for (const router of routers) app.use(router);
  app.use((_request: Request, response: Response) => {
    response.status(404).type("text/plain").send("There is nothing at this address.\n");
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    fail(response, error, report),
  );
  return app;
}

const listenMends: { readonly [code: string]: string } = {
  EADDRINUSE: "the port is in use; set PORT to another one, or to 0 for a free one",
  EACCES: "this user may not use that port; set PORT to one above 1023",
  EADDRNOTAVAIL: "this machine has no such address; set HOST to one that it has",
  ENOTFOUND: "there is no such name; set HOST to an address of this machine",
};

async function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const mend = (Object.hasOwn(listenMends, code) ? listenMends[code] : undefined) ?? `the system says ${code}`;
    throw new PermanentError(`Usher cannot listen on ${host}, port ${port}: ${mend}.`, { cause: error });
  } finally {
    server.off("error", reject);
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const everywhere = host === "0.0.0.0" || host === "::";
  const name = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

// What is being answered now. A connection that is kept alive after its answer would hold a closing server up.
function keepTrack(server: Server): ReadonlySet<ServerResponse> {
  const answering = new Set<ServerResponse>();
  server.prependListener("request", (_request, response) => {
    answering.add(response);
    response.once("close", () => answering.delete(response));
    if (!server.listening) response.setHeader("connection", "close");
  });
  return answering;
}

async function close(server: Server, answering: ReadonlySet<ServerResponse>, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const response of answering) {
    if (!response.headersSent) response.setHeader("connection", "close");
  }
  // Node closes by itself what is idle already.
  server.close(() => resolve());
  const cancel = clock.after(webLimits.closeMs, () => server.closeAllConnections());
  await promise;
  cancel();
}
