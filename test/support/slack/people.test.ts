import type { App } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoltBot, startBolt } from "./bolt-app.ts";
import { company, installAtPartner, startCompany } from "./company.ts";
import { deliverUntilTaken } from "./deliver.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { asTyped, createPeople, type People } from "./people.ts";

const { support, shared, agents, jane, carla, agnes, bot } = company;

let slack: FakeSlack;
let bolt: BoltBot;
let people: People;
let heard: { readonly event: Fields; readonly body: Fields }[];
let failing: boolean;

/** Every event that Bolt hands to a listener, and one bot that answers in the thread. */
function listen(app: App): void {
  const kinds = [
    "message",
    "app_mention",
    "member_joined_channel",
    "app_home_opened",
    "app_uninstalled",
    "tokens_revoked",
    "channel_shared",
  ];
  for (const kind of kinds) {
    app.event(kind, async ({ event, body }) => {
      if (failing) throw new Error("The store is down.");
      heard.push({ event: fieldsOf(event), body: fieldsOf(body) });
    });
  }
  app.message(/^ping/, async ({ message, say }) => {
    await say({ text: "pong", thread_ts: message.ts });
  });
  app.function("run_procedure", async ({ inputs, complete, fail }) => {
    if (inputs["procedure"] === "refund") await complete({ outputs: { result: "started" } });
    else await fail({ error: "No such procedure." });
  });
}

beforeEach(async () => {
  heard = [];
  failing = false;
  slack = await startCompany();
  bolt = await startBolt(slack, listen);
  people = createPeople(slack, bolt.bot);
});
afterEach(async () => {
  await bolt.stop();
  await slack.close();
});

const kinds = () => heard.map(({ event }) => event["subtype"] ?? event["type"]);
const lastEvent = () => heard.at(-1)?.event ?? {};

