import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readStep } from "../../adapters/slack/parse-step.ts";
import { createFakeInbound, type FakeInbound } from "../support/fake-inbound.ts";
import { aProcedure } from "../support/procedures.ts";
import { company } from "../support/slack/company.ts";
import { fieldsOf } from "../support/slack/fields.ts";
import { addMessage } from "../support/slack/messages.ts";
import { openSlackRig } from "../support/slack/rig.ts";
import { drawn } from "../support/slack/usher.ts";

const { support, agents, random, shared, jane, agnes, guest, carla, otherBot, otherBotId, team } = company;
const slug = "refund-request-handler";

let rig: Awaited<ReturnType<typeof openSlackRig>>;
let inbound: FakeInbound;
beforeEach(async () => {
  rig = await openSlackRig();
  inbound = createFakeInbound();
  await rig.channel.start(inbound);
});
afterEach(async () => {
  await rig.channel.stop();
  await rig.close();
});

/** The words of the modal that somebody has before them. */
const modalOf = (user: string) => {
  const view = rig.slack.state.stacks.get(user)?.at(-1);
  return view === undefined ? "" : JSON.stringify(rig.slack.state.views.get(view)?.json);
};
const shortcut = (user: string, channel: string, ts: string) =>
  rig.interactions.usesShortcut({ user, channel, ts, callbackId: "start_procedure" });

describe("the shortcut of a message", () => {
  const writes = async (
    about: { readonly user?: string; readonly channel?: string; readonly thread?: string } = {},
  ) => {
    const { message } = await rig.people.writes({
      user: jane,
      channel: support,
      text: "My parcel never came",
      ...about,
    });
    return message;
  };

  test("offers the procedures, and what is chosen starts in the message's thread, for who wrote it", async () => {
    const root = await writes();
    const { ts } = await writes({ thread: root.ts });
    const { delivered } = await shortcut(agnes, support, ts);
    expect(delivered.status).toBe(200);
    expect(modalOf(agnes)).toContain("Refund request");
    await rig.interactions.submits({ user: agnes, values: { Procedure: "Refund request" } });
    expect(rig.slack.state.stacks.get(agnes) ?? []).toEqual([]);
    expect(inbound.reports.at(-1)).toMatchObject({
      slug,
      place: { conversation: `slack:${support}:${root.ts}` },
      turn: { from: { id: jane, role: "customer" }, text: "My parcel never came" },
      by: { id: agnes, external: false },
    });
  });

  test.each([
    ["refused", { kind: "refused", reason: "Only agents can start a procedure." } as const, "Only agents"],
    ["known", { kind: "known" } as const, "was started from this message already"],
  ])("a start that is %s is said in the modal", async (_what, receipt, words) => {
    const { ts } = await writes();
    inbound.answerStart(receipt);
    await shortcut(agnes, support, ts);
    await rig.interactions.submits({ user: agnes, values: { Procedure: "Refund request" } });
    expect(modalOf(agnes)).toContain(words);
  });

  test("who may start nothing reads why, alone", async () => {
    const { ts } = await writes();
    inbound.offer({ kind: "refused", reason: "Only agents can start a procedure." });
    await shortcut(guest, support, ts);
    expect(modalOf(guest)).toContain("Only agents can start a procedure.");
    expect(modalOf(guest)).not.toContain("Refund request");
    expect(rig.slack.messagesIn(support)).toHaveLength(1);
  });

  test("a message of a bot, Usher's own among them, has no customer", async () => {
    for (const [user, botId] of [
      [otherBot, otherBotId],
      [company.bot, company.botId],
    ] as const) {
      const { ts } = addMessage(rig.slack.state, { channel: support, team, user, botId, text: "Order 1001 was sent" });
      await shortcut(agnes, support, ts);
      expect(modalOf(agnes)).toContain("A bot has written this message.");
    }
  });

  test("a message in the agents channel, or where Usher is not, starts nothing", async () => {
    const among = await writes({ user: agnes, channel: agents });
    await shortcut(company.artur, agents, among.ts);
    expect(modalOf(company.artur)).toContain("This is the agents channel.");
    const { ts } = addMessage(rig.slack.state, { channel: random, team, user: jane, text: "My parcel never came" });
    await shortcut(agnes, random, ts);
    expect(modalOf(agnes)).toContain("Usher is not in this channel");
  });

  test("in a direct message Slack is not asked about it, for which Usher has no scope", async () => {
    const { ts } = await writes({ channel: company.janesDirect });
    await shortcut(jane, company.janesDirect, ts);
    expect(modalOf(jane)).toContain("Refund request");
    expect(rig.slack.journal.of("conversations.info")).toEqual([]);
  });

  test.each(["expired_trigger_id", "trigger_expired", "fatal_error"])(
    "no modal (%s): it is said in a message for who asked alone, and nothing was started",
    async (error) => {
      const { ts } = await writes();
      rig.slack.faults.plan({ method: "views.open" }, { kind: "error", error });
      expect((await shortcut(agnes, support, ts)).delivered.status).toBe(200);
      const [told] = await rig.slack.until(() => rig.slack.state.ephemerals.length > 0 && rig.slack.state.ephemerals);
      expect(told).toMatchObject({ to: agnes, channel: support });
      expect(told?.text).toContain("Choose “Start a procedure” again.");
      expect(inbound.reports.filter((report) => "slug" in report)).toEqual([]);
    },
  );

  test("attack 82: a guest who submits comes in as somebody from outside, who starts nothing", async () => {
    const { ts } = await writes();
    await shortcut(guest, support, ts);
    await rig.interactions.submits({ user: guest, values: { Procedure: "Refund request" } });
    expect(inbound.reports.at(-1)).toMatchObject({ by: { id: guest, external: true } });
  });

  test("somebody of another organisation is a customer, and comes in as one who decides nothing", async () => {
    const message = await writes({ user: carla, channel: shared });
    await shortcut(agnes, shared, message.ts);
    await rig.interactions.submits({ user: agnes, values: { Procedure: "Refund request" } });
    expect(inbound.reports.at(-1)).toMatchObject({ turn: { from: { id: carla, external: true } } });
  });
});

