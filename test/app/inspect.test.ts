import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { agent, customer } from "../support/chat.ts";
import { conversationId } from "../support/conversation.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const pin = 'abc "4711/ü"';
const code = 80_234;
const collects = [
  { id: "ask-pin", kind: "collect", variable: "pin", prompt: "Your password?", sensitive: true },
  { id: "ask-code", kind: "collect", variable: "code", prompt: "Your code?", validation: "number", sensitive: true },
  { id: "ask-order", kind: "collect", variable: "order_id", prompt: "Which order?" },
];
const pay = {
  id: "pay",
  kind: "call",
  method: "POST",
  url: "https://shop.example/{{ order_id }}/{{ pin }}",
  headers: { "x-code": "{{ code }}" },
  body: { pin: "{{ pin }}", code: "{{ code }}", order: "{{ order_id }}" },
  approval: "require",
};
const lead = {
  id: "lead",
  kind: "action",
  action: "create_lead",
  parameters: { email: "maria@example.com", notes: "Has {{ pin }}", companySize: "{{ code }}", name: "{{ order_id }}" },
  approval: "require",
};
const houses = housesOf(aProcedure([...collects, pay]));
const dots = "••••••";
const secrets = [pin, JSON.stringify(pin).slice(1, -1), encodeURIComponent(pin), String(code), "80,234", "4711"];

function expectNoSecret(seen: unknown): void {
  const text = JSON.stringify(seen);
  for (const secret of secrets) expect(text).not.toContain(secret);
}

/** A house in which the customer has answered everything. */
async function answered(step: object): Promise<House> {
  const house = await houses.open({ procedures: [aProcedure([...collects, step])] });
  await house.say("c1", "refund");
  for (const text of [pin, String(code), "order-7"]) {
    await house.settled("c1");
    await house.say("c1", text);
  }
  await house.until("c1", ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
  return house;
}

function view(house: House) {
  return house.inspector.conversation(house.workspace, conversationId("c1"));
}

const hidden = [
  { name: "pin", type: "text", value: null, hidden: true, setBy: "ask-pin" },
  { name: "code", type: "number", value: null, hidden: true, setBy: "ask-code" },
  { name: "order_id", type: "text", value: "order-7", hidden: false, setBy: "ask-order" },
];

describe("what is sensitive leaves as dots", () => {
  test("in a conversation's view", async () => {
    const house = await answered(pay);
    const seen = await view(house);
    expect(seen?.run?.variables).toEqual(
      hidden.map((one) => expect.objectContaining({ ...one, type: expect.any(String) })),
    );
    expectNoSecret(seen);
  });

  test("in an approval of a call: address, header and body", async () => {
    const house = await answered(pay);
    const [approval, ...others] = await house.inspector.approvals(house.workspace);
    expect(others).toEqual([]);
    expectNoSecret(approval);
    if (approval?.request.kind !== "call") throw new Error("no call");
    const { url, headers, body } = approval.request.request;
    expect(url).toBe(`https://shop.example/order-7/${dots}`);
    expect(headers["x-code"]).toBe(dots);
    expect(body).toBe(`{"pin":"${dots}","code":${dots},"order":"order-7"}`);
  });

  test("in an approval of an action: texts and numbers", async () => {
    const house = await answered(lead);
    const [approval] = await house.inspector.approvals(house.workspace);
    expectNoSecret(approval);
    expect(approval?.request).toEqual({
      kind: "act",
      action: {
        kind: "create_lead",
        email: "maria@example.com",
        notes: `Has ${dots}`,
        companySize: dots,
        name: "order-7",
      },
    });
  });

  test("in the last run, from the moment it ends", async () => {
    const house = await answered(pay);
    const [approval] = await house.inspector.approvals(house.workspace);
    const leaving = house.until("c1", ({ run, outbox }) => run === null && outbox.length > 0);
    await house.press(approval?.id ?? "", { kind: "approve" }, agent);
    await leaving;
    const first = await view(house);
    await house.until("c1", ({ lease, outbox }) => lease === null && outbox.length === 0);
    for (const seen of [first, await view(house)]) {
      expect(seen?.lastRun).toMatchObject({ status: "completed", variables: hidden.map(({ type, ...one }) => one) });
      expectNoSecret(seen);
    }
  });

  test("a page knows that the next answer is sensitive", async () => {
    const house = await houses.open();
    await house.say("c1", "refund");
    await house.settled("c1");
    expect(await view(house)).toMatchObject({ awaitsSensitive: true });
    for (const text of [pin, String(code)]) {
      await house.say("c1", text);
      await house.settled("c1");
    }
    expect(await view(house)).toMatchObject({ awaitsSensitive: false });
  });
});

describe("a sensitive value is shown", () => {
  const ask = (house: House, variable: string, by = agent) =>
    house.inspector.reveal(house.workspace, conversationId("c1"), variable, by);

  test("to an agent, and the log says who saw which, not what", async () => {
    const house = await answered(pay);
    expect(await ask(house, "pin")).toEqual({ value: pin });
    expect(await ask(house, "code")).toEqual({ value: code });
    expect(house.log.lines.filter(({ message }) => message === "A sensitive value was shown.")).toMatchObject([
      { fields: { conversation: "c1", variable: "pin", by: agent.id } },
      { fields: { conversation: "c1", variable: "code", by: agent.id } },
    ]);
    expectNoSecret(house.log.lines);
  });

  test("to nobody else, whatever the channel says of a person", async () => {
    const house = await answered(pay);
    for (const by of [customer, { ...customer, role: "owner" as const }, { ...agent, external: true }]) {
      expect(await ask(house, "pin", by)).toBeNull();
    }
    expect(house.log.lines.filter(({ message }) => message === "A sensitive value was shown.")).toEqual([]);
  });

  test("only where there is one", async () => {
    const house = await answered(pay);
    for (const name of ["nothing", "constructor", "__proto__", "toString"]) expect(await ask(house, name)).toBeNull();
    await house.pass(limits.approvalMs);
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    expect(await ask(house, "pin")).toBeNull();
  });
});
