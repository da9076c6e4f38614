import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agentsAddress } from "../../adapters/web/address.ts";
import type { AgentsCardJson, ReceiptJson } from "../../adapters/web/api.ts";
import type { Card } from "../../src/domain/card.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Decision } from "../../src/domain/press.ts";
import { procedureSchema } from "../../src/domain/procedure.ts";
import { TransientError } from "../../src/ports/errors.ts";
import { conversationId, openPlayground, type Playground } from "../support/web-playground.ts";

const one = conversationId(1);
const nonce = "a".repeat(32);
const approval = `${nonce}-7`;
const agent: Person = { platform: "web", id: "agent-2", name: "Agent 2", role: "agent", external: false };
const decision: Decision = { of: approval, by: agent, at: 1234, action: "approve", reason: null };

let playground: Playground;
beforeEach(async () => {
  playground = await openPlayground();
  await playground.post("/api/conversations", { as: "customer-1" });
});
afterEach(() => playground.shut());

const decide = (body: { readonly [name: string]: string | boolean | null }) =>
  playground.post(`/api/approvals/${approval}/decision`, { as: "agent-1", ...body });

describe("a decision", () => {
  test("that counts says who, when and what", async () => {
    playground.inbound.answer({ kind: "accepted", decision });
    const receipt: ReceiptJson = {
      outcome: "accepted",
      by: "agent-2",
      byName: "Agent 2",
      at: 1234,
      approved: true,
      reason: null,
    };
    expect(await decide({ approve: true, reason: null })).toEqual({ status: 200, body: receipt });
  });

  test("that comes second learns who decided before, and why", async () => {
    const rejected: Decision = { ...decision, action: "reject", reason: "Too late" };
    playground.inbound.answer({ kind: "decided", decision: rejected });
    const { body } = await decide({ approve: true });
    expect(body).toMatchObject({ outcome: "decided", by: "agent-2", at: 1234, approved: false, reason: "Too late" });
  });

  test("that is refused says why", async () => {
    playground.inbound.answer({ kind: "refused", reason: "Only agents can decide." });
    expect(await decide({ approve: true })).toEqual({
      status: 200,
      body: {
        outcome: "refused",
        by: null,
        byName: null,
        at: null,
        approved: null,
        reason: "Only agents can decide.",
      },
    });
  });

  test("to reject needs a reason, and without one nothing is pressed", async () => {
    for (const reason of [null, "", " \n "]) {
      expect(await decide({ approve: false, reason })).toEqual({ status: 400, body: { error: "Write a reason." } });
    }
    expect((await decide({ approve: false })).status).toBe(400);
    expect((await decide({ approve: false, reason: "x".repeat(3001) })).status).toBe(400);
    expect(playground.inbound.reports).toEqual([]);
  });

  test("that could not be stored is 503", async () => {
    playground.inbound.failWith(new TransientError("busy", { retryAfterMs: 7000 }));
    expect((await decide({ approve: true })).status).toBe(503);
  });

  test("about an unknown outcome is neither approved nor rejected", async () => {
    playground.inbound.answer({ kind: "accepted", decision: { ...decision, action: "runAgain" } });
    const answer = await playground.post(`/api/effects/${approval}/verdict`, { as: "agent-1", verdict: "runAgain" });
    expect(answer).toMatchObject({ status: 200, body: { outcome: "accepted", approved: null } });
    const wrong = await playground.post(`/api/effects/${approval}/verdict`, { as: "agent-1", verdict: "maybe" });
    expect(wrong).toEqual({ status: 400, body: { error: "verdict must be one of happened, runAgain, stop." } });
  });
});

describe("the end of a hand-off", () => {
  test("needs one: a conversation that the bot has is 409", async () => {
    const error = "Usher has this conversation: only one that was handed to people can be answered or ended.";
    for (const path of ["handback", "resolve"]) {
      const answer = await playground.post(`/api/conversations/${one}/${path}`, { as: "agent-1" });
      expect(answer).toEqual({ status: 409, body: { error } });
    }
    const reply = await playground.post(`/api/conversations/${one}/reply`, { as: "agent-1", text: "Hello" });
    expect(reply).toEqual({ status: 409, body: { error } });
    expect(playground.inbound.reports).toEqual([]);
  });
});

