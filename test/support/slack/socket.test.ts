import { App } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientOptionsFor, silent } from "./bolt-app.ts";
import { company, startCompany } from "./company.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { createInteractions } from "./interactions.ts";
import { createPeople } from "./people.ts";
import { createSocketDeliverer } from "./socket-deliverer.ts";

let slack: FakeSlack;
let app: App;
let texts: string[];
beforeEach(async () => {
  texts = [];
  slack = await startCompany();
  app = new App({
    socketMode: true,
    appToken: company.appToken,
    token: company.token,
    logger: silent,
    convoStore: false,
    clientOptions: clientOptionsFor(slack),
  });
  app.message(async ({ message, say }) => {
    if (message.subtype === undefined) texts.push(message.text ?? "");
    await say("Heard");
  });
  app.command("/procedures", async ({ ack, command }) => ack(`You asked: ${command.text}`));
  await app.start();
});
afterEach(async () => {
  await app.stop();
  await slack.close();
});

test("a bot in Socket Mode hears people and answers them, also a long text", async () => {
  const people = createPeople(slack, createSocketDeliverer(slack.sockets));
  expect(slack.sockets.connections()).toBe(1);
  const long = `Long ${"x".repeat(70_000)}`;
  for (const text of ["Hi", long]) {
    const { delivered } = await people.writes({ user: company.jane, channel: company.support, text });
    expect(delivered).toMatchObject([{ status: 200 }]);
  }
  await slack.until(() => slack.journal.of("chat.postMessage").filter(({ carriedOut }) => carriedOut).length === 2);
  expect(texts).toEqual(["Hi", long]);
});

test("what a command is acknowledged with is shown to who asked", async () => {
  const people = createInteractions(slack, createSocketDeliverer(slack.sockets));
  await people.runsCommand({ user: company.agnes, channel: company.agents, command: "/procedures", text: "list" });
  expect(slack.state.ephemerals).toMatchObject([{ to: company.agnes, text: "You asked: list" }]);
});

test("a delivery fails when nobody is connected", async () => {
  await app.stop();
  await slack.until(() => slack.sockets.connections() === 0);
  await expect(createSocketDeliverer(slack.sockets).event({})).rejects.toThrow(/No bot is connected/);
});
