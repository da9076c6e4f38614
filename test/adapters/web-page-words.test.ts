import { describe, expect, test } from "vitest";
import type { AgentsCardJson, ReceiptJson, RunJson } from "../../adapters/web/api.ts";
import { newsOf } from "../../adapters/web/page/src/agents/news.ts";
import { receiptText } from "../../adapters/web/page/src/agents/receipt.ts";
import { toneIcon } from "../../adapters/web/page/src/agents/tone-icon.ts";
import { underRow } from "../../adapters/web/page/src/agents/under-rows.ts";
import { waitingCount } from "../../adapters/web/page/src/agents/waiting.ts";
import { conversationLabel } from "../../adapters/web/page/src/customer/conversation-label.ts";
import { hintFor } from "../../adapters/web/page/src/customer/hint.ts";
import { routeWords, standingOf } from "../../adapters/web/page/src/inside/run-words.ts";
import { cutJson, foldedWords, foldOf, structureIn } from "../../adapters/web/page/src/shared/json-fold.ts";
import { clockTime, dayLabel, until } from "../../adapters/web/page/src/shared/time.ts";
import { guidedProcedure, guideEnd, guideTicks } from "../../adapters/web/page/src/shell/guide.ts";
import { freeName } from "../../adapters/web/page/src/state/names.ts";
import { createRefresh, keepSame, keepSameAt, keepWhole } from "../../adapters/web/page/src/state/refresh.ts";
import { type Session, sessionFrom } from "../../adapters/web/page/src/state/session-from.ts";
import { readView, viewUrl } from "../../adapters/web/page/src/state/url.ts";
import type { Card, CardStatus } from "../../src/domain/card.ts";
import { procedureSchema } from "../../src/domain/procedure.ts";
import type { TraceEntry } from "../../src/domain/trace.ts";

const noon = Date.UTC(2026, 10, 22, 12);
const hour = 3_600_000;

describe("outcome lines", () => {
  test("have icons of their own, so that an approval and what came of it differ without colour", () => {
    const tones = ["ok", "bad", "wait", "doubt", "plain"] as const;
    expect(tones.map(toneIcon)).toEqual(["done", "failed", "waiting", "unknown", null]);
  });
});

const card = (over: Partial<Card>): Card => ({
  kind: "approval",
  title: "Approval needed: create a ticket",
  tone: "wait",
  sections: [],
  status: [],
  pressId: "p",
  buttons: [{ action: "approve", label: "Approve" }],
  ...over,
});
const item = (id: string, over: Partial<Card> = {}, under: string | null = null): AgentsCardJson => {
  return { id, conversationId: "c", card: card(over), at: noon, under, saidBy: null };
};

const ann = { platform: "web", id: "a1", name: "Ann", role: "agent" } as const;
const line = (tone: CardStatus["tone"], before: string, after = ""): CardStatus => ({ tone, before, at: noon, after });

describe("what a screen reader hears of the agents channel", () => {
  test("new cards and new outcome lines, once; never a relay", () => {
    const before = [item("a")];
    const after = [
      item("a", { buttons: [], status: [line("ok", "Approved by Agent 1, ")] }),
      item("b", { kind: "notice", title: "Done for Customer 1", buttons: [] }),
      item("c", { kind: "relay", title: "Customer 1", buttons: [] }),
    ];
    expect(newsOf(before, after)).toEqual(["Approved by Agent 1.", "Done for Customer 1."]);
    expect(newsOf(after, after)).toEqual([]);
  });

  test.each([
    [{ ...line("ok", "Approved by "), by: ann }, "Approved by Ann (agent a1)."],
    [{ ...line("bad", "Rejected by ", ": too late"), by: ann }, "Rejected by Ann (agent a1): too late."],
    [line("wait", "Expired ", ". This is not a rejection."), "Expired. This is not a rejection."],
    [line("ok", "“It happened”, said Agent 1, "), "“It happened”, said Agent 1."],
    [line("bad", "Failed, ", ": no answer"), "Failed: no answer."],
    [line("wait", "Running… "), "Running…"],
    [
      line("doubt", "Sent ", ", and the outcome is unknown: no answer."),
      "Sent, and the outcome is unknown: no answer.",
    ],
  ])("a line without its moment, which is now: %o", (status, spoken) => {
    expect(newsOf([item("a")], [item("a", { status: [status] })])).toEqual([spoken]);
  });
});

