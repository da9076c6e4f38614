import { describe, expect, test } from "vitest";
import { ask, spoken } from "../../support/commands.ts";
import { housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const refund = aProcedure(
  [
    { id: "hello", kind: "message", content: "Hello {{ customer.name }}" },
    { id: "ask-order", title: "Ask for the order", kind: "collect", variable: "order_id", prompt: "Which order?" },
    { id: "ask-pin", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
    { id: "look", kind: "call", url: "https://shop.example/{{ order_id }}", response: "order", onError: "person" },
    {
      id: "check",
      kind: "condition",
      variable: "order.ok",
      operator: "equals",
      value: true,
      then: "pay",
      else: "person",
    },
    { id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay", approval: "require" },
    { id: "tag", kind: "action", action: "tag_session", parameters: { tag: "refund" }, approval: "notify" },
    { id: "count", kind: "set", variable: "times", value: 1, next: "end" },
    { id: "person", kind: "escalate", reason: "We need to look at this" },
  ],
  {
    slug: "refund-request",
    name: "Refund request",
    description: "For the shop",
    trigger: { when: "Wants money back", examples: ["my lid is broken"], not: ["where is my order"] },
  },
);
const status = aProcedure([{ id: "hello", kind: "message", content: "Hello." }], {
  slug: "order-status",
  name: "Order status",
  answers: "anyone",
});
const houses = housesOf(refund);

describe("list", () => {
  test("shows every active procedure with its version and what it starts with", async () => {
    const house = await houses.open({ procedures: [refund, status] });
    await house.store.procedures.publish(house.workspace, status, 1);
    await house.catalog.refresh(house.workspace);
    const view = await ask(house, "list");
    expect(view.parts).toEqual([
      {
        kind: "table",
        label: "Procedures",
        columns: ["Procedure", "Name", "Version", "Status", "Starts when"],
        rows: [
          ["order-status", "Order status", "2", "active", "When a test asks for it"],
          ["refund-request", "Refund request", "1", "active", "Wants money back"],
        ],
        left: 0,
      },
    ]);
  });

  test("says so when there is none", async () => {
    const house = await houses.open();
    await house.store.procedures.setActive(house.workspace, "refund-request", false);
    await house.catalog.refresh(house.workspace);
    expect(spoken(await ask(house, "list"))).toEqual(["Procedures", "No procedure is active here."]);
  });
});

describe("show", () => {
  test("tells the steps in words, with numbers as labels, ids, approval levels and branches", async () => {
    const house = await houses.open();
    const view = await ask(house, "show refund-request");
    expect(view.title).toBe("Refund request");
    expect(spoken(view).slice(1)).toEqual([
      "For the shop",
      "Procedure: refund-request",
      "Version: 1 (active)",
      "Starts when: Wants money back",
      "As in: my lid is broken",
      "But not: where is my order",
      "Who answers: the person who started it",
      "1 | hello | Message: Hello {{ customer.name }} |  | 2",
      "2 | Ask for the order (ask-order) | Collect: Ask for order_id: Which order? |  | 3",
      "3 | ask-pin | Collect (sensitive): Ask for pin: Your PIN? |  | 4",
      "4 | look | Call: GET https://shop.example/{{ order_id }} | auto | 5, on error: 9",
      "5 | check | Condition: order.ok equals true |  | yes: 6, no: 9",
      "6 | pay | Call: POST https://shop.example/pay | require | 7",
      "7 | tag | Action: Tag the conversation: refund | notify | 8",
      "8 | count | Set: times becomes 1 |  | end",
      "9 | person | Escalate: To a person: We need to look at this |  | a person",
    ]);
  });

  test.each(["show REFUND-request", "show “Refund request”", 'show "refund REQUEST"'])(
    "finds it by slug or name in any case: %s",
    async (words) => {
      const house = await houses.open();
      expect((await ask(house, words)).title).toBe("Refund request");
    },
  );

  test("an archived one says that it is archived", async () => {
    const house = await houses.open();
    await house.store.procedures.setActive(house.workspace, "refund-request", false);
    await house.catalog.refresh(house.workspace);
    expect(spoken(await ask(house, "show refund-request"))).toContain("Version: 1 (archived)");
  });

  test.each([
    ["show refnd-request", "There is no procedure “refnd-request” here. Do you mean “refund-request”?"],
    ["show orders", "There is no procedure “orders” here. Write “list” to see which there are."],
    ["show __proto__", "There is no procedure “__proto__” here. Write “list” to see which there are."],
    ["runs refnd-request", "There is no procedure “refnd-request” here. Do you mean “refund-request”?"],
  ])("an unknown one is answered with the nearest: %s", async (words, answer) => {
    const house = await houses.open();
    expect(spoken(await ask(house, words))).toEqual(["No such procedure", answer]);
  });

  test("a step with a very long text is cut, with an ellipsis", async () => {
    const long = aProcedure([{ id: "hello", kind: "message", content: "x".repeat(10_000) }]);
    const house = await houses.open({ procedures: [long] });
    const line = spoken(await ask(house, "show test-procedure")).at(-1) ?? "";
    expect(line.length).toBeLessThan(600);
    expect(line).toContain("x…");
  });
});