describe("a workflow's step", () => {
  const inputs = { procedure: slug, customer: jane, channel: support, message: "My parcel <never> came" };
  const runs = (given: object = inputs) =>
    rig.people.runsStep({ team, callbackId: "run_procedure", inputs: { ...given } });
  const outcome = (execution: string) => rig.slack.state.executions.get(execution)?.outcome;
  const starts = () => inbound.reports.filter((report) => "slug" in report);

  test("starts in a new thread that names the customer, and ends with a link to it", async () => {
    const { executionId, delivered } = await runs();
    expect(delivered).toMatchObject([{ status: 200 }]);
    const [root] = rig.slack.messagesIn(support);
    if (root === undefined) throw new Error("nothing was posted");
    expect(drawn(root)).toContain("My parcel <never> came");
    expect(rig.slack.state.notifications).toMatchObject([{ channel: support, what: `<@${jane}>` }]);
    expect(starts()).toMatchObject([{ slug, by: null, place: { conversation: `slack:${support}:${root.ts}` } }]);
    const link = `https://brightgoods.slack.com/archives/${support}/p${root.ts.replace(".", "")}`;
    expect(outcome(executionId)).toEqual({ kind: "done", outputs: { link } });
  });

  test.each(["message_not_found", "channel_not_found", "internal_error"])(
    "what has started is never reported as failed: without a link to the thread (%s) it ends with one to the channel",
    async (error) => {
      rig.slack.faults.plan({ method: "chat.getPermalink" }, { kind: "error", error });
      const { executionId, delivered } = await runs();
      expect(delivered).toMatchObject([{ status: 200 }]);
      expect(starts()).toHaveLength(1);
      const link = `https://slack.com/app_redirect?channel=${support}`;
      expect(outcome(executionId)).toEqual({ kind: "done", outputs: { link } });
    },
  );

  test("the event again, after it was done, while it is done, or after the post's answer was lost: one thread, one run", async () => {
    rig.slack.faults.plan({ method: "chat.postMessage" }, { kind: "reset", when: "after" });
    const lost = await runs();
    expect(lost.delivered).toMatchObject([{ status: 500 }]);
    const retry = { retry: { num: 1, reason: "http_error" } };
    expect((await rig.bot.event(lost.envelopes[0], retry)).status).toBe(200);
    expect((await rig.bot.event(lost.envelopes[0], retry)).status).toBe(200);
    expect(rig.slack.messagesIn(support)).toHaveLength(1);
    expect(new Set(starts().map((start) => JSON.stringify("turn" in start ? start.turn.id : "")))).toHaveLength(1);
    expect(outcome(lost.executionId)?.kind).toBe("done");

    const posts = () => rig.slack.journal.of("chat.postMessage").length;
    const before = posts();
    rig.slack.faults.plan({ method: "chat.postMessage" }, { kind: "slow", ms: 500 });
    const first = runs();
    await rig.slack.until(() => posts() > before);
    const execution = [...rig.slack.state.executions.keys()].at(-1) ?? "";
    const again = rig.bot.event(envelopeFor(execution, lost.envelopes[0]), retry);
    expect((await first).delivered).toMatchObject([{ status: 200 }]);
    expect((await again).status).toBe(200);
    expect(rig.slack.messagesIn(support)).toHaveLength(2);
  });

  test("when Slack cannot be told how it ended, the event is not taken, and sent again it is told", async () => {
    rig.slack.faults.plan({ method: "functions.completeSuccess" }, { kind: "error", error: "ratelimited" });
    const { executionId, envelopes, delivered } = await runs();
    expect(delivered).toMatchObject([{ status: 503 }]);
    expect(outcome(executionId)?.kind).toBe("running");
    inbound.answerStart({ kind: "known" });
    rig.slack.faults.plan({ method: "conversations.history" }, { kind: "error", error: "internal_error" });
    const retry = { retry: { num: 1, reason: "http_error" } };
    expect((await rig.bot.event(envelopes[0], retry)).status).toBe(503);
    expect(outcome(executionId)?.kind).toBe("running");
    expect(rig.slack.messagesIn(support)).toHaveLength(1);
  });

  test("a start that is refused in the last moment fails the step", async () => {
    inbound.answerStart({ kind: "refused", reason: "This procedure is not active any more. Choose another one." });
    const { executionId } = await runs();
    expect(outcome(executionId)).toEqual({
      kind: "failed",
      error: "This procedure is not active any more. Choose another one.",
    });
  });

  test.each([
    ["a workspace's own", { team: "T1", organisation: null }, { team_id: "T1" }, "ok"],
    ["another workspace's", { team: "T1", organisation: null }, { team_id: "T2" }, "wrong"],
    [
      "one of an organisation that has Usher everywhere",
      { team: null, organisation: "E1" },
      { team_id: "T2", enterprise_id: "E1" },
      "ok",
    ],
    ["another organisation's", { team: null, organisation: "E1" }, { team_id: "T2", enterprise_id: "E2" }, "wrong"],
    ["nobody's", { team: null, organisation: "E1" }, {}, "wrong"],
  ])("a workflow that is %s", (_what, installation, from, kind) => {
    const event = { function_execution_id: "Fx1", inputs };
    expect(readStep({ ...from, event_time: 1, event }, installation)?.wanted.kind).toBe(kind);
  });

  const envelopeFor = (execution: string, envelope: unknown) => {
    const whole = fieldsOf(envelope);
    return { ...whole, event: { ...fieldsOf(whole["event"]), function_execution_id: execution } };
  };

  test("sent again to a process that has not heard of it, with no message to be found: it does not begin", async () => {
    const { envelopes } = await runs();
    const before = starts().length;
    const execution = "Fx0EARLIER1";
    rig.slack.state.executions.set(execution, { id: execution, team, outcome: { kind: "running" } });
    const again = envelopeFor(execution, envelopes[0]);
    expect((await rig.bot.event(again, { retry: { num: 1, reason: "http_timeout" } })).status).toBe(200);
    expect(outcome(execution)).toMatchObject({
      kind: "failed",
      error: expect.stringContaining("nothing happens twice"),
    });
    expect(rig.slack.messagesIn(support)).toHaveLength(1);
    expect(starts()).toHaveLength(before);
  });

  test("where it cannot be seen whether it was begun, it is not begun again, and the workflow's maker reads why", async () => {
    rig.slack.faults.plan({ method: "chat.postMessage" }, { kind: "reset", when: "after" });
    const { executionId, envelopes } = await runs();
    rig.slack.faults.plan({ method: "conversations.history" }, { kind: "error", error: "missing_scope" });
    expect((await rig.bot.event(envelopes[0], { retry: { num: 1, reason: "http_error" } })).status).toBe(200);
    expect(outcome(executionId)).toMatchObject({ kind: "failed", error: expect.stringContaining("missing_scope") });
    expect(rig.slack.messagesIn(support)).toHaveLength(1);
    expect(starts()).toEqual([]);
  });

  test.each([
    ["no such procedure", { procedure: "nothing\u202e" }, /no active procedure “nothing⟨U\+202E⟩”/],
    ["no procedure", { procedure: " " }, /“Procedure” is empty/],
    ["a customer who is no person", { customer: "C0SUPPORT01" }, /“Customer” is no person/],
    ["a bot as customer", { customer: otherBot }, /a bot/],
    ["somebody who is gone", { customer: company.gone }, /gone/],
    ["somebody whom nobody knows", { customer: "U0NOBODY001" }, /the person is gone/],
    ["a direct message as channel", { channel: company.janesDirect }, /“Channel” is no channel/],
    ["the agents channel", { channel: agents }, /agents channel/],
    ["a channel without Usher", { channel: random }, /invite Usher to the channel/],
    ["a message that is no text", { message: 5 }, /“Message” is no text/],
  ])("%s: it fails with a plain reason, and nothing is begun", async (_what, wrong, reason) => {
    const { executionId, delivered } = await runs({ ...inputs, ...wrong });
    expect(delivered).toMatchObject([{ status: 200 }]);
    expect(outcome(executionId)).toMatchObject({ kind: "failed", error: expect.stringMatching(reason) });
    expect(starts()).toEqual([]);
    expect(rig.slack.messagesIn(support)).toEqual([]);
  });

  test("an agent as customer is refused before anything is said", async () => {
    inbound.offer({ kind: "refused", reason: "This person is an agent here." });
    const { executionId } = await runs();
    expect(outcome(executionId)).toEqual({ kind: "failed", error: "This person is an agent here." });
    expect(rig.slack.messagesIn(support)).toEqual([]);
  });

  test("a workflow of another organisation starts nothing", async () => {
    const { executionId, envelopes } = await runs({ ...inputs, procedure: "x" });
    const envelope = { ...fieldsOf(envelopes[0]), team_id: company.partner };
    const foreign = envelopeFor("Fx0FOREIGN1", envelope);
    rig.slack.state.executions.set("Fx0FOREIGN1", { id: "Fx0FOREIGN1", team, outcome: { kind: "running" } });
    expect((await rig.bot.event({ ...foreign, event: { ...fieldsOf(foreign.event), inputs } })).status).toBe(200);
    expect(outcome("Fx0FOREIGN1")).toMatchObject({ error: expect.stringContaining("Only workflows of the workspace") });
    expect(outcome(executionId)?.kind).toBe("failed");
    expect(starts()).toEqual([]);
  });
});

