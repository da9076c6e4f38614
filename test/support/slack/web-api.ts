import type { IncomingMessage, ServerResponse } from "node:http";
import { type Args, readArgs } from "./args.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Fields } from "./fields.ts";
import type { ApiAnswer, Journal } from "./journal.ts";
import { demandScope, type Methods } from "./method.ts";
import { appMethods, oauthAccess } from "./methods-app.ts";
import { chatMethods } from "./methods-chat.ts";
import { conversationMethods, userMethods } from "./methods-conversations.ts";
import { viewMethods } from "./methods-views.ts";
import { Refusal } from "./refusal.ts";
import type { FakeToken, SlackState } from "./state.ts";

/** What the Web API stands on. `socketUrl`: where Socket Mode's connections are taken; `changed`: a call has come in. */
interface ApiParts {
  readonly state: SlackState;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly socketUrl: () => string;
  readonly changed: () => void;
}

/** Answers one request to the Web API. Rejects when the client hangs up before its request is whole. */
export type Api = (path: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes the Web API: every request is taken down, meets what was planned for it, and is carried out or refused. */
export function createApi({ state, journal, faults, socketUrl, changed }: ApiParts): Api {
  const methods: Methods = {
    ...appMethods(socketUrl),
    ...chatMethods,
    ...conversationMethods,
    ...userMethods,
    ...viewMethods,
  };
  const held = new Map<string, number>();
  return async (path, request, response) => {
    const method = /^\/api\/([\w.]+)$/.exec(path)?.[1];
    if (method === undefined) return void response.writeHead(404).end();
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? null;
    const teamOf = (token: string | null) => state.tokens.get(token ?? "")?.team ?? null;
    const early = faults.early({ method, team: teamOf(bearer), args: {} });
    const body = early === null ? await readBody(request) : "";
    const args = readArgsOrRefusal(request, body);
    const token = bearer ?? (args instanceof Refusal ? null : args.text("token"));
    const seen = { method, team: teamOf(token), args: args instanceof Refusal ? {} : args.all };
    const fault = early ?? faults.next(seen);
    const n = journal.add({
      ...seen,
      at: state.clock.now(),
      monotonicMs: state.clock.monotonic(),
      fault: fault?.kind ?? null,
    });
    const answer = (): Answer => run(methods, { state, method, args, token, basic: basicOf(request) });
    const key = `${method} ${seen.team}`;
    const carried = carryOut({ state, journal, n, fault, held, key, answer, response });
    changed();
    await carried;
  };
}

/** What is written as an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Fields | string;
  readonly retryAfterS: number | null;
}

interface Carrying {
  readonly state: SlackState;
  readonly journal: Journal;
  readonly n: number;
  readonly fault: Fault | null;
  /** Until when (monotonic ms) a method takes no more calls of a team. */
  readonly held: Map<string, number>;
  readonly key: string;
  readonly answer: () => Answer;
  readonly response: ServerResponse;
}

async function carryOut({ state, journal, n, fault, held, key, answer, response }: Carrying): Promise<void> {
  const finish = (carriedOut: boolean, given: Answer | null): void => {
    const settled: ApiAnswer | null =
      given === null
        ? null
        : {
            status: given.status,
            body: given.body,
            retryAfterS: given.retryAfterS,
            monotonicMs: state.clock.monotonic(),
          };
    journal.settle(n, { carriedOut, answer: settled });
    if (given !== null) write(response, given);
  };
  const heldMs = (held.get(key) ?? 0) - state.clock.monotonic();
  if (fault?.kind === "rateLimited") {
    if (fault.retryAfterS !== null) held.set(key, state.clock.monotonic() + fault.retryAfterS * 1000);
    return finish(false, tooMany(fault.retryAfterS));
  }
  if (heldMs > 0) return finish(false, tooMany(Math.ceil(heldMs / 1000)));
  if (fault?.kind === "error") return finish(false, refused(new Refusal(fault.error)));
  if (fault?.kind === "slow") await new Promise<void>((resolve) => state.clock.after(fault.ms, resolve));
  const isBroken = fault !== null && "when" in fault;
  const carriedOut = !isBroken || fault.when === "after";
  const real = carriedOut ? answer() : null;
  const isDone = real !== null && typeof real.body === "object" && real.body["ok"] === true;
  if (!isBroken) return finish(isDone, real);
  switch (fault.kind) {
    case "status":
      return finish(isDone, { ...plain, status: fault.status, body: "" });
    case "garbage":
      return finish(isDone, { ...plain, body: "<html>upstream said no</html>" });
    case "reset":
      finish(isDone, null);
      return void response.req.socket.resetAndDestroy();
    case "hang":
      return finish(isDone, null);
    default:
      return fault satisfies never;
  }
}

/** An answer that is no JSON. */
export const plain: Answer = { status: 200, headers: { "content-type": "text/html" }, body: "", retryAfterS: null };

function json(status: number, body: Fields, headers: Answer["headers"] = {}): Answer {
  return {
    status,
    body,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    retryAfterS: null,
  };
}

function tooMany(retryAfterS: number | null): Answer {
  const headers = retryAfterS === null ? {} : { "retry-after": String(retryAfterS) };
  return { ...json(429, { ok: false, error: "ratelimited" }, headers), retryAfterS };
}

function refused({ code, details }: Refusal, scopes: Answer["headers"] = {}): Answer {
  return json(200, { ok: false, error: code, ...details }, scopes);
}

interface Running {
  readonly state: SlackState;
  readonly method: string;
  readonly args: Args | Refusal;
  readonly token: string | null;
  readonly basic: readonly [string, string] | null;
}

function run(methods: Methods, { state, method, args, token: sent, basic }: Running): Answer {
  let scopes: Answer["headers"] = {};
  try {
    if (args instanceof Refusal) throw args;
    if (method === "oauth.v2.access") return json(200, { ok: true, ...oauthAccess(state, args, basic) });
    const known = methods[method];
    const token = liveToken(state, sent);
    scopes = { "x-oauth-scopes": token.scopes.join(","), "x-accepted-oauth-scopes": known?.scopes.join(",") ?? "" };
    if (known === undefined) throw new Refusal("unknown_method");
    demandScope(token, known.scopes);
    return json(200, { ok: true, ...known.run({ state, token, args }) }, scopes);
  } catch (error) {
    if (error instanceof Refusal) return refused(error, scopes);
    throw error;
  }
}

function liveToken(state: SlackState, sent: string | null): FakeToken {
  if (sent === null || sent === "") throw new Refusal("not_authed");
  const token = state.tokens.get(sent);
  if (token === undefined) throw new Refusal("invalid_auth");
  if (token.end !== null) throw new Refusal(token.end);
  if (token.bot !== null && state.users.get(token.bot.user)?.deleted === true) throw new Refusal("account_inactive");
  return token;
}

function basicOf(request: IncomingMessage): readonly [string, string] | null {
  const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString().split(":");
  return [id, secret];
}

function readArgsOrRefusal(request: IncomingMessage, body: string): Args | Refusal {
  try {
    return readArgs(request.headers["content-type"] ?? "", body);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The whole body of a request. Rejects when the client hangs up before. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Writes an answer. */
export function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
