import { createHttp } from "../../adapters/http/http.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import type { Http } from "../../src/ports/http.ts";
import type { Model } from "../../src/ports/model.ts";
import { agent } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { type House, openHouse, World } from "../support/house.ts";
import { temporaryFolder } from "../support/playground.ts";
import { aProcedure } from "../support/procedures.ts";
import { freePort, startRawServer } from "../support/raw-server.ts";
import { type Method, methods, type Row, replyWell, rows } from "./backend-rows.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";

/** What the whole run must come to: how many requests reach the socket, and where it then stands. */
interface Wanted {
  readonly requests: number;
  readonly end: End;
}
type End = "done" | "people" | "verdict";

/** One request as it reached the backend, and when by the clock that Usher goes by. */
interface Arrival {
  readonly bytes: string;
  readonly at: number;
}

class SocketWorld extends World {
  override readonly http: Http;
  constructor(http: Http) {
    super();
    this.http = http;
  }
}

/** The parts that all rows share: one house, one backend, one clock. */
interface Scene {
  readonly house: House;
  readonly arrivals: Map<string, Arrival[]>;
  /** Paths that are answered well from now on. */
  readonly healed: Set<string>;
  /** Resolves when this many requests have reached the path, or when they will not any more. */
  arrived(path: string, count: number): Promise<void>;
  close(): Promise<void>;
}

/** Table G6 through the whole of Usher, with the requests counted at the backend's socket. */
export async function tryBackends(): Promise<ScenarioReport> {
  const scene = await openScene();
  const violations: string[] = [];
  const totals = { rows: 0, requests: 0, verdicts: 0, runAgains: 0 };
  const injected: Record<string, number> = {};
  let unsafeRepeats = 0;
  let stranded = 0;
  try {
    for (const row of rows) {
      for (const method of methods) {
        const found = await tryRow(scene, row, method);
        const wanted = wantedOf(row, method);
        totals.rows += 1;
        totals.requests += found.requests;
        // What never got to the backend's socket was tried there once, at least.
        injected[row.name] = (injected[row.name] ?? 0) + Math.max(1, found.requests);
        const unsafe = method === "POST" || method === "PATCH";
        if (unsafe) unsafeRepeats += Math.max(0, found.requests - wanted.requests);
        if (found.end === null) stranded += 1;
        const problems = [...found.problems];
        if (found.requests !== wanted.requests) problems.push(`${found.requests} requests, not ${wanted.requests}`);
        if (found.end !== wanted.end) problems.push(`it stands at ${found.end}, not ${wanted.end}`);
        if (found.end === "verdict") {
          totals.verdicts += 1;
          totals.runAgains += 1;
          problems.push(...(await runAgain(scene, row, method)));
        }
        for (const problem of problems)
          violations.push(`npm run torture -- --only R11   # ${method}, ${row.name}: ${problem}`);
      }
    }
  } finally {
    await scene.close();
  }
  return { counts: totals, injected, lost: 0, unsafeRepeats, doubleDecisions: 0, stranded, violations };
}

/** The scenario R11. */
export const backendScenario: Scenario = {
  key: "R11",
  keepsBusy: "one thread",
  title: "hostile backends, row by row",
  run: () => tryBackends(),
};

function wantedOf({ sort }: Row, method: Method): Wanted {
  switch (sort) {
    case "done":
      return { requests: 1, end: "done" };
    case "failed":
      return { requests: 1, end: "people" };
    case "refused":
      return { requests: 0, end: "people" };
    case "notSent":
      return { requests: limits.attempts, end: "people" };
    case "unknown":
      if (method === "GET") return { requests: limits.attempts, end: "people" };
      if (method === "PUT" || method === "DELETE") return { requests: limits.attempts, end: "verdict" };
      return { requests: 1, end: "verdict" };
    default:
      return sort satisfies never;
  }
}

function procedureOf(method: Method, connection: "shop" | "gone"): Procedure {
  const url = `{{connections.${connection}}}/${method}/{{row}}`;
  const call = {
    id: "call",
    kind: "call",
    method,
    url,
    response: "r",
    ...(method === "GET" ? {} : { body: { a: 1 } }),
  };
  const steps = [
    { id: "ask", kind: "collect", variable: "row", prompt: "which row?" },
    call,
    { id: "done", kind: "message", content: "got {{r.id}}", next: "end" },
  ];
  return aProcedure(steps, { slug: slugOf(method, connection), name: slugOf(method, connection) });
}

function slugOf(method: Method, connection: "shop" | "gone"): string {
  return `${connection}-${method.toLowerCase()}`;
}

// Starts the procedure that the message names.
const model: Model = {
  route: ({ text }) => Promise.resolve({ kind: "run", slug: text, filled: {}, scores: [], threshold: 0 }),
};