test("everything that has a button waits for an agent: approvals, hand-offs, and outcomes that nobody knows", () => {
  const handOff = item("h", { kind: "handOff", buttons: [{ action: "handBack", label: "Hand back" }] });
  const verdict = item("v", { kind: "verdict", buttons: [{ action: "stop", label: "Stop" }] });
  const decided = item("d", { buttons: [] });
  expect(waitingCount([item("a"), handOff, verdict, decided])).toBe(3);
});

describe("what stands under a card", () => {
  const said = { label: "Message", fields: [{ name: "Agent 1", value: "I had a look" }] };
  const relay = item("r", { kind: "relay", title: "Agent 1", tone: "plain", sections: [said] }, "h");

  test("somebody's words, by which side said them, and lines of Usher's", () => {
    expect(underRow({ ...relay, saidBy: "agent" })).toMatchObject({ kind: "said", by: "agent", text: "I had a look" });
    expect(underRow({ ...relay, saidBy: "customer" })).toMatchObject({ kind: "said", by: "customer", name: "Agent 1" });
    const reminder = item("m", { kind: "reminder", title: "Still waiting", tone: "wait" }, "h");
    expect(underRow(reminder)).toMatchObject({ kind: "line", tone: "wait", text: "Still waiting" });
  });
});

describe("what somebody is told whose click did not count", () => {
  const receipt = (over: Partial<ReceiptJson>): ReceiptJson => {
    return { outcome: "decided", by: "agent-2", byName: "Agent 2", at: noon, approved: true, reason: null, ...over };
  };
  test.each([
    [receipt({}), "Agent 2 approved this before your click. Your click changed nothing."],
    [receipt({ approved: false }), "Agent 2 rejected this before your click. Your click changed nothing."],
    [receipt({ outcome: "refused", reason: "Only agents can decide." }), "Only agents can decide."],
    [receipt({ outcome: "accepted" }), null],
  ])("%o", (given, text) => {
    expect(receiptText(given, "decision")).toBe(text);
  });
});

describe("why no run began", () => {
  test("says the closest procedure, its score and what it needs", () => {
    const { slug, name } = { slug: "order-status-lookup", name: "Order Status Lookup" };
    const steps = [{ id: "a", kind: "message", content: "x" }];
    const procedure = procedureSchema.parse({ slug, name, trigger: { when: "x" }, steps });
    const words = routeWords({ kind: "silent", scores: [{ slug, score: 0.312 }], threshold: 0.45 }, [
      { version: 1, procedure },
    ]);
    expect(words).toBe(
      "No procedure matched, so Usher stays silent. Closest: Order Status Lookup, 0.31; it needs 0.45.",
    );
    expect(routeWords({ kind: "run", slug, filled: {}, scores: [], threshold: 0.45 }, [])).toBeNull();
  });
});

describe("how a run stands", () => {
  const standing = (status: RunJson["status"], handledBy: "bot" | "people" = "bot") =>
    standingOf({ status, endedAt: null } as RunJson, handledBy).words;

  test("one that people hold is paused, as is one whose question waits behind them", () => {
    expect(standing("held")).toBe("Paused: with people");
    expect(standing("input", "people")).toBe("Paused: with people");
    expect(standing("input")).toBe("Waiting for an answer");
    expect(standing("approval", "people")).toBe("Waiting for approval");
    expect(standing("verdict")).toBe("Outcome unknown");
  });
});

