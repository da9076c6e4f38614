import { describe, expect, test } from "vitest";
import type { Route } from "../../../src/domain/route.ts";
import { agent, customer } from "../../support/chat.ts";
import { ask, spoken, typed } from "../../support/commands.ts";
import { aConversation, conversationId } from "../../support/conversation.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const pin = "s3cret-pin";
const refund = aProcedure(
  [
    { id: "ask-pin", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
    { id: "ask", kind: "collect", variable: "amount", prompt: "How much?", validation: "number" },
    { id: "check", kind: "condition", variable: "amount", operator: "gt", value: 50, then: "pay", else: "done" },
    { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" },
    { id: "done", kind: "message", content: "Done." },
  ],
  { slug: "refund-request", name: "Refund request" },
);
const houses = housesOf(refund);
const scores = [
  { slug: "refund-request", score: 0.8251 },
  { slug: "gone", score: 0.31 },
];

async function open(route: Route): Promise<House> {
  const house = await houses.open({ model: { route: () => Promise.resolve(route) } });
  await house.say("c1", `hello, my pin is ${pin}`, { ...customer, name: "Eve\u202e" });
  await house.settled("c1");
  return house;
}

const starts: Route = { kind: "run", slug: "refund-request", filled: {}, scores, threshold: 0.45 };

describe("why", () => {
  test("tells the scores, the threshold, and what the run did, with sensitive values as dots", async () => {
    const house = await open(starts);
    for (const text of [pin, "80"]) {
      await house.say("c1", text);
      await house.settled("c1");
    }
    await house.until("c1", ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
    const view = await ask(house, "why c1");
    const at = house.clock.now();
    expect(spoken(view)).toEqual([
      "Why?",
      "Customer: @customer-1",
      "Conversation: c1",
      "In the hands of: Usher",
      "Run: Refund request, version 1",
      "State: Waiting for approval",
      `Started: at ${at}`,
      "The last message that had to be understood: “Refund request” was recognised. It scored 0.83; 0.45 was needed.",
      "Refund request | 0.83 | 0.45",
      "gone | 0.31 | 0.45",
      `at ${at} | 1 ask-pin | heard “hello, my pin is ••••••”`,
      `at ${at} | 1 ask-pin | said “Your PIN?”`,
      `at ${at} | 1 ask-pin | heard “••••••”`,
      `at ${at} | 1 ask-pin | kept pin`,
      `at ${at} | 2 ask | said “How much?”`,
      `at ${at} | 2 ask | heard “80”`,
      `at ${at} | 2 ask | kept amount`,
      `at ${at} | 3 check | amount is 80 (number), is more than 50 (number) → yes`,
      `at ${at} | 4 pay | asked the agents: POST shop.example`,
      expect.stringMatching(/ \| 4 pay \| said “A colleague is looking/),
    ]);
    expect(JSON.stringify(view)).not.toContain(pin);
    expect(JSON.stringify(view)).toContain("Eve⟨U+202E⟩");
  });

  test("of the last run, once it has ended", async () => {
    const house = await open(starts);
    for (const text of [pin, "5"]) {
      await house.say("c1", text);
      await house.settled("c1");
    }
    await house.until("c1", ({ run, outbox }) => run === null && outbox.length === 0);
    const lines = spoken(await ask(house, "why c1"));
    expect(lines).toContain("Last run: Refund request, version 1");
    expect(lines).toContain("State: Completed");
    expect(lines).toContain(`Ended: at ${house.clock.now()}`);
    expect(lines.join("\n")).toContain("said “Done.”");
  });

  test("of a run that people have, which is paused", async () => {
    const house = await open(starts);
    await house.say("c1", "I am on it", agent);
    await house.settled("c1");
    const lines = spoken(await ask(house, "why c1"));
    expect(lines).toContain("In the hands of: people");
    expect(lines).toContain("State: Paused: with people");
  });

  test.each<[Route, string]>([
    [{ kind: "silent", scores, threshold: 0.9 }, "no procedure reached the score of 0.90, so none was started."],
    [
      { kind: "ask", slugs: ["refund-request", "gone"], scores, threshold: 0.45 },
      "a near tie, so Usher asked which was meant: “Refund request” or “gone”.",
    ],
    [
      { kind: "reply", text: "canary", scores: [], threshold: 0.45 },
      "no procedure was meant, and Usher answered in words.",
    ],
    [
      { kind: "escalate", reason: "canary", scores: [], threshold: 0.45 },
      "it was for a person, so it was handed over.",
    ],
    [
      { kind: "run", slug: "refund-request", filled: { pin: "canary" }, scores: [], threshold: 0.45 },
      "“Refund request” was recognised.",
    ],
  ])("what was made of the message: $kind", async (route, words) => {
    const house = await open(route);
    const view = await ask(house, "why c1");
    expect(spoken(view)).toContain(`The last message that had to be understood: ${words}`);
    expect(spoken(view).filter((line) => line.startsWith("Refund request |"))).toHaveLength(route.scores.length / 2);
    expect(JSON.stringify(view)).not.toContain("canary");
  });
});

describe("which conversation", () => {
  test("the one in whose thread it was asked, unless another is named", async () => {
    const house = await open(starts);
    await house.say("c2", "hello");
    await house.settled("c2");
    const here = { conversation: conversationId("c1") };
    expect(spoken(await ask(house, "why", here))).toContain("Conversation: c1");
    expect(spoken(await ask(house, "why c2", here))).toContain("Conversation: c2");
    const link = { kind: "conversation", conversation: conversationId("c2") } as const;
    expect(spoken(await ask(house, ["why", link], here))).toContain("Conversation: c2");
  });

  test("the one that a card is about, where it was asked under the card", async () => {
    const house = await open(starts);
    await house.say("c2", "hello");
    await house.settled("c2");
    const { items } = await house.store.conversations.find(house.workspace, {}, null);
    const nonce = items.find(({ id }) => id === "c2")?.nonce ?? "";
    const under = { conversation: conversationId("a thread of the agents channel"), card: `${nonce}-7` };
    expect(spoken(await ask(house, "why", under))).toContain("Conversation: c2");
    expect(spoken(await ask(house, "why c1", under))).toContain("Conversation: c1");
    const gone = { ...under, card: `${"f".repeat(32)}-7` };
    expect(spoken(await ask(house, "why", gone))[1]).toMatch(/^I know no such conversation\./);
  });

  test("where there is none, it says how to ask", async () => {
    const house = await open(starts);
    expect(spoken(await ask(house, "why"))[1]).toMatch(/^In the thread of the conversation/);
    expect(spoken(await ask(house, "why nothing"))[1]).toMatch(/^I know no such conversation\. In the thread/);
    const elsewhere = { conversation: conversationId("a thread without Usher") };
    expect(spoken(await ask(house, "why", elsewhere))[1]).toMatch(/^I know no such conversation\./);
    expect(spoken(await ask(house, [...typed("why"), { kind: "text", text: "x".repeat(400) }])).join()).toContain(
      "Name a conversation by its id, as the list of runs shows it.",
    );
  });

  test("where nothing has happened yet, it says so", async () => {
    const house = await open(starts);
    const { workspace } = house;
    await house.store.conversations.save(aConversation({ workspace, id: conversationId("new") }));
    expect(spoken(await ask(house, "why new"))[1]).toMatch(/^Nothing has happened/);
  });
});
