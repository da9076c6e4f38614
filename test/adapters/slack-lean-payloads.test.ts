import { describe, expect, test } from "vitest";
import { readMessage } from "../../adapters/slack/parse.ts";
import { readAction } from "../../adapters/slack/parse-action.ts";
import { company } from "../support/slack/company.ts";
import { type Fields, fieldsOf } from "../support/slack/fields.ts";
import { readFixture } from "../support/slack/fixtures.ts";
import { slackWorkspace as workspace } from "../support/slack/rig.ts";

// Payloads as local-slack sends them: it leaves out what Slack says twice. What people do there must count all the same.

const { agents, agnes, artur, bot, support } = company;
const from = { platform: "slack", id: artur, name: "artur", role: "customer", external: false } as const;
const reader = { workspace, botUser: bot, agentsChannel: agents, from };

describe("a message in a thread among the agents", () => {
  const said = { type: "message", channel: agents, user: artur, text: "Hello", ts: "1795863792.000027" };
  const inThread = { ...said, thread_ts: "1795863792.000025" };

  test.each([
    ["under nobody knows whose message", inThread],
    ["under one of ours", { ...inThread, parent_user_id: bot }],
  ])("%s may be for a customer: the card decides", (_, payload) => {
    const card = `slack-card:${workspace}:${agents}:1795863792.000025`;
    expect(readMessage(payload, reader)).toMatchObject({ kind: "underCard", card, turn: { text: "Hello" } });
  });

  test("under somebody else's, or in no thread, is for nobody", () => {
    expect(readMessage({ ...inThread, parent_user_id: agnes }, reader)).toEqual({ kind: "nothing" });
    expect(readMessage(said, reader)).toEqual({ kind: "nothing" });
  });
});

describe("a press", () => {
  const press = (about: Fields, container: Fields): Fields => ({
    type: "block_actions",
    user: { id: agnes },
    trigger_id: "1.2.3",
    container,
    actions: [{ action_id: "press:approve", value: "effect-7", action_ts: "1795862563.337" }],
    ...about,
  });

  test("in App Home whose container is called a message and names none, is on no card", () => {
    const action = readAction(press({}, { type: "message", channel_id: "", is_ephemeral: false }), workspace);
    expect(action).toMatchObject({
      kind: "press",
      action: "approve",
      id: "effect-7",
      card: null,
      posted: "",
      at: null,
    });
    const real = fieldsOf(readFixture("block-actions-home")["container"]);
    expect(readAction(press({}, real), workspace)).toEqual(action);
  });

  test("of a choice in a thread that only the message names, answers in that thread", () => {
    const container = { type: "message", channel_id: support, message_ts: "1795863412.000030", is_ephemeral: false };
    const actions = [{ action_id: "choice:1", value: "No", action_ts: "1795862563.337" }];
    const inThread = { text: "Once more?", thread_ts: "1795863412.000005" };
    const at = { workspace, channel: support, thread: "1795863412.000005" };
    expect(readAction(press({ message: inThread, actions }, container), workspace)).toMatchObject({ text: "No", at });
    const alone = { ...at, thread: "1795863412.000030" };
    expect(readAction(press({ message: { text: "Once more?" }, actions }, container), workspace)).toMatchObject({
      at: alone,
    });
  });
});
