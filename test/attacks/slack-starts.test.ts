import { afterEach, describe, expect, test } from "vitest";
import { aProcedure } from "../support/procedures.ts";
import { company } from "../support/slack/company.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { addMessage } from "../support/slack/messages.ts";
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

describe("a workflow's step that Slack tells of again", () => {
  const pay = aProcedure(
    [
      {
        id: "pay",
        kind: "call",
        method: "POST",
        url: "https://shop.example.com/pay",
        body: { a: "b" },
        approval: "auto",
      },
    ],
    { slug: "pay", name: "Pay", trigger: { when: "Never by words" } },
  );
  const inputs = { procedure: "pay", customer: jane, channel: support, message: "pay" };
  const again = { retry: { num: 1, reason: "http_error" } };
  const runs = () => house.people.runsStep({ team: company.team, callbackId: "run_procedure", inputs });
  const outcome = (execution: string) => house.slack.state.executions.get(execution)?.outcome;

  const obstacles: readonly (readonly [string, () => unknown])[] = [
    ["", () => {}],
    [
      " and whose message has a thousand others behind it",
      () => {
        for (let n = 0; n <= 1000; n += 1) {
          addMessage(house.slack.state, { channel: support, team: company.team, user: jane, text: `m${n}` });
        }
      },
    ],
    [" and whose message somebody has deleted", () => house.slack.state.messages.get(support)?.clear()],
  ];
  test.each(obstacles)(
    "since it was not told how that ended%s: it has run once, and then ends well",
    async (_what, come) => {
      house = await openDesk({ procedures: [pay] });
      house.slack.faults.plan({ method: "functions.completeSuccess", times: 1 }, { kind: "reset", when: "before" });
      const { executionId, envelopes } = await runs();
      await house.slack.until(() => house.requests.length === 1);
      expect(outcome(executionId)?.kind).toBe("running");
      await come();
      expect((await house.bot.event(envelopes[0], again)).status).toBe(200);
      // Neither as a repetition nor as if it were new.
      expect((await house.bot.event(envelopes[0])).status).toBe(200);
      expect(outcome(executionId)?.kind).toBe("done");
      await house.pass(10_000);
      expect(house.requests).toHaveLength(1);
    },
  );

  test("when nothing can have been posted begins then", async () => {
    house = await openDesk({ procedures: [pay] });
    house.slack.faults.plan({ method: "chat.postMessage", times: 1 }, { kind: "error", error: "ratelimited" });
    const { executionId, envelopes, delivered } = await runs();
    expect(delivered).toMatchObject([{ status: 503 }]);
    await house.pass(61_000);
    expect((await house.bot.event(envelopes[0], again)).status).toBe(200);
    expect(outcome(executionId)?.kind).toBe("done");
    await house.slack.until(() => house.requests.length === 1);
  });
});
