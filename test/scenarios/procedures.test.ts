import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConversationJson } from "../../adapters/web/api.ts";
import type { Lead } from "../../src/domain/lead.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { startPlayground, temporaryFolder } from "../support/playground.ts";

// The three example procedures, every branch, through the real composition: HTTP in, SQLite, real calls to the demo
// backend, HTTP out.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let playground: Awaited<ReturnType<typeof startPlayground>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  playground = await startPlayground(folder.path);
});
afterAll(async () => {
  await playground.stop();
  await folder.remove();
});

/** Says one thing after another, each when Usher has said what is expected before it. */
async function talk(...script: readonly (readonly [text: string, answer: string])[]): Promise<string> {
  const { client } = playground;
  const id = await client.begin();
  for (const [text, answer] of script) {
    await client.say(id, text);
    await client.hear(id, answer);
  }
  return id;
}

/** The beginning of a refund, up to the reason. */
const askForRefund = (text: string, order: string) =>
  talk([text, "What is your order number?"], [order, "why would you like a refund?"]);

/** The three questions of a lead, answered. */
async function lead(name: string, email: string, size: string): Promise<string> {
  const id = await talk(
    ["I want enterprise pricing", "What is your name?"],
    [name, "which e-mail address"],
    [email, "How many people"],
  );
  await playground.client.say(id, size);
  return id;
}

const lines = ({ messages }: ConversationJson) => messages.map(({ text }) => text);

