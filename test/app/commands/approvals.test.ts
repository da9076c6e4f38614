import { describe, expect, test } from "vitest";
import type { Card } from "../../../src/domain/card.ts";
import type { View } from "../../../src/domain/view.ts";
import { agent, customer } from "../../support/chat.ts";
import { ask, spoken } from "../../support/commands.ts";
import { type House, housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const pay = { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" };
const pin = "s3cret-pin";
const withPin = aProcedure([
  { id: "ask-pin", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
  { id: "ask-order", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { ...pay, url: "https://shop.example/{{ order_id }}", body: { pin: "{{ pin }}" } },
]);
const houses = housesOf(aProcedure([pay]));

function cardsOf(view: View): readonly Card[] {
  return view.parts.flatMap((part) => (part.kind === "card" ? [part.card] : []));
}

/** Conversations that wait for an approval, each beginning a minute after the one before. */
async function waiting(house: House, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await house.say(`c${n}`, "refund", { ...customer, id: `customer-${n}` });
    await house.until(`c${n}`, ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
    house.clock.advance(60_000);
  }
}

describe("approvals", () => {
  test("says so when nothing waits", async () => {
    const house = await houses.open();
    expect(spoken(await ask(house, "approvals"))).toEqual(["Approvals", "Nothing waits for an approval."]);
  });

  test("each is the very card of the agents channel, what is sensitive as dots, with its buttons", async () => {
    const house = await houses.open({ procedures: [withPin] });
    await house.say("c1", "refund");
    for (const text of [pin, "order-\u202e7"]) {
      await house.settled("c1");
      await house.say("c1", text);
    }
    await house.until("c1", ({ run, lease }) => run?.wait.kind === "approval" && lease === null);
    const posted = houses.world.sent.flatMap(({ message }) => (message.kind === "card" ? [message.card] : []));
    const cards = cardsOf(await ask(house, "approvals"));
    expect(cards).toEqual(posted);
    expect(cards[0]?.buttons.map(({ action }) => action)).toEqual(["approve", "reject"]);
    expect(JSON.stringify(cards)).not.toContain(pin);
    expect(JSON.stringify(cards)).toContain("order-⟨U+202E⟩7");
  });

  test("can be decided there and then", async () => {
    const house = await houses.open();
    await waiting(house, 2);
    const [card] = cardsOf(await ask(house, "approvals"));
    const receipt = await house.press(card?.pressId ?? "", { kind: "approve" }, agent);
    expect(receipt).toMatchObject({ kind: "accepted", decision: { by: { id: agent.id } } });
    await house.until("c0", ({ run, lease }) => run === null && lease === null);
    expect(cardsOf(await ask(house, "approvals"))).toHaveLength(1);
  });

  test("the one that expires soonest comes first, five at most, with the count of the rest", async () => {
    const house = await houses.open();
    await waiting(house, 7);
    const view = await ask(house, "approvals");
    const ids = await Promise.all(
      [0, 1, 2, 3, 4].map(async (n) => {
        const wait = (await house.load(`c${n}`))?.run?.wait;
        return wait?.kind === "approval" ? wait.of.id : null;
      }),
    );
    expect(cardsOf(view).map(({ pressId }) => pressId)).toEqual(ids);
    expect(spoken(view)[1]).toBe("2 more wait. These expire first.");
    await house.press(ids[0] ?? "", { kind: "approve" }, agent);
    await house.settled("c0");
    expect(spoken(await ask(house, "approvals"))[1]).toBe("One more waits. These expire first.");
  });
});