describe("writing", () => {
  test("a message is in Slack before the bot hears of it, and what the bot says comes after it", async () => {
    const { message, delivered } = await people.writes({ user: jane, channel: support, text: "ping" });
    expect(delivered).toMatchObject([{ status: 200 }]);
    expect(slack.messagesIn(support)).toMatchObject([
      { ts: message.ts, user: jane, text: "ping", botId: null },
      { user: bot, text: "pong", thread: message.ts },
    ]);
  });

  test("a message says who, where and when, with the rich text of Slack's client", async () => {
    const { message } = await people.writes({
      user: jane,
      channel: support,
      text: "See <https://a.example|this> &amp; that",
    });
    expect(heard).toMatchObject([
      {
        event: {
          type: "message",
          user: jane,
          channel: support,
          channel_type: "channel",
          ts: message.ts,
          event_ts: message.ts,
          team: company.team,
          client_msg_id: message.clientMsgId,
          blocks: [
            {
              type: "rich_text",
              elements: [
                { elements: [{ text: "See " }, { type: "link", url: "https://a.example" }, { text: " & that" }] },
              ],
            },
          ],
        },
        body: {
          type: "event_callback",
          team_id: company.team,
          api_app_id: slack.state.app.id,
          is_ext_shared_channel: false,
          authorizations: [{ team_id: company.team, user_id: bot, is_bot: true }],
        },
      },
    ]);
    expect(lastEvent()).not.toHaveProperty("thread_ts");
    expect(lastEvent()).not.toHaveProperty("user_team");
  });

  test.each([
    ["message first", ["message", "app_mention"]],
    ["mention first", ["app_mention", "message"]],
  ] as const)("one mention comes as two events with one timestamp: %s", async (order, expected) => {
    const { envelopes } = await people.writes({ user: jane, channel: support, text: `<@${bot}> hello`, order });
    expect(kinds()).toEqual(expected);
    expect(new Set(heard.map(({ event }) => event["ts"])).size).toBe(1);
    expect(new Set(heard.map(({ event }) => event["client_msg_id"])).size).toBe(1);
    expect(new Set(envelopes.map((envelope) => envelope["event_id"])).size).toBe(2);
  });

  test("a mention in a direct message is a message only", async () => {
    await people.writesDirectly({ user: jane, text: `<@${bot}> hello` });
    expect(heard.map(({ event }) => event["channel_type"])).toEqual(["im"]);
    expect(lastEvent()).toMatchObject({ channel: company.janesDirect });
  });

  test("in a shared channel it says from which team the writer is", async () => {
    await people.writes({ user: carla, channel: shared, text: "Hello" });
    expect(heard).toMatchObject([
      {
        event: { user_team: company.partner, source_team: company.partner, user_profile: { team: company.partner } },
        body: { team_id: company.team, is_ext_shared_channel: true },
      },
    ]);
  });

  test("two teams that have the app both hear of a shared channel, or the one that is named", async () => {
    installAtPartner(slack);
    await people.writes({ user: carla, channel: shared, text: "Hello" });
    await people.writes({ user: carla, channel: shared, text: "Again", to: [company.partner] });
    expect(heard.map(({ body }) => body["team_id"])).toEqual([company.team, company.partner, company.partner]);
  });

  test("replies, broadcasts, files and actions have their own form", async () => {
    const { message: root } = await people.writes({ user: jane, channel: support, text: "Root" });
    const about = { user: jane, channel: support, thread: root.ts };
    await people.writes({ ...about, text: "Reply" });
    expect(lastEvent()).toMatchObject({ thread_ts: root.ts, parent_user_id: jane });
    await people.writes({ ...about, text: "All", broadcast: true });
    expect(lastEvent()).toMatchObject({ subtype: "thread_broadcast", root: { ts: root.ts, reply_count: 2 } });
    await people.writes({ user: jane, channel: support, text: "", files: ["bill.pdf"] });
    expect(lastEvent()).toMatchObject({ subtype: "file_share", files: [{ name: "bill.pdf" }] });
    await people.writes({ user: jane, channel: support, text: "waves", me: true });
    expect(lastEvent()).toMatchObject({ subtype: "me_message", text: "waves" });
    expect(lastEvent()).not.toHaveProperty("client_msg_id");
  });

  test("nobody writes where they are not", async () => {
    await expect(people.writes({ user: jane, channel: agents, text: "Hi" })).rejects.toThrow(/is not in/);
  });

  test("what people type is wrapped and escaped as Slack's client does it", () => {
    expect(asTyped("I'm jane@x.com & <b> https://a.example/x")).toBe(
      "I'm <mailto:jane@x.com|jane@x.com> &amp; &lt;b&gt; <https://a.example/x>",
    );
  });
});

