import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conversationIdSchema } from "../../src/domain/ids.ts";
import { scripts } from "../crash/crash-scripts.ts";
import { type DurableStore, openDurableStore } from "../crash/crash-store.ts";
import { openSlackStage, slackAgents } from "../crash/slack-stage.ts";
import { aProcedure } from "../support/procedures.ts";
import { channel, company } from "../support/slack/company.ts";
import { tokenIn } from "../support/slack/directory.ts";
import type { Fields } from "../support/slack/fields.ts";
import { paceBreaches } from "../support/slack/journal.ts";
import { messagesIn } from "../support/slack/messages.ts";
import { envelopeOf, interactionOf } from "../support/slack/payloads.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import { drawn } from "../support/slack/usher.ts";

const asked = 1000;
const channels = 50;
const payNow = aProcedure(
  [
    {
      id: "pay",
      kind: "call",
      method: "POST",
      url: "{{connections.shop}}/orders/1001/refund",
      approval: "require",
    },
  ],
  { slug: "pay-now", name: "Pay now", trigger: { when: "When a customer wants money", examples: ["pay me now"] } },
);

let lab: DurableStore;
let stage: ReturnType<typeof openSlackStage>;
const conversations: string[] = [];

/** Lets the clock go on; whatever is ready comes to its end in between. */
async function pass(ms: number): Promise<void> {
  stage.clock.advance(ms);
  for (let round = 0; round < 12; round += 1) await turn();
}

/** The ids of all approvals that wait, as the store has them. */
async function waiting(): Promise<readonly string[]> {
  const ids = conversations.map((id) => conversationIdSchema.parse(id));
  const loaded = await Promise.all(ids.map((id) => lab.store.conversations.load(slackWorkspace, id)));
  return loaded.flatMap((one) => (one?.run?.wait.kind === "approval" ? [one.run.wait.of.id] : []));
}

beforeAll(async () => {
  lab = await openDurableStore([payNow], { workspace: slackWorkspace, agents: slackAgents });
  const [script] = scripts;
  if (script === undefined) throw new Error("there is no script");
  stage = openSlackStage(script, 0);
  const traffic = { underWay: 0, calls: 0 };
  const running = stage.startBoot({ ...stage, store: lab.store, faults: [], exclusive: true, traffic }, 1);
  while (!running.started) await pass(0);
  stage.inbound(running);
  const { state } = stage.world.slack;
  // So many that what the customers are told does not hold up anything.
  for (let n = 0; n < channels; n += 1) {
    const id = `C0FLOOD${String(n).padStart(3, "0")}`;
    state.channels.set(id, channel(id, `flood-${n}`, [company.bot, company.jane]));
  }
  for (let n = 0; n < asked; n += 1) {
    const where = `C0FLOOD${String(n % channels).padStart(3, "0")}`;
    const ts = state.ts();
    conversations.push(`slack:${where}:${ts}`);
    const event = { type: "message", channel: where, user: company.jane, text: "pay me now", ts, event_ts: ts };
    const delivered = stage.bot.event(envelopeOf(state, tokenIn(state, company.team), event));
    await pass(60_000 / asked);
    expect((await delivered).status).toBe(200);
  }
  for (let second = 0; second < 400; second += 1) await pass(1000);
}, 120_000);
afterAll(async () => {
  stage.close();
  await lab.close();
});

describe("attack 114 · 1,000 approvals in a minute become cards at the channel's pace and one digest, in Slack too", () => {
  const inAgents = () => messagesIn(stage.world.slack.state, company.agents);
  const isDigest = (message: Parameters<typeof drawn>[0]): boolean => drawn(message).includes("App Home");

  test("every one of them is asked for, and waits", async () => {
    expect(new Set(await waiting()).size).toBe(asked);
  });

  test("Slack gets no more than it takes", () => {
    const { calls } = stage.world.slack.journal;
    expect(paceBreaches(calls, { graceMs: 1 })).toEqual([]);
    const posts = calls.filter(
      ({ method, args }) => method === "chat.postMessage" && args["channel"] === company.agents,
    );
    for (const { monotonicMs: from } of posts) {
      const minute = posts.filter(({ monotonicMs }) => monotonicMs >= from && monotonicMs < from + 60_000);
      expect(minute.length).toBeLessThanOrEqual(60);
    }
  });

  test("some have a card of their own, and the others one digest, which carries no decision and leads to App Home", () => {
    const digests = inAgents().filter(isDigest);
    expect(digests).toHaveLength(1);
    expect(drawn(digests[0] ?? { text: "", blocks: [] })).not.toMatch(/press:|"button"|"actions"/);
    expect(drawn(digests[0] ?? { text: "", blocks: [] })).toContain("tab=home");
    const cards = inAgents().filter((message) => drawn(message).includes("press:approve"));
    expect(cards.length).toBeGreaterThan(20);
    expect(cards.length).toBeLessThan(asked / 2);
  });

  test("what has no card is decided in App Home, each once", async () => {
    const { state } = stage.world.slack;
    const cards = inAgents().map(drawn).join();
    const without = (await waiting()).filter((id) => !cards.includes(id));
    expect(without.length).toBeGreaterThan(asked / 2);
    const chosen = without.filter((_, at) => at % 40 === 0);
    for (const id of chosen) {
      const pressed: Fields = {
        type: "block_actions",
        ...interactionOf(state, tokenIn(state, company.team), company.agnes),
        container: { type: "view", view_id: "V0HOME00001" },
        trigger_id: "1.2.3",
        actions: [{ type: "button", action_id: "press:approve", block_id: "b", value: id, action_ts: state.ts() }],
      };
      const both = [stage.bot.interaction(pressed), stage.bot.interaction(pressed)];
      await pass(1000);
      expect((await Promise.all(both))[0]?.status).toBe(200);
    }
    await pass(1000);
    const accepted = stage.world.receipts.filter(({ receipt }) => receipt.kind === "accepted");
    expect(accepted.map(({ press }) => press.id)).toEqual(chosen);
    expect(stage.world.arrivals.map(({ key }) => key).toSorted()).toEqual(chosen.toSorted());
    expect(await waiting()).toHaveLength(asked - chosen.length);
  });

  test("App Home shows them with their buttons to an agent", async () => {
    const { state } = stage.world.slack;
    const opened = { type: "app_home_opened", user: company.agnes, tab: "home", channel: "D0AGNES0001" };
    await stage.bot.event(envelopeOf(state, tokenIn(state, company.team), opened));
    for (let second = 0; second < 5; second += 1) await pass(1000);
    const home = JSON.stringify(state.homes.get(`${company.team} ${company.agnes}`)?.json);
    expect(home).toContain("press:approve");
  });
});
