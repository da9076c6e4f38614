import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agentsAddress, cardRef, threadAddress } from "../../adapters/web/address.ts";
import type { ConversationJson, ConversationSummaryJson } from "../../adapters/web/api.ts";
import type { Card } from "../../src/domain/card.ts";
import type { TextMessage } from "../../src/domain/message.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { ConversationView } from "../../src/ports/inspector.ts";
import { createFakeInbound, type Report } from "../support/fake-inbound.ts";
import { conversationId, openPlayground, type Playground, workspace } from "../support/web-playground.ts";

const one = conversationId(1);
const thread = `/api/conversations/${one}`;
const full = new TransientError("The disk is full.");

let playground: Playground;
beforeEach(async () => {
  playground = await openPlayground();
  await playground.post("/api/conversations", { as: "customer-1" });
});
afterEach(() => playground.shut());

const write = (id: string, text: string, as = "customer-1") => playground.post(`${thread}/messages`, { id, as, text });
const shown = async (): Promise<ConversationJson> => (await playground.get(thread)).body as ConversationJson;
const texts = async (): Promise<readonly string[]> => (await shown()).messages.map(({ text }) => text);
const say = (text: string, more: Partial<TextMessage> = {}): TextMessage => ({
  kind: "text",
  text,
  choices: [],
  sensitive: false,
  author: null,
  ...more,
});
const delivery = (effectId: string) => ({ effectId, under: null, mayHaveBeenSent: false, firstAt: null });

function words(reports: readonly Report[]): readonly string[] {
  return reports.map((report) => ("event" in report && report.event.kind === "turn" ? report.event.turn.text : "?"));
}

function view(more: Partial<ConversationView> = {}): ConversationView {
  return {
    id: one,
    version: 3,
    customer: { platform: "web", id: "customer-1", name: "Customer 1", role: "customer", external: false },
    handledBy: "bot",
    handOff: null,
    run: null,
    lastRun: null,
    lastRoute: null,
    awaitsSensitive: false,
    tags: [],
    resolvedAt: null,
    ...more,
  };
}

describe("conversations", () => {
  test("each of the five people can begin one, and nobody else", async () => {
    for (const [n, as] of ["customer-2", "agent-1", "agent-2", "admin-1"].entries()) {
      expect(await playground.post("/api/conversations", { as })).toEqual({
        status: 201,
        body: { id: conversationId(n + 2) },
      });
    }
    expect(await playground.post("/api/conversations", { as: "owner-1" })).toEqual({
      status: 400,
      body: { error: "as must be one of customer-1, customer-2, agent-1, agent-2, admin-1." },
    });
  });

  test("a new one is empty and with the bot", async () => {
    expect(await shown()).toEqual({
      id: one,
      customer: { id: "customer-1", name: "Customer 1", role: "customer" },
      messages: [],
      run: null,
      lastRun: null,
      lastRoute: null,
      handledBy: "bot",
      awaitsSensitive: false,
      tags: [],
      resolvedAt: null,
    });
  });

  test("they are listed newest first, with their newest words", async () => {
    playground.clock.advance(10);
    await playground.post("/api/conversations", { as: "customer-2" });
    await write("m1", "I want a refund");
    const { body } = await playground.get("/api/conversations");
    const list = body as ConversationSummaryJson[];
    expect(list.map(({ id, customer, lastText, lastBy }) => [id, customer.name, lastText, lastBy])).toEqual([
      [conversationId(2), "Customer 2", "", null],
      [one, "Customer 1", "I want a refund", "Customer 1"],
    ]);
    expect((list[0]?.startedAt ?? 0) - (list[1]?.startedAt ?? 0)).toBe(10);
  });

  test("one that does not exist is 404 with a sentence, whatever is asked of it", async () => {
    const error = "There is no conversation with this id: POST /api/conversations makes one.";
    const missing = { status: 404, body: { error } };
    expect(await playground.get("/api/conversations/web-0")).toEqual(missing);
    const message = { id: "m1", as: "customer-1", text: "Hi" };
    expect(await playground.post("/api/conversations/web-0/messages", message)).toEqual(missing);
    for (const path of ["reply", "handback", "resolve", "reveal"]) {
      expect(await playground.post(`/api/conversations/web-0/${path}`, { as: "agent-1" })).toEqual(missing);
    }
  });

  test("what was noted about one is shown: its tags, and when it was resolved", async () => {
    playground.inspector.views.set(one, view({ tags: ["vip"], resolvedAt: 7 }));
    expect(await shown()).toMatchObject({ tags: ["vip"], resolvedAt: 7 });
  });

  test("the run is shown with the variables by name and the sensitive ones as dots", async () => {
    const variables = [
      { name: "order_id", type: "text", value: "1001", hidden: false, setBy: "ask-order" },
      { name: "card", type: "text", value: null, hidden: true, setBy: "ask-card" },
    ];
    const run = {
      id: `${"d".repeat(32)}-1`,
      procedure: { slug: "refund-request-handler", name: "Refund Request Handler", version: 2 },
      stepId: "ask-card",
      status: "input",
      variables,
      trace: [{ kind: "said", at: 5, step: "ask-card", text: "Your card?" }],
      startedAt: 1,
      endedAt: null,
    } as const;
    playground.inspector.views.set(one, view({ run, handledBy: "people", awaitsSensitive: true }));
    expect(await shown()).toMatchObject({
      handledBy: "people",
      awaitsSensitive: true,
      lastRun: null,
      run: {
        id: run.id,
        procedure: "refund-request-handler",
        procedureName: "Refund Request Handler",
        version: 2,
        stepId: "ask-card",
        status: "input",
        variables: { order_id: "1001", card: "••••••" },
        variableViews: variables,
        trace: run.trace,
      },
    });
  });
});

