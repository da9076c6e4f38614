import { type NextFunction, type Request, type Response, Router } from "express";
import type { Inbound } from "../../src/ports/channel.ts";
import type { ErrorJson } from "./api.ts";
import { readJson } from "./body.ts";
import { ApiError, failureOf } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { parseId } from "./parse.ts";

/**
 * A request of the API: the `:id` of its path (checked) and the `:version` (as it came), each empty where there is none,
 * its query and its JSON body.
 */
export interface ApiRequest {
  readonly id: string;
  readonly version: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What it is answered with. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * One path of the API. `read` answers a GET. `write` answers a POST that needs the playground's own file only; `act`
 * one that needs Usher, and works only between the channel's start and its stop. Each throws what errors.ts translates.
 */
export interface ApiRoute {
  readonly path: string;
  /** What the `:id` in the path is the id of. */
  readonly of: string;
  readonly read?: (request: ApiRequest) => Promise<ApiAnswer> | ApiAnswer;
  readonly write?: (request: ApiRequest) => Promise<ApiAnswer> | ApiAnswer;
  readonly act?: (request: ApiRequest, inbound: Inbound) => Promise<ApiAnswer>;
}

interface ApiOptions {
  readonly routes: readonly ApiRoute[];
  readonly gate: Gate;
  readonly openStream: (response: Response) => void;
  readonly report: (error: unknown) => void;
}

/** Everything under /api, errors included: each answer is JSON, and none is cached. */
export function createApi({ routes, gate, openStream, report }: ApiOptions): Router {
  const api = Router({ caseSensitive: true });
  api.use(noStore);
  for (const { path, of, read, write, act } of routes) {
    const route = api.route(path);
    const methods: string[] = [];
    if (read !== undefined) {
      methods.push("GET", "HEAD");
      route.get(handle(async (request, response) => send(response, await read(await requestOf(request, of)))));
    }
    if (write !== undefined) {
      methods.push("POST");
      route.post(handle(async (request, response) => send(response, await write(await requestOf(request, of)))));
    }
    if (act !== undefined) {
      methods.push("POST");
      const work = async (request: Request, response: Response): Promise<void> => {
        const asked = await requestOf(request, of);
        // Answered inside the gate, so that whoever waits for the channel's stop waits for the answer too.
        await gate.enter(async (inbound) => {
          try {
            send(response, await act(asked, inbound));
          } catch (error) {
            fail(response, error, report);
          }
        });
      };
      route.post(handle(work));
    }
    route.all(wrongMethod(methods));
  }
  api.get("/events", (request, response, next) => {
    // Express takes a HEAD for a GET, and this answer would never end.
    if (request.method === "GET") openStream(response);
    else next();
  });
  api.all("/events", wrongMethod(["GET"]));
  api.use((request) => {
    throw new ApiError(404, `There is no ${request.method} of this address in the API: see docs/playground-api.md.`);
  });
  // Express knows a handler of errors by its four parameters.
  api.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    fail(response, error, report),
  );
  return api;
}

/** Answers with an error, and reports it where it is a fault of ours. Cuts off an answer that has begun already. */
export function fail(response: Response, error: unknown, report: (error: unknown) => void): void {
  const failure = failureOf(error);
  if (failure.report) report(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body: ErrorJson = { error: failure.error };
  response.status(failure.status).set(failure.headers).json(body);
}

function send(response: Response, answer: ApiAnswer): void {
  response.status(answer.status).json(answer.body);
}

async function requestOf(request: Request, of: string): Promise<ApiRequest> {
  const { id, version } = request.params;
  return {
    id: id === undefined ? "" : parseId(of, id),
    version: typeof version === "string" ? version : "",
    query: request.query,
    body: request.method === "POST" ? await readJson(request) : undefined,
  };
}

function noStore(_request: Request, response: Response, next: NextFunction): void {
  response.set("cache-control", "no-store");
  next();
}

function wrongMethod(allowed: readonly string[]) {
  return (): void => {
    throw new ApiError(405, `This address takes ${allowed.join(" or ")} only.`, { allow: allowed.join(", ") });
  };
}

function handle(work: (request: Request, response: Response) => Promise<void>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    work(request, response).catch(next);
  };
}
