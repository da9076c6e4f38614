import { App } from "@slack/bolt";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithBrowser, launchBrowser } from "./browser.ts";
import { describeWithLocalSlack, type LocalSlack, startLocalSlack } from "./local-slack.ts";
import { visitLocalSlack } from "./local-slack-page.ts";
import { freePort } from "./raw-server.ts";
import { silent } from "./slack/bolt-app.ts";
import { company } from "./slack/company.ts";

const { support, agents, jane, agnes } = company;
const plain = (text: string) => ({ type: "plain_text" as const, text });
const button = { type: "button" as const, text: plain("Reject"), action_id: "reject", value: "approval-1" };
const modal = {
  type: "modal" as const,
  callback_id: "reject",
  title: plain("Reject"),
  submit: plain("Send"),
  blocks: [
    {
      type: "input" as const,
      block_id: "why",
      label: plain("Reason"),
      element: { type: "plain_text_input" as const, action_id: "text" },
    },
  ],
};

/** Real Bolt on this port, which answers in threads and asks for a reason. */
async function startBot(port: number, slack: { readonly apiUrl: string }) {
  const app = new App({
    ...{ signingSecret: "signing-secret-of-the-fake", token: company.token, tokenVerificationEnabled: false },
    ...{ logger: silent, convoStore: false, clientOptions: { slackApiUrl: slack.apiUrl, logger: silent } },
  });
  app.message("refund", async ({ message, say }) => {
    await say({ text: "Which order?", thread_ts: message.ts });
    await app.client.chat.postMessage({
      channel: agents,
      text: "Refund?",
      blocks: [{ type: "actions", block_id: "decide", elements: [button] }],
    });
  });
  app.action("reject", async ({ ack, client, body }) => {
    await ack();
    if (body.type === "block_actions") await client.views.open({ trigger_id: body.trigger_id, view: modal });
  });
  app.view("reject", async ({ ack, view, client }) => {
    await ack();
    await client.chat.postMessage({ channel: agents, text: `Rejected: ${view.state.values["why"]?.["text"]?.value}` });
  });
  app.command("/procedures", async ({ ack, command }) =>
    ack({ response_type: "ephemeral", text: `You asked: ${command.text}` }),
  );
  app.event("app_home_opened", async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: "home", blocks: [{ type: "header", text: plain("Nothing waits") }] },
    });
  });
  await app.start({ port, host: "127.0.0.1" });
  return () => app.stop();
}

describeWithLocalSlack("local-slack", () => {
  let slack: LocalSlack;
  let stopBot: () => Promise<unknown>;
  beforeAll(async () => {
    const port = await freePort();
    slack = await startLocalSlack({ requestUrl: `http://127.0.0.1:${port}/slack/events` });
    stopBot = await startBot(port, slack);
  });
  afterAll(async () => {
    await stopBot();
    await slack.stop();
  });

  const said = async (channel: string, text: string) =>
    (await slack.messages(channel)).find((message) => message["text"] === text);

  test("what somebody writes reaches the bot, whose answer stands in the thread", async () => {
    const { ts } = await slack.message({ channel: support, user: jane, text: "I want a refund" });
    const answer = await slack.until(() => said(support, "Which order?"));
    expect(answer).toMatchObject({ thread_ts: ts, user: company.bot });
    expect(await slack.state()).toMatchObject({ apps: [{ botUserId: company.bot, mode: "events" }] });
  });

  test("a press, a modal, a command and the home tab go to the bot and back", async () => {
    const card = await slack.until(() => said(agents, "Refund?"));
    const press = { channel: agents, messageTs: String(card["ts"]), user: agnes };
    await slack.interact({ ...press, action: { ...button, block_id: "decide" } });
    expect(await slack.until(async () => slack.openView())).toMatchObject({ callback_id: "reject" });
    slack.submitView(agnes, { why: { text: { type: "plain_text_input", value: "Too late" } } });
    await slack.until(() => said(agents, "Rejected: Too late"));
    await slack.command({ channel: agents, user: agnes, command: "/procedures", text: "list" });
    expect(await said(agents, "You asked: list")).toMatchObject({ subtype: "ephemeral" });
    await slack.openHome(agnes);
    const { ts } = await slack.message({ channel: support, user: jane, text: "One" });
    await slack.edit({ channel: support, user: jane, ts: String(ts), text: "Two" });
    await slack.remove({ channel: support, user: jane, ts: String(ts) });
    expect(await said(support, "Two")).toBeUndefined();
    await slack.reset();
    expect(await slack.messages(agents)).toEqual([]);
  });

  describeWithBrowser("in Chromium", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(() => browser.close());

    test("people write, press, fill in a modal, run a command and see their home tab", async () => {
      const visitor = await visitLocalSlack(browser, slack);
      await visitor.actAs("Jane Doe");
      await visitor.open("support");
      await visitor.say("I want a refund");
      await visitor.channel.getByText("1 reply").waitFor();
      await visitor.openThread("I want a refund");
      await visitor.thread.getByText("Which order?").waitFor();
      await visitor.reply("1001");
      await visitor.thread.getByText("1001").waitFor();
      await visitor.actAs("Agnes Agent");
      await visitor.open("agents");
      await visitor.channel.getByRole("button", { name: "Reject" }).click();
      await visitor.fill("Reason", "Too late");
      await visitor.modal.getByRole("button", { name: "Send" }).click();
      await visitor.channel.getByText("Rejected: Too late").waitFor();
      await visitor.say("/procedures list");
      await visitor.channel.getByText("You asked: list").waitFor();
      await visitor.open("usher");
      await visitor.home.getByText("Nothing waits").waitFor();
      await visitor.close();
    });
  });
});
