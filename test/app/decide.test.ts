import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { agent, customer, otherAgent } from "../support/chat.ts";
import { nonceNumber } from "../support/conversation.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";
import { aRunRecord } from "../support/records.ts";

const houses = housesOf(
  aProcedure([{ id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" }]),
);

/** A conversation that waits for an approval, and the approval's id. */
async function waiting(house: House): Promise<string> {
  await house.say("c1", "refund");
  const { run } = await house.settled("c1");
  if (run?.wait.kind !== "approval") throw new Error("no approval");
  return run.wait.of.id;
}

describe("who may decide", () => {
  test("pitfall 52: in a workspace without agents nobody can approve, whatever the channel says of a person", async () => {
    const house = await houses.open();
    for (const { id } of [agent, otherAgent]) await house.store.roles.set(house.workspace, "web", id, "customer");
    const id = await waiting(house);
    for (const by of [agent, otherAgent, customer, { ...customer, role: "owner" as const }]) {
      expect(await house.press(id, { kind: "approve" }, by)).toEqual({
        kind: "refused",
        reason: "Only agents can decide.",
      });
    }
    expect((await house.load("c1"))?.run?.wait.kind).toBe("approval");
    expect(houses.world.requests).toEqual([]);
  });

  test("pitfall 52: the role counts that a person has at the click, not the one at the request", async () => {
    const house = await houses.open();
    const id = await waiting(house);
    await house.store.roles.set(house.workspace, "web", agent.id, "customer");
    expect(await house.press(id, { kind: "approve" }, agent)).toMatchObject({ kind: "refused" });
    await house.store.roles.set(house.workspace, "web", agent.id, "agent");
    expect(await house.press(id, { kind: "approve" }, agent)).toMatchObject({ kind: "accepted" });
  });

  test("an agent of another organisation is refused", async () => {
    const house = await houses.open();
    const id = await waiting(house);
    expect(await house.press(id, { kind: "approve" }, { ...agent, external: true })).toMatchObject({ kind: "refused" });
  });
});

describe("a click that comes late", () => {
  /** A house whose conversation was approved by the first agent, has ended, and was forgotten. */
  async function forgotten(): Promise<{ house: House; id: string; at: number }> {
    const house = await houses.open();
    const id = await waiting(house);
    const at = house.clock.now();
    await house.press(id, { kind: "approve" }, agent);
    await house.until("c1", ({ run, lease, outbox }) => run === null && lease === null && outbox.length === 0);
    await house.pass(limits.idleMs + 1000);
    expect(await house.load("c1")).toBeNull();
    return { house, id, at };
  }

  test("still learns who decided and when, although the conversation was forgotten", async () => {
    const { house, id, at } = await forgotten();
    expect(await house.press(id, { kind: "reject", reason: "too late" }, otherAgent)).toMatchObject({
      kind: "decided",
      decision: { of: id, action: "approve", by: { id: agent.id }, at },
    });
  });

  test("learns it also where the decision is far down in the records", async () => {
    const { house, id } = await forgotten();
    const [nonce = ""] = id.split("-");
    // More than one page of newer runs of that conversation.
    for (let n = 0; n < 120; n += 1) {
      const record = aRunRecord({ id: `${nonce}-${1000 + n}`, endedAt: house.clock.now() + n });
      await house.store.runs.put(house.workspace, record);
    }
    expect(await house.press(id, { kind: "approve" }, otherAgent)).toMatchObject({ kind: "decided" });
  });

  test("tells a customer nothing", async () => {
    const { house, id } = await forgotten();
    const receipt = await house.press(id, { kind: "approve" }, customer);
    expect(receipt.kind).toBe("refused");
    expect(JSON.stringify(receipt)).not.toContain(agent.name);
  });

  test("on something that was never decided, or never was, is refused", async () => {
    const { house, id } = await forgotten();
    for (const unknown of [`${id}0`, `${nonceNumber(99)}-1`, "nonsense"]) {
      expect(await house.press(unknown, { kind: "approve" }, agent)).toMatchObject({ kind: "refused" });
    }
    // Another sort of button than the one that was decided.
    expect(await house.press(id, { kind: "runAgain" }, agent)).toMatchObject({ kind: "refused" });
  });
});
