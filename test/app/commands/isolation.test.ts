import { describe, expect, test } from "vitest";
import { agent } from "../../support/chat.ts";
import { ask, spoken } from "../../support/commands.ts";
import { aConversation, aRun, conversationId, nonceNumber, workspaceId } from "../../support/conversation.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";
import { aRunRecord } from "../../support/records.ts";

const ours = aProcedure([{ id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" }]);
const pay = { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" };
const theirs = aProcedure([pay], { slug: "their-refund", name: "Their refund" });
const houses = housesOf(ours);
const other = workspaceId("other");

/** Puts a procedure, a run that waits, one that waits for an approval, and one that has ended into another workspace. */
async function fillOther(house: House): Promise<string> {
  const { procedures, conversations, runs, roles } = house.store;
  await procedures.publish(other, theirs, 0);
  await house.catalog.refresh(other);
  await roles.set(other, "web", "their-agent", "agent");
  const running = { procedure: { slug: "their-refund", version: 1 }, stepId: "pay" };
  const conversation = aConversation({ workspace: other, id: conversationId("theirs"), run: aRun(running) });
  await conversations.save(conversation);
  const of = {
    id: `${nonceNumber(2)}-5`,
    lane: "work",
    effect: { kind: "act", action: { kind: "resolve_session" }, repeatable: false },
    hash: "0",
    attempt: 0,
    firstAt: null,
    tries: 0,
    mayHaveHappened: false,
    started: false,
    dueAt: 0,
  } as const;
  const wait = { kind: "approval", of, card: "card", expiresAt: 2 ** 42, remindAt: null } as const;
  const waiting = { workspace: other, id: conversationId("waiting"), nonce: nonceNumber(2) };
  await conversations.save(aConversation({ ...waiting, run: aRun({ ...running, wait }) }));
  await runs.put(other, aRunRecord({ procedure: running.procedure, conversationId: "ended" }));
  return of.id;
}

describe("attack 96: what belongs to another workspace is answered exactly as what nobody has", () => {
  test.each([
    "show their-refund",
    "show “Their refund”",
    "runs their-refund",
    "runs",
    "why theirs",
    "why waiting",
    "approvals",
    "list",
    "roles",
    "show their-refnd",
  ])("%s", async (words) => {
    const house = await houses.open();
    const unknown = await ask(house, words);
    await fillOther(house);
    expect(await ask(house, words)).toEqual(unknown);
    expect(JSON.stringify(unknown)).not.toContain("their-agent");
  });

  test("in the other workspace all of it is there to see", async () => {
    const house = await houses.open();
    await fillOther(house);
    const there = async (text: string) => {
      const by = { ...agent, id: "their-agent" };
      const words = text.split(" ").map((word) => ({ kind: "text", text: word }) as const);
      return spoken(
        await house.inbound.command(other, { by, words, conversation: null, card: null, channel: null }),
      ).join("\n");
    };
    expect(await there("show their-refund")).toContain("POST https://shop.example/pay");
    expect(await there("runs")).toMatch(/Waiting for approval.*theirs.*ended/s);
    expect(await there("why theirs")).toContain("Run: Their refund, version 1");
    expect(await there("approvals")).toContain("Approval needed: resolve the conversation");
  });

  test("why asked in a thread that has another workspace's conversation id", async () => {
    const house = await houses.open();
    const here = { conversation: conversationId("theirs") };
    const unknown = await ask(house, "why", here);
    await fillOther(house);
    expect(await ask(house, "why", here)).toEqual(unknown);
  });

  test("an approval of another workspace cannot be decided by its id", async () => {
    const house = await houses.open();
    const unknown = await house.press(`${nonceNumber(3)}-5`, { kind: "approve" }, agent);
    const id = await fillOther(house);
    expect(await house.press(id, { kind: "approve" }, agent)).toEqual(unknown);
    const waiting = await house.store.conversations.load(other, conversationId("waiting"));
    expect(waiting?.run?.wait.kind).toBe("approval");
  });
});
