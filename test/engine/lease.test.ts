import { describe, expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversation.ts";
import { limits } from "../../src/domain/limits.ts";
import { advance } from "../../src/engine/advance.ts";
import { type Holder, mayHold, takeLease } from "../../src/engine/lease.ts";
import { dueAtOf } from "../../src/engine/time.ts";
import { chatAbout } from "../support/chat.ts";

const steps = [
  { id: "one", kind: "message", content: "1" },
  { id: "two", kind: "message", content: "2" },
  { id: "three", kind: "message", content: "3" },
  { id: "refund", kind: "call", method: "POST", url: "https://a.example/" },
  { id: "ask", kind: "collect", variable: "v", prompt: "?" },
];
const me: Holder = { owner: "me", exclusive: false, launched: new Set(), marks: true };

/** A conversation with unmarked work: three messages and a POST. */
function withWork(): { conversation: Conversation; chat: ReturnType<typeof chatAbout> } {
  const chat = chatAbout(steps, { hold: () => true });
  chat.say("hi");
  const [route] = chat.performed;
  if (route === undefined) throw new Error("not routed");
  const value = { kind: "run", slug: "test-procedure", filled: {}, scores: [], threshold: 0 };
  const outcome = { kind: "done" as const, value };
  const settled = advance(
    chat.conversation,
    { kind: "settled", effectId: route.id, attempt: 1, outcome },
    chat.context,
  );
  return { conversation: { ...settled, lease: null }, chat };
}

const marked = ({ outbox }: Conversation) => outbox.filter(({ started }) => started).map(({ effect }) => effect.kind);

describe("the lease", () => {
  test("the heads of the lanes are marked, and messages that stand together as far as they fit into one lease", () => {
    const { conversation, chat } = withWork();
    const taken = takeLease(conversation, chat.context, me);
    expect(marked(taken)).toEqual(["say", "say", "call"]);
    expect(taken.lease).toEqual({ owner: "me", until: chat.now + limits.leaseMs });
    expect(taken.dueAt).toBe(chat.now + limits.leaseMs);
    expect(limits.sendTimeoutMs * 2).toBeLessThan(limits.leaseMs);
  });

  test("somebody else's lease is respected until it lapses; in exclusive mode another boot's is lapsed at once", () => {
    const { conversation, chat } = withWork();
    const taken = takeLease(conversation, chat.context, { ...me, owner: "other" });
    expect(mayHold(taken, me, chat.now)).toBe(false);
    expect(mayHold(taken, me, chat.now + limits.leaseMs)).toBe(true);
    expect(mayHold(taken, { ...me, exclusive: true }, chat.now)).toBe(true);
  });

  test("taking a lapsed lease settles what was marked as unknown: messages are sent again, a POST waits for a verdict", () => {
    const { conversation, chat } = withWork();
    const taken = takeLease(conversation, chat.context, { ...me, owner: "other" });
    const again = takeLease(taken, { ...chat.context, now: chat.now + limits.leaseMs }, me);
    expect(again.run?.wait.kind).toBe("verdict");
    expect(again.outbox.some(({ effect }) => effect.kind === "call")).toBe(false);
    const messages = again.outbox.filter(({ effect }) => effect.kind === "say").map(({ attempt }) => attempt);
    expect(messages.slice(0, 3)).toEqual([1, 1, 0]);
  });

  test("an own mark that was never acted on was surely not sent: the POST is not put to an agent", () => {
    const { conversation, chat } = withWork();
    const taken = takeLease(conversation, chat.context, me);
    const again = takeLease(taken, chat.context, me);
    expect(again.run?.wait.kind).toBe("effect");
    expect(marked(again)).toEqual(["say", "say", "call"]);
    expect(again.outbox.find(({ effect }) => effect.kind === "call")?.attempt).toBe(2);
  });

  test("what is under way here is left alone", () => {
    const { conversation, chat } = withWork();
    const taken = takeLease(conversation, chat.context, me);
    const launched = new Set(taken.outbox.map(({ id }) => id));
    expect(takeLease(taken, chat.context, { ...me, launched }).outbox).toEqual(taken.outbox);
  });

  test("while stopping nothing new is marked, and an idle lease is given up", () => {
    const { conversation, chat } = withWork();
    const taken = takeLease(conversation, chat.context, { ...me, marks: false });
    expect(marked(taken)).toEqual([]);
    expect(taken.lease).toBeNull();
    expect(taken.dueAt).toBeLessThanOrEqual(chat.now);
  });

  test("a message that must wait holds the ones behind it back, and other lanes go on", () => {
    const { conversation, chat } = withWork();
    const [first, ...rest] = conversation.outbox;
    if (first === undefined) throw new Error("no work");
    const waiting = { ...conversation, outbox: [{ ...first, attempt: 1, tries: 1, dueAt: chat.now + 1000 }, ...rest] };
    expect(marked(takeLease(waiting, chat.context, me))).toEqual(["call"]);
  });
});

describe("a clock that was set back", () => {
  test("holds back neither what was never begun nor a retry for longer than any wait can be", () => {
    const { conversation, chat } = withWork();
    const early = { ...chat.context, now: chat.now - 86_400_000 };
    expect(marked(takeLease(conversation, early, me))).toEqual(["say", "say", "call"]);
    const retried = {
      ...conversation,
      outbox: conversation.outbox.map((effect) => ({ ...effect, attempt: 1, tries: 1 })),
    };
    expect(marked(takeLease(retried, early, me))).toEqual(["say", "say", "call"]);
  });
});

describe("what is due", () => {
  test("a run that waits for input is due at its reminder, then at its expiry", () => {
    const chat = chatAbout([{ id: "ask", kind: "collect", variable: "v", prompt: "?" }]).say("hi");
    expect(chat.conversation.dueAt).toBe(chat.now + limits.silenceReminderMs);
    chat.pass(limits.silenceReminderMs);
    expect(chat.conversation.dueAt).toBe(chat.now - limits.silenceReminderMs + limits.silenceMs);
  });

  test("an idle conversation is due when it may be forgotten, and not before", () => {
    const chat = chatAbout([{ id: "bye", kind: "message", content: "Bye." }]).say("hi");
    expect(dueAtOf(chat.conversation)).toBe(chat.now + limits.idleMs);
  });
});