describe("the guide", () => {
  const entry = (rest: object): TraceEntry => ({ at: noon, step: "s", ...rest }) as TraceEntry;
  const run = (
    trace: readonly TraceEntry[],
    variables: RunJson["variables"],
    procedure = guidedProcedure,
  ): RunJson => ({
    id: "r",
    procedure,
    procedureName: "x",
    version: 1,
    stepId: "s",
    status: "input",
    variables,
    variableViews: [],
    trace,
    startedAt: noon,
    endedAt: null,
  });
  const both = { order_id: "1001", refund_reason: "late" };
  const approved = entry({ kind: "decided", id: "1", action: "approve", by: "Agent 1" });
  const done = entry({ kind: "outcome", id: "1", outcome: "done", note: "" });
  const said = entry({ kind: "said", text: "Your ticket" });

  test.each([
    [null, 0],
    [run([], {}), 1],
    [run([], { order_id: "1001" }), 1],
    [run([said], both), 2],
    [run([said, approved], both), 3],
    [run([approved, done, said], both), 4],
    [run([approved, done, said], both, "another"), 0],
  ])("ticks by what the run did (%#)", (given, count) => {
    expect(guideTicks(given).filter(Boolean)).toHaveLength(count);
  });

  const advice = "For an approval, try order 1001 in a new conversation.";
  const ended = (status: RunJson["status"], trace: readonly TraceEntry[] = [said]): RunJson => {
    return { ...run(trace, both), status, endedAt: noon };
  };
  const rejected = entry({ kind: "decided", id: "1", action: "reject", by: "Agent 1" });

  test.each([
    [null, null],
    [run([said], both), null],
    [ended("completed", [approved, done, said]), null],
    [{ ...ended("escalated"), procedure: "another" }, null],
    [ended("escalated"), `This one goes to an agent. ${advice}`],
    [ended("escalated", [rejected]), `Rejected, so this one goes to an agent. ${advice}`],
    [ended("escalated", [approved]), "This one goes to an agent."],
    [ended("cancelled"), `This one was cancelled. ${advice}`],
    [ended("resolved"), `This one was resolved. ${advice}`],
    [ended("expired"), `This one was closed: no answer came. ${advice}`],
  ])("says what happened instead, once the rest can't be done (%#)", (given, words) => {
    expect(guideEnd(given, true)).toBe(words);
  });

  test("names no demo order to whoever has connected a shop", () => {
    expect(guideEnd(ended("escalated"), false)).toBe(
      "This one goes to an agent. For an approval, try another order in a new conversation.",
    );
  });
});

describe("a conversation in the list", () => {
  const customer = { id: "customer-1", name: "Customer 1", role: "customer" } as const;
  const label = (lastText: string, lastBy: string | null) =>
    conversationLabel({ id: "c", customer, startedAt: noon, lastText, lastBy }, "UTC");

  test("says who said the newest words, unless it was the customer", () => {
    expect(label("", null)).toBe("12:00 Customer 1");
    expect(label("I want a refund", "Customer 1")).toBe("12:00 Customer 1: I want a refund");
    expect(label("Which order?", "Usher")).toBe("12:00 Customer 1 · Usher: Which order?");
  });

  test("cuts long words where it can be seen, and never through a sign", () => {
    expect(label("😀".repeat(50), "Customer 1")).toBe(`12:00 Customer 1: ${"😀".repeat(40)}…`);
  });
});

describe("the hint for a demo order", () => {
  const steps = [{ id: "ask", kind: "collect", variable: "order_id", prompt: "?" }];
  const procedure = procedureSchema.parse({ slug: "x", name: "X", trigger: { when: "x" }, steps });
  const hints = [{ variable: "order_id", text: "Demo orders: 1001" }];
  const world = {
    people: [],
    procedures: [{ version: 1, procedure }],
    hints,
    mailServer: false,
    demo: true,
    coolDownMs: 0,
  };
  const conversation = (status: "input" | "effect") => ({
    id: "c",
    customer: { id: "customer-1", name: "Customer 1", role: "customer" as const },
    messages: [],
    run: { procedure: "x", version: 1, stepId: "ask", status } as RunJson,
    lastRun: null,
    lastRoute: null,
    handledBy: "bot" as const,
    awaitsSensitive: false,
    tags: [],
    resolvedAt: null,
  });

  test("is there while the order is asked for, and at no other time", () => {
    expect(hintFor(conversation("input"), world, {})).toBe("Demo orders: 1001");
    expect(hintFor(conversation("effect"), world, {})).toBeNull();
    expect(hintFor(null, world, {})).toBeNull();
  });

  test("goes by the version that the run keeps, which may be an older one", () => {
    const now = { ...world, procedures: [{ version: 2, procedure }] };
    expect(hintFor(conversation("input"), now, {})).toBeNull();
    expect(hintFor(conversation("input"), now, { "x/1": { version: 1, procedure } })).toBe("Demo orders: 1001");
  });
});

