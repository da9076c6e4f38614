import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { createDatabase, openConnection } from "../../adapters/sqlite/database.ts";
import { prepareFolder, removePid } from "../../adapters/sqlite/lock.ts";
import { createStore } from "../../adapters/sqlite/open.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Model } from "../../src/ports/model.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent, customer } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { type House, openHouse, World } from "../support/house.ts";
import { temporaryFolder } from "../support/playground.ts";
import { aProcedure } from "../support/procedures.ts";

/**
 * How SQLite fails. FULL and READONLY are SQLite's own answers; BUSY and IOERR are thrown where it throws them, since
 * nobody can take the exclusive lock away and no disk here breaks on demand. "error-after" has committed and says that
 * it has not.
 */
export const faults = ["BUSY", "FULL", "READONLY", "IOERR", "error-after"] as const;
export type Fault = (typeof faults)[number];

/** What one outage came to. `rejected`: events that were refused; `problems`: what broke. */
export interface Outage {
  readonly rejected: number;
  readonly accepted: number;
  readonly lost: number;
  readonly unsafeRepeats: number;
  readonly doubleDecisions: number;
  readonly stranded: number;
  readonly completed: number;
  readonly problems: readonly string[];
}

const procedure = aProcedure([
  { id: "ask", kind: "collect", variable: "order", prompt: "which order?" },
  { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay/{{order}}", response: "paid" },
  { id: "credit", kind: "call", method: "POST", url: "https://shop.example/credit/{{order}}", approval: "require" },
  {
    id: "ticket",
    kind: "action",
    action: "create_ticket",
    parameters: { subject: "Credit {{order}}", priority: "HIGH" },
  },
  { id: "done", kind: "message", content: "done with {{order}}", next: "end" },
]);
const model: Model = {
  route: () => Promise.resolve({ kind: "run", slug: procedure.slug, filled: {}, scores: [], threshold: 0 }),
};
// Where each conversation stands when the outage begins; its number is its order too.
const newcomer = "c1";
const asked = "c2";
const calling = "c3";
const retrying = "c4";
const approving = "c5";
const everybody = [newcomer, asked, calling, retrying, approving];
const outageMs = 30_000;
const stepMs = 500;
const recoverMs = 60_000;

/** Lets the store fail in the middle of five conversations for 30 s, and looks what became of them. */
export async function storeOutage(fault: Fault): Promise<Outage> {
  const folder = await temporaryFolder();
  const world = new World();
  const held = Promise.withResolvers<void>();
  let payments = 0;
  world.answer = ({ url }) => {
    if (url.endsWith(`/pay/${calling}`)) return held.promise.then(() => ({ kind: "done", value: {} }));
    if (url.endsWith(`/pay/${retrying}`)) {
      payments += 1;
      if (payments === 1) return { kind: "notSent", reason: "refused", retryAfterMs: 5000 };
    }
    return { kind: "done", value: {} };
  };
  const broken = breakable(folder.path);
  const clock = createFakeClock(1_800_000_000_000);
  const house = await openHouse({
    folder: folder.path,
    procedures: [procedure],
    world,
    clock,
    model,
    wrap: broken.wrap,
  });
  try {
    await prepare(house);
    const problems: string[] = [];
    broken.begin(fault);
    const during = await attempt(house, "during");
    held.resolve();
    for (let passed = 0; passed < outageMs; passed += stepMs) await pass(house);
    const again = await attempt(house, "during");
    broken.end();
    const { accepted, rejected } = sum(during, again);
    // Nobody says anything: what was under way must go on alone.
    const alone = await passUntil(house, () => isPast(house, calling, "pay"), recoverMs);
    if (!alone) problems.push("what was under way did not go on alone");
    await attempt(house, "after");
    const completed = await finish(house);
    return { rejected, accepted, completed, ...(await judge(house, world, problems)) };
  } finally {
    await house.stop();
    await folder.remove();
  }
}

/** The store over a connection whose statements can be made to fail. */
function breakable(folder: string) {
  let fault: Fault | null = null;
  let connection: DatabaseSync | null = null;
  const wrap = (opened: Store): Store => {
    // The store that the house opened goes away at once; only this one's connection is in our hands.
    void opened.close();
    const mine = openConnection(prepareFolder(folder));
    connection = mine;
    const prepare = mine.prepare.bind(mine);
    mine.prepare = (sql) => {
      const statement = prepare(sql);
      if (sql !== "COMMIT" && sql !== "BEGIN IMMEDIATE") return statement;
      const run = statement.run.bind(statement);
      statement.run = () => {
        if (fault === "BUSY" && sql !== "COMMIT") throw sqliteError(5);
        if (fault === "IOERR" && sql === "COMMIT") throw sqliteError(10);
        const done = run();
        // SQLITE_IOERR_FSYNC.
        if (fault === "error-after" && sql === "COMMIT") throw sqliteError(1034);
        return done;
      };
      return statement;
    };
    return createStore(
      createDatabase(mine, createFakeClock(), () => removePid(folder)),
      null,
    );
  };
  const pragmas = (full: boolean, readOnly: boolean): void => {
    connection?.exec(`PRAGMA max_page_count = ${full ? 1 : 1_000_000}; PRAGMA query_only = ${readOnly ? 1 : 0}`);
  };
  return {
    wrap,
    begin: (kind: Fault) => {
      fault = kind;
      pragmas(kind === "FULL", kind === "READONLY");
    },
    end: () => {
      fault = null;
      pragmas(false, false);
    },
  };
}

function sqliteError(errcode: number): Error {
  return Object.assign(new Error("injected"), { code: "ERR_SQLITE_ERROR", errcode });
}

async function prepare(house: House): Promise<void> {
  for (const id of everybody.slice(1)) {
    await house.say(id, "hello", customer, `${id}-start`);
    await house.until(id, ({ run }) => run?.wait.kind === "input");
    if (id !== asked) await house.say(id, id, customer, `${id}-order`);
  }
  await house.until(approving, ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
  await house.until(retrying, ({ outbox }) => outbox.some(({ tries, started }) => tries === 1 && !started));
  await house.until(calling, ({ outbox }) => outbox.some(({ effect, started }) => effect.kind === "call" && started));
}

/** What people do meanwhile: somebody new, an answer, a press; each with the id that it has every time. */
async function attempt(house: House, when: "during" | "after"): Promise<{ accepted: number; rejected: number }> {
  const decided = (await house.load(approving))?.run?.wait;
  const approval = decided?.kind === "approval" ? decided.of.id : "";
  const tries = await Promise.allSettled([
    house.say(newcomer, "hello", customer, `${newcomer}-start`),
    house.say(asked, asked, customer, `${asked}-order`),
    house.press(approval, { kind: "approve" }, agent),
  ]);
  const rejected = tries.filter(({ status }) => status === "rejected").length;
  for (const one of tries) {
    if (one.status === "rejected" && !(one.reason instanceof TransientError)) throw one.reason;
  }
  if (when === "after" && rejected > 0) throw new Error("the store works again, and an event was rejected");
  // Who is told about a decision that stands is told the truth: after "error-after" the first press has counted.
  const pressed = tries[2].status === "fulfilled" && tries[2].value.kind === "accepted" ? 1 : 0;
  return { accepted: tries.slice(0, 2).filter(({ status }) => status === "fulfilled").length + pressed, rejected };
}

function sum(one: { accepted: number; rejected: number }, other: { accepted: number; rejected: number }) {
  return { accepted: one.accepted + other.accepted, rejected: one.rejected + other.rejected };
}

async function pass(house: House): Promise<void> {
  await house.pass(stepMs);
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
}

async function passUntil(house: House, satisfied: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  for (let passed = 0; passed < withinMs; passed += stepMs) {
    if (await satisfied()) return true;
    await pass(house);
  }
  return satisfied();
}

async function isPast(house: House, id: string, stepId: string): Promise<boolean> {
  const conversation = await house.load(id);
  return (
    conversation?.run?.stepId !== stepId && conversation?.outbox.every(({ effect }) => effect.kind !== "call") === true
  );
}

function isOver(conversation: Conversation | null): boolean {
  return conversation !== null && conversation.run === null && conversation.outbox.length === 0;
}

/** Answers and approves whatever is still asked for; answers how many came to their end. */
async function finish(house: House): Promise<number> {
  await passUntil(
    house,
    async () => {
      const all = await Promise.all(everybody.map(house.load));
      for (const [index, conversation] of all.entries()) {
        const id = everybody[index] ?? "";
        const wait = conversation?.run?.wait;
        if (wait?.kind === "input") await house.say(id, id, customer, `${id}-order`);
        if (wait?.kind === "approval") await house.press(wait.of.id, { kind: "approve" }, agent);
      }
      return all.every(isOver);
    },
    recoverMs,
  );
  const all = await Promise.all(everybody.map(house.load));
  return all.filter(isOver).length;
}

async function judge(house: House, world: World, problems: string[]) {
  const { texts } = world;
  let lost = 0;
  let stranded = 0;
  for (const id of everybody) {
    const conversation = await house.load(id);
    if (!isOver(conversation)) {
      stranded += 1;
      problems.push(`stranded: ${id} waits for ${conversation?.run?.wait.kind ?? "its outbox"}`);
    }
    const said = texts.filter((text) => text === `done with ${id}`).length;
    if (said === 0) lost += 1;
    if (said !== 1) problems.push(`${id}: its last words were said ${said} times`);
  }
  const tickets = await house.store.tickets.list(house.workspace, null);
  if (tickets.items.length !== everybody.length) problems.push(`there are ${tickets.items.length} tickets`);
  const refused = new Map([[`https://shop.example/pay/${retrying}`, 1]]);
  let unsafeRepeats = 0;
  for (const [url, requests] of Map.groupBy(world.requests, (request) => request.url)) {
    const more = requests.length - 1 - (refused.get(url) ?? 0);
    if (more > 0) problems.push(`${url} was called ${requests.length} times`);
    unsafeRepeats += Math.max(0, more);
    if (new Set(requests.map(({ key, body }) => `${key} ${body}`)).size > 1)
      problems.push(`${url}: other bytes or key`);
  }
  const decided = await house.store.runs.find(house.workspace, {}, null);
  const doubleDecisions = decided.items.filter(({ decisions }) => decisions.length > 1).length;
  return { lost, stranded, unsafeRepeats, doubleDecisions, problems };
}
