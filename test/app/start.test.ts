import { describe, expect, test } from "vitest";
import { addressSchema, conversationIdSchema } from "../../src/domain/ids.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { agent, customer } from "../support/chat.ts";
import { somebody, withRole } from "../support/commands.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const procedure = aProcedure([
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { id: "tell", kind: "message", content: "It is {{ order_id }}." },
]);
const { slug } = procedure;
const houses = housesOf(procedure);
const id = "c1";

const place = (house: House) => ({
  workspace: house.workspace,
  conversation: conversationIdSchema.parse(id),
  address: addressSchema.parse(`to-${id}`),
});
const choice = (key: string, from = customer) => ({
  id: `choice-${key}`,
  keys: [`choice-${key}`, `message-${key}`],
  from,
  text: "my parcel never came",
  mentioned: true,
  at: 1_800_000_000_000,
});
const start = (house: House, key: string, by: typeof agent | null = agent, from = customer) =>
  house.inbound.start(place(house), slug, choice(key, from), by);

describe("who may start a procedure by hand", () => {
  test("an agent, for a customer: it runs in the customer's name", async () => {
    const house = await houses.open();
    expect(await start(house, "1")).toEqual({ kind: "accepted" });
    const { run } = await house.settled(id);
    expect(run?.startedBy.id).toBe(customer.id);
    expect(houses.world.texts).toEqual(["Which order?"]);
    expect(house.log.lines.find(({ message }) => message === "A procedure was chosen by hand.")?.fields).toEqual({
      conversation: id,
      slug,
      by: agent.id,
      receipt: "accepted",
    });
  });

  test("a workflow, in nobody's name but the customer's", async () => {
    const house = await houses.open();
    expect(await start(house, "1", null)).toEqual({ kind: "accepted" });
  });

  test("attack 92: no customer, for whomever; no agent of another organisation; nobody who was an agent", async () => {
    const house = await houses.open();
    const outsider = { ...(await withRole(house, "agent-3", "agent")), external: true };
    await house.store.roles.set(house.workspace, "web", "agent-4", "agent");
    const former = somebody("agent-4");
    await house.store.roles.remove(house.workspace, "web", "agent-4");
    const refused = { kind: "refused", reason: "Only agents can start a procedure." };
    for (const by of [customer, somebody("customer-9"), outsider, former]) {
      expect(await house.inbound.startable(house.workspace, customer, by)).toEqual(refused);
      expect(await start(house, "1", by)).toEqual(refused);
    }
    expect(await house.load(id)).toBeNull();
  });

  test("nobody starts one for an agent, who is no customer", async () => {
    const house = await houses.open();
    const other = await withRole(house, "agent-2", "agent");
    for (const by of [agent, other, null]) {
      const answers = [await house.inbound.startable(house.workspace, other, by), await start(house, "1", by, other)];
      for (const answer of answers) {
        expect(answer).toMatchObject({ kind: "refused", reason: expect.stringContaining("is an agent here") });
      }
    }
    expect(await house.load(id)).toBeNull();
  });

  test("what may be started are the active procedures", async () => {
    const house = await houses.open();
    expect(await house.inbound.startable(house.workspace, customer, agent)).toEqual({
      kind: "open",
      procedures: [{ slug, name: procedure.name }],
    });
  });
});

describe("one choice", () => {
  test("delivered twice starts one run, and says that it is known", async () => {
    const house = await houses.open();
    const both = await Promise.all([start(house, "1"), start(house, "1")]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(["accepted", "known"]);
    await house.say(id, "1001");
    await house.until(id, ({ run, lease }) => run === null && lease === null);
    expect(await start(house, "1")).toEqual({ kind: "known" });
    expect(houses.world.texts).toEqual(["Which order?", "It is 1001."]);
  });

  test("is open though its message was heard before, when nothing came of it", async () => {
    const house = await houses.open({ model: { route: async () => ({ kind: "silent", scores: [], threshold: 1 }) } });
    await house.say(id, "my parcel never came", customer, "message-1");
    await house.settled(id);
    expect(await start(house, "1")).toEqual({ kind: "accepted" });
  });

  test("makes its message one that was heard: told of late, it answers no question", async () => {
    const house = await houses.open();
    await start(house, "1");
    await house.settled(id);
    await house.say(id, "my parcel never came", customer, "message-1");
    await house.settled(id);
    expect(houses.world.texts).toEqual(["Which order?"]);
  });

  test("that is no turn is the channel's fault, and nothing is stored", async () => {
    const house = await houses.open();
    const broken = { ...choice("1"), keys: [] };
    await expect(house.inbound.start(place(house), slug, broken, agent)).rejects.toBeInstanceOf(PermanentError);
    expect(await house.load(id)).toBeNull();
  });
});
