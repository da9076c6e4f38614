import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import { limits } from "../../src/domain/limits.ts";
import { type Chat, chatAbout } from "../support/chat.ts";
import { expectPublished, fileOf, publish } from "./publish.ts";
import { handOffReason } from "./run.ts";
import { cross, named } from "./variants.ts";

describe("attack 112 · a procedure that would never end is stopped, and a person takes over", () => {
  const jump = (id: string, then: string, otherwise = then) => {
    return { id, kind: "condition", variable: "x", operator: "exists", then, else: otherwise };
  };
  const silent = new Map<string, readonly object[]>([
    ["two conditions", [jump("a", "b"), jump("b", "a")]],
    ["three conditions", [jump("a", "b"), jump("b", "c"), jump("c", "a")]],
    ["a condition and a variable", [{ id: "a", kind: "set", variable: "x", value: "1" }, jump("b", "a")]],
    ["a step that goes to itself", [{ id: "a", kind: "set", variable: "x", value: 1, next: "a" }]],
    ["a tag", [{ id: "a", kind: "action", action: "tag_session", parameters: { tag: "t" }, next: "a" }]],
    [
      "a variable that grows",
      [
        { id: "s", kind: "set", variable: "x", value: "y" },
        { id: "a", kind: "set", variable: "x", value: "{{ x }}z", next: "a" },
      ],
    ],
    ["a condition on what it sets", [{ id: "a", kind: "set", variable: "x", value: "" }, jump("b", "a", "a")]],
  ]);
  test.each([...silent.keys()])("%s, without a pause", (what) => {
    const chat = chatAbout(silent.get(what) ?? []).say("start");
    expect(handOffReason(chat)).toContain(
      `it walked through ${limits.transitionsPerAdvance} steps without a pause; is there a loop?`,
    );
    expect(chat.records.map(({ ended }) => ended)).toEqual(["escalated"]);
    expect(chat.lastText).toBe(chat.context.settings.texts.handOff);
  });
  test("a variable that doubles each time", () => {
    const chat = chatAbout([
      { id: "s", kind: "set", variable: "x", value: "0123456789" },
      { id: "a", kind: "set", variable: "x", value: "{{ x }}{{ x }}", next: "a" },
    ]).say("start");
    expect(handOffReason(chat)).toContain("the text would be longer than 16 KiB");
  });
  test("a message that goes back to itself fills the outbox and no more", () => {
    const chat = chatAbout([{ id: "a", kind: "message", content: "Hello", next: "a" }]).say("start");
    expect(chat.said.length).toBeLessThanOrEqual(limits.outboxEffects);
    expect(chat.records.map(({ ended }) => ended)).toEqual(["escalated"]);
  });
  const paused = new Map<string, readonly object[]>([
    ["a call", [{ id: "a", kind: "call", url: "https://api.example.com/", next: "a" }]],
    ["a call that fails", [{ id: "a", kind: "call", url: "https://api.example.com/", onError: "a" }]],
    [
      "two calls",
      [
        { id: "a", kind: "call", url: "https://api.example.com/" },
        { id: "b", kind: "call", url: "https://api.example.com/", next: "a" },
      ],
    ],
    [
      "a ticket",
      [{ id: "a", kind: "action", action: "create_ticket", parameters: { subject: "S", priority: "LOW" }, next: "a" }],
    ],
    [
      "a call and a condition",
      [{ id: "a", kind: "call", url: "https://api.example.com/", response: "x" }, jump("b", "a")],
    ],
  ]);
  test.each([...paused.keys()])("%s again and again: stopped at 500 steps, and never called more often", (what) => {
    const isRequest = ({ effect }: Outgoing): boolean => effect.kind === "call" || effect.kind === "act";
    const chat = chatAbout(paused.get(what) ?? [], { hold: isRequest }).say("start");
    const fails = what === "a call that fails";
    for (let settled = 0; chat.conversation.people === null && settled < 1000; settled += 1) {
      const of = chat.performed.findLast(isRequest);
      if (of === undefined) break;
      chat.settle(of, fails ? { kind: "failed", reason: "no" } : { kind: "done", value: { ticketId: "1" } });
    }
    expect(handOffReason(chat)).toContain(`the run has walked ${limits.stepsPerRun} steps`);
    expect(chat.performed.filter(isRequest).length).toBeLessThanOrEqual(limits.stepsPerRun);
    expect(chat.records.map(({ ended }) => ended)).toEqual(["escalated"]);
    expect(size(chat)).toBeLessThan(64_000);
  });
  test("a question that goes back to itself: stopped at 500 answers", () => {
    const chat = chatAbout([{ id: "a", kind: "collect", variable: "x", prompt: "Say it.", next: "a" }]).say("start");
    let answers = 0;
    while (chat.conversation.people === null && answers < 1000) {
      answers += 1;
      chat.say(`answer ${answers}x`);
    }
    expect(answers).toBe(limits.stepsPerRun);
    expect(size(chat)).toBeLessThan(64_000);
  });
});

