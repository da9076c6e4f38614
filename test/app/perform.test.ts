import { describe, expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { Effect } from "../../src/domain/effect.ts";
import { limits } from "../../src/domain/limits.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const pay = {
  id: "pay",
  kind: "call",
  method: "POST",
  url: "https://shop.example/pay",
  headers: { "x-reason": "refund" },
  body: { amount: 10 },
};
const ticket = {
  id: "ticket",
  kind: "action",
  action: "create_ticket",
  parameters: { subject: "A refund", priority: "HIGH" },
};
const houses = housesOf(aProcedure([pay]));

type Tamper = (effect: Effect) => Effect;

const inRequest =
  (change: object): Tamper =>
  (effect) =>
    effect.kind === "call" ? { ...effect, request: { ...effect.request, ...change } } : effect;
const inAction =
  (change: object): Tamper =>
  (effect) =>
    effect.kind === "act" ? { ...effect, action: { ...effect.action, ...change } } : effect;

const tampered: readonly (readonly [string, "call" | "act", Tamper])[] = [
  ["the address", "call", inRequest({ url: "https://shop.example/pay-twice" })],
  ["the method", "call", inRequest({ method: "DELETE" })],
  ["a header", "call", inRequest({ headers: { "x-reason": "gift", "content-type": "application/json" } })],
  ["the body", "call", inRequest({ body: '{"amount":1000}' })],
  ["a parameter of an action", "act", inAction({ subject: "Something else" })],
];

/** Changes a stored document as somebody with access to the file could. */
async function rewrite(house: House, change: (conversation: Conversation) => Conversation): Promise<void> {
  const stored = await house.load("c1");
  if (stored === null) throw new Error("nothing is stored");
  await house.store.conversations.save({ ...change(stored), version: stored.version + 1 });
}

async function nothingWasDone(house: House): Promise<void> {
  const ended = await house.until("c1", ({ run, lease, outbox }) => run === null && lease === null && !outbox.length);
  expect(ended.lastRun?.ended).toBe("escalated");
  expect((await house.store.tickets.list(house.workspace, null)).items).toEqual([]);
  const cards = houses.world.sent.flatMap(({ message }) => (message.kind === "card" ? [JSON.stringify(message)] : []));
  expect(cards.join()).toContain("the request is not the one that was frozen");
}

describe("what was frozen is what runs", () => {
  test.each(tampered)("a request in the outbox with %s changed is never sent", async (_what, kind, tamper) => {
    const procedures = [aProcedure([kind === "call" ? pay : ticket])];
    // The first try is put off, so that the request waits in the store.
    houses.world.answer = () => ({ kind: "notSent", reason: "busy", retryAfterMs: 60_000 });
    const first = await houses.open({ procedures, wrap: (store) => (kind === "act" ? withoutTickets(store) : store) });
    await first.say("c1", "refund");
    await first.until("c1", ({ outbox, lease }) => lease === null && outbox.some(({ attempt }) => attempt === 1));
    const sentBefore = houses.world.requests.length;
    await rewrite(first, (stored) => ({
      ...stored,
      outbox: stored.outbox.map((one) => ({ ...one, effect: tamper(one.effect) })),
    }));
    await houses.abandon(first);

    houses.world.answer = () => ({ kind: "done", value: {} });
    const second = await houses.open({ procedures, boot: "boot-2", clock: first.clock });
    await second.pass(60_000);
    await nothingWasDone(second);
    expect(houses.world.requests).toHaveLength(sentBefore);
  });

  test.each(tampered)("a request that was approved, with %s changed, is never sent", async (_what, kind, tamper) => {
    const step = { ...(kind === "call" ? pay : ticket), approval: "require" };
    const house = await houses.open({ procedures: [aProcedure([step])] });
    await house.say("c1", "refund");
    const { run } = await house.settled("c1");
    if (run?.wait.kind !== "approval") throw new Error("no approval");
    const { wait } = run;
    await rewrite(house, (stored) => ({
      ...stored,
      run: { ...run, wait: { ...wait, of: { ...wait.of, effect: tamper(wait.of.effect) } } },
    }));
    await house.press(wait.of.id, { kind: "approve" }, agent);
    await nothingWasDone(house);
    expect(houses.world.requests).toEqual([]);
  });

  test("left as it was, it is sent", async () => {
    const house = await houses.open();
    await house.say("c1", "refund");
    const done = await house.until("c1", ({ run, lease }) => run === null && lease === null);
    expect(done.lastRun?.ended).toBe("completed");
    expect(houses.world.requests).toHaveLength(1);
  });
});

describe("an effect ends within the lease, or is not begun", () => {
  test.each([
    ["a call", pay, limits.callTimeoutMs],
    ["an action", ticket, limits.callTimeoutMs],
    ["a message", { id: "bye", kind: "message", content: "Bye." }, limits.sendTimeoutMs],
  ])(
    "%s whose time limit would pass the lease's end waits until the lease is renewed",
    async (_what, step, timeoutMs) => {
      const clock = createFakeClock(1_800_000_000_000);
      const attempts: number[] = [];
      const house = await houses.open({
        clock,
        procedures: [aProcedure([step])],
        // The save that begins it takes so long that the rest of the lease is one millisecond too short.
        wrap: (store) =>
          withSave(store, async (next) => {
            const begins = next.outbox.find(({ effect, started }) => started && effect.kind !== "route");
            await store.conversations.save(next);
            if (begins === undefined) return;
            attempts.push(begins.attempt);
            if (attempts.length === 1) clock.advance(limits.leaseMs - timeoutMs + 1);
          }),
      });
      await house.say("c1", "refund");
      const done = await house.until(
        "c1",
        ({ run, lease, outbox }) => run === null && lease === null && !outbox.length,
      );
      expect(done.lastRun?.ended).toBe("completed");
      const tickets = await house.store.tickets.list(house.workspace, null);
      expect(houses.world.requests.length + houses.world.sent.length + tickets.items.length).toBe(1);
      // A second start, after a renewal: the first one was given back.
      expect(attempts.slice(0, 2)).toEqual([1, 2]);
    },
  );

  test("a call is told by when its first byte must have left", async () => {
    const house = await houses.open();
    await house.say("c1", "refund");
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    const begun = house.clock.monotonic();
    expect(houses.world.bounds).toEqual([
      {
        workspace: house.workspace,
        timeoutMs: limits.callTimeoutMs,
        maxBytes: limits.answerBytes,
        startBefore: begun + limits.leaseMs - limits.callTimeoutMs,
      },
    ]);
  });
});

function withoutTickets(store: Store): Store {
  const create = () => Promise.reject(new TransientError("busy", { retryAfterMs: 60_000 }));
  return { ...store, tickets: { ...store.tickets, create } };
}

function withSave(store: Store, save: Store["conversations"]["save"]): Store {
  return { ...store, conversations: { ...store.conversations, save } };
}
