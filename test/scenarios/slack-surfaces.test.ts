import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import { drawn, startUsherInSlack } from "../support/slack/usher.ts";

// Everything in Slack beside customers' words and agents' cards, with the whole of Usher behind it.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;

beforeEach(async () => {
  folder = await temporaryFolder();
  it = await startUsherInSlack(folder.path);
  await it.setUp();
});
afterEach(async () => {
  await it.stop();
  await folder.remove();
});

const { support, agents, jane, agnes, artur, olga, bot, team, janesDirect } = company;
const refund = "Refund Request Handler";

/** Writes so many procedures into a new folder. */
async function elevenProcedures(path: string): Promise<string> {
  await mkdir(path);
  for (let number = 1; number <= 11; number += 1) {
    const name = `greeting-${number}`;
    const steps = [{ id: "hello", kind: "message", content: "Hello" }];
    await writeFile(join(path, `${name}.json`), JSON.stringify({ slug: name, name, trigger: { when: name }, steps }));
  }
  return path;
}

/** The words of the modal that somebody has before them. */
const modalOf = (user: string): string => {
  const view = it.slack.state.stacks.get(user)?.at(-1);
  return view === undefined ? "" : JSON.stringify(it.slack.state.views.get(view)?.json);
};
/** The Home tab of somebody, once it shows these words. */
const homeWith = (user: string, words: string): Promise<string> =>
  it.slack.until(() => {
    const shown = JSON.stringify(it.slack.state.homes.get(`${team} ${user}`)?.json ?? "");
    return shown.includes(words) && shown;
  });

describe("the shortcut of a message", () => {
  const shortcut = (user: string, ts: string) =>
    it.interactions.usesShortcut({ user, channel: support, ts, callbackId: "start_procedure" });
  const writes = async (user: string, text: string) =>
    (await it.people.writes({ user, channel: support, text })).message;
  const questions = () => it.slack.messagesIn(support).filter((one) => drawn(one).includes("your order number?"));

  test("an agent starts a procedure from a message that Usher did not understand; it runs in the customer's thread", async () => {
    const { ts } = await writes(jane, "Blue elephants sing at noon");
    await shortcut(agnes, ts);
    await shortcut(artur, ts);
    const { delivered } = await it.interactions.submits({ user: agnes, values: { Procedure: refund } });
    expect(delivered.status).toBe(200);
    const asked = await it.message(support, "What is your order number?");
    expect(asked.thread).toBe(ts);
    await it.interactions.submits({ user: artur, values: { Procedure: refund } });
    expect(modalOf(artur)).toContain("was started from this message already");
    await it.people.writes({ user: jane, channel: support, thread: ts, text: "1001" });
    expect((await it.message(support, "why would you like a refund?")).thread).toBe(ts);
    expect(questions()).toHaveLength(1);
  });

  test("attack 92: no customer starts one, also not by a form that an agent has opened before losing the role", async () => {
    const { ts } = await writes(jane, "Blue elephants sing at noon");
    await shortcut(jane, ts);
    expect(modalOf(jane)).toContain("Only agents can start a procedure.");
    await shortcut(agnes, ts);
    await it.command(olga, agents, `roles remove <@${agnes}|agnes>`);
    await it.whispered(olga, "none (a customer)");
    await it.interactions.submits({ user: agnes, values: { Procedure: refund } });
    expect(modalOf(agnes)).toContain("Only agents can start a procedure.");
    expect(questions()).toEqual([]);
  });

  test("nobody starts one for an agent", async () => {
    const { ts } = await writes(artur, "Blue elephants sing at noon");
    await shortcut(agnes, ts);
    expect(modalOf(agnes)).toContain("is an agent here");
  });
});

