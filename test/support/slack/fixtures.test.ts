import type { App } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BoltBot, clientOptionsFor, startBolt } from "./bolt-app.ts";
import { company, startCompany } from "./company.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { fixtureNames, readFixture, sendFixture } from "./fixtures.ts";
import { createInteractions } from "./interactions.ts";
import { createPeople } from "./people.ts";

let slack: FakeSlack;
let bolt: BoltBot;
/** Which listener of real Bolt took the payload, and for what. */
let taken: string[];

function listen(app: App): void {
  // Bolt acknowledges every event by itself but this one, which belongs to a listener of its own.
  app.function("run_procedure", async ({ payload }) => {
    taken.push(`event ${payload.type}`);
  });
  app.event(/^(?!function_executed$)/, async ({ event }) => {
    taken.push(
      `event ${[event.type, "subtype" in event ? event.subtype : undefined].filter((part) => part).join(" ")}`,
    );
  });
  app.action(/.*/, async ({ action, ack }) => {
    taken.push(`action ${"action_id" in action ? action.action_id : ""}`);
    await ack();
  });
  app.command("/procedures", async ({ command, ack }) => {
    taken.push(`command ${command.text}`);
    await ack();
  });
  app.view(/.*/, async ({ view, ack }) => {
    taken.push(`view ${view.callback_id}`);
    await ack();
  });
  app.view({ callback_id: "reject", type: "view_closed" }, async ({ ack }) => {
    taken.push("closed");
    await ack();
  });
  app.options(/.*/, async ({ options, ack }) => {
    taken.push(`options ${options.value}`);
    await ack({ options: [] });
  });
  app.shortcut(/.*/, async ({ shortcut, ack }) => {
    taken.push(`shortcut ${shortcut.callback_id}`);
    await ack();
  });
}

beforeAll(async () => {
  slack = await startCompany();
  bolt = await startBolt(slack, listen);
});
beforeEach(() => {
  taken = [];
});
afterAll(async () => {
  await bolt.stop();
  await slack.close();
});

const expected: { readonly [name: string]: string } = {
  "app-home-opened-home": "event app_home_opened",
  "app-home-opened-messages": "event app_home_opened",
  "app-mention": "event app_mention",
  "app-uninstalled": "event app_uninstalled",
  "block-actions-connect": "action choose:0",
  "block-actions-ephemeral": "action open_form",
  "block-actions-home": "action approve",
  "block-actions-message": "action approve",
  "block-actions-reject": "action reject",
  "block-actions-select": "action pick",
  "block-suggestion": "options ref",
  "channel-shared": "event channel_shared",
  command: "command list",
  "command-direct": "command help",
  "command-escaped": "command roles set <@U0ARTUR0001|artur> agent <#C0SUPPORT01|support>",
  "function-executed": "event function_executed",
  "member-joined-channel": "event member_joined_channel",
  "message-action": "shortcut start_procedure",
  "message-bot": "event message bot_message",
  "message-changed-edit": "event message message_changed",
  "message-changed-own": "event message message_changed",
  "message-changed-tombstone": "event message message_changed",
  "message-changed-unfurl": "event message message_changed",
  "message-channel": "event message",
  "message-channel-join": "event message channel_join",
  "message-connect": "event message",
  "message-deleted": "event message message_deleted",
  "message-direct": "event message",
  "message-direct-agent-view": "event message",
  "message-file-share": "event message file_share",
  "message-marked-up": "event message",
  "message-me": "event message me_message",
  "message-mention": "event message",
  "message-other-bot": "event message",
  // Bolt leaves out by itself what the bot has said.
  "message-own-bot": "",
  "message-private-channel": "event message",
  "message-thread-broadcast": "event message thread_broadcast",
  "message-thread-reply": "event message",
  "tokens-revoked": "event tokens_revoked",
  "url-verification": "",
  "view-closed": "closed",
  "view-submission-connect": "view reject",
  "view-submission-reject": "view reject",
  "view-submission-start": "view start",
};

test("every fixture has its row here", () => {
  expect(fixtureNames().toSorted()).toEqual(Object.keys(expected).toSorted());
});

test.each(Object.entries(expected))("real Bolt takes %s for what it is", async (name, listener) => {
  const { status } = await sendFixture(bolt.bot, readFixture(name));
  expect(status).toBe(200);
  expect(taken).toEqual(listener === "" ? [] : [listener]);
});