describe("a person's message", () => {
  test("is answered with 202 and shown with its writer", async () => {
    expect(await write("m1", "I want a refund")).toEqual({ status: 202, body: { id: "m1" } });
    expect((await shown()).messages).toEqual([
      {
        id: "m1",
        from: "customer-1",
        name: "Customer 1",
        role: "customer",
        text: "I want a refund",
        at: playground.clock.now(),
        choices: [],
        hidden: false,
      },
    ]);
  });

  test("with an id that is known is 202 again and changes nothing", async () => {
    await write("m1", "1001");
    expect((await write("m1", "1001")).status).toBe(202);
    expect((await write("m1", "something else")).status).toBe(202);
    expect(words(playground.inbound.reports)).toEqual(["1001"]);
    expect(await texts()).toEqual(["1001"]);
  });

  test("posted twenty times at once reaches Usher once, and every post is 202", async () => {
    const release = playground.inbound.hold();
    const posts = Array.from({ length: 20 }, () => write("m1", "1001"));
    await playground.inbound.arrived(1);
    release();
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(words(playground.inbound.reports)).toEqual(["1001"]);
  });

  test("may have the id of another conversation's message", async () => {
    await playground.post("/api/conversations", { as: "customer-2" });
    await write("m1", "mine");
    const other = `/api/conversations/${conversationId(2)}/messages`;
    await playground.post(other, { id: "m1", as: "customer-2", text: "theirs" });
    expect(words(playground.inbound.reports)).toEqual(["mine", "theirs"]);
  });

  test("that Usher cannot store is 503, is not shown, and goes in when it is sent again", async () => {
    playground.inbound.failWith(full);
    expect(await write("m1", "1001")).toEqual({
      status: 503,
      body: { error: "Usher could not store this just now: send exactly the same request again." },
    });
    expect(await texts()).toEqual([]);
    expect(playground.reported).toEqual([full]);
    playground.inbound.failWith(null);
    expect((await write("m1", "1001")).status).toBe(202);
    expect(await texts()).toEqual(["1001"]);
  });

  test("never overtakes an earlier one that Usher could not store", async () => {
    playground.inbound.failWith(full);
    await write("m1", "first");
    expect((await write("m2", "second")).status).toBe(503);
    expect(words(playground.inbound.reports)).toEqual(["first", "first"]);
    playground.inbound.failWith(null);
    expect((await write("m2", "second")).status).toBe(202);
    expect(words(playground.inbound.reports).slice(2)).toEqual(["first", "second"]);
    expect(await texts()).toEqual(["first", "second"]);
    expect((await write("m1", "first")).status).toBe(202);
    expect(playground.inbound.reports).toHaveLength(4);
  });

  test("that Usher refuses for good is 500, holds no other up, and can be tried again", async () => {
    playground.inbound.failWith(new PermanentError("The document is newer."));
    expect(await write("m1", "first")).toEqual({
      status: 500,
      body: { error: "Something failed inside Usher: its log says what." },
    });
    playground.inbound.failWith(null);
    await write("m2", "second");
    expect(words(playground.inbound.reports)).toEqual(["first", "second"]);
    expect((await write("m1", "first")).status).toBe(202);
    expect(await texts()).toEqual(["first", "second"]);
  });

  test("that Usher does not answer in 2.5 s is 503, and asking again later finds it done", async () => {
    const release = playground.inbound.hold();
    const post = write("m1", "1001");
    await playground.inbound.arrived(1);
    playground.clock.advance(2500);
    expect((await post).status).toBe(503);
    const again = write("m1", "1001");
    release();
    expect((await again).status).toBe(202);
    expect(words(playground.inbound.reports)).toEqual(["1001"]);
  });

  test("is shown only when Usher has it, and then above Usher's answer, however fast that was", async () => {
    await write("m0", "Hello");
    const release = playground.inbound.hold();
    const post = write("m1", "I want a refund");
    await playground.inbound.arrived(2);
    await playground.channel.send(threadAddress(one), say("Which order?"), delivery("e-1"));
    expect(await texts()).toEqual(["Hello"]);
    release();
    await post;
    expect(await texts()).toEqual(["Hello", "I want a refund", "Which order?"]);
  });

  test("may hold anything that JSON can say", async () => {
    const text = "<b>& \u202e\u0000\u001b[31m ünï 👩‍👩‍👧 \n\t\"'`; DROP TABLE messages; -- {{y}}";
    await write("m1", text);
    expect(words(playground.inbound.reports)).toEqual([text]);
    expect(await texts()).toEqual([text]);
  });

  test("with half of a character pair is kept and handed on as the same text", async () => {
    await write("m1", "a\ud800b");
    expect(words(playground.inbound.reports)).toEqual(["a\ufffdb"]);
    expect(await texts()).toEqual(["a\ufffdb"]);
  });

  test("of one conversation does not wait for one of another", async () => {
    await playground.post("/api/conversations", { as: "customer-2" });
    const release = playground.inbound.hold();
    const slow = write("m1", "slow");
    await playground.inbound.arrived(1);
    const other = `/api/conversations/${conversationId(2)}/messages`;
    const fast = playground.post(other, { id: "m1", as: "customer-2", text: "fast" });
    await playground.inbound.arrived(2);
    release();
    expect([(await slow).status, (await fast).status]).toEqual([202, 202]);
  });
});

