import { afterEach, describe, expect, test } from "vitest";
import { company } from "../support/slack/company.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { drawn } from "../support/slack/usher.ts";
import { openDesk } from "./slack-desk.ts";

// What starts by hand, by a shortcut or a workflow: real Bolt, real signatures, real HTTP, the fake Slack.

const { agnes, artur, jane, agents, support } = company;

let house: SlackHouse;
afterEach(() => house.close());

describe("attack 88: who started a procedure by the shortcut", () => {
  test("is shown on the card, does not approve in it, and somebody else does", async () => {
    house = await openDesk();
    const { slack, people, interactions } = house;
    const { message } = await people.writes({ user: jane, channel: support, text: "hello there" });
    await interactions.usesShortcut({ user: agnes, channel: support, ts: message.ts, callbackId: "start_procedure" });
    await interactions.submits({ user: agnes, values: { Procedure: "Payout" } });
    await house.message(support, "Which order?");
    await people.writes({ user: jane, channel: support, thread: message.ts, text: "4711" });
    const card = await slack.until(() => slack.messagesIn(agents).find((one) => drawn(one).includes("press:approve")));
    expect(drawn(card)).toMatch(/Started by.*U\w+/);
    const presses = (user: string) => interactions.presses({ user, channel: agents, ts: card.ts, label: "Approve" });
    await presses(agnes);
    await slack.until(() =>
      slack.state.ephemerals.some((one) => one.to === agnes && drawn(one).includes("You started")),
    );
    expect(house.requests).toEqual([]);
    await presses(artur);
    await slack.until(() => house.requests.length === 1);
    expect(house.accepted().map(({ press }) => press.by.id)).toEqual([artur]);
  });
});
