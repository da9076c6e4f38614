import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { agent, colleague, customer } from "../support/chat.ts";
import { housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const houses = housesOf(
  aProcedure([
    { id: "hello", kind: "message", content: "Hello." },
    { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
    { id: "again", kind: "collect", variable: "reason", prompt: "Why?" },
  ]),
);

/** A conversation with the customer that waits for an answer. */
async function begun() {
  const house = await houses.open();
  await house.say("c1", "refund");
  await house.settled("c1");
  return house;
}

describe("where answers go", () => {
  test.each([customer, colleague])("the address follows the customer's side: $name", async (from) => {
    const house = await begun();
    await house.take("c1", { kind: "turn", turn: house.turnOf("1001", from) }, "to-another-thread");
    expect((await house.settled("c1")).address).toBe("to-another-thread");
  });

  test("the next message goes to the new address", async () => {
    const house = await begun();
    await house.take("c1", { kind: "turn", turn: house.turnOf("1001", customer) }, "to-another-thread");
    await house.settled("c1");
    expect(houses.world.sent.map(({ to }) => to)).toEqual(["to-c1", "to-c1", "to-another-thread"]);
  });

  test("an agent's words in the customer's thread leave it", async () => {
    const house = await begun();
    await house.take("c1", { kind: "turn", turn: house.turnOf("I am on it", agent) }, "to-the-agent");
    expect((await house.settled("c1")).address).toBe("to-c1");
  });

  test("an agent's words under the hand-off card leave it, and reach the customer there", async () => {
    const house = await begun();
    await house.say("c1", "I am on it", agent);
    await house.settled("c1");
    await house.relay("c1", "It is paid.", agent, "to-the-agent");
    expect((await house.settled("c1")).address).toBe("to-c1");
    expect(houses.world.sent.at(-1)).toMatchObject({ to: "to-c1", message: { text: "It is paid." } });
  });
});

describe("who writes", () => {
  test("an agent in somebody else's conversation does not answer for the customer: the run pauses", async () => {
    const house = await begun();
    await house.say("c1", "1001", agent);
    const paused = await house.settled("c1");
    expect(paused.people).not.toBeNull();
    expect(paused.run?.variables).toEqual({});
    expect(houses.world.texts).toEqual(["Hello.", "Which order?"]);
  });

  test("an agent who began the conversation is its customer", async () => {
    const house = await houses.open();
    await house.say("c1", "refund", agent);
    await house.settled("c1");
    await house.take("c1", { kind: "turn", turn: house.turnOf("1001", agent) }, "to-another-thread");
    const answered = await house.settled("c1");
    expect(answered).toMatchObject({ people: null, customer: { id: "agent-1" }, address: "to-another-thread" });
    expect(answered.run?.variables).toEqual({ order_id: "1001" });
  });

  test("the role comes from Usher's own table, whatever the channel says", async () => {
    const house = await houses.open();
    await house.say("c1", "refund", { ...customer, role: "admin" });
    await house.settled("c1");
    // Says that she is an agent, and is none: her words are an answer.
    await house.say("c1", "1001", { ...colleague, id: customer.id, role: "agent" });
    const answered = await house.settled("c1");
    expect(answered).toMatchObject({ people: null, customer: { role: "customer" } });
    expect(answered.run?.variables).toEqual({ order_id: "1001" });
  });

  test("only agents can answer for the company", async () => {
    const house = await begun();
    await house.say("c1", "I am on it", agent);
    const before = await house.settled("c1");
    await expect(house.relay("c1", "It is paid.", { ...colleague, role: "agent" })).rejects.toThrow(PermanentError);
    expect(await house.load("c1")).toEqual(before);
  });

  test("an agent's words about a conversation that is gone begin none", async () => {
    const house = await houses.open();
    await house.relay("c1", "It is paid.", agent);
    expect(await house.load("c1")).toBeNull();
  });
});

describe("a turn that is none", () => {
  test.each([
    ["a time between two ms", { at: 1_800_000_000_000.25 }],
    ["no time", { at: Number.NaN }],
    ["no key", { keys: [] }],
    ["an empty id", { id: "" }],
  ])("%s is refused before it gets into a document, which stays as it was", async (_what, change) => {
    const house = await begun();
    const before = await house.load("c1");
    const turn = { ...house.turnOf("1001", customer), ...change };
    await expect(house.take("c1", { kind: "turn", turn })).rejects.toThrow(PermanentError);
    expect(await house.load("c1")).toEqual(before);
  });
});

test("guarantee G2: that a message counts as seen because it is older than all that is remembered is in the log", async () => {
  const house = await begun();
  for (let n = 0; n <= limits.recentKeys; n += 1) await house.say("c1", "?");
  const forgotten = { ...house.turnOf("1001", customer), at: 1 };
  await house.take("c1", { kind: "turn", turn: forgotten });
  expect(house.log.lines.filter(({ message }) => message.includes("counted as seen"))).toHaveLength(1);
});
