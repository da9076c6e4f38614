import { describe, expect, test } from "vitest";
import { type ConversationId, conversationIdSchema } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Route } from "../../src/domain/route.ts";
import type { Model } from "../../src/ports/model.ts";
import type { Store } from "../../src/ports/store.ts";
import { colleague, customer } from "../support/chat.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const procedure = aProcedure([
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?", validation: "number" },
  { id: "tell", kind: "message", content: "Order {{order_id}}." },
]);
const houses = housesOf(procedure);
/** Starts the procedure with "refund", and finds nothing in anything else. */
const model: Model = {
  route: ({ text }): Promise<Route> =>
    Promise.resolve(
      text === "refund"
        ? { kind: "run", slug: procedure.slug, filled: {}, scores: [], threshold: 0 }
        : { kind: "silent", scores: [], threshold: 0 },
    ),
};

const inChannel = (channel: string) => (other: ConversationId) => other.startsWith(channel);

/** Writes in the channel itself; each message there begins a conversation of its own. */
async function topLevel(house: House, text: string, from = customer, channel = "c:", id = `${channel}${text}`) {
  const { workspace, inbound } = house;
  const conversation = conversationIdSchema.parse(id);
  const turn = house.turnOf(text, from);
  const place = { workspace, conversation, address: conversation as never, isBeside: inChannel(channel) };
  await inbound.event(place, { kind: "turn", turn });
  await house.settled(id);
  return { place, turn };
}
const stepOf = async (house: House, id: string) => (await house.load(id))?.run?.stepId ?? "no run";

describe("a message in the channel itself", () => {
  test("answers the run of the same person in a thread of that channel, once, however often it is delivered", async () => {
    const house = await houses.open({ model });
    await topLevel(house, "refund", customer, "c:", "c:1");
    const { place, turn } = await topLevel(house, "1001");
    await house.until("c:1", ({ run, lease }) => run === null && lease === null);
    await house.inbound.event(place, { kind: "turn", turn });
    await house.settled("c:1001");
    expect(houses.world.texts).toEqual(["Which order?", "Order 1001."]);
    expect(houses.world.sent.map(({ to }) => to)).toEqual(["c:1", "c:1"]);
  });

  test("answers no run of another channel, of another person, and none where it is not valid", async () => {
    const house = await houses.open({ model });
    await topLevel(house, "refund", customer, "c:", "c:1");
    await topLevel(house, "1001", customer, "d:");
    await topLevel(house, "1002", colleague);
    await topLevel(house, "lunch?");
    expect(await stepOf(house, "c:1")).toBe("ask");
    expect(houses.world.texts).toEqual(["Which order?"]);
  });

  test("of two runs answers the one that asked last", async () => {
    const house = await houses.open({ model });
    await topLevel(house, "refund", customer, "c:", "c:2");
    house.clock.advance(1000);
    await topLevel(house, "refund", customer, "c:", "c:1");
    house.clock.advance(1000);
    await topLevel(house, "1001");
    expect([await stepOf(house, "c:1"), await stepOf(house, "c:2")]).toEqual(["no run", "ask"]);
  });

  test("of two runs answers the one that asked last, whatever has happened in the other since", async () => {
    const house = await houses.open({ model });
    await topLevel(house, "refund", customer, "c:", "c:1");
    house.clock.advance(1000);
    await topLevel(house, "refund", customer, "c:", "c:2");
    house.clock.advance(1000);
    await house.say("c:1", "me too", colleague);
    await house.settled("c:1");
    await topLevel(house, "1001");
    expect([await stepOf(house, "c:1"), await stepOf(house, "c:2")]).toEqual(["ask", "no run"]);
  });

  test("whoever has very many runs waits no longer than the others until the message is stored", async () => {
    let asked = 0;
    const wrap = (store: Store): Store => ({
      ...store,
      conversations: {
        ...store.conversations,
        find: async (...at) => {
          asked += 1;
          return { ...(await store.conversations.find(...at)), next: "more" };
        },
      },
    });
    const house = await houses.open({ model, wrap });
    await topLevel(house, "refund", customer, "c:", "c:1");
    asked = 0;
    await topLevel(house, "1001");
    expect([asked, await stepOf(house, "c:1")]).toEqual([1, "no run"]);
  });

  test("a process that dies between the two conversations: the answer is taken once, and not lost", async () => {
    let dies = true;
    const house = await houses.open({
      model,
      wrap: (store) => ({
        ...store,
        conversations: {
          ...store.conversations,
          // The answer is taken in c:1; what became of the forwarding never reaches c:1001.
          save: async (next) => {
            if (dies && next.id === "c:1001" && next.version > 2) await new Promise(() => {});
            await store.conversations.save(next);
          },
        },
      }),
    });
    await topLevel(house, "refund", customer, "c:", "c:1");
    const { workspace, inbound } = house;
    const conversation = conversationIdSchema.parse("c:1001");
    const turn = house.turnOf("1001", customer);
    const place = { workspace, conversation, address: conversation as never, isBeside: inChannel("c:") };
    await inbound.event(place, { kind: "turn", turn });
    await house.until("c:1", ({ run, lease }) => run === null && lease === null);
    expect((await house.load("c:1001"))?.outbox.map(({ effect }) => effect.kind)).toEqual(["forward"]);
    dies = false;
    await houses.abandon(house);
    const next = await houses.open({ model, boot: "boot-2" });
    await next.sweeper.start();
    await next.pass(limits.backoffFirstMs);
    await next.until("c:1", ({ run, lease }) => run === null && lease === null);
    await next.until("c:1001", ({ outbox, lease }) => outbox.length === 0 && lease === null);
    expect(houses.world.texts).toEqual(["Which order?", "Order 1001."]);
  });
});