describe("times", () => {
  test("are 24-hour, days have names", () => {
    expect(clockTime(noon, "UTC")).toBe("12:00");
    expect([0, -24, 24, -72].map((hours) => dayLabel(noon + hours * hour, noon, "UTC"))).toEqual([
      "Today",
      "Yesterday",
      "Tomorrow",
      "Thursday 19 November",
    ]);
  });

  test.each([
    [24 * hour, "in 24 h"],
    [23 * hour + 59 * 60_000, "in 23 h 59 min"],
    [5 * 60_000, "in 5 min"],
    [30_000, "in less than a minute"],
    [72 * hour, "in 3 days"],
    [0, null],
  ])("a deadline that is %i ms away", (away, words) => {
    expect(until(noon + away, noon)).toBe(words);
  });
});

describe("JSON", () => {
  test("is found in a text, folds with a word on its size, and is cut at 20 KB", () => {
    const value = structureIn('{"a": [1, 2], "b": null}');
    expect(value).toEqual({ a: [1, 2], b: null });
    const fold = value === null ? null : foldOf(value);
    expect(fold === null ? "" : foldedWords(fold)).toBe("2 fields: a, b");
    expect(structureIn("1001")).toBeNull();
    expect(structureIn("[not json")).toBeNull();
    expect(cutJson("x".repeat(30_000))).toMatchObject({ whole: false });
    expect(cutJson("😀".repeat(15_000)).text).not.toMatch(/[\uD800-\uDBFF]$/);
  });

  test.each([
    [{ name: "Ann" }, "1 field: name"],
    [{ a: 1, b: 2, c: 3, d: 4 }, "4 fields: a, b, c …"],
    [{}, "no fields"],
    [[7], "1 item"],
    [[], "no items"],
  ])("says in plain words what is in it: %j", (value, words) => {
    const fold = foldOf(value);
    expect(fold === null ? "" : foldedWords(fold)).toBe(words);
  });
});

describe("what is fetched", () => {
  test("keeps the old objects where nothing changed", () => {
    const before = [
      { id: "a", n: 1 },
      { id: "b", n: 1 },
    ];
    expect(keepSame(before, structuredClone(before), ({ id }) => id)).toBe(before);
    const after = keepSame(
      before,
      [
        { id: "a", n: 1 },
        { id: "b", n: 2 },
      ],
      ({ id }) => id,
    );
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toEqual({ id: "b", n: 2 });
    expect(keepSameAt([[1], [2]], [[1], [3]])[1]).toEqual([3]);
    expect(keepWhole(before, structuredClone(before))).toBe(before);
    expect(keepWhole(null, before)).toBe(before);
  });

  test("is never fetched twice at a time, and once more for whoever asked meanwhile", async () => {
    let running = 0;
    let runs = 0;
    let most = 0;
    const refresh = createRefresh(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    await Promise.all([refresh(), refresh(), refresh()]);
    expect([runs, most]).toEqual([2, 1]);
  });
});

describe("what a tab remembers", () => {
  const message = { id: "m", conversation: null, as: "customer-1", text: "Hi", hidden: false, at: 1, problem: null };

  test("is taken out of storage as it was", () => {
    const session: Session = {
      writingAs: "customer-2",
      decidingAs: null,
      drafts: { new: "half a" },
      rejects: { c: "" },
      replies: {},
      closed: { Trace: true },
      outgoing: [{ ...message, state: "failed" }],
    };
    expect(sessionFrom(JSON.parse(JSON.stringify(session)))).toEqual(session);
  });

  test.each([
    null,
    7,
    "x",
    [],
    { drafts: null, outgoing: {} },
    { writingAs: 1, drafts: { a: {} }, closed: { b: "yes" } },
  ])("leaves out what does not fit: %j", (stored) => {
    expect(sessionFrom(stored)).toEqual(sessionFrom({}));
  });

  test("a message that lacks something is not sent", () => {
    const { conversation: _left, ...lacking } = { ...message, state: "sending" };
    expect(sessionFrom({ outgoing: [lacking, { ...message, state: "lost" }, null] }).outgoing).toEqual([]);
  });
});

describe("addresses and names", () => {
  test("an address keeps the conversation and the step", () => {
    for (const view of [
      { conversation: null, step: null },
      { conversation: "c1", step: null },
      { conversation: "c1", step: "ask-order" },
    ]) {
      expect(readView(new URL(viewUrl(view), "http://x").search)).toEqual(view);
    }
  });

  test("the next session decides under the next free name", () => {
    expect([[], ["agent-1"], ["agent-1", "agent-2"], ["agent-1", "agent-2", "admin-1"]].map(freeName)).toEqual([
      "agent-1",
      "agent-2",
      "admin-1",
      "agent-1",
    ]);
  });
});