describe("Refund Request Handler", () => {
  test("an order that can be refunded: approval, ticket, and the number for the customer", async () => {
    const { client } = playground;
    const id = await askForRefund("I want a refund", "1001");
    await client.say(id, "It arrived broken");
    const approval = await client.approval(id);
    const waiting = await client.conversation(id);
    expect(waiting.run).toMatchObject({
      procedure: "refund-request-handler",
      version: 1,
      stepId: "open-ticket",
      status: "approval",
    });
    expect(waiting.run?.variables).toMatchObject({
      order_id: "1001",
      refund_reason: "It arrived broken",
      order_data: { refundable: true },
    });
    expect(approval.request).toMatchObject({
      kind: "act",
      action: { kind: "create_ticket", subject: "Refund: Order #1001", priority: "HIGH" },
    });
    const receipt = await client.decide(approval.id, true);
    expect(receipt).toMatchObject({ outcome: "accepted", by: "agent-1", approved: true });
    const done = await client.hear(id, "2 business days");
    const tickets = await client.get<Ticket[]>("/api/tickets");
    const ticket = tickets.find(({ conversationId }) => conversationId === id);
    expect(ticket).toMatchObject({ subject: "Refund: Order #1001", priority: "HIGH" });
    expect(lines(done).at(-1)).toContain(`${ticket?.number}`);
  });

  test("rejected: no ticket, a person takes over, and the customer never sees the reason", async () => {
    const { client } = playground;
    const id = await askForRefund("I'd like my money back", "1001");
    await client.say(id, "It is too small");
    const approval = await client.approval(id);
    expect(await client.decide(approval.id, false, "agent-2", "third refund this week")).toMatchObject({
      outcome: "accepted",
      approved: false,
    });
    const after = await client.until(
      () => client.conversation(id),
      ({ handledBy }) => handledBy === "people",
    );
    expect(lines(after).join()).not.toContain("third refund");
    expect(await client.decide(approval.id, true)).toMatchObject({
      outcome: "decided",
      by: "agent-2",
      approved: false,
      reason: "third refund this week",
    });
    const tickets = await client.get<Ticket[]>("/api/tickets");
    expect(tickets.filter(({ conversationId }) => conversationId === id)).toEqual([]);
  });

  test("an order that is not eligible: hand-off, relay both ways, hand back", async () => {
    const { client } = playground;
    const id = await askForRefund("can I return this?", "1002");
    await client.say(id, "It does not fit");
    await client.hear(id, "under our policy");
    expect((await client.conversation(id)).handledBy).toBe("people");
    await client.post(`/api/conversations/${id}/reply`, { as: "agent-1", text: "Let me have a look." });
    const relayed = await client.hear(id, "Let me have a look.");
    expect(relayed.messages.at(-1)).toMatchObject({ role: "agent", name: "Agent 1" });
    await client.say(id, "Thank you!");
    await client.until(client.cards, (cards) =>
      cards.some(({ card, conversationId }) => conversationId === id && JSON.stringify(card).includes("Thank you!")),
    );
    const receipt = await client.post(`/api/conversations/${id}/handback`, { as: "agent-1" });
    expect(receipt.body).toMatchObject({ outcome: "accepted", by: "agent-1" });
    await client.until(
      () => client.conversation(id),
      ({ handledBy }) => handledBy === "bot",
    );
  });

  test.each([
    ["an order that does not exist", "4040"],
    ["a shop that fails", "5000"],
  ])("%s: a person takes over, without a half sentence", { timeout: 60_000 }, async (_name, order) => {
    const { client } = playground;
    const id = await askForRefund("I want a refund", order);
    await client.say(id, "It broke");
    const after = await client.until(
      () => client.conversation(id),
      ({ handledBy }) => handledBy === "people",
    );
    expect(lines(after).join()).not.toMatch(/undefined|null|\{\{|answered/);
    expect(after.lastRun?.status).toBe("escalated");
  });
});

describe("Lead Qualification", () => {
  test("fifty people and more: a lead, a notice for the agents, and sales get in touch", async () => {
    const { client } = playground;
    const id = await lead("Ann Lee", "ann@example.com", "about 60 people");
    const said = await client.hear(id, "24 hours");
    expect(lines(said).at(-1)).toContain("Ann Lee");
    const leads = await client.get<Lead[]>("/api/leads");
    expect(leads.find(({ conversationId }) => conversationId === id)).toMatchObject({
      email: "ann@example.com",
      name: "Ann Lee",
      companySize: 60,
    });
    await client.until(client.cards, (cards) =>
      cards.some(({ card, conversationId }) => conversationId === id && card.kind === "notice"),
    );
  });

  test("a small company: a lead without a notice, and a link by mail", async () => {
    const { client } = playground;
    const id = await lead("Bo", "bo@example.com", "12");
    const said = await client.hear(id, "inbox");
    expect(lines(said).at(-1)).toContain("Bo");
    expect(lines(said).at(-1)).toMatch(/inbox/i);
    const cards = await client.cards();
    expect(cards.filter(({ conversationId }) => conversationId === id)).toEqual([]);
  });

  test("an invalid e-mail is asked for again; a second request renews the same lead", async () => {
    const { client } = playground;
    const id = await talk(
      ["I want enterprise pricing", "What is your name?"],
      ["Bo Diaz", "which e-mail address"],
      ["not a mail", "name@example.com"],
      ["BO@example.com", "How many people"],
    );
    await client.say(id, "80");
    const said = await client.hear(id, "24 hours");
    expect(lines(said).some((text) => text.includes("name@example.com"))).toBe(true);
    const leads = await client.get<Lead[]>("/api/leads");
    expect(leads.filter(({ email }) => email.toLowerCase() === "bo@example.com")).toMatchObject([
      { name: "Bo Diaz", companySize: 80 },
    ]);
  });
});

describe("Order Status Lookup", () => {
  test("the state and the day, from the shop", async () => {
    const id = await talk(["Where is my order?", "order number"]);
    await playground.client.say(id, "1001");
    const said = await playground.client.until(
      () => playground.client.conversation(id),
      ({ lastRun, messages }) => lastRun !== null && messages.length === 4,
    );
    expect(lines(said).at(-1)).toContain("1001");
    expect(said.lastRun).toMatchObject({ procedure: "order-status-lookup", status: "completed" });
    expect(said.lastRun?.variables).toMatchObject({
      order_id: "1001",
      status: { state: expect.any(String), eta: expect.any(String) },
    });
  });
});

describe("the channel around them", () => {
  test("small talk starts nothing, and the closest candidates are kept for “why”", async () => {
    const { client } = playground;
    const id = await client.begin();
    await client.say(id, "lovely weather today");
    const after = await client.until(
      () => client.conversation(id),
      ({ lastRoute }) => lastRoute !== null,
    );
    expect(after).toMatchObject({ run: null, lastRoute: { kind: "silent", threshold: 0.45 } });
    expect(after.messages).toHaveLength(1);
  });

  test("the same message sent five times at once is one turn", async () => {
    const { client } = playground;
    const id = await client.begin("customer-2");
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.say(id, "I want a refund", "customer-2", "once")),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    const after = await client.hear(id, "order number");
    expect(after.messages.filter(({ role }) => role === "customer")).toHaveLength(1);
    expect(after.messages.filter(({ text }) => text.includes("order number"))).toHaveLength(1);
  });

  test("customers cannot decide, and nobody learns from the answer what is pending", async () => {
    const { client } = playground;
    const id = await askForRefund("I want a refund", "1001");
    await client.say(id, "It broke");
    const approval = await client.approval(id);
    expect(await client.decide(approval.id, true, "customer-2")).toMatchObject({
      outcome: "refused",
      reason: "Only agents can decide.",
    });
    expect((await client.conversation(id)).run?.status).toBe("approval");
    expect(await client.decide(approval.id, true, "admin-1")).toMatchObject({ outcome: "accepted" });
  });
});