describe("a reply", () => {
  beforeEach(() => {
    const customer: Person = { ...agent, id: "customer-1", name: "Customer 1", role: "customer" };
    playground.inspector.views.set(one, {
      id: one,
      version: 1,
      customer,
      handledBy: "people",
      handOff: `${nonce}-3`,
      run: null,
      lastRun: null,
      lastRoute: null,
      awaitsSensitive: false,
      tags: [],
      resolvedAt: null,
    });
  });
  const reply = (as: string, id?: string) =>
    playground.post(`/api/conversations/${one}/reply`, { as, text: "Hello", ...(id === undefined ? {} : { id }) });
  const keys = () =>
    playground.inbound.reports.map((report) =>
      "event" in report && report.event.kind === "agentWrote" ? report.event.turn.keys : [],
    );

  test("is for agents, by the role that they have now", async () => {
    expect(await reply("customer-1")).toEqual({ status: 403, body: { error: "Only agents can reply to a customer." } });
    playground.records.roles.set("agent-1", "customer");
    expect((await reply("agent-1")).status).toBe(403);
    playground.records.roles.set("customer-2", "agent");
    expect((await reply("customer-2")).status).toBe(202);
    expect((await reply("admin-1")).status).toBe(202);
  });

  test("has the same key for the same id, and another key without one", async () => {
    playground.inbound.failWith(new TransientError("The disk is full."));
    await reply("agent-1", "r1");
    playground.inbound.failWith(null);
    await reply("agent-1", "r1");
    await reply("agent-1");
    await reply("agent-1");
    const [first, second, third, fourth] = keys();
    expect(first).toEqual([`web:${one}:reply:r1`]);
    expect(second).toEqual(first);
    expect(new Set([first, third, fourth].map(String)).size).toBe(3);
  });

  test("is shown under the hand-off card once Usher has it, once, with the agent's name", async () => {
    const cards = async () => (await playground.get("/api/agents")).body;
    const release = playground.inbound.hold();
    const first = reply("agent-2", "r1");
    await playground.inbound.arrived(1);
    expect(await cards()).toEqual([]);
    release();
    await first;
    await Promise.all([reply("agent-2", "r1"), reply("agent-2", "r1")]);
    expect(await cards()).toMatchObject([
      {
        id: `reply.${one}.r1`,
        conversationId: one,
        under: `${nonce}-3`,
        saidBy: "agent",
        card: { kind: "relay", title: "Agent 2", sections: [{ fields: [{ name: "Agent 2", value: "Hello" }] }] },
      },
    ]);
  });

  test("guarantee G12: a clock that is set back makes neither a reply nor the customer's next words older than the last ones", async () => {
    const times = () =>
      playground.inbound.reports.map((report) =>
        "event" in report && (report.event.kind === "turn" || report.event.kind === "agentWrote")
          ? report.event.turn.at
          : 0,
      );
    const write = (id: string) =>
      playground.post(`/api/conversations/${one}/messages`, { id, as: "customer-1", text: "Hello" });
    const start = playground.clock.now();
    await write("m1");
    await reply("agent-1", "r1");
    playground.clock.jump(-3_600_000);
    await write("m2");
    await reply("agent-1", "r2");
    expect(times()).toEqual([start, start + 1, start + 2, start + 3]);
  });

  test("that Usher has already is 202 again, also when somebody has ended the hand-off", async () => {
    await reply("agent-1", "r1");
    playground.inspector.views.clear();
    expect((await reply("agent-1", "r1")).status).toBe(202);
    expect(playground.inbound.reports).toHaveLength(1);
    expect((await reply("agent-1", "r2")).status).toBe(409);
  });

  test("that Usher could not store is not shown until it was sent again", async () => {
    const cards = async () => (await playground.get("/api/agents")).body as AgentsCardJson[];
    playground.inbound.failWith(new TransientError("The disk is full."));
    expect((await reply("agent-1", "r1")).status).toBe(503);
    expect(await cards()).toEqual([]);
    playground.inbound.failWith(null);
    await reply("agent-1", "r1");
    expect(await cards()).toHaveLength(1);
  });

  test("is told apart from the customer's words, which Usher relays", async () => {
    await reply("agent-1", "r1");
    const relay: Card = {
      kind: "relay",
      title: "Agent 1",
      tone: "plain",
      sections: [{ label: "Message", fields: [{ name: "Agent 1", value: "I am a customer with a name" }] }],
      status: [],
      pressId: null,
      buttons: [],
    };
    const delivery = { effectId: `${nonce}-9`, under: null, mayHaveBeenSent: false, firstAt: null };
    await playground.channel.send(agentsAddress, { kind: "card", card: relay }, delivery);
    const cards = (await playground.get("/api/agents")).body as AgentsCardJson[];
    expect(cards.map(({ saidBy }) => saidBy)).toEqual(["agent", "customer"]);
  });

  test("with half of a character pair is handed on as what can be stored", async () => {
    await playground.post(`/api/conversations/${one}/reply`, { as: "agent-1", text: "a\ud800b" });
    expect(playground.inbound.reports).toMatchObject([{ event: { turn: { text: "a\ufffdb" } } }]);
  });

  test("is not put into the customer's thread here: Usher says it there", async () => {
    await reply("agent-1", "r1");
    expect((await playground.get(`/api/conversations/${one}`)).body).toMatchObject({ messages: [] });
  });
});

describe("approvals that wait", () => {
  test("are listed with exactly what would run", async () => {
    const request = {
      kind: "call",
      request: { method: "POST", url: "https://api.example.com/refunds", headers: {}, body: '{"id":"1001"}' },
    } as const;
    playground.inspector.pending.push({
      id: approval,
      conversationId: one,
      procedure: { slug: "refund-request-handler", name: "Refund Request Handler", version: 2 },
      request,
      expiresAt: 99,
    });
    const expected = {
      status: 200,
      body: [{ id: approval, conversationId: one, procedure: "refund-request-handler", request, expiresAt: 99 }],
    };
    expect(await playground.get("/api/approvals?status=pending")).toEqual(expected);
    expect(await playground.get("/api/approvals")).toEqual(expected);
  });

  test("are the only ones that can be asked for", async () => {
    for (const query of ["status=decided", "status=pending&status=all", "status[$ne]=pending&status="]) {
      const answer = await playground.get(`/api/approvals?${query}`);
      expect(answer).toEqual({ status: 400, body: { error: "status must be pending." } });
    }
  });
});

