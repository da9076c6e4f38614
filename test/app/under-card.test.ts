import { describe, expect, test } from "vitest";
import { cardRefSchema } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import { agent, customer } from "../support/chat.ts";
import { workspaceId } from "../support/conversation.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const houses = housesOf(
  aProcedure([
    { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
    { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" },
  ]),
);
const nowhere = cardRefSchema.parse("no card");

/** A conversation that people have, and the reference of its hand-off card. */
async function handedOff() {
  const house = await houses.open();
  await house.say("c1", "refund");
  await house.settled("c1");
  await house.say("c1", "I am on it", agent);
  const { people, cards } = await house.until("c1", ({ lease }) => lease === null);
  const card = cards[people?.card ?? ""];
  if (card === undefined) throw new Error("no card");
  return { house, card };
}

function write(house: House, card: typeof nowhere, text: string, from: Person = agent, id?: string) {
  return house.inbound.underCard(house.workspace, card, house.turnOf(text, from, id));
}

const relayed = () => houses.world.sent.flatMap(({ message }) => (message.kind === "text" ? [message] : []));

describe("what an agent writes under a card", () => {
  test("reaches the customer under the agent's name, if it is the card of a hand-off", async () => {
    const { house, card } = await handedOff();
    expect(await write(house, card, "It is paid.")).toBe(true);
    await house.settled("c1");
    expect(relayed().at(-1)).toMatchObject({ text: "It is paid.", author: { id: agent.id, name: agent.name } });
    expect(houses.world.sent.at(-1)?.to).toBe("to-c1");
  });

  test("reaches the customer once, however often the platform reports it", async () => {
    const { house, card } = await handedOff();
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await write(house, card, "It is paid.", agent, "one-message"));
    await house.settled("c1");
    expect(answers).toEqual([true, true, true]);
    expect(relayed().filter(({ text }) => text === "It is paid.")).toHaveLength(1);
  });

  test("goes nowhere under a card that is not known, or known in another workspace only (attack 96)", async () => {
    const { house, card } = await handedOff();
    const before = await house.load("c1");
    expect(await write(house, nowhere, "Hello?")).toBe(false);
    const other = workspaceId("other");
    await house.store.roles.set(other, "web", agent.id, "agent");
    expect(await house.inbound.underCard(other, card, house.turnOf("Hello?", agent))).toBe(false);
    expect(await house.load("c1")).toEqual(before);
  });

  test("goes nowhere under an approval's card, which is no place to talk to the customer", async () => {
    const house = await houses.open();
    await house.say("c1", "refund");
    await house.settled("c1");
    await house.say("c1", "1001");
    const { cards } = await house.until("c1", ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
    const [card = nowhere] = Object.values(cards);
    expect(card).not.toBe(nowhere);
    expect(await write(house, card, "approve")).toBe(false);
    expect((await house.load("c1"))?.run?.wait.kind).toBe("approval");
    expect(relayed().filter(({ author }) => author !== null)).toEqual([]);
  });

  test("goes nowhere once the hand-off has ended", async () => {
    const { house, card } = await handedOff();
    const id = (await house.load("c1"))?.people?.card ?? "";
    await house.press(id, { kind: "handBack" }, agent);
    await house.settled("c1");
    expect(await write(house, card, "One more thing")).toBe(false);
    expect(relayed().some(({ text }) => text === "One more thing")).toBe(false);
  });

  test.each<[string, Person]>([
    ["a customer", { ...customer, role: "owner" }],
    ["an agent of another organisation", { ...agent, external: true }],
    ["an agent who no longer is one", { ...agent, id: "agent-9" }],
  ])("is refused from %s, whatever the channel says of them", async (_who, from) => {
    const { house, card } = await handedOff();
    const before = await house.load("c1");
    for (const known of [card, nowhere])
      await expect(write(house, known, "Hello", from)).rejects.toThrow(PermanentError);
    expect(await house.load("c1")).toEqual(before);
  });

  test("is to be sent again when it could not be stored", async () => {
    const { house, card } = await handedOff();
    await house.work.stop();
    await expect(write(house, card, "It is paid.")).rejects.toThrow(TransientError);
  });
});