/** The stored conversation in bytes. */
function size({ conversation }: Chat): number {
  return Buffer.byteLength(JSON.stringify(conversation));
}

describe("attack 113 · a thousand answers that are none", () => {
  const invalid = new Map<string, readonly [object, string]>([
    ["email", [{ validation: "email" }, "no"]],
    ["phone", [{ validation: "phone" }, "12"]],
    ["number", [{ validation: "number" }, "many"]],
    ["a choice", [{ choices: ["Blue", "Green"] }, "Red"]],
    ["text", [{ validation: "text" }, "\u200b"]],
  ]);
  const ask = (rule: object) => [{ id: "ask", kind: "collect", variable: "x", prompt: "Say it.", ...rule }];
  test.each([...invalid.keys()])(
    "%s: the question repeats each time, and the state stays as small as after ten",
    (what) => {
      const [rule, wrong] = invalid.get(what) ?? [{}, ""];
      const chat = chatAbout(ask(rule)).say("start");
      for (let count = 0; count < 100; count += 1) chat.say(wrong);
      const after = size(chat);
      for (let count = 0; count < 900; count += 1) chat.say(`${wrong}${count % 2 === 0 ? " " : ""}`);
      expect(size(chat) - after).toBeLessThan(200);
      expect(chat.conversation.outbox).toEqual([]);
      expect(chat.conversation.run?.trace.length).toBe(limits.traceEntries);
      expect(chat.conversation.recent.length).toBe(limits.recentKeys);
      expect(chat.said).toHaveLength(1001);
      expect(chat.lastText).toMatch(/Say it\.$/);
      expect(chat.cards).toEqual([]);
    },
  );
  test.each(named(cross([...invalid.keys()], [1, 3, 20]), (what, attempts) => `${what}, with attempts ${attempts}`))(
    "%s: a person takes over at that number",
    (_name, [what, attempts]) => {
      const [rule, wrong] = invalid.get(what) ?? [{}, ""];
      const chat = chatAbout(ask({ ...rule, attempts })).say("start");
      for (let count = 1; count < attempts; count += 1) chat.say(wrong);
      expect(chat.conversation.people).toBeNull();
      chat.say(wrong);
      expect(handOffReason(chat)).toBe(`The customer gave ${attempts} invalid answers to x.`);
      for (let count = 0; count < 50; count += 1) chat.say(wrong);
      expect(chat.records).toHaveLength(1);
    },
  );
  test("10,000 letters each time: the state stays small", () => {
    const chat = chatAbout(ask({ validation: "email" })).say("start");
    for (let count = 0; count < 200; count += 1) chat.say("x".repeat(limits.turnLength));
    expect(size(chat)).toBeLessThan(32_000);
  });
});

describe("attack 114 · a thousand approvals in a minute", () => {
  test("each run has one card, one decision and one effect, in a thousand conversations", () => {
    const step = {
      id: "t",
      kind: "action",
      action: "create_ticket",
      parameters: { subject: "S", priority: "LOW" },
      approval: "require",
    };
    const chats = Array.from({ length: 1000 }, () => chatAbout([step]).say("start"));
    for (const chat of chats) chat.decide({ kind: "approve" });
    expect(chats.filter(({ cards }) => cards.length === 1)).toHaveLength(1000);
    expect(chats.flatMap(({ performed }) => performed.filter(({ effect }) => effect.kind === "act"))).toHaveLength(
      1000,
    );
  });
});