describe("the agents channel", () => {
  const card = (title: string): Card => ({
    kind: "handOff",
    title,
    tone: "wait",
    sections: [{ label: "Why", fields: [{ name: "Reason", value: "Not eligible" }] }],
    status: [],
    pressId: `${nonce}-3`,
    buttons: [{ action: "handBack", label: "Hand back" }],
  });
  const list = async () => (await playground.get("/api/agents")).body as AgentsCardJson[];
  const post = (n: number, under: Parameters<Playground["channel"]["send"]>[2]["under"] = null) => {
    const delivery = { effectId: `${nonce}-${n}`, under, mayHaveBeenSent: false, firstAt: null };
    return playground.channel.send(agentsAddress, { kind: "card", card: card(`Card ${n}`) }, delivery);
  };

  test("shows its cards oldest first, with their conversation and the card above", async () => {
    playground.records.nonces.set(nonce, one);
    const above = await post(3);
    playground.clock.advance(5);
    await post(4, above);
    const at = playground.clock.now();
    expect(await list()).toEqual([
      { id: `${nonce}-3`, conversationId: one, card: card("Card 3"), at: at - 5, under: null, saidBy: null },
      { id: `${nonce}-4`, conversationId: one, card: card("Card 4"), at, under: `${nonce}-3`, saidBy: null },
    ]);
  });

  test("keeps the place and the time of a card that is edited", async () => {
    const first = await post(3);
    await post(4);
    playground.clock.advance(5);
    await playground.channel.edit(first, { kind: "card", card: card("Handed back") });
    const cards = await list();
    expect(cards.map(({ card: shown }) => shown.title)).toEqual(["Handed back", "Card 4"]);
    expect(cards[0]?.at).toBe(playground.clock.now() - 5);
  });

  test("shows the last 200 cards", async () => {
    for (let n = 1; n <= 203; n += 1) await post(n);
    const cards = await list();
    expect([cards.length, cards[0]?.card.title, cards.at(-1)?.card.title]).toEqual([200, "Card 4", "Card 203"]);
  });

  test("shows words, which have no card, as a notice", async () => {
    const words = { kind: "text", text: "Usher is back", choices: [], sensitive: false, author: null } as const;
    await playground.channel.send(agentsAddress, words, {
      effectId: "e",
      under: null,
      mayHaveBeenSent: false,
      firstAt: null,
    });
    expect(await list()).toMatchObject([{ id: "e", conversationId: "", card: { kind: "notice", title: words.text } }]);
  });
});

describe("the world around the conversations", () => {
  test("names the people with their roles of now, the hints and the rest", async () => {
    playground.records.roles.set("customer-2", "agent");
    expect((await playground.get("/api/world")).body).toEqual({
      people: [
        { id: "customer-1", name: "Customer 1", role: "customer" },
        { id: "customer-2", name: "Customer 2", role: "agent" },
        { id: "agent-1", name: "Agent 1", role: "agent" },
        { id: "agent-2", name: "Agent 2", role: "agent" },
        { id: "admin-1", name: "Admin 1", role: "admin" },
      ],
      procedures: [],
      hints: [{ variable: "order_id", text: "Demo orders: 1001 can be refunded." }],
      mailServer: false,
      demo: true,
      coolDownMs: 600_000,
    });
  });

  test("gives each version of a procedure that was ever active", async () => {
    const steps = [{ id: "a", kind: "message", content: "x" }];
    const procedure = procedureSchema.parse({ slug: "old-one", name: "Old", trigger: { when: "x" }, steps });
    playground.inspector.versions.push({ procedure, version: 3 });
    expect(await playground.get("/api/procedures/old-one/3")).toEqual({ status: 200, body: { version: 3, procedure } });
    const error = "There is no such version of a procedure: GET /api/world lists the active ones.";
    for (const path of ["old-one/2", "none/3", "old-one/0", "old-one/03", "old-one/3.0", "old-one/v3", "old-one/-3"]) {
      expect(await playground.get(`/api/procedures/${path}`), path).toEqual({ status: 404, body: { error } });
    }
  });

  test("lists tickets, leads and mails from every page of the store, 200 at most", async () => {
    const many = Array.from({ length: 205 }, (_, n) => ({ number: 205 - n, conversationId: one }));
    playground.records.tickets.push(...many);
    playground.records.leads.push({ id: "l1", conversationId: one });
    expect((await playground.get("/api/tickets")).body).toEqual(many.slice(0, 200));
    expect((await playground.get("/api/leads")).body).toEqual([{ id: "l1", conversationId: one }]);
    expect((await playground.get("/api/mails")).body).toEqual([]);
  });
});
