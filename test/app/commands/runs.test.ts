import { describe, expect, test } from "vitest";
import type { View } from "../../../src/domain/view.ts";
import { agent, customer } from "../../support/chat.ts";
import { ask, spoken } from "../../support/commands.ts";
import { aConversation, aRun, conversationId, nonceNumber } from "../../support/conversation.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";
import { aRunRecord } from "../../support/records.ts";

const refund = aProcedure(
  [
    { id: "ask-order", title: "Ask for the order", kind: "collect", variable: "order_id", prompt: "Which order?" },
    { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" },
  ],
  { slug: "refund-request", name: "Refund request" },
);
const status = aProcedure([{ id: "ask", kind: "collect", variable: "order_id", prompt: "Which?" }], {
  slug: "order-status",
  name: "Order status",
});
const houses = housesOf(refund);
const minute = 60_000;

const linesOf = (view: View) => spoken(view).slice(1);

/** A run that waits for the order, and how to let it wait for the approval. */
async function asked(house: House, id = "c1"): Promise<void> {
  await house.say(id, "refund");
  await house.settled(id);
}
async function answered(house: House, id = "c1"): Promise<void> {
  await house.say(id, "1001");
  await house.until(id, ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
}

describe("runs under way", () => {
  test("says so when there is none", async () => {
    const house = await houses.open();
    expect(spoken(await ask(house, "runs"))).toEqual(["Runs", "There is no run yet."]);
  });

  test("shows what each waits for, and since when, however often the customer is reminded", async () => {
    const house = await houses.open();
    const start = house.clock.now();
    await asked(house);
    const line = (stands: string, at: number, step = "1 Ask for the order") =>
      `refund-request, version 1 | @customer-1 | ${step} | ${stands} | at ${at} | c1`;
    await house.pass(24 * 60 * minute);
    await house.settled("c1");
    expect(houses.world.texts).toHaveLength(2);
    expect(linesOf(await ask(house, "runs"))).toEqual([line("Waiting for an answer", start)]);
    const later = house.clock.now();
    await answered(house);
    house.clock.advance(minute);
    await house.say("c1", "are you there?");
    await house.settled("c1");
    expect(linesOf(await ask(house, "runs"))).toEqual([line("Waiting for approval", later, "2 pay")]);
  });

  test("one that people have is paused since they took it", async () => {
    const house = await houses.open();
    await asked(house);
    house.clock.advance(minute);
    const at = house.clock.now();
    await house.say("c1", "I am on it", agent);
    await house.settled("c1");
    expect(linesOf(await ask(house, "runs"))).toEqual([
      expect.stringMatching(new RegExp(`wrote in the customer's thread.* \\| @customer-1 \\| at ${at} \\| c1$`)),
      `refund-request, version 1 | @customer-1 | 1 Ask for the order | Paused: with people | at ${at} | c1`,
    ]);
  });

  test("what people have is shown until they give it back, without a run too, the longest first", async () => {
    const house = await houses.open();
    await house.say("c2", "I want a human");
    await house.settled("c2");
    house.clock.advance(minute);
    await house.say("c1", "I want a human");
    const { people } = await house.settled("c1");
    const view = await ask(house, "runs");
    expect(view.parts).toMatchObject([{ kind: "table", label: "With people", left: 0 }]);
    expect(linesOf(view).map((line) => line.split(" | ").at(-1))).toEqual(["c2", "c1"]);
    expect(linesOf(await ask(house, "runs refund-request"))).toEqual(["There is no run yet."]);
    await house.press(people?.card ?? "", { kind: "handBack" }, agent);
    expect(linesOf(await ask(house, "runs")).map((line) => line.split(" | ").at(-1))).toEqual(["c2"]);
  });

  test("one whose outcome nobody knows comes first, then what waits for approval, then the longest waiting", async () => {
    const house = await houses.open();
    for (const id of ["c1", "c2", "c3", "c4"]) {
      await asked(house, id);
      house.clock.advance(minute);
    }
    await answered(house, "c3");
    houses.world.answer = () => ({ kind: "unknown", reason: "cut off" });
    await answered(house, "c4");
    const wait = (await house.load("c4"))?.run?.wait;
    house.clock.advance(minute);
    await house.press(wait?.kind === "approval" ? wait.of.id : "", { kind: "approve" }, agent);
    await house.until("c4", ({ run, lease }) => run?.wait.kind === "verdict" && lease === null);
    const lines = linesOf(await ask(house, "runs"));
    expect(lines.map((line) => line.split(" | ").at(-1))).toEqual(["c4", "c3", "c1", "c2"]);
    expect(lines[0]).toContain(`Outcome unknown | at ${house.clock.now()}`);
  });

  test("of one procedure, by its slug or its name", async () => {
    const house = await houses.open({ procedures: [refund, status] });
    await asked(house);
    const other = aRun({ procedure: { slug: "order-status", version: 1 }, stepId: "ask" });
    const { workspace } = house;
    await house.store.conversations.save(aConversation({ workspace, run: other, id: conversationId("c2") }));
    for (const words of ["runs order-status", "runs “Order status”"]) {
      const view = await ask(house, words);
      expect(view.title).toBe("Runs of order-status");
      expect(linesOf(view).map((line) => line.split(" | ").at(-1))).toEqual(["c2"]);
    }
    expect(linesOf(await ask(house, "runs"))).toHaveLength(2);
  });

  test("at most twenty, with the count of the rest", async () => {
    const house = await houses.open();
    for (let n = 0; n < 23; n += 1) {
      const run = aRun({ procedure: { slug: "refund-request", version: 1 } });
      const of = { workspace: house.workspace, id: conversationId(`c${n}`), nonce: nonceNumber(n) };
      await house.store.conversations.save(aConversation({ ...of, run }));
    }
    const [table] = (await ask(house, "runs")).parts;
    expect(table).toMatchObject({ kind: "table", label: "Under way", left: 3 });
    expect(table?.kind === "table" && table.rows).toHaveLength(20);
  });

  test("where more are under way than anybody could read, it says so", async () => {
    const house = await houses.open();
    const run = aRun({ procedure: { slug: "refund-request", version: 1 } });
    const all = Array.from({ length: 1001 }, (_, n) => {
      const of = { workspace: house.workspace, id: conversationId(`c${n}`), nonce: nonceNumber(n) };
      return aConversation({ ...of, run });
    });
    await Promise.all(all.map((one) => house.store.conversations.save(one)));
    const [note, table] = (await ask(house, "runs")).parts;
    expect(note).toEqual({ kind: "text", text: "More than 1000 runs are under way; this is about 1000 of them." });
    expect(table).toMatchObject({ kind: "table", left: 980 });
  });

  test("no answer of a customer and no text of theirs is in it, and their name is seen for what it is", async () => {
    const house = await houses.open();
    await house.say("c1", "my canary words", { ...customer, name: "Eve\u202e" });
    await house.settled("c1");
    const seen = JSON.stringify(await ask(house, "runs"));
    expect(seen).not.toContain("canary");
    expect(seen).toContain("Eve⟨U+202E⟩");
  });
});

describe("runs that have ended", () => {
  test("the newest first, ten at most, of every procedure or of one", async () => {
    const house = await houses.open({ procedures: [refund, status] });
    for (let n = 0; n < 12; n += 1) {
      const slug = n === 11 ? "order-status" : "refund-request";
      const record = aRunRecord({ id: `${nonceNumber(n)}-0`, procedure: { slug, version: 2 }, endedAt: 1000 + n });
      await house.store.runs.put(house.workspace, record);
    }
    const lines = linesOf(await ask(house, "runs"));
    expect(lines).toHaveLength(10);
    expect(lines.slice(0, 2)).toEqual([
      "order-status, version 2 | @maria | Completed | at 1011 | web:maria:1",
      "refund-request, version 2 | @maria | Completed | at 1010 | web:maria:1",
    ]);
    expect(linesOf(await ask(house, "runs order-status"))).toHaveLength(1);
  });
});