describe("attack 115 · a procedure that is too large is refused at publish, soon", () => {
  const message = (at: number) => ({ id: `s${at}`, kind: "message", content: "x" });
  const many = (count: number) => Array.from({ length: count }, (_, at) => message(at));
  const bytes = limits.procedureFileBytes;
  const files = new Map<string, readonly [string, string, RegExp]>([
    ["10,000 steps", ["a.json", fileOf(many(10_000)), /may have 200 steps/]],
    [
      "10,000 steps in YAML",
      [
        "a.yaml",
        `slug: a\nname: b\ntrigger: {when: c}\nsteps:\n${"- {id: a, kind: message, content: x}\n".repeat(10_000)}`,
        /may have 200 steps/,
      ],
    ],
    ["201 steps", ["a.json", fileOf(many(limits.procedureSteps + 1)), /may have 200 steps/]],
    [
      "5 MB in one text",
      ["a.json", fileOf([{ ...message(0), content: "x".repeat(5_000_000) }]), /larger than 1048576 bytes/],
    ],
    ["5 MB in a comment", ["a.yaml", `# ${"x".repeat(5_000_000)}\n`, /larger than 1048576 bytes/]],
    [
      "5 MB of wide letters",
      ["a.json", fileOf([{ ...message(0), content: "ü".repeat(2_500_000) }]), /larger than 1048576 bytes/],
    ],
    ["5 MB of white space", ["a.json", `${fileOf(many(1))}${" ".repeat(5_000_000)}`, /larger than 1048576 bytes/]],
    [
      "one byte too many",
      ["a.json", `${fileOf(many(1))}${" ".repeat(bytes + 1 - fileOf(many(1)).length)}`, /larger than 1048576 bytes/],
    ],
    [
      "51 headers",
      [
        "a.json",
        fileOf([
          {
            id: "h",
            kind: "call",
            url: "https://x.example/",
            headers: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`x-${at}`, "v"])),
          },
        ]),
        /at most 50 headers/,
      ],
    ],
    [
      "50,000 headers",
      [
        "a.json",
        fileOf([
          {
            id: "h",
            kind: "call",
            url: "https://x.example/",
            headers: Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`x-${at}`, "v"])),
          },
        ]),
        /at most 50 headers/,
      ],
    ],
    [
      "26 choices",
      [
        "a.json",
        fileOf([
          {
            id: "h",
            kind: "collect",
            variable: "x",
            prompt: "x",
            choices: Array.from({ length: 26 }, (_, at) => `c${at}`),
          },
        ]),
        /may have 25/,
      ],
    ],
    [
      "51 examples",
      [
        "a.json",
        fileOf(many(1), { trigger: { when: "x", examples: Array.from({ length: 51 }, (_, at) => `e${at}`) } }),
        /may have 50/,
      ],
    ],
    [
      "a template of 17 KB",
      ["a.json", fileOf([{ ...message(0), content: "x".repeat(17 * 1024) }]), /larger than 16 KiB/],
    ],
    [
      "a body of 17 KB",
      [
        "a.json",
        fileOf([
          {
            id: "h",
            kind: "call",
            method: "POST",
            url: "https://x.example/",
            body: Array.from({ length: 9000 }, () => 1),
          },
        ]),
        /larger than 16 KiB/,
      ],
    ],
    [
      "a body of 65 levels",
      [
        "a.json",
        fileOf([
          {
            id: "h",
            kind: "call",
            method: "POST",
            url: "https://x.example/",
            body: JSON.parse(`${"[".repeat(66)}${"]".repeat(66)}`),
          },
        ]),
        /nested/,
      ],
    ],
    [
      "a body of 1,000 levels",
      [
        "a.json",
        fileOf([
          {
            id: "h",
            kind: "call",
            method: "POST",
            url: "https://x.example/",
            body: JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`),
          },
        ]),
        /nested/,
      ],
    ],
    ["a name of 101 letters", ["a.json", fileOf(many(1), { name: "x".repeat(101) }), /may have 100/]],
    [
      "aliases that grow",
      ["a.yaml", `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n`, /aliases are not read/],
    ],
  ]);
  test.each([...files.keys()])("%s", async (what) => {
    const [name, text, says] = files.get(what) ?? ["", "", /./];
    const start = performance.now();
    const { problems, writes, message: said } = await publish(name, text);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(writes).toBe(0);
    expect(said).toMatch(says);
    for (const { mend } of problems) expect(mend.length).toBeGreaterThan(5);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(said.length).toBeLessThan(50_000);
  });
  test("control: 200 steps are published", async () => {
    await expectPublished(many(limits.procedureSteps));
  });
});
