import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { ConflictError, TransientError } from "../../src/ports/errors.ts";
import type { Model } from "../../src/ports/model.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent, customer, otherAgent } from "../support/chat.ts";
import { type House, type HouseOptions, openHouse, World } from "../support/house.ts";
import { temporaryFolder } from "../support/playground.ts";
import { aProcedure } from "../support/procedures.ts";

const refund = aProcedure([
  { id: "hello", kind: "message", content: "Hello." },
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay/{{ order_id }}", response: "paid" },
  { id: "tell", kind: "message", content: "Paid: {{ paid.id }}." },
]);
const start: Model = {
  route: () => Promise.resolve({ kind: "run", slug: refund.slug, filled: {}, scores: [], threshold: 0 }),
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let world: World;
const houses: House[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  world = new World();
  world.answer = () => ({ kind: "done", value: { id: "r-1" } });
});
afterEach(async () => {
  for (const house of houses.splice(0)) await house.stop();
  await folder.remove();
});

async function open(options: Partial<HouseOptions> = {}): Promise<House> {
  const house = await openHouse({ folder: folder.path, procedures: [refund], world, model: start, ...options });
  houses.push(house);
  return house;
}

/** Ends a house in the middle of what it does. */
async function abandon(house: House): Promise<void> {
  houses.splice(houses.indexOf(house), 1);
  await house.abandon();
}

