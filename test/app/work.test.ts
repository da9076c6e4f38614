import { beforeEach, describe, expect, test } from "vitest";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { ConflictError, TransientError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent, customer, otherAgent } from "../support/chat.ts";
import { housesOf, type World } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const refund = aProcedure([
  { id: "hello", kind: "message", content: "Hello." },
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay/{{ order_id }}", response: "paid" },
  { id: "tell", kind: "message", content: "Paid: {{ paid.id }}." },
]);
const houses = housesOf(refund);
let world: World;

beforeEach(() => {
  world = houses.world;
  world.answer = () => ({ kind: "done", value: { id: "r-1" } });
});

describe("the work loop over a real store", () => {
  test("a run goes from the first message to its record, each effect once", async () => {
    const house = await houses.open();
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
        key: expect.stringMatching(/^[0-9a-f]{44}-\d+$/),
        body: null,
      },
    ]);
    const { items } = await house.store.runs.find(done.workspace, { conversation: done.id }, null);
    expect(items.map(({ ended }) => ended)).toEqual(["completed"]);
  });

  test("a parked run holds no lease and nothing is under way for it", async () => {
    const house = await houses.open();
    await house.say("c1", "refund");
    const parked = await house.settled("c1");
    expect(parked).toMatchObject({ lease: null, outbox: [], dueAt: house.clock.now() + limits.silenceReminderMs });
  });

  test("the same message delivered five times at once is one turn", async () => {
    const house = await houses.open();
    await Promise.all(Array.from({ length: 5 }, () => house.say("c1", "refund", customer, "same")));
    await house.settled("c1");
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("conversations do not wait for each other", async () => {
    const house = await houses.open();
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
    const house = await houses.open();
    await house.say("c1", "refund");
    expect(await house.load("c1")).toMatchObject({ recent: [expect.stringMatching(/ boot-1-t1$/)] });
  });

  test("pitfall 95: stopped in the middle of a POST, the next boot asks a person and does not send it again", async () => {
    const first = await houses.open();
    await first.say("c1", "refund");
    await first.settled("c1");
    world.answer = () => new Promise(() => {});
    await first.say("c1", "1001");
    await first.until("c1", ({ run }) => run?.wait.kind === "effect");
    await houses.abandon(first);
    const second = await houses.open({ boot: "boot-2", clock: first.clock });
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

  test("stopped in the middle of a message, the next boot sends it again under its id and says that it may have arrived, and when", async () => {
    const arrived = Promise.withResolvers<void>();
    world.onSend = () => {
      arrived.resolve();
      return new Promise(() => {});
    };
    const first = await houses.open();
    await first.say("c1", "refund");
    await arrived.promise;
    await houses.abandon(first);
    const firstAt = first.clock.now();
    world.onSend = () => {};
    const second = await houses.open({ boot: "boot-2", clock: first.clock });
    await second.sweeper.start();
    await second.pass(limits.backoffMostMs);
    await second.until("c1", ({ outbox, lease }) => outbox.length === 0 && lease === null);
    expect(world.texts).toEqual(["Hello.", "Which order?"]);
    expect(world.sent.map(({ mayHaveBeenSent }) => mayHaveBeenSent)).toEqual([true, true]);
    expect(world.sent.map((sent) => sent.firstAt)).toEqual([firstAt, firstAt]);
  });

  test("a message that cannot be sent is tried again, and the ones behind it never overtake it", async () => {
    let down = true;
    world.onSend = () => {
      if (down) throw new TransientError("the platform is down");
    };
    const house = await houses.open();
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
    const house = await houses.open({
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
    const house = await houses.open({
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
    const house = await houses.open({
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
    const house = await houses.open({
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
    const house = await houses.open({ procedures: [guarded] });
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

  test("timers fire once, from the document: reminder, then expiry", async () => {
    const house = await houses.open();
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
    const house = await houses.open({ procedures: [aProcedure([{ id: "bye", kind: "message", content: "Bye." }])] });
    await house.say("c1", "refund");
    await house.until("c1", ({ run, lease, outbox }) => run === null && lease === null && outbox.length === 0);
    await house.pass(limits.idleMs + 1000);
    expect(await house.load("c1")).toBeNull();
  });

  test("what waits to be stored is bounded: more is refused, so that the platform sends it again", async () => {
    const slow = Promise.withResolvers<void>();
    const house = await houses.open({
      wrap: (store) => ({
        ...store,
        conversations: {
          ...store.conversations,
          load: async (workspace, id) => {
            await slow.promise;
            return store.conversations.load(workspace, id);
          },
        },
      }),
    });
    const nothing = (id: string) =>
      house.work.apply({ workspace: house.workspace, id: conversationIdSchema.parse(id) }, (conversation) => ({
        conversation,
        answer: "taken in",
      }));
    const waiting = limits.changesWaiting / 2;
    const taken = ["c1", "c2"].flatMap((id) => Array.from({ length: waiting }, () => nothing(id)));
    // In this very moment, before the first of them are taken out of the line.
    const refused = ["c1", "c3"].map((id) => expect(nothing(id)).rejects.toThrow(TransientError));
    await Promise.all(refused);
    slow.resolve();
    expect(new Set(await Promise.all(taken))).toEqual(new Set(["taken in"]));
    expect(await nothing("c3")).toBe("taken in");
  });

  test("work for a conversation that somebody else performs is left as a wake", async () => {
    const house = await houses.open({ exclusive: false });
    await house.say("c1", "refund");
    const parked = await house.settled("c1");
    const lease = { owner: "somebody else", until: house.clock.now() + limits.leaseMs };
    await house.store.conversations.save({ ...parked, lease, version: parked.version + 1 });
    const woken = Promise.withResolvers<string>();
    await house.queue.start((workspace, id) => {
      woken.resolve(`${workspace} ${id}`);
      return Promise.resolve();
    });
    await house.say("c1", "1001");
    expect(await woken.promise).toBe(`${house.workspace} c1`);
    expect(world.requests).toEqual([]);
  });

  test("while stopping nothing new begins, and what is under way is waited for", async () => {
    const house = await houses.open();
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