describe("a sensitive answer", () => {
  beforeEach(() => {
    playground.inspector.views.set(one, view({ awaitsSensitive: true }));
  });

  test("reaches Usher whole, and is dots for everybody else", async () => {
    const release = playground.inbound.hold();
    const post = write("m1", "4111-1111");
    await playground.inbound.arrived(1);
    expect(await texts()).toEqual([]);
    release();
    await post;
    playground.inspector.views.set(one, view());
    expect((await shown()).messages).toMatchObject([{ text: "••••••", hidden: true }]);
    expect(words(playground.inbound.reports)).toEqual(["4111-1111"]);
    const { body } = await playground.get("/api/conversations");
    expect((body as ConversationSummaryJson[])[0]?.lastText).toBe("••••••");
  });

  test("is in no file any more once Usher has it", async () => {
    const holds = () =>
      readdirSync(playground.folder)
        .filter((name) => name.startsWith("playground.db"))
        .some((name) => readFileSync(join(playground.folder, name)).includes("4111-1111"));
    const release = playground.inbound.hold();
    const post = write("m1", "4111-1111");
    await playground.inbound.arrived(1);
    expect(holds()).toBe(true);
    release();
    await post;
    expect(holds()).toBe(false);
  });

  test("stays hidden when it is delivered again after Usher moved on", async () => {
    playground.inbound.failWith(full);
    await write("m1", "4111-1111");
    playground.inspector.views.set(one, view());
    playground.inbound.failWith(null);
    await write("m1", "4111-1111");
    expect(await texts()).toEqual(["••••••"]);
  });

  test("is hidden too when the customer is somebody of the company", async () => {
    const { body } = await playground.post("/api/conversations", { as: "admin-1" });
    const { id } = body as { id: string };
    playground.inspector.views.set(id, view({ awaitsSensitive: true }));
    await playground.post(`/api/conversations/${id}/messages`, { id: "m1", as: "admin-1", text: "4111-1111" });
    const { body: after } = await playground.get(`/api/conversations/${id}`);
    expect(JSON.stringify(after)).not.toContain("4111");
  });

  test("is only a customer's: what an agent writes meanwhile stays readable", async () => {
    await write("m1", "I take over", "agent-1");
    expect((await shown()).messages).toMatchObject([{ text: "I take over", role: "agent", hidden: false }]);
  });
});

describe("a hidden value", () => {
  test("is given to an agent who asks, and to nobody else", async () => {
    playground.inspector.secrets.set(`${one}/card`, "4111-1111");
    const ask = (as: string, variable = "card") => playground.post(`${thread}/reveal`, { as, variable });
    expect(await ask("agent-1")).toEqual({ status: 200, body: { value: "4111-1111" } });
    const refused = await ask("customer-1");
    expect(refused.status).toBe(404);
    expect(await ask("agent-1", "nothing")).toEqual(refused);
  });
});