describe("suggested prompts", () => {
  const procedures = (all: readonly (readonly string[])[]) => {
    for (const [index, examples] of all.entries()) {
      const about = { slug: `p-${index}`, name: `Procedure ${index}`, trigger: { when: "Somebody asks", examples } };
      const procedure = aProcedure([{ id: "hi", kind: "message", content: "Hi" }], about);
      rig.inspector.active.push({ procedure, version: 1 });
    }
  };

  test("are the first examples of four active procedures", async () => {
    procedures([["I want a refund", "Money back"], [], ["Where is it?"], ["Lead"], ["Four"], ["Five"]]);
    await rig.people.opensHome({ user: jane, tab: "messages" });
    await rig.slack.until(() => rig.slack.state.prompts.get(company.janesDirect));
    expect(rig.slack.state.prompts.get(company.janesDirect)).toEqual([
      { title: "Procedure 0", message: "I want a refund" },
      { title: "Procedure 2", message: "Where is it?" },
      { title: "Procedure 3", message: "Lead" },
      { title: "Procedure 4", message: "Four" },
    ]);
    expect(rig.slack.journal.of("assistant.threads.setSuggestedPrompts")[0]?.args).not.toHaveProperty("thread_ts");
  });

  test("are not asked for where no procedure has an example", async () => {
    procedures([[]]);
    expect((await rig.people.opensHome({ user: jane, tab: "messages" })).delivered).toMatchObject([{ status: 200 }]);
    await rig.channel.stop();
    expect(rig.slack.journal.of("assistant.threads.setSuggestedPrompts")).toEqual([]);
  });

  test.each(["unknown_method", "missing_scope"])("%s: it is asked for once, and never again", async (error) => {
    procedures([["I want a refund"]]);
    rig.slack.faults.plan({ method: "assistant.threads.setSuggestedPrompts" }, { kind: "error", error });
    await rig.people.opensHome({ user: jane, tab: "messages" });
    await rig.slack.until(() => rig.slack.journal.of("assistant.threads.setSuggestedPrompts")[0]?.answer);
    await rig.people.opensHome({ user: jane, tab: "messages" });
    await rig.channel.stop();
    expect(rig.slack.journal.of("assistant.threads.setSuggestedPrompts")).toHaveLength(1);
  });
});
