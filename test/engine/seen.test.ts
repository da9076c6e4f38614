import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { isForgotten, remember, wasSeen } from "../../src/engine/seen.ts";
import { chatAbout, customer } from "../support/chat.ts";

const steps = [
  { id: "ask", kind: "collect", variable: "v", prompt: "First?" },
  { id: "call", kind: "call", method: "GET", url: "https://a.example/" },
  { id: "ask-more", kind: "collect", variable: "w", prompt: "Second?" },
];
const close = { id: "close", kind: "collect", variable: "y", prompt: "Last?" };

describe("turns that were seen before (guarantee G2)", () => {
  const turn = (id: string, at: number) => ({ id, keys: [id], from: customer, text: "x", mentioned: false, at });

  test("any of a turn's keys makes it seen; an unseen turn that is older than all that is remembered counts as seen", () => {
    let { conversation } = chatAbout(steps);
    for (let n = 1; n <= limits.recentKeys + 10; n += 1) conversation = remember(conversation, turn(`m${n}`, n));
    expect(conversation.recent).toHaveLength(limits.recentKeys);
    expect(conversation.floor).toBe(10);
    expect(wasSeen(conversation, turn("m74", 74))).toBe(true);
    expect(wasSeen(conversation, { ...turn("new", 99), keys: ["new", "m74"] })).toBe(true);
    expect(wasSeen(conversation, turn("late but unseen", 11))).toBe(false);
    expect(wasSeen(conversation, turn("older than all", 10))).toBe(true);
    expect(isForgotten(conversation, turn("older than all", 10))).toBe(true);
    expect(isForgotten(conversation, turn("m74", 74))).toBe(false);
  });
});

describe("turns that came late (guarantee G3)", () => {
  const notes = (chat: ReturnType<typeof chatAbout>) =>
    chat.conversation.run?.trace.flatMap((entry) => (entry.kind === "note" ? [entry.text] : [])) ?? [];

  test("one that was written before an earlier one is taken, and the trace says so", () => {
    const chat = chatAbout(steps).say("hi");
    chat.say("one", customer, { at: chat.now - 5000 });
    expect(chat.conversation.run?.variables).toEqual({ v: "one" });
    expect(notes(chat)).toEqual(["It came late: it was written before a message that was first here."]);
  });

  test("one that comes late and starts a run, or comes while an approval waits, is marked as well", () => {
    const silent = { kind: "silent", scores: [], threshold: 0.45 };
    const pay = { id: "pay", kind: "call", method: "POST", url: "https://a.example/", approval: "require" };
    const chat = chatAbout([pay], {
      route: (text) =>
        text === "hi" ? silent : { kind: "run", slug: "test-procedure", filled: {}, scores: [], threshold: 0 },
    });
    chat.say("hi").say("refund", customer, { at: chat.now - 5000 });
    chat.say("and?", customer, { at: chat.now - 4000 });
    expect(chat.wait).toBe("approval");
    expect(notes(chat)).toHaveLength(2);
  });

  test("of two that waited for the same call, the earlier one goes first, and neither is late", () => {
    const chat = chatAbout([...steps, { id: "last", kind: "collect", variable: "x", prompt: "Third?" }, close], {
      hold: ({ effect }) => effect.kind === "call",
    });
    chat.say("hi").say("one");
    chat.say("later", customer, { at: chat.now + 9000 }).say("earlier", customer, { at: chat.now + 8000 });
    const call = chat.performed.at(-1);
    if (call?.effect.kind !== "call") throw new Error("the call is not out");
    chat.settle(call, { kind: "done", value: { status: 200, body: "{}", truncated: false } });
    expect(chat.conversation.run?.variables).toMatchObject({ v: "one", w: "earlier", x: "later" });
    expect(notes(chat)).toEqual([]);
  });
});
