import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { advance } from "../../src/engine/advance.ts";
import { agent, type Chat, chatAbout, otherAgent } from "../support/chat.ts";

const post = {
  id: "refund",
  kind: "call",
  method: "POST",
  url: "https://a.example/refunds",
  body: { amount: 5 },
  response: "answer",
};
const get = { id: "look", kind: "call", url: "https://a.example/orders/1", response: "order" };
const tell = { id: "tell", kind: "message", content: "Refund {{ answer.id }} is on its way." };
const unknown: Outcome = { kind: "unknown", reason: "no answer" };
const notSent: Outcome = { kind: "notSent", reason: "connection refused", retryAfterMs: null };
const done: Outcome = { kind: "done", value: { id: "r-1" } };

const calls = (chat: Chat) => chat.performed.filter(({ effect }) => effect.kind === "call");
const wait = (chat: Chat) => chat.conversation.run?.wait;

/** Answers what the list says, call by call. */
function answers(...outcomes: readonly Outcome[]) {
  let call = 0;
  return (of: Outgoing): Outcome =>
    of.effect.kind === "call" ? (outcomes[call++] ?? done) : { kind: "done", value: null };
}

describe("a call and its outcome (guarantee G6)", () => {
  test("done: the fields that later steps use are there", () => {
    const chat = chatAbout([post, tell], { answer: answers(done) }).say("hi");
    expect(chat.lastText).toBe("Refund r-1 is on its way.");
  });

  test("pitfall 46: failed goes to `onError` where one is named, else to people", () => {
    const failed: Outcome = { kind: "failed", reason: "answered 404" };
    const named = chatAbout(
      [
        { ...get, onError: "sorry" },
        { id: "x", kind: "message", content: "x", next: "end" },
        { id: "sorry", kind: "message", content: "No such order." },
      ],
      { answer: answers(failed) },
    ).say("hi");
    expect(named.texts).toEqual(["No such order."]);
    const unnamed = chatAbout([get], { answer: answers(failed) }).say("hi");
    expect(unnamed.records[0]).toMatchObject({ ended: "escalated" });
    expect(unnamed.records[0]?.reason).toContain("answered 404");
    expect(unnamed.texts.join()).not.toContain("404");
  });

  test("not sent: it is tried again with backoff under the same id, and then has failed", () => {
    const chat = chatAbout([post, tell], { answer: answers(...Array(limits.attempts).fill(notSent)) }).say("hi");
    for (let tries = 1; tries < limits.attempts; tries += 1) {
      expect(calls(chat)).toHaveLength(tries);
      chat.pass(limits.backoffMostMs);
    }
    expect(new Set(calls(chat).map(({ id }) => id)).size).toBe(1);
    expect(calls(chat).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(chat.records[0]?.reason).toContain("given up after 5 tries");
  });

  test("not sent: a time that the other side names is kept, within the bound", () => {
    const later: Outcome = { kind: "notSent", reason: "429", retryAfterMs: 90_000 };
    const chat = chatAbout([post, tell], { answer: answers(later, done) }).say("hi");
    chat.pass(89_000);
    expect(calls(chat)).toHaveLength(1);
    chat.pass(1000);
    expect(calls(chat)).toHaveLength(2);
    const far = chatAbout([post, tell], { answer: answers({ ...later, retryAfterMs: 1e12 }, done) }).say("hi");
    far.pass(limits.retryAfterMostMs);
    expect(calls(far)).toHaveLength(2);
  });

  test("pitfall 47: a POST whose outcome is unknown is never repeated on a guess: an agent is asked", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) })
      .say("hi")
      .pass(limits.backoffMostMs);
    expect(calls(chat)).toHaveLength(1);
    expect(wait(chat)?.kind).toBe("verdict");
    expect(chat.cards[0]?.card.buttons.map(({ action }) => action)).toEqual(["happened", "runAgain", "stop"]);
    expect(chat.lastText).toBe(chat.context.settings.texts.checking);
  });

  test("GET, PUT and DELETE are repeated under the same id; a POST that is declared repeatable too", () => {
    for (const step of [get, { ...get, method: "PUT" }, { ...get, method: "DELETE" }, { ...post, repeatable: true }]) {
      const chat = chatAbout([step], { answer: answers(unknown, done) })
        .say("hi")
        .pass(limits.backoffMostMs);
      expect(calls(chat).map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(new Set(calls(chat).map(({ id }) => id)).size).toBe(1);
      expect(chat.records[0]?.ended).toBe("completed");
    }
  });

  test("after the last try a GET has failed, and for a PUT a person decides", () => {
    const outcomes = Array<Outcome>(limits.attempts).fill(unknown);
    const read = chatAbout([get], { answer: answers(...outcomes) }).say("hi");
    const write = chatAbout([{ ...get, method: "PUT" }], { answer: answers(...outcomes) }).say("hi");
    for (let tries = 0; tries < limits.attempts; tries += 1)
      for (const chat of [read, write]) chat.pass(limits.backoffMostMs);
    expect(read.records[0]?.reason).toContain("given up");
    expect(wait(write)?.kind).toBe("verdict");
  });

  test("“It happened” goes on with what the agent pasted", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) }).say("hi");
    expect(chat.decide({ kind: "happened", value: { id: "r-7", extra: "not read" } })).toMatchObject({
      kind: "counts",
    });
    expect(chat.lastText).toBe("Refund r-7 is on its way.");
    expect(calls(chat)).toHaveLength(1);
    expect(chat.records[0]?.variables).toEqual({ answer: { id: "r-7" } });
  });

  test("“Run again” is one further attempt under the same id, pressed twice or by two agents (attack 93)", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown), hold: ({ attempt }) => attempt === 2 }).say("hi");
    const id = calls(chat)[0]?.id ?? "";
    expect(chat.press(id, { kind: "runAgain" })).toMatchObject({ kind: "counts" });
    expect(chat.press(id, { kind: "runAgain" })).toMatchObject({ kind: "decided" });
    expect(chat.press(id, { kind: "runAgain" }, otherAgent)).toMatchObject({
      kind: "decided",
      decision: { by: { id: agent.id } },
    });
    expect(calls(chat).map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test("attack 93: a click meant for the first question never answers the second one", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown, unknown, unknown) }).say("hi");
    const first = chat.cards[0]?.card.pressId ?? "";
    expect(chat.press(first, { kind: "runAgain" })).toMatchObject({ kind: "counts" });
    expect(wait(chat)?.kind).toBe("verdict");
    expect(chat.press(first, { kind: "runAgain" })).toMatchObject({
      kind: "decided",
      decision: { by: { id: agent.id } },
    });
    expect(chat.press(first, { kind: "stop" }, otherAgent)).toMatchObject({ kind: "decided" });
    expect(calls(chat)).toHaveLength(2);
    const second = chat.cards[0]?.card.pressId ?? "";
    expect(second).not.toBe(first);
    expect(chat.press(second, { kind: "runAgain" })).toMatchObject({ kind: "counts" });
    expect(calls(chat)).toHaveLength(3);
  });

  test("G7: after “Run again”, a late “unknown” of the attempt before is no news; what really happened is", () => {
    const { conversation, context } = chatAbout([post, tell], { answer: answers(unknown) }).say("hi");
    const asked = conversation.run?.wait;
    if (asked?.kind !== "verdict") throw new Error("no verdict is awaited");
    const press = { id: asked.of.id, card: null, by: agent, action: { kind: "runAgain" as const } };
    // As stored by a process that performs nothing: decided, and not yet marked by anybody.
    const again = advance(conversation, { kind: "pressed", press }, context);
    const settled = (outcome: Outcome) =>
      advance(again, { kind: "settled", effectId: asked.of.id, attempt: asked.of.attempt, outcome }, context);
    expect(settled(unknown)).toBe(again);
    expect(settled(notSent)).toBe(again);
    expect(settled(done).outbox.some(({ id }) => id === asked.of.id)).toBe(false);
  });

  test("after “Run again” the tries begin anew", () => {
    const many = Array<Outcome>(limits.attempts).fill(unknown);
    const chat = chatAbout([{ ...get, method: "PUT" }], { answer: answers(...many, notSent, done) }).say("hi");
    for (let tries = 0; tries < limits.attempts; tries += 1) chat.pass(limits.backoffMostMs);
    expect(wait(chat)?.kind).toBe("verdict");
    chat.decide({ kind: "runAgain" });
    chat.pass(limits.backoffMostMs);
    expect(chat.records[0]?.ended).toBe("completed");
  });

  test("an attempt that may have happened is not forgotten by later ones that were never sent", () => {
    const chat = chatAbout([{ ...get, method: "PUT" }, tell], {
      answer: answers(unknown, notSent, notSent, notSent, notSent),
    }).say("hi");
    for (let tries = 0; tries < limits.attempts; tries += 1) chat.pass(limits.backoffMostMs);
    expect(wait(chat)?.kind).toBe("verdict");
    const cancelled = chatAbout([{ ...get, method: "PUT" }, tell], { answer: answers(unknown, notSent) })
      .say("hi")
      .say("cancel");
    cancelled.pass(limits.backoffMostMs);
    expect(wait(cancelled)?.kind).toBe("verdict");
    expect(cancelled.texts.join()).not.toContain("Nothing more will happen");
  });

  test("what was surely not sent is withdrawn when the customer cancels, or an agent resolves, before the next try", () => {
    const later: Outcome = { kind: "notSent", reason: "429", retryAfterMs: 60_000 };
    const cancelled = chatAbout([post, tell], { answer: answers(later, done) })
      .say("hi")
      .say("cancel");
    expect(cancelled.lastText).toBe(cancelled.context.settings.texts.cancelled);
    const resolved = chatAbout([post, tell], { answer: answers(later, done) })
      .say("hi")
      .agentWrites("I do it", "thread");
    resolved.decide({ kind: "resolve" });
    for (const chat of [cancelled, resolved]) {
      chat.pass(3_600_000);
      expect(calls(chat)).toHaveLength(1);
      expect(chat.conversation.run).toBeNull();
    }
  });

  test("an approved request that was withdrawn unsent says so on its card", () => {
    const later: Outcome = { kind: "notSent", reason: "429", retryAfterMs: 60_000 };
    const chat = chatAbout([{ ...post, approval: "require" }, tell], { answer: answers(later, done) }).say("hi");
    chat.decide({ kind: "approve" });
    chat.say("cancel").pass(3_600_000);
    expect(calls(chat)).toHaveLength(1);
    expect(chat.cards[0]?.card).toMatchObject({ title: expect.stringContaining("Withdrawn"), buttons: [] });
  });

  test("a message that must be tried again does not wait for a call that hangs", () => {
    let fails = 1;
    const chat = chatAbout([{ id: "a", kind: "message", content: "A" }, post, tell], {
      hold: ({ effect }) => effect.kind === "call" || (effect.kind === "say" && fails-- > 0),
    }).say("hi");
    const [say] = chat.performed.filter(({ effect }) => effect.kind === "say");
    if (say === undefined) throw new Error("nothing was said");
    chat.settle(say, { kind: "notSent", reason: "502", retryAfterMs: null });
    expect(chat.conversation.lease).not.toBeNull();
    expect(chat.conversation.dueAt).toBe(chat.now + limits.backoffFirstMs);
    chat.pass(limits.backoffFirstMs);
    expect(chat.texts).toEqual(["A"]);
  });

  test("“Stop” hands over to people and repeats nothing", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) }).say("hi");
    chat.decide({ kind: "stop" });
    expect(chat.records[0]?.ended).toBe("escalated");
    expect(calls(chat)).toHaveLength(1);
  });

  test("a late answer of the very attempt that was unknown settles it without anybody's verdict", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) }).say("hi");
    const [call] = calls(chat);
    if (call === undefined) throw new Error("no call");
    chat.happen({ kind: "settled", effectId: call.id, attempt: 7, outcome: done });
    expect(wait(chat)?.kind).toBe("verdict");
    chat.happen({ kind: "settled", effectId: call.id, attempt: call.attempt, outcome: done });
    expect(chat.lastText).toBe("Refund r-1 is on its way.");
    expect(chat.cards[0]?.card.buttons).toEqual([]);
  });

  test("a stale outcome of an earlier attempt changes nothing", () => {
    const chat = chatAbout([get], {
      answer: answers(unknown),
      hold: ({ attempt, effect }) => effect.kind === "call" && attempt === 2,
    });
    chat.say("hi").pass(limits.backoffMostMs);
    const second = calls(chat)[1];
    if (second === undefined) throw new Error("no second attempt");
    const before = chat.conversation;
    chat.happen({ kind: "settled", effectId: second.id, attempt: 1, outcome: done });
    expect(chat.conversation.run).toEqual(before.run);
  });

  test("“cancel” while nobody knows the outcome ends the run when it is known", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) })
      .say("hi")
      .say("cancel");
    expect(wait(chat)?.kind).toBe("verdict");
    chat.decide({ kind: "happened", value: null });
    expect(chat.records[0]?.ended).toBe("cancelled");
    expect(chat.texts.join()).not.toContain("on its way");
  });

  test("“human please” while nobody knows the outcome brings a person at once, and the verdict stays open", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) })
      .say("hi")
      .say("human please");
    expect(chat.conversation.people).not.toBeNull();
    expect(chat.cards.map(({ card }) => card.kind)).toEqual(["verdict", "handOff"]);
    chat.say("Is anybody there?");
    expect(chat.cards.at(-1)?.card.kind).toBe("relay");
    chat.press(calls(chat)[0]?.id ?? "", { kind: "happened", value: null });
    expect(chat.records[0]?.ended).toBe("escalated");
    expect(chat.texts.join()).not.toContain("on its way");
  });

  test("agents are reminded of a verdict again and again", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown) }).say("hi");
    for (let times = 0; times < 3; times += 1) chat.pass(limits.approvalReminderMs);
    expect(chat.cards.filter(({ card }) => card.kind === "reminder")).toHaveLength(3);
    expect(chat.conversation.dueAt).toBe(chat.now + limits.approvalReminderMs);
  });

  test("a verdict that cannot be asked for does not leave the run waiting for it", () => {
    const chat = chatAbout([post, tell], { answer: answers(unknown), postsWork: () => false }).say("hi");
    expect(chat.records[0]).toMatchObject({ ended: "escalated" });
    expect(chat.lastText).toBe(chat.context.settings.texts.handOff);
  });

  test("pitfall 49: what is unsafe can be put behind an approval, and a GET too", () => {
    for (const step of [
      { ...post, approval: "require" },
      { ...get, approval: "require" },
    ]) {
      const chat = chatAbout([step]).say("hi");
      expect(calls(chat)).toHaveLength(0);
      chat.decide({ kind: "approve" });
      expect(calls(chat)).toHaveLength(1);
    }
  });

  test("pitfall 72: the action is done and the message after it fails: the message is retried, the action is not", () => {
    let posts = 0;
    const chat = chatAbout([post, tell], {
      answer: answers(done),
      hold: ({ effect }) => effect.kind === "say" && effect.message.text.startsWith("Refund") && posts++ < 1,
    }).say("hi");
    const first = chat.performed.findLast(({ effect }) => effect.kind === "say");
    if (first === undefined) throw new Error("nothing was said");
    chat.settle(first, { kind: "notSent", reason: "502", retryAfterMs: null }).pass(limits.backoffMostMs);
    expect(calls(chat)).toHaveLength(1);
    expect(chat.lastText).toBe("Refund r-1 is on its way.");
  });
});