describe("what Usher says", () => {
  test("is shown with its choices, and an agent's relayed words under the agent's name", async () => {
    await playground.channel.send(threadAddress(one), say("Which?", { choices: ["A", "B"] }), delivery("e-1"));
    await playground.channel.send(
      threadAddress(one),
      say("Hello", { author: { id: "agent-2", name: "Bo" } }),
      delivery("e-2"),
    );
    await playground.channel.send(
      threadAddress(one),
      say("Hi", { author: { id: "U7", name: "Agent 1" } }),
      delivery("e-3"),
    );
    expect((await shown()).messages).toMatchObject([
      { from: "usher", name: "Usher", role: "bot", text: "Which?", choices: ["A", "B"] },
      { from: "agent-2", name: "Bo", role: "agent", text: "Hello" },
      { from: "U7", name: "Agent 1", role: "agent", text: "Hi" },
    ]);
  });

  test("does not show the ids of effects, and no client's id can take their place", async () => {
    const effectId = `${"e".repeat(32)}-4`;
    await write(effectId, "I was here first");
    await playground.channel.send(threadAddress(one), say("Ticket 7 is open"), delivery(effectId));
    const { messages } = await shown();
    expect(messages.map(({ text }) => text)).toEqual(["I was here first", "Ticket 7 is open"]);
    expect(messages[1]?.id).not.toContain("e".repeat(32));
  });

  test("is refused for good in a conversation that the playground never had", async () => {
    const nowhere = threadAddress(conversationId(9));
    await expect(playground.channel.send(nowhere, say("Hi"), delivery("e-1"))).rejects.toBeInstanceOf(PermanentError);
    const never = cardRef(agentsAddress, "e-1");
    await expect(playground.channel.edit(never, say("Hi"))).rejects.toBeInstanceOf(PermanentError);
  });
});

describe("a card in a customer's thread", () => {
  test("is shown as plain words, each moment between the words before and after it", async () => {
    const at = Date.UTC(2026, 10, 22, 14, 3);
    const maria = { id: "customer-1", name: "Maria" };
    const card: Card = {
      kind: "approval",
      title: "Approval needed: create a ticket",
      tone: "wait",
      sections: [
        { label: "Customer", fields: [{ name: "Customer", value: { person: { ...maria, platform: "web" } } }] },
        { label: "Expires", fields: [{ name: "Expires", value: { at } }] },
      ],
      status: [{ tone: "wait", before: "Expired ", at, after: ". Nobody decided in 24 h. This is not a rejection." }],
      pressId: null,
      buttons: [],
    };
    await playground.channel.send(threadAddress(one), { kind: "card", card }, delivery("e-1"));
    expect(await texts()).toEqual([
      "Approval needed: create a ticket\nCustomer: Maria (customer-1)\nExpires: 2026-11-22T14:03:00.000Z\n" +
        "Expired 2026-11-22T14:03:00.000Z. Nobody decided in 24 h. This is not a rejection.",
    ]);
  });
});

describe("start and stop", () => {
  test("before the start and after the stop nothing is taken in, and everything can be read", async () => {
    await write("m1", "before");
    await playground.channel.stop();
    expect((await write("m2", "after")).status).toBe(503);
    expect(await texts()).toEqual(["before"]);
    await playground.channel.start(playground.inbound);
    expect(await texts()).toEqual(["before"]);
    expect((await write("m2", "after")).status).toBe(202);
  });

  test("what a crash left between the playground and Usher is delivered at the next start, once", async () => {
    await write("m0", "delivered");
    playground.inbound.hold();
    const lost = write("m1", "in flight").catch(() => null);
    await playground.inbound.arrived(2);
    await playground.crash();
    await lost;
    const heir = await openPlayground({ folder: playground.folder });
    expect(heir.inbound.reports).toEqual(playground.inbound.reports.slice(1));
    expect(words(heir.inbound.reports)).toEqual(["in flight"]);
    await heir.shut();
    const next = await openPlayground({ folder: playground.folder });
    expect(next.inbound.reports).toEqual([]);
    const { body } = await next.get(thread);
    expect((body as ConversationJson).messages.map(({ text }) => text)).toEqual(["delivered", "in flight"]);
    await next.shut();
    rmSync(playground.folder, { recursive: true });
    playground = await openPlayground();
  });

  test("what cannot be delivered at the start is tried again until it can, in order", async () => {
    playground.inbound.failWith(full);
    await write("m1", "first");
    await write("m2", "second");
    await playground.channel.stop();
    const inbound = createFakeInbound();
    inbound.failWith(full);
    await playground.channel.start(inbound);
    expect(words(inbound.reports)).toEqual(["first"]);
    playground.clock.advance(2000);
    // Everything up to the next timer runs without I/O, so one turn of the event loop sees it all.
    await new Promise(setImmediate);
    expect(words(inbound.reports)).toEqual(["first", "first"]);
    inbound.failWith(null);
    playground.clock.advance(3999);
    await new Promise(setImmediate);
    expect(inbound.reports).toHaveLength(2);
    playground.clock.advance(1);
    await inbound.arrived(4);
    expect(words(inbound.reports)).toEqual(["first", "first", "first", "second"]);
    expect(inbound.reports.every((report) => "place" in report && report.place.workspace === workspace)).toBe(true);
  });
});
