import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import { drawn, startUsherInSlack } from "../support/slack/usher.ts";

// The whole of Usher over a socket that it opens to Slack.

const { support, agents, jane, agnes } = company;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;

beforeEach(async () => {
  folder = await temporaryFolder();
  it = await startUsherInSlack(folder.path, {}, "socket");
  await it.setUp();
});
afterEach(async () => {
  await it.stop();
  await folder.remove();
});

test("a refund with its approval, over a connection that Slack renews in the middle, up to a stop in order", async () => {
  const says = (text: string, thread?: string) =>
    it.people.writes({ user: jane, channel: support, text, ...(thread === undefined ? {} : { thread }) });
  const { message } = await says("I want a refund");
  await it.message(support, "What is your order number?");
  await says("1001", message.ts);
  await it.message(support, "why would you like a refund?");

  const [first] = it.slack.journal.of("apps.connections.open");
  it.slack.sockets.refresh();
  await it.slack.until(
    () => it.slack.journal.of("apps.connections.open").at(-1) !== first && it.slack.sockets.connections() === 1,
  );
  await says("It arrived broken", message.ts);
  const card = await it.message(agents, "Approval needed: create a ticket");
  const pressed = await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label: "Approve" });
  expect(pressed.delivered.status).toBe(200);
  expect((await it.message(support, "Your ticket number is 1")).thread).toBe(message.ts);
  expect(drawn(await it.message(agents, "Done: create a ticket"))).toContain("Approved by agnes");

  await it.usher.stop();
  await it.slack.until(() => it.slack.sockets.connections() === 0);
  await expect(says("Hello?")).rejects.toThrow("No bot is connected");
});

test("Slack posts nothing to an Usher that has a socket: its address is none", async () => {
  const response = await fetch(`${it.usher.url}/slack/events`, { method: "POST", body: "{}" });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
});