async function openScene(): Promise<Scene> {
  const folder = await temporaryFolder();
  const clock = createFakeClock(1_800_000_000_000);
  const arrivals = new Map<string, Arrival[]>();
  const healed = new Set<string>();
  const waiting = new Set<() => void>();
  const server = await startRawServer((socket, bytes) => {
    const path = bytes.split(" ", 2)[1] ?? "";
    arrivals.set(path, [...(arrivals.get(path) ?? []), { bytes, at: clock.now() }]);
    if (healed.has(path)) replyWell(socket);
    else rows[Number(path.split("/").at(-1))]?.reply(socket, clock);
    for (const check of waiting) check();
  });
  const [shop, gone] = [`127.0.0.1:${server.port}`, `127.0.0.1:${await freePort()}`];
  const http = createHttp({ clock, openHosts: [shop, gone] });
  const house = await openHouse({
    folder: folder.path,
    procedures: methods.flatMap((method) => [procedureOf(method, "shop"), procedureOf(method, "gone")]),
    world: new SocketWorld(http),
    clock,
    model,
    settings: { connections: { shop: `http://${shop}`, gone: `http://${gone}` } },
  });
  return {
    house,
    arrivals,
    healed,
    arrived: (path, count) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(late);
          waiting.delete(check);
          resolve();
        };
        const check = (): void => {
          if ((arrivals.get(path)?.length ?? 0) >= count) end();
        };
        // Then the row comes to no end, and counts as stranded.
        const late = setTimeout(end, patienceMs);
        waiting.add(check);
        check();
      }),
    close: async () => {
      await http.close();
      await house.stop();
      await server.close();
      await folder.remove();
    },
  };
}

/** One conversation of its own for the row and the method, to wherever it comes by itself. */
async function tryRow(scene: Scene, row: Row, method: Method) {
  const { house, arrivals } = scene;
  const index = rows.indexOf(row);
  const id = `c-${method}-${index}`;
  const path = `/${method}/${index}`;
  await house.say(id, slugOf(method, row.sort === "refused" ? "gone" : "shop"));
  await house.until(id, ({ run }) => run?.wait.kind === "input");
  await house.say(id, `${index}`);
  const end = await follow(scene, row, id, path);
  const reached = arrivals.get(path) ?? [];
  const problems: string[] = [];
  if (new Set(reached.map(({ bytes }) => bytes)).size > 1) problems.push("its tries are not the same byte by byte");
  if (!reached.every(({ bytes }) => /\r\nidempotency-key: [0-9a-f]{44}-\d+\r\n/i.test(bytes))) problems.push("no key");
  const waits = reached.slice(1).map(({ at }, before) => at - (reached[before]?.at ?? 0));
  if (waits.some((ms) => ms < (row.waitMs ?? limits.backoffFirstMs))) problems.push(`it waited ${waits.join(", ")} ms`);
  return { end, requests: reached.length, problems };
}

const mostRounds = 30;
const patienceMs = 10_000;

/** Lets each try come to its outcome, and time pass only in between; null: it came to no end. */
async function follow({ house, arrived }: Scene, row: Row, id: string, path: string): Promise<End | null> {
  for (let round = 0; round < mostRounds; round += 1) {
    const { conversation, call } = lookAt(await house.load(id));
    const end = endOf(conversation);
    if (end !== null) return end;
    if (call === undefined) {
      await house.until(id, (now) => endOf(now) !== null || lookAt(now).call !== undefined);
    } else if (!call.started) {
      await house.pass(Math.max(0, call.dueAt - house.clock.now()));
    } else if (row.hangs === true) {
      await arrived(path, call.tries);
      house.clock.advance(limits.callTimeoutMs);
      await house.until(id, (now) => !isUnderWay(now, call.attempt));
    } else {
      await house.until(id, (now) => !isUnderWay(now, call.attempt));
    }
  }
  return null;
}

function lookAt(conversation: Conversation | null) {
  return { conversation, call: conversation?.outbox.find(({ effect }) => effect.kind === "call") };
}

function isUnderWay(conversation: Conversation, attempt: number): boolean {
  const { call } = lookAt(conversation);
  return call?.started === true && call.attempt === attempt;
}

function endOf(conversation: Conversation | null): End | null {
  if (conversation === null || conversation.lease !== null) return null;
  if (conversation.run?.wait.kind === "verdict") return "verdict";
  if (conversation.people !== null) return "people";
  return conversation.run === null ? "done" : null;
}

/** An agent says that it did not happen: exactly one more request, the same byte by byte, and the run goes on. */
async function runAgain(scene: Scene, row: Row, method: Method): Promise<readonly string[]> {
  const { house, arrivals, healed } = scene;
  const id = `c-${method}-${rows.indexOf(row)}`;
  const path = `/${method}/${rows.indexOf(row)}`;
  const before = arrivals.get(path)?.length ?? 0;
  healed.add(path);
  const wait = (await house.load(id))?.run?.wait;
  if (wait?.kind !== "verdict") return ["there is no verdict to give"];
  await house.press(wait.of.id, { kind: "runAgain" }, agent);
  const after = await house.until(id, (now) => endOf(now) !== null);
  const reached = arrivals.get(path) ?? [];
  const problems: string[] = [];
  if (endOf(after) !== "done") problems.push(`after "Run again" it stands at ${endOf(after)}`);
  if (reached.length !== before + 1) problems.push(`"Run again" made ${reached.length - before} requests`);
  if (new Set(reached.map(({ bytes }) => bytes)).size > 1) problems.push('"Run again" sent other bytes');
  return problems;
}
