import { expect, test } from "vitest";
import { PermanentError } from "../../../src/ports/errors.ts";
import { customer } from "../../support/chat.ts";
import { ask, spoken } from "../../support/commands.ts";
import { housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const houses = housesOf(
  aProcedure([{ id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "auto" }]),
);
const healthOf = async (house: Parameters<typeof ask>[0]) => spoken(await ask(house, "health"))[1] ?? "";

test("everything is well where procedures are active and approvals have a place", async () => {
  expect(await healthOf(await houses.open())).toBe("Everything is well.");
});

test("no agents channel and no procedure: it says what to do", async () => {
  const words = await healthOf(await houses.open({ settings: { agentsChannel: null }, procedures: [] }));
  expect(words).toContain("no agents channel");
  expect(words).toContain("channel set here");
  expect(words).toContain("No procedure is active");
});

test("a call of which nobody knows whether it happened is a thing to look at, until somebody has decided", async () => {
  const house = await houses.open();
  houses.world.answer = () => ({ kind: "unknown", reason: "no answer" });
  await house.say("c1", "refund", customer);
  await house.until("c1", ({ run, lease }) => run?.wait.kind === "verdict" && lease === null);
  expect(await healthOf(house)).toBe(
    "Please look at this: Nobody knows whether one call happened: see its card, or “runs”.",
  );
});

test("conversations with people are counted, and those whose card could not be posted are a thing to look at", async () => {
  const house = await houses.open();
  await house.say("c1", "I want a human", customer);
  await house.until("c1", ({ people, cards, lease }) => cards[people?.card ?? ""] !== undefined && lease === null);
  expect(await healthOf(house)).toBe("Everything is well. One conversation is with people: see “runs”.");
  houses.world.onSend = (to) => {
    if (to === "agents") throw new PermanentError("Usher is not in that channel.");
  };
  await house.say("c2", "I want a human", customer);
  await house.until("c2", ({ lease, outbox }) => lease === null && outbox.length > 0);
  expect(await healthOf(house)).toBe(
    "Please look at this: Of one conversation with people the card could not be posted yet. " +
      "See that Usher is in the agents channel and may write there. 2 conversations are with people: see “runs”.",
  );
});