describe("changes", () => {
  test("an edit, a link that unfolds and a deletion are told apart by what changed", async () => {
    const { message } = await people.writes({ user: jane, channel: support, text: "One" });
    const at = { channel: support, ts: message.ts };
    await people.edits({ ...at, text: "Two" });
    expect(lastEvent()).toMatchObject({
      subtype: "message_changed",
      message: { text: "Two", ts: message.ts, edited: { user: jane }, user_team: company.team },
      previous_message: { text: "One" },
    });
    await people.unfolds({ ...at, url: "https://a.example" });
    expect(lastEvent()).toMatchObject({
      message: { text: "Two", attachments: [{}] },
      previous_message: { text: "Two" },
    });
    await people.deletes(at);
    expect(lastEvent()).toMatchObject({
      subtype: "message_deleted",
      deleted_ts: message.ts,
      previous_message: { text: "Two" },
    });
    expect(slack.messagesIn(support)).toEqual([]);
  });

  test("the first message of a thread leaves a mark behind, and that is an edit for the bot", async () => {
    const { message } = await people.writes({ user: jane, channel: support, text: "ping" });
    await people.deletes({ channel: support, ts: message.ts });
    expect(lastEvent()).toMatchObject({
      subtype: "message_changed",
      message: { subtype: "tombstone", user: "USLACKBOT", hidden: true, reply_count: 1 },
      previous_message: { text: "ping", user: jane },
    });
  });

  test("a join is a message and an event, and then people can write", async () => {
    await people.joins({ user: agnes, channel: support, inviter: jane });
    expect(kinds()).toEqual(["channel_join", "member_joined_channel"]);
    expect(lastEvent()).toMatchObject({ inviter: jane, channel_type: "C" });
  });

  test("the bot's own messages and other bots' come back with who wrote them", async () => {
    const { otherBot, otherBotId } = company;
    await people.writes({ user: jane, channel: support, text: "ping" });
    const own = slack.messagesIn(support).at(-1);
    if (own === undefined) throw new Error("The bot said nothing.");
    const { envelopes } = await people.hearsOf(own);
    expect(envelopes).toMatchObject([{ event: { bot_id: company.botId, user: bot, app_id: slack.state.app.id } }]);
    const other = { ...own, user: otherBot, botId: otherBotId, text: "Beep" };
    const [theirs] = (await people.hearsOf(other)).envelopes;
    expect(theirs).toMatchObject({
      event: { bot_id: otherBotId, app_id: "A0OTHERAPP1", bot_profile: { id: otherBotId } },
    });
    // Bolt itself leaves out what the bot said.
    expect(heard.map(({ event }) => event["text"])).toEqual(["ping", "Beep"]);
  });

  test("the home tab opens with its content, the messages tab without", async () => {
    await people.opensHome({ user: jane, tab: "messages" });
    await people.opensHome({ user: jane, tab: "home" });
    expect(heard.map(({ event }) => event["tab"])).toEqual(["messages", "home"]);
    expect(lastEvent()).toMatchObject({ channel: company.janesDirect, user: jane });
  });

  test("a channel that is shared says so from then on", async () => {
    await people.shares({ channel: agents, team: company.partner });
    expect(lastEvent()).toMatchObject({ type: "channel_shared", connected_team_id: company.partner });
    expect(slack.state.channels.get(agents)).toMatchObject({ isExtShared: true });
  });
});

describe("the app", () => {
  test("an uninstalled app hears of it in any order, and its token is void already", async () => {
    await people.uninstalls({ team: company.team, order: ["app_uninstalled", "tokens_revoked"] });
    expect(kinds()).toEqual(["app_uninstalled", "tokens_revoked"]);
    expect(lastEvent()).toMatchObject({ tokens: { bot: [bot], oauth: [] } });
    const after = await people.writes({ user: jane, channel: support, text: "ping" });
    expect(after.envelopes).toEqual([]);
    expect(slack.state.tokens.get(company.token)?.end).toBe("account_inactive");
  });

  test("a workflow's step ends once, with what the bot says", async () => {
    const step = { team: company.team, callbackId: "run_procedure" };
    const right = await people.runsStep({ ...step, inputs: { procedure: "refund" } });
    expect(slack.state.executions.get(right.executionId)?.outcome).toEqual({
      kind: "done",
      outputs: { result: "started" },
    });
    const wrong = await people.runsStep({ ...step, inputs: { procedure: "x" } });
    expect(slack.state.executions.get(wrong.executionId)?.outcome).toEqual({
      kind: "failed",
      error: "No such procedure.",
    });
    await bolt.bot.event(right.envelopes[0]);
    expect(slack.journal.calls.at(-1)?.answer?.body).toMatchObject({ error: "execution_not_in_running_state" });
  });

  test("Slack sends an event again that was not taken, three times at most, and says so", async () => {
    failing = true;
    const { envelopes } = await people.writes({ user: jane, channel: support, text: "Hi" });
    const answers = await deliverUntilTaken(bolt.bot, envelopes[0]);
    expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
    failing = false;
    expect(await deliverUntilTaken(bolt.bot, envelopes[0])).toMatchObject([{ status: 200 }]);
    expect(heard).toHaveLength(1);
  });
});