describe("a workflow's step", () => {
  test("starts a run in a new thread, ends with its link, and is one run however often it is told of", async () => {
    const inputs = { procedure: "refund-request-handler", customer: jane, channel: support };
    const step = await it.people.runsStep({ team, callbackId: "run_procedure", inputs });
    expect(step.delivered).toMatchObject([{ status: 200 }]);
    const root = await it.message(support, "a workflow has started this for you");
    const asked = await it.message(support, "What is your order number?");
    expect(asked.thread).toBe(root.ts);
    const outcome = it.slack.state.executions.get(step.executionId)?.outcome;
    expect(outcome).toMatchObject({
      kind: "done",
      outputs: { link: expect.stringContaining(root.ts.replace(".", "")) },
    });
    await it.bot.event(step.envelopes[0], { retry: { num: 1, reason: "http_timeout" } });
    await it.people.writes({ user: jane, channel: support, thread: root.ts, text: "1001" });
    await it.message(support, "why would you like a refund?");
    expect(it.slack.messagesIn(support).filter((one) => drawn(one).includes("a workflow has started"))).toHaveLength(1);
    expect(it.slack.messagesIn(support).filter((one) => drawn(one).includes("order number?"))).toHaveLength(1);
  });

  test("for an agent it fails, and says why", async () => {
    const inputs = { procedure: "refund-request-handler", customer: agnes, channel: support };
    const step = await it.people.runsStep({ team, callbackId: "run_procedure", inputs });
    expect(it.slack.state.executions.get(step.executionId)?.outcome).toMatchObject({
      kind: "failed",
      error: expect.stringContaining("is an agent here"),
    });
    expect(it.slack.messagesIn(support)).toEqual([]);
  });
});

test("the Messages tab offers what the active procedures are for", async () => {
  await it.people.opensHome({ user: jane, tab: "messages" });
  const prompts = await it.slack.until(() => it.slack.state.prompts.get(janesDirect));
  expect(prompts).toContainEqual({ title: refund, message: "I want a refund" });
  expect(prompts.length).toBeLessThanOrEqual(4);
});

describe("commands", () => {
  const verbs = [
    ["list", "refund-request-handler"],
    ["show refund-request-handler", "open-ticket"],
    ["approvals", "Nothing waits for an approval."],
    ["runs", "There is no run yet."],
    ["why", "Why?"],
    ["channel", "Agents channel"],
    ["roles", "admin"],
    ["health", "Everything is well."],
    ["help", "approvals"],
    ["aprovals", "approvals"],
  ] as const;

  test.each(verbs)(
    "%s: by slash, by mention in a thread, and in a direct message, for whoever asked alone",
    async (text, words) => {
      await it.command(olga, support, `roles add <@${artur}|artur> admin`);
      await it.whispered(olga, "admin");
      const answered = async (where: string): Promise<void> => {
        await it.whispered(agnes, words);
        const [only, ...more] = it.slack.state.ephemerals.splice(0).filter(({ to }) => to === agnes);
        expect(more).toEqual([]);
        expect(only?.channel).toBe(where);
      };
      it.slack.state.ephemerals.splice(0);
      await it.command(agnes, support, text);
      await answered(support);
      const root = await it.people.writes({ user: jane, channel: support, text: "Blue elephants sing at noon" });
      const thread = root.message.ts;
      await it.people.writes({ user: agnes, channel: support, thread, text: `<@${bot}> procedures ${text}` });
      await answered(support);
      const direct = (await it.people.writesDirectly({ user: agnes, text: `<@${bot}> procedures ${text}` })).message
        .channel;
      await answered(direct);
      await it.command(agnes, direct, text);
      await answered(direct);
      // Nobody else saw any of it.
      const posted = it.slack.messagesIn(support).filter(({ botId }) => botId !== null);
      expect(posted).toEqual([]);
    },
  );

  test("“why” under a card, which has no slash commands, tells of the conversation that the card is about", async () => {
    const { message } = await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await it.message(support, "What is your order number?");
    for (const text of ["1001", "It arrived broken"])
      await it.people.writes({ user: jane, channel: support, thread: message.ts, text });
    const card = await it.message(agents, "Approval needed: create a ticket");
    for (const text of [`<@${bot}> why`, `<@${bot}> procedures why`]) {
      await it.people.writes({ user: agnes, channel: agents, thread: card.ts, text });
      const told = await it.whispered(agnes, "In the hands of");
      expect(drawn(told)).toContain("Waiting for approval");
      expect(told.thread).toBe(card.ts);
      it.slack.state.ephemerals.splice(0);
    }
  });

  test("attack 92: without a role, every way gives one private sentence that tells nothing", async () => {
    const { message } = await it.people.writes({ user: jane, channel: support, text: "Blue elephants sing at noon" });
    const nothing = "Just write what you need";
    await it.people.writes({ user: jane, channel: support, thread: message.ts, text: `<@${bot}> procedures list` });
    const told = await it.whispered(jane, nothing);
    expect(told.thread).toBe(message.ts);
    await it.people.writesDirectly({ user: jane, text: `<@${bot}> procedures list` });
    await it.slack.until(() => it.slack.state.ephemerals.some(({ channel }) => channel === janesDirect));
    const seen = it.slack.state.ephemerals.filter(({ to }) => to === jane);
    expect(seen.map(drawn).join()).not.toContain("refund-request-handler");
  });

  test("the agents channel is named as Slack draws it, and its name is kept for where nothing draws it", async () => {
    await it.command(agnes, support, "channel");
    expect(drawn(await it.whispered(agnes, "Agents channel"))).toContain(`<#${agents}>`);
    await it.people.opensHome({ user: agnes, tab: "home" });
    expect(await homeWith(agnes, "Agents channel")).toContain(`<#${agents}>`);
  });
});