describe("together", () => {
  test("a mention's two events are one message under two ids", () => {
    const [said, mentioned] = [readFixture("message-mention"), readFixture("app-mention")];
    expect(said["event_id"]).not.toBe(mentioned["event_id"]);
    const { channel_type: kind, type: _type, ...message } = fieldsOf(said["event"]);
    expect(kind).toBe("channel");
    expect(mentioned["event"]).toEqual({ ...message, type: "app_mention" });
  });

  test("no two envelopes share an id, and all are of one app", () => {
    const envelopes = fixtureNames()
      .map(readFixture)
      .filter((payload) => "event_id" in payload);
    expect(new Set(envelopes.map((envelope) => envelope["event_id"])).size).toBe(envelopes.length);
    const apps = fixtureNames()
      .map(readFixture)
      .filter((payload) => payload["type"] !== "url_verification");
    expect(new Set(apps.map((payload) => payload["api_app_id"]))).toEqual(new Set([slack.state.app.id]));
  });
});

/** Every field of a payload by its path; the items of a list, and whatever has names of its own, count as one. */
function shapeOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one: unknown) => shapeOf(one, `${path}[]`)))];
  if (typeof value !== "object" || value === null) return [path];
  const free = /\.(?:blocks|values|inputs|actions|files)(?:\[\])?$/;
  if (free.test(path)) return [path];
  return Object.entries(fieldsOf(value)).flatMap(([name, one]) => shapeOf(one, `${path}.${name}`));
}

/** The fields that Slack was seen to send in a fixture, and the fake does not. */
function missing(made: Fields | undefined, fixture: string): readonly string[] {
  const known = new Set(shapeOf(made));
  return shapeOf(readFixture(fixture)).filter((path) => !known.has(path));
}

describe("what the fake makes has the form of the fixtures", () => {
  const { support, shared, agents, jane, carla, agnes, bot, team } = company;

  test("messages, mentions and changes", async () => {
    const people = createPeople(slack, bolt.bot);
    const plain = await people.writes({ user: jane, channel: support, text: "One" });
    expect(missing(plain.envelopes[0], "message-channel")).toEqual([]);
    const mention = await people.writes({ user: jane, channel: support, text: `<@${bot}> One` });
    expect(missing(mention.envelopes[1], "app-mention")).toEqual([]);
    const reply = await people.writes({ user: jane, channel: support, text: "Two", thread: plain.message.ts });
    expect(missing(reply.envelopes[0], "message-thread-reply")).toEqual([]);
    const edited = await people.edits({ channel: support, ts: reply.message.ts, text: "Three" });
    expect(missing(edited.envelopes[0], "message-changed-edit")).toEqual([]);
    const marked = await people.deletes({ channel: support, ts: plain.message.ts });
    expect(missing(marked.envelopes[0], "message-changed-tombstone")).toEqual([".event.previous_message.last_read"]);
    const gone = await people.deletes({ channel: support, ts: reply.message.ts });
    expect(missing(gone.envelopes[0], "message-deleted")).toEqual([]);
    const outside = await people.writes({ user: carla, channel: shared, text: "One" });
    expect(missing(outside.envelopes[0], "message-connect")).toEqual([]);
  });

  test("presses, forms, commands and shortcuts", async () => {
    const people = createInteractions(slack, bolt.bot);
    const card = listOf(fieldsOf(readFixture("block-actions-message")["message"])["blocks"]);
    const web = new WebClient(company.token, clientOptionsFor(slack));
    const posted = fieldsOf(await web.apiCall("chat.postMessage", { channel: agents, text: "Card", blocks: card }));
    const at = { channel: agents, ts: textOf(posted["ts"]) ?? "" };
    const press = await people.presses({ user: agnes, ...at, label: "Approve" });
    expect(missing(press.payload, "block-actions-message")).toEqual([]);
    const shortcut = await people.usesShortcut({ user: agnes, ...at, callbackId: "start_procedure" });
    expect(missing(shortcut.payload, "message-action")).toEqual([".message.client_msg_id"]);
    const command = await people.runsCommand({ user: agnes, channel: agents, command: "/procedures", text: "list" });
    expect(missing(command.payload, "command")).toEqual([]);
    const view = fieldsOf(readFixture("view-submission-reject")["view"]);
    const { callback_id, blocks, title, submit, close, private_metadata } = view;
    const modal = { type: "modal", callback_id, blocks, title, submit, close, private_metadata };
    await web.apiCall("views.open", { trigger_id: press.payload["trigger_id"], view: modal });
    const form = await people.submits({ user: agnes, values: { "Why?": "Because" } });
    expect(missing(form.payload, "view-submission-reject")).toEqual([]);
    await web.apiCall("views.publish", { user_id: agnes, view: { type: "home", blocks: card } });
    const home = await people.pressesInHome({ user: agnes, label: "Approve", team });
    expect(missing(home.payload, "block-actions-home")).toEqual([]);
  });
});
