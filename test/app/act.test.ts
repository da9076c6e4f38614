import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import type { Mail } from "../../src/domain/mail.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { agent } from "../support/chat.ts";
import { type House, housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";

const houses = housesOf(
  aProcedure([
    {
      id: "mail",
      kind: "action",
      action: "send_email",
      parameters: { to: "maria@example.com", subject: "Your order", body: "It is on its way." },
    },
    { id: "tell", kind: "message", content: "I have written to you." },
  ]),
);

/** A house with a mail server. */
function openWithServer(wrap: (store: Store) => Store = (store) => store): Promise<House> {
  return houses.open({ mailer: houses.world.mailer, settings: { mailIsSent: true }, wrap });
}

function withPut(store: Store, put: (mail: Mail) => Promise<void>): Store {
  return { ...store, mails: { ...store.mails, put } };
}

function ended(house: House) {
  return house.until("c1", ({ run, lease, outbox }) => run === null && lease === null && outbox.length === 0);
}

async function listed(house: House): Promise<readonly Mail[]> {
  return (await house.store.mails.list(house.workspace, null)).items;
}

describe("a mail with a mail server", () => {
  test("is sent, and listed as sent", async () => {
    const house = await openWithServer();
    await house.say("c1", "where is it?");
    await ended(house);
    const sent = { to: "maria@example.com", subject: "Your order", body: "It is on its way." };
    expect(houses.world.mails).toMatchObject([sent]);
    expect(await listed(house)).toMatchObject([{ ...sent, sent: true, conversationId: "c1" }]);
  });

  test("with an unknown outcome is put to an agent, and never sent again by itself", async () => {
    houses.world.mailOutcome = { kind: "unknown", reason: "the server did not answer" };
    const house = await openWithServer();
    await house.say("c1", "where is it?");
    const asked = await house.until("c1", ({ run, lease }) => run?.wait.kind === "verdict" && lease === null);
    await house.pass(limits.attemptsWithinMs);
    await house.settled("c1");
    expect(houses.world.mails).toHaveLength(1);
    // Nobody knows whether it was sent, so the list does not say that it was.
    expect(await listed(house)).toEqual([]);

    const wait = asked.run?.wait;
    if (wait?.kind !== "verdict") throw new Error("no verdict");
    await house.press(wait.of.id, { kind: "happened", value: null }, agent);
    await ended(house);
    expect(houses.world.texts.at(-1)).toBe("I have written to you.");
    expect(houses.world.mails).toHaveLength(1);
  });

  test("that has left counts as done although it cannot be listed", async () => {
    const house = await openWithServer((store) =>
      withPut(store, () => Promise.reject(new TransientError("the disk is full"))),
    );
    await house.say("c1", "where is it?");
    expect((await ended(house)).lastRun?.ended).toBe("completed");
    await house.pass(limits.attemptsWithinMs);
    expect(houses.world.mails).toHaveLength(1);
    expect(house.log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
  });

  test("that was refused is not listed", async () => {
    houses.world.mailOutcome = { kind: "failed", reason: "no such mailbox" };
    const house = await openWithServer();
    await house.say("c1", "where is it?");
    expect((await ended(house)).lastRun?.ended).toBe("escalated");
    expect(await listed(house)).toEqual([]);
  });
});

describe("a mail without a mail server", () => {
  test("is kept, and not as sent", async () => {
    const house = await houses.open();
    await house.say("c1", "where is it?");
    expect((await ended(house)).lastRun?.ended).toBe("completed");
    expect(await listed(house)).toMatchObject([{ to: "maria@example.com", sent: false }]);
  });

  test("is kept once, however often keeping it is tried", async () => {
    const tried: string[] = [];
    const house = await houses.open({
      wrap: (store) =>
        withPut(store, async (mail) => {
          tried.push(mail.effectId);
          await store.mails.put(mail);
          if (tried.length < 3) throw new TransientError("no answer from the store");
        }),
    });
    await house.say("c1", "where is it?");
    for (const _ of [1, 2]) {
      await house.settled("c1");
      await house.pass(limits.backoffMostMs);
    }
    await ended(house);
    expect(tried).toHaveLength(3);
    expect(new Set(tried).size).toBe(1);
    expect(await listed(house)).toHaveLength(1);
  });

  test("that cannot be kept does not count as done", async () => {
    const house = await houses.open({
      wrap: (store) => withPut(store, () => Promise.reject(new PermanentError("the store cannot keep it"))),
    });
    await house.say("c1", "where is it?");
    expect((await ended(house)).lastRun?.ended).toBe("escalated");
    expect(houses.world.texts).not.toContain("I have written to you.");
  });
});