describe("a Slack that knows no tables", () => {
  // More than are read from the first to the last.
  beforeEach(async () => {
    await it.stop();
    const procedures = await elevenProcedures(join(folder.path, "procedures"));
    it = await startUsherInSlack(join(folder.path, "eleven"), { USHER_PROCEDURES: procedures });
    await it.setUp();
    it.slack.state.unknownBlocks.add("data_table");
  });

  test("answers of commands come row by row, by slash and by mention", async () => {
    await it.command(agnes, support, "list");
    const bySlash = await it.whispered(agnes, "• greeting-11");
    expect(drawn(bySlash)).not.toContain("data_table");
    it.slack.state.ephemerals.splice(0);
    await it.people.writes({ user: agnes, channel: agents, text: `<@${bot}> list` });
    await it.whispered(agnes, "• greeting-11");
    const refused = it.slack.journal.of("chat.postEphemeral").map(({ answer }) => answer?.body);
    expect(refused).toMatchObject([{ ok: false, error: "invalid_blocks" }, { ok: true }]);
  });
});

describe("App Home", () => {
  test("of an agent: approvals first, then runs, procedures with version and status, the channel, and the health", async () => {
    const { message } = await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    const thread = message.ts;
    await it.message(support, "What is your order number?");
    await it.people.writes({ user: jane, channel: support, thread, text: "1001" });
    await it.message(support, "why would you like a refund?");
    await it.people.writes({ user: jane, channel: support, thread, text: "It arrived broken" });
    await it.message(agents, "Approval needed: create a ticket");
    await it.people.opensHome({ user: agnes, tab: "home" });
    const home = await homeWith(agnes, "Everything is well.");
    const order = ["Approval needed", "Under way", "Starts when", "Agents channel", "Everything is well."];
    const places = order.map((words) => home.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(home).toMatch(/Version: 1.*Status: active/);
    await it.interactions.pressesInHome({ user: agnes, label: "Approve" });
    await it.message(support, "Your ticket number is 1");
    expect(await homeWith(agnes, "Nothing waits for an approval.")).not.toContain("Approval needed");
  });

  test("of a customer says one sentence, and nothing of what there is", async () => {
    await it.people.opensHome({ user: jane, tab: "home" });
    const home = await homeWith(jane, "Just write what you need");
    expect(home).not.toContain("refund-request-handler");
    expect(home).not.toContain("Health");
  });
});
