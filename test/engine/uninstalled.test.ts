import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import { advance } from "../../src/engine/advance.ts";
import { isOpen } from "../../src/engine/uninstalled.ts";
import { agent, type Chat, chatAbout, customer } from "../support/chat.ts";

const pay = { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay" };
const ask = { id: "ask", kind: "collect", variable: "order", prompt: "Which order?" };
const holds =
  (...kinds: readonly Outgoing["effect"]["kind"][]) =>
  ({ effect }: Outgoing) =>
    kinds.includes(effect.kind);
const uninstall = (chat: Chat) => chat.happen({ kind: "uninstalled", by: agent });
const kept = (chat: Chat) => chat.conversation.outbox.map(({ effect }) => effect.kind);
const reasons = (chat: Chat) => chat.records.map(({ ended, reason }) => [ended, reason]);
const out = (chat: Chat, kind: Outgoing["effect"]["kind"]) => {
  const found = chat.performed.findLast(({ effect }) => effect.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} is out`);
  return found;
};
const beside = conversationIdSchema.parse("the-thread");
const choosing = { kind: "ask", slugs: ["test-procedure", "test-procedure"], scores: [], threshold: 0 };

describe("Usher was uninstalled", () => {
  test.each<[string, () => Chat]>([
    ["the model is out", () => chatAbout([ask], { hold: holds("route") }).say("hi")],
    [
      "a turn waits behind the model",
      () =>
        chatAbout([ask], { hold: holds("route") })
          .say("hi")
          .say("there"),
    ],
    [
      "a turn is forwarded",
      () => chatAbout([ask], { route: () => null, hold: holds("forward") }).say("1", customer, { beside }),
    ],
    ["the customer is asked which", () => chatAbout([ask], { route: () => choosing }).say("hi")],
    ["a question waits", () => chatAbout([ask]).say("hi")],
    ["an approval waits", () => chatAbout([{ ...pay, approval: "require" }]).say("hi")],
    ["a hand-off is open", () => chatAbout([ask]).say("hi").say("human please")],
    [
      "words are not sent yet",
      () =>
        chatAbout([ask], { hold: holds("say") })
          .say("hi")
          .say("cancel"),
    ],
  ])("%s: nothing is left open, nothing is said, and nothing comes of what is still out", (_, reach) => {
    const chat = reach();
    expect(isOpen(chat.conversation)).toBe(true);
    expect(isOpen(uninstall(chat).conversation)).toBe(false);
    expect(chat.conversation).toMatchObject({ run: null, people: null, choosing: null, inbox: [], outbox: [] });
    const after = chat.conversation;
    const said = chat.said.length;
    for (const of of chat.performed) chat.settle(of, { kind: "done", value: null });
    expect(chat.conversation).toEqual(after);
    expect(chat.said.length).toBe(said);
    const event = { kind: "uninstalled", by: agent } as const;
    expect(advance(chat.conversation, event, chat.context)).toBe(chat.conversation);
  });

  test("the waiting card says why it closed, and the record who cancelled", () => {
    const chat = uninstall(chatAbout([{ ...pay, approval: "require" }]).say("hi"));
    expect(chat.cards[0]?.card).toMatchObject({ buttons: [], status: [{ before: "Closed: Usher was uninstalled. " }] });
    expect(reasons(chat)).toEqual([["cancelled", "Usher was uninstalled."]]);
    const byCustomer = chatAbout([ask]).say("hi").say("cancel");
    expect(reasons(byCustomer)).toEqual([["cancelled", "The customer cancelled."]]);
  });

  test("a call that is out ends the run when it comes back, and nobody is told; that it was done is on record", () => {
    const chat = chatAbout([{ ...pay, approval: "notify" }, ask], { hold: holds("call") })
      .say("hi")
      .say("and more");
    uninstall(chat);
    expect(kept(chat)).toEqual(["call"]);
    const shown = chat.cards.length;
    chat.settle(out(chat, "call"), { kind: "done", value: null });
    expect(chat.conversation).toMatchObject({ run: null, outbox: [] });
    expect([chat.texts, chat.cards.length]).toEqual([[], shown]);
    expect(reasons(chat)).toEqual([["cancelled", "Usher was uninstalled."]]);
    expect(chat.records[0]?.trace).toContainEqual(expect.objectContaining({ kind: "outcome", outcome: "done" }));
  });

  test("one of which nobody knows what became of it is put to nobody, not repeated, and on record as that", () => {
    const chat = uninstall(chatAbout([pay], { hold: holds("call") }).say("hi"));
    chat.settle(out(chat, "call"), { kind: "unknown", reason: "cut off" });
    expect(chat.conversation).toMatchObject({ run: null, people: null, outbox: [] });
    expect(chat.performed.filter(({ effect }) => effect.kind === "call")).toHaveLength(1);
    expect(JSON.stringify(chat.records[0]?.trace)).toContain("nobody knows whether it happened: cut off");
  });

  test("a verdict that waits is given up, and the record says so", () => {
    const chat = chatAbout([pay], { answer: () => ({ kind: "unknown", reason: "cut off" }) }).say("hi");
    expect(chat.wait).toBe("verdict");
    uninstall(chat);
    expect(chat.conversation.run).toBeNull();
    expect(chat.cards[0]?.card.buttons).toEqual([]);
    expect(chat.records[0]?.reason).toContain("before anybody said whether the last step happened");
  });

  test("a call that waits for its next try is withdrawn", () => {
    const answer = () => ({ kind: "notSent", reason: "refused", retryAfterMs: 1000 }) as const;
    const chat = uninstall(chatAbout([pay], { answer }).say("hi"));
    expect(chat.conversation).toMatchObject({ run: null, outbox: [] });
    expect(chat.performed.filter(({ effect }) => effect.kind === "call")).toHaveLength(1);
  });
});