describe("the work loop over a real store", () => {
  test("a run goes from the first message to its record, each effect once", async () => {
    const house = await open();
    await house.say("c1", "refund");
    await house.settled("c1");
    await house.say("c1", "1001");
    const done = await house.until(
      "c1",
      ({ run, outbox, lease }) => run === null && outbox.length === 0 && lease === null,
    );
    expect(world.texts).toEqual(["Hello.", "Which order?", "Paid: r-1."]);
    expect(world.requests).toEqual([
      {
        method: "POST",
        url: "https://shop.example/pay/1001",
        key: expect.stringMatching(/^[0-9a-f]{32}-\d+$/),
        body: null,
      },
    ]);
    const { items } = await house.store.runs.find(done.workspace, { conversation: done.id }, null);
    expect(items.map(({ ended }) => ended)).toEqual(["completed"]);
  });

  test("a parked run holds no lease and nothing is under way for it", async () => {
    const house = await open();
    await house.say("c1", "refund");
    const parked = await house.settled("c1");
    expect(parked).toMatchObject({ lease: null, outbox: [], dueAt: house.clock.now() + limits.silenceReminderMs });
  });

  test("the same message delivered five times at once is one turn", async () => {
    const house = await open();
    await Promise.all(Array.from({ length: 5 }, () => house.say("c1", "refund", customer, "same")));
    await house.settled("c1");
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("conversations do not wait for each other", async () => {
    const house = await open();
    const hung = Promise.withResolvers<Outcome>();
    world.answer = ({ url }) => (url.endsWith("/slow") ? hung.promise : { kind: "done", value: { id: "r-2" } });
    for (const id of ["c1", "c2"]) await house.say(id, "refund");
    await Promise.all([house.settled("c1"), house.settled("c2")]);
    await house.say("c1", "slow");
    await house.say("c2", "quick");
    await house.until("c2", ({ run }) => run === null);
    expect((await house.load("c1"))?.run?.wait.kind).toBe("effect");
    hung.resolve({ kind: "done", value: { id: "r-1" } });
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
  });

  test("an acknowledged message is in the store, whatever the world does", async () => {
    world.onSend = () => {
      throw new TransientError("the platform is down");
    };
    const house = await open();
    await house.say("c1", "refund");
    expect(await house.load("c1")).toMatchObject({ recent: [{ key: "boot-1-t1" }] });
  });

  test("pitfall 95: stopped in the middle of a POST, the next boot asks a person and does not send it again", async () => {
    const first = await open();
    await first.say("c1", "refund");
    await first.settled("c1");
    world.answer = () => new Promise(() => {});
    await first.say("c1", "1001");
    await first.until("c1", ({ run }) => run?.wait.kind === "effect");
    await abandon(first);
    const second = await open({ boot: "boot-2", clock: first.clock });
    await second.sweeper.start();
    const waiting = await second.until("c1", ({ run, lease }) => run?.wait.kind === "verdict" && lease === null);
    expect(world.requests).toHaveLength(1);
    const wait = waiting.run?.wait;
    if (wait?.kind !== "verdict") throw new Error("unreachable");
    world.answer = () => ({ kind: "done", value: { id: "r-9" } });
    expect(await second.press(wait.of.id, { kind: "runAgain" }, agent)).toMatchObject({ kind: "accepted" });
    expect(await second.press(wait.of.id, { kind: "runAgain" }, otherAgent)).toMatchObject({ kind: "decided" });
    await second.until("c1", ({ run, lease }) => run === null && lease === null);
    expect(world.requests).toHaveLength(2);
    expect(new Set(world.requests.map(({ key }) => key)).size).toBe(1);
    expect(world.texts.at(-1)).toBe("Paid: r-9.");
  });

  test("stopped in the middle of a message, the next boot sends it again under its id and says that it may have arrived", async () => {
    const arrived = Promise.withResolvers<void>();
    world.onSend = () => {
      arrived.resolve();
      return new Promise(() => {});
    };
    const first = await open();
    await first.say("c1", "refund");
    await arrived.promise;
    await abandon(first);
    world.onSend = () => {};
    const second = await open({ boot: "boot-2", clock: first.clock });
    await second.sweeper.start();
    await second.pass(limits.backoffMostMs);
    await second.until("c1", ({ outbox, lease }) => outbox.length === 0 && lease === null);
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
    expect(world.sent.map(({ mayHaveBeenSent }) => mayHaveBeenSent)).toEqual([true, true]);
  });

  test("a message that cannot be sent is tried again, and the ones behind it never overtake it", async () => {
    let down = true;
    world.onSend = () => {
      if (down) throw new TransientError("the platform is down");
    };
    const house = await open();
    await house.sweeper.start();
    await house.say("c1", "refund");
    await house.settled("c1");
    expect(world.sent).toEqual([]);
    down = false;
    await house.pass(limits.backoffFirstMs);
    await house.until("c1", ({ outbox, lease }) => outbox.length === 0 && lease === null);
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("a store that cannot write refuses the event, so that the platform sends it again, and recovers by itself", async () => {
    let down = true;
    const house = await open({
      wrap: (store) => failing(store, () => (down ? new TransientError("the disk is full") : null)),
    });
    await expect(house.say("c1", "refund", customer, "m1")).rejects.toThrow(TransientError);
    expect(await house.load("c1")).toBeNull();
    down = false;
    await house.say("c1", "refund", customer, "m1");
    await house.settled("c1");
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("an outcome is not lost when the store cannot write for a while: the POST is sent once and its result arrives", async () => {
    let down = false;
    const house = await open({
      wrap: (store) => failing(store, () => (down ? new TransientError("the disk is full") : null)),
    });
    await house.say("c1", "refund");
    await house.settled("c1");
    const sent = Promise.withResolvers<Outcome>();
    world.answer = () => sent.promise;
    await house.say("c1", "1001");
    down = true;
    sent.resolve({ kind: "done", value: { id: "r-1" } });
    await expect(house.say("c1", "hello?")).rejects.toThrow(TransientError);
    down = false;
    house.clock.advance(60_000);
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    expect(world.requests).toHaveLength(1);
    expect(world.texts).toContain("Paid: r-1.");
  });

  test("a write that was done and reported as failed does no harm: the event is recognised when it comes again", async () => {
    let lie = true;
    const house = await open({
      wrap: (store) => ({
        ...store,
        conversations: {
          ...store.conversations,
          save: async (next) => {
            await store.conversations.save(next);
            if (lie) throw new TransientError("no answer from the store");
          },
        },
      }),
    });
    await expect(house.say("c1", "refund", customer, "m1")).rejects.toThrow(TransientError);
    lie = false;
    await house.say("c1", "refund", customer, "m1");
    await house.until("c1", ({ run, lease }) => run?.wait.kind === "input" && lease === null);
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("a save that somebody else overtook is decided again on the newest document", async () => {
    let conflicts = 3;
    const house = await open({
      wrap: (store) => failing(store, () => (conflicts-- > 0 ? new ConflictError("overtaken") : null)),
    });
    await house.say("c1", "refund");
    await house.settled("c1");
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("fifty clicks at once are one decision, and every other click learns whose", async () => {
    const guarded = aProcedure([
      { ...refund.steps[2], id: "pay", url: "https://shop.example/pay", approval: "require" },
    ]);
    const house = await open({ procedures: [guarded] });
    await house.say("c1", "refund");
    const waiting = await house.settled("c1");
    const wait = waiting.run?.wait;
    if (wait?.kind !== "approval") throw new Error("no approval");
    const clicks = Array.from({ length: 50 }, (_, n) =>
      house.press(
        wait.of.id,
        n % 2 === 0 ? { kind: "approve" } : { kind: "reject", reason: "no" },
        n % 3 === 0 ? agent : otherAgent,
      ),
    );
    const receipts = await Promise.all(clicks);
    expect(receipts.filter(({ kind }) => kind === "accepted")).toHaveLength(1);
    expect(receipts.filter(({ kind }) => kind === "decided")).toHaveLength(49);
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    expect(world.requests.length).toBeLessThanOrEqual(1);
    // Also when the run has left its conversation.
    expect(await house.press(wait.of.id, { kind: "approve" }, otherAgent)).toMatchObject({ kind: "decided" });
  });

  test("what is performed must have the hash that was frozen", async () => {
    const house = await open();
    await house.say("c1", "refund");
    const parked = await house.settled("c1");
    world.answer = () => new Promise(() => {});
    await house.say("c1", "1001");
    const out = await house.until("c1", ({ run }) => run?.wait.kind === "effect");
    const [call] = out.outbox.filter(({ effect }) => effect.kind === "call");
    expect(call?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(parked.version).toBeLessThan(out.version);
    await abandon(house);
  });

  test("timers fire once, from the document: reminder, then expiry", async () => {
    const house = await open();
    await house.sweeper.start();
    await house.say("c1", "refund");
    await house.settled("c1");
    await house.pass(limits.silenceReminderMs);
    await house.until(
      "c1",
      ({ run, lease }) => run?.wait.kind === "input" && run.wait.remindAt === null && lease === null,
    );
    await house.pass(limits.silenceMs);
    await house.until("c1", ({ run, lease, outbox }) => run === null && lease === null && outbox.length === 0);
    expect(world.texts).toHaveLength(4);
  });

  test("an idle conversation is forgotten after the dedupe horizon", async () => {
    const house = await open({ procedures: [aProcedure([{ id: "bye", kind: "message", content: "Bye." }])] });
    await house.say("c1", "refund");
    await house.until("c1", ({ run, lease, outbox }) => run === null && lease === null && outbox.length === 0);
    await house.pass(limits.idleMs + 1000);
    expect(await house.load("c1")).toBeNull();
  });

  test("while stopping nothing new begins, and what is under way is waited for", async () => {
    const house = await open();
    await house.say("c1", "refund");
    await house.settled("c1");
    const sent = Promise.withResolvers<Outcome>();
    world.answer = () => sent.promise;
    await house.say("c1", "1001");
    const stopping = house.work.stop();
    await expect(house.say("c1", "hello?")).rejects.toThrow(TransientError);
    sent.resolve({ kind: "done", value: { id: "r-1" } });
    await stopping;
    expect(world.texts).not.toContain("Paid: r-1.");
    // The message waits in the document, and nobody holds the lease.
    expect(await house.load("c1")).toMatchObject({
      lease: null,
      outbox: [{ effect: { kind: "say" } }, { effect: { kind: "record" } }],
    });
  });
});

function failing(store: Store, error: () => Error | null): Store {
  return {
    ...store,
    conversations: {
      ...store.conversations,
      save: (next) => {
        const failure = error();
        return failure === null ? store.conversations.save(next) : Promise.reject(failure);
      },
    },
  };
}