describe("actions", () => {
  const lead = {
    id: "lead",
    kind: "action",
    action: "create_lead",
    parameters: { email: "{{ email }}", phone: "{{ phone | default('') }}" },
  };
  const mail = { id: "mail", kind: "collect", variable: "email", prompt: "Mail?", validation: "email" };
  const acted = (chat: Chat) => chat.performed.flatMap(({ effect }) => (effect.kind === "act" ? [effect.action] : []));

  test("pitfall 69: an optional parameter that came out empty is left out, not sent as “”", () => {
    const chat = chatAbout([mail, lead]).say("hi").say("jane@example.com");
    expect(acted(chat)).toEqual([{ kind: "create_lead", email: "jane@example.com" }]);
  });

  test("pitfall 70: a priority from a variable is checked when it is known, in any case", () => {
    const step = {
      id: "t",
      kind: "action",
      action: "create_ticket",
      parameters: { subject: "S", priority: "{{ p }}" },
    };
    const ask = { id: "ask", kind: "collect", variable: "p", prompt: "Priority?" };
    expect(acted(chatAbout([ask, step]).say("hi").say("high"))).toEqual([
      { kind: "create_ticket", subject: "S", priority: "HIGH" },
    ]);
    const bad = chatAbout([ask, step]).say("hi").say("yesterday");
    expect(acted(bad)).toEqual([]);
    expect(bad.records[0]?.reason).toContain("priority");
  });

  test("pitfall 71: a mail goes to one plain address, and control characters cannot add another", () => {
    const to = { id: "to", kind: "set", variable: "to", value: "a@b.co, c@d.co" };
    const send = {
      id: "send",
      kind: "action",
      action: "send_email",
      parameters: { to: "{{ to }}", subject: "S", body: "B" },
    };
    const chat = chatAbout([to, send]).say("hi");
    expect(acted(chat)).toEqual([]);
    expect(chat.records[0]?.reason).toContain("parameter to:");
  });

  test.each(["a@b.co\r\nBcc: c@d.co", "a@b.co\u0000", "Ann <a@b.co>", "a@b.co c@d.co"])(
    "pitfall 71: %j is no recipient",
    (to) => {
      const send = {
        id: "send",
        kind: "action",
        action: "send_email",
        parameters: { to: "{{ to.to }}", subject: "S", body: "B" },
      };
      const look = { id: "get", kind: "call", url: "https://a.example/", response: "to" };
      const chat = chatAbout([look, send], {
        answer: ({ effect }) => ({ kind: "done", value: effect.kind === "call" ? { to } : {} }),
      }).say("hi");
      expect(acted(chat)).toEqual([]);
    },
  );

  test("pitfall 71: a subject with a line break adds no header", () => {
    const send = {
      id: "send",
      kind: "action",
      action: "send_email",
      parameters: { to: "a@b.co", subject: "{{ s.s }}", body: "B" },
    };
    const look = { id: "get", kind: "call", url: "https://a.example/", response: "s" };
    const value = { s: "Hi\r\nBcc: c@d.co" };
    const chat = chatAbout([look, send], {
      answer: ({ effect }) => ({ kind: "done", value: effect.kind === "call" ? value : {} }),
    }).say("hi");
    expect(acted(chat)).toEqual([{ kind: "send_email", to: "a@b.co", subject: "Hi Bcc: c@d.co", body: "B" }]);
  });

  test("pitfall 14: outputs have declared names, or an own one", () => {
    const ticket = { id: "t", kind: "action", action: "create_ticket", parameters: { subject: "S", priority: "LOW" } };
    const answer = () => ({ kind: "done" as const, value: { ticketId: "7" } });
    const plain = chatAbout([ticket, { id: "m", kind: "message", content: "{{ ticketId }}" }], { answer }).say("hi");
    const own = chatAbout(
      [
        { ...ticket, response: "mine" },
        { id: "m", kind: "message", content: "{{ mine.ticketId }}" },
      ],
      { answer },
    ).say("hi");
    expect([plain.lastText, own.lastText]).toEqual(["7", "7"]);
  });

  test("pitfall 68: resolving and tagging change this very conversation, at once or after an approval", () => {
    const steps = [
      { id: "tag", kind: "action", action: "tag_session", parameters: { tag: "vip" } },
      { id: "done", kind: "action", action: "resolve_session", approval: "require" },
      { id: "bye", kind: "message", content: "Bye." },
    ];
    const chat = chatAbout(steps).say("hi");
    expect(chat.conversation.tags).toEqual(["vip"]);
    expect(chat.conversation.resolvedAt).toBeNull();
    chat.decide({ kind: "approve" });
    expect(chat.conversation.resolvedAt).toBe(chat.now);
    expect(chat.records[0]?.ended).toBe("completed");
    expect(chat.lastText).toBe("Bye.");
    expect(acted(chat)).toEqual([]);
  });
});
