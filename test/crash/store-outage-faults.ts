import { setImmediate } from "node:timers/promises";
import type { Receipt } from "../../src/domain/press.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Model } from "../../src/ports/model.ts";
import { agent, customer, otherAgent } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { type House, openHouse, World } from "../support/house.ts";
import { temporaryFolder } from "../support/playground.ts";
import { aProcedure } from "../support/procedures.ts";
import {
  cardAbout,
  hears,
  isDone,
  judgeOutage,
  type OutageFindings,
  type OutageJournal,
  question,
} from "./store-outage-judge.ts";
import { breakable, type Fault } from "./store-outage-store.ts";

/**
 * What one outage came to. `rejected`: events that were refused; `accepted`: those that were acknowledged without a
 * store; `fired`: statements that failed; `problems`: what broke.
 */
export interface Outage extends OutageFindings {
  readonly rejected: number;
  readonly accepted: number;
  readonly fired: number;
  readonly problems: readonly string[];
}

const procedure = aProcedure([
  { id: "ask", kind: "collect", variable: "order", prompt: question },
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
  const journal = createJournal(world, held.promise);
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
    await prepare(house, journal);
    const problems: string[] = [];
    broken.begin(fault);
    const during = await attempt(house, journal);
    held.resolve();
    for (let passed = 0; passed < outageMs; passed += stepMs) await pass(house);
    const again = await attempt(house, journal);
    broken.end();
    if (broken.fired() === 0) problems.push("the store never failed");
    // Nobody says anything: what was under way must go on alone, which is to the card that asks for its credit.
    const alone = await passUntil(house, () => cardAbout(world, calling) !== null, recoverMs);
    if (!alone) problems.push("what was under way did not go on alone");
    const after = await attempt(house, journal);
    if (after.rejected > 0) throw new Error("the store works again, and an event was rejected");
    await finish(house, journal);
    const findings = await judgeOutage(house, journal, problems);
    const rejected = during.rejected + again.rejected;
    return { rejected, accepted: during.accepted + again.accepted, fired: broken.fired(), ...findings, problems };
  } finally {
    await house.stop();
    await folder.remove();
  }
}

/** What the fakes see, from the beginning. `held`: until it resolves, the call of `calling` gets no answer. */
function createJournal(world: World, held: Promise<void>): OutageJournal {
  const journal: OutageJournal = {
    world,
    everybody,
    acknowledged: new Set(),
    receipts: new Map(),
    notSent: new Map(),
    unapproved: [],
  };
  world.answer = ({ url }) => {
    const id = url.split("/").at(-1) ?? "";
    if (url.includes("/credit/") && !journal.receipts.has(cardAbout(world, id) ?? "")) journal.unapproved.push(url);
    if (url.endsWith(`/pay/${calling}`)) return held.then(() => ({ kind: "done", value: {} }));
    if (url.endsWith(`/pay/${retrying}`) && !journal.notSent.has(url)) {
      journal.notSent.set(url, 1);
      return { kind: "notSent", reason: "refused", retryAfterMs: 5000 };
    }
    return { kind: "done", value: {} };
  };
  return journal;
}

/** Says it with the id that it has every time, and notes that it was acknowledged. Throws what Usher throws. */
async function say(house: House, { acknowledged }: OutageJournal, id: string, what: "start" | "order"): Promise<void> {
  await house.say(id, what === "start" ? "hello" : id, customer, `${id}-${what}`);
  acknowledged.add(`${id}-${what}`);
}

/** Presses Approve on the card about a conversation, or Reject as somebody who comes late. Throws what Usher throws. */
async function decide(house: House, journal: OutageJournal, card: string, late = false): Promise<Receipt> {
  const receipts = journal.receipts.get(card) ?? [];
  // Noted before the answer: an approval whose answer was lost has been given all the same.
  journal.receipts.set(card, receipts);
  const action = late ? ({ kind: "reject", reason: "too late" } as const) : ({ kind: "approve" } as const);
  const receipt = await house.press(card, action, late ? otherAgent : agent);
  receipts.push(receipt);
  return receipt;
}

// Where everybody stands is read from the stored documents here, since the world cannot see that a lease has gone; none
// of it is a finding.
async function prepare(house: House, journal: OutageJournal): Promise<void> {
  for (const id of everybody.slice(1)) {
    await say(house, journal, id, "start");
    await house.until(id, ({ run }) => run?.wait.kind === "input");
    if (id !== asked) await say(house, journal, id, "order");
  }
  await house.until(approving, ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
  await house.until(retrying, ({ outbox }) => outbox.some(({ tries, started }) => tries === 1 && !started));
  await house.until(calling, ({ outbox }) => outbox.some(({ effect, started }) => effect.kind === "call" && started));
}

/** What people do meanwhile: somebody new, an answer, a press; each with the id that it has every time. */
async function attempt(house: House, journal: OutageJournal): Promise<{ accepted: number; rejected: number }> {
  const card = cardAbout(journal.world, approving);
  if (card === null) throw new Error("no card was posted about the one that waits for its approval");
  const tries = await Promise.allSettled([
    say(house, journal, newcomer, "start"),
    say(house, journal, asked, "order"),
    decide(house, journal, card),
  ]);
  for (const one of tries) {
    if (one.status === "rejected" && !(one.reason instanceof TransientError)) throw one.reason;
  }
  const rejected = tries.filter(({ status }) => status === "rejected").length;
  return { accepted: tries.length - rejected, rejected };
}

async function pass(house: House): Promise<void> {
  await house.pass(stepMs);
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
}

async function passUntil(house: House, satisfied: () => boolean, withinMs: number): Promise<boolean> {
  for (let passed = 0; passed < withinMs; passed += stepMs) {
    if (satisfied()) return true;
    await pass(house);
  }
  return satisfied();
}

/** Answers and approves whatever is still asked for, as the customers and the agents see it; then one comes late. */
async function finish(house: House, journal: OutageJournal): Promise<void> {
  const { acknowledged, receipts, world } = journal;
  for (let passed = 0; passed < recoverMs && !everybody.every((id) => isDone(world, id)); passed += stepMs) {
    for (const id of everybody) {
      if (hears(world, id, question) && !acknowledged.has(`${id}-order`)) await say(house, journal, id, "order");
      const card = cardAbout(world, id);
      if (card !== null && !receipts.has(card)) await decide(house, journal, card);
    }
    await pass(house);
  }
  for (const card of receipts.keys()) await decide(house, journal, card, true);
}
