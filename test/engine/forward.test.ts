import { describe, expect, test } from "vitest";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Turn } from "../../src/domain/turn.ts";
import { takesForwarded } from "../../src/engine/forward.ts";
import { agent, type Chat, chatAbout, colleague, customer, type World } from "../support/chat.ts";

const beside = conversationIdSchema.parse("the-thread");
const steps = [
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?", validation: "number" },
  { id: "why", kind: "collect", variable: "reason", prompt: "Why?" },
];
const nothingFits: Json = { kind: "silent", scores: [], threshold: 0.45 };
const replies: Json = { kind: "reply", text: "You are welcome.", scores: [], threshold: 0.45 };

/** The conversation that begins with a message in the channel itself. */
const topLevel = (world: Partial<World>) => chatAbout(steps, { route: () => nothingFits, ...world });
const kinds = (chat: Chat) => chat.performed.map(({ effect }) => effect.kind);

describe("a message in the channel itself, beside a run that waits for its writer", () => {
  test("fits no procedure: it is forwarded, and where it was taken nothing is said here", () => {
    const chat = topLevel({ forward: () => true }).say("1001", customer, { beside, mentioned: true });
    expect(kinds(chat)).toEqual(["route", "forward"]);
    expect(chat.performed[1]?.effect).toMatchObject({ to: beside, turn: { text: "1001" } });
    expect(chat.texts).toEqual([]);
    expect(chat.conversation.outbox).toEqual([]);
  });

  test("not taken there: it is what it is without that run", () => {
    const silent = topLevel({}).say("lunch?", customer, { beside });
    expect(silent.texts).toEqual([]);
    expect(topLevel({}).say("lunch?", customer, { beside, mentioned: true }).lastText).toContain("I can help with");
    const chat = topLevel({ route: () => replies }).say("thanks", customer, { beside });
    expect(chat.texts).toEqual(["You are welcome."]);
  });

  test("fits a procedure: that starts here, and nothing is forwarded", () => {
    const chat = chatAbout(steps).say("refund", customer, { beside });
    expect(chat.lastText).toBe("Which order?");
    expect(kinds(chat)).not.toContain("forward");
  });

  test("a model that fails keeps the answer from nobody", () => {
    const chat = topLevel({ route: () => null, forward: () => true }).say("1001", customer, { beside });
    expect(kinds(chat)).toEqual(["route", "forward"]);
  });

  test("without such a run nothing is forwarded", () => {
    expect(kinds(topLevel({}).say("1001"))).toEqual(["route"]);
  });

  test("what is written meanwhile waits, and an agent who steps in gets what was not taken", () => {
    const chat = topLevel({ hold: ({ effect }) => effect.kind === "forward" }).say("1001", customer, { beside });
    chat.say("and another thing");
    expect(chat.conversation.inbox).toHaveLength(1);
    chat.agentWrites("Hello", "thread");
    const forwarded = chat.performed.find(({ effect }) => effect.kind === "forward");
    if (forwarded === undefined) throw new Error("nothing was forwarded");
    chat.settle(forwarded, { kind: "done", value: false });
    const relayed = chat.cards
      .filter(({ card }) => card.kind === "relay")
      .map(({ card }) => card.sections[0]?.fields[0]);
    expect(relayed.map((field) => field?.value)).toEqual(["1001", "and another thing"]);
  });
});

describe("the run that waits", () => {
  const asked = () => chatAbout(steps).say("refund");
  const turn = (text: string, over: Partial<Turn> = {}): Turn => ({
    ...{ id: "f1", keys: ["key-f1"], from: customer, text, mentioned: false, at: 1_800_000_000_100 },
    ...over,
  });
  const takes = (chat: Chat, one: Turn) => takesForwarded(chat.conversation, chat.context, one);

  test("takes a valid answer, goes on in its own thread, and says in its trace where the answer stood", () => {
    const chat = asked();
    expect(takes(chat, turn("1001"))).toBe(true);
    chat.happen({ kind: "forwarded", turn: turn("1001") });
    expect(chat.conversation.run?.variables).toEqual({ order_id: 1001 });
    expect(chat.lastText).toBe("Why?");
    expect(JSON.stringify(chat.conversation.run?.trace)).toContain("outside this thread");
  });

  test("forwarded twice, or written in the thread as well, it is one turn, and stays taken", () => {
    const chat = asked().happen({ kind: "forwarded", turn: turn("1001") });
    const after = chat.conversation;
    expect(takes(chat, turn("1001"))).toBe(true);
    chat.happen({ kind: "forwarded", turn: turn("1001") }).happen({ kind: "turn", turn: turn("1001") });
    expect(chat.conversation).toEqual(after);
  });

  test.each([
    ["an invalid answer", turn("lunch?")],
    ["nothing that can be read", turn(" ")],
    ["a word to the bot", turn("cancel")],
    ["a wish for a person", turn("human please")],
    ["a correction", turn("I meant 1002")],
    ["somebody else's words", turn("1001", { from: colleague })],
  ])("leaves %s where it was written", (_, one) => {
    const chat = asked();
    const before = chat.conversation;
    expect(takes(chat, one)).toBe(false);
    expect(chat.happen({ kind: "forwarded", turn: one }).conversation).toEqual(before);
  });

  test("takes nothing while people have the conversation, while something is out, or when it has ended", () => {
    expect(takes(asked().agentWrites("Hello", "thread", agent), turn("1001"))).toBe(false);
    expect(takes(asked().say("cancel"), turn("1001"))).toBe(false);
    const call = [steps[0] ?? {}, { id: "look", kind: "call", url: "https://a.example/", response: "x" }];
    const busy = chatAbout(call, { hold: ({ effect }) => effect.kind === "call" })
      .say("refund")
      .say("5");
    expect(busy.wait).toBe("effect");
    expect(takes(busy, turn("1001"))).toBe(false);
  });
});
