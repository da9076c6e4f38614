import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../fake-clock.ts";
import { clientOptionsFor } from "./bolt-app.ts";
import { channel, company, installAtPartner, startCompany, user } from "./company.ts";
import { tokenIn } from "./directory.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { type Fields, fieldsOf, listOf } from "./fields.ts";
import { grant } from "./methods-app.ts";

let slack: FakeSlack;
let clock: FakeClock;
let web: WebClient;
beforeEach(async () => {
  clock = createFakeClock();
  slack = await startCompany({ clock });
  web = clientWith(company.token);
});
afterEach(() => slack.close());

const { support, shared, agents, archived, random, jane, agnes, bot } = company;

function clientWith(token?: string): WebClient {
  return new WebClient(token, clientOptionsFor(slack));
}

/** The code with which Slack refuses, and what it adds. */
async function refusal(call: Promise<unknown>): Promise<Fields> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (typeof error !== "object" || error === null || !("data" in error))
    throw new Error(`Not refused by Slack: ${error}`);
  return fieldsOf(error.data);
}

describe("tokens", () => {
  test("auth.test tells whose bot it is and where", async () => {
    const answer = await web.auth.test();
    expect(answer).toMatchObject({ team_id: company.team, user_id: bot, bot_id: company.botId, team: "Bright Goods" });
  });

  test.each([
    ["none", undefined, "not_authed"],
    ["an unknown one", "xoxb-unknown", "invalid_auth"],
  ])("%s is refused", async (_name, token, error) => {
    expect(await refusal(clientWith(token).auth.test())).toMatchObject({ error });
  });

  test("a token that was revoked is refused from then on, in that team alone", async () => {
    const partner = clientWith(installAtPartner(slack).token);
    expect(await web.auth.revoke()).toMatchObject({ revoked: true });
    expect(await refusal(web.chat.postMessage({ channel: support, text: "Hi" }))).toMatchObject({
      error: "token_revoked",
    });
    expect(await partner.auth.test()).toMatchObject({ team_id: company.partner });
  });

  test("a bot whose user was deactivated is refused", async () => {
    const user = slack.state.users.get(bot);
    if (user !== undefined) slack.state.users.set(bot, { ...user, deleted: true });
    expect(await refusal(web.auth.test())).toMatchObject({ error: "account_inactive" });
  });

  test("a missing scope is named, beside those that are there", async () => {
    slack.state.tokens.set("xoxb-poor", {
      token: "xoxb-poor",
      team: company.team,
      bot: { user: bot, id: "B1" },
      scopes: ["users:read"],
      end: null,
    });
    const poor = clientWith("xoxb-poor");
    expect(await refusal(poor.chat.postMessage({ channel: support, text: "Hi" }))).toMatchObject({
      error: "missing_scope",
      needed: "chat:write",
      provided: "users:read",
    });
    expect(await refusal(poor.conversations.info({ channel: agents }))).toMatchObject({ needed: "groups:read" });
    expect((await poor.users.info({ user: jane })).user?.profile?.email).toBeUndefined();
  });

  test("a method that Slack does not have is refused", async () => {
    expect(await refusal(web.apiCall("chat.shout", {}))).toMatchObject({ error: "unknown_method" });
  });

  test("arguments may come as JSON, and the token among them", async () => {
    const body = { token: company.token, channel: support, blocks: [section("Hi")], text: "Hi" };
    const sent = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(body),
    });
    expect(await sent.json()).toMatchObject({ ok: true, channel: support });
    expect(JSON.stringify(slack.journal.calls)).not.toContain(company.token);
  });
});

describe("messages", () => {
  test("a post stands in its thread, and the thread tells how many answers it has", async () => {
    const root = await web.chat.postMessage({ channel: support, text: "Root" });
    const reply = await web.chat.postMessage({ channel: support, text: "Reply", thread_ts: root.ts ?? "" });
    const thread = await web.conversations.replies({ channel: support, ts: root.ts ?? "" });
    expect(thread.messages).toMatchObject([
      { text: "Root", ts: root.ts, reply_count: 1, latest_reply: reply.ts, user: bot, bot_id: company.botId },
      { text: "Reply", ts: reply.ts, thread_ts: root.ts, parent_user_id: bot },
    ]);
    const top = await web.conversations.history({ channel: support });
    expect(top.messages?.map(({ text }) => text)).toEqual(["Root"]);
  });

  test("metadata is kept, and handed out only to who asks for it", async () => {
    const metadata = { event_type: "usher_effect", event_payload: { id: "e-1" } };
    const root = await web.chat.postMessage({ channel: support, text: "Root", metadata });
    const bare = await web.conversations.replies({ channel: support, ts: root.ts ?? "" });
    expect(bare.messages?.[0]).not.toHaveProperty("metadata");
    const full = await web.conversations.replies({ channel: support, ts: root.ts ?? "", include_all_metadata: true });
    expect(full.messages?.[0]).toMatchObject({ metadata });
    expect(
      await refusal(web.apiCall("chat.postMessage", { channel: support, text: "a", metadata: { event_type: "x" } })),
    ).toMatchObject({
      error: "invalid_metadata_format",
    });
  });

  test("a link leads to a message, also in a thread", async () => {
    const root = await web.chat.postMessage({ channel: support, text: "Root" });
    const reply = await web.chat.postMessage({ channel: support, text: "Reply", thread_ts: root.ts ?? "" });
    const link = await web.chat.getPermalink({ channel: support, message_ts: reply.ts ?? "" });
    const id = reply.ts?.replace(".", "");
    const at = `https://brightgoods.slack.com/archives/${support}/p${id}`;
    expect(link.permalink).toBe(`${at}?thread_ts=${root.ts}&cid=${support}`);
  });

  test("of two posts in one moment the later has the later timestamp, also when the clock goes back", async () => {
    const first = await web.chat.postMessage({ channel: support, text: "1" });
    clock.jump(-3_600_000);
    const second = await web.chat.postMessage({ channel: support, text: "2" });
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
    expect(first.ts).toMatch(/^\d{10}\.\d{6}$/);
  });

  test("an update with text alone drops the blocks; without a text it keeps both", async () => {
    const posted = await web.chat.postMessage({ channel: support, text: "Old", blocks: [section("Old")] });
    const at = { channel: support, ts: posted.ts ?? "" };
    await web.apiCall("chat.update", { ...at, metadata: { event_type: "x", event_payload: {} } });
    expect(slack.messagesIn(support).at(-1)).toMatchObject({ text: "Old", blocks: [{ type: "section" }] });
    await web.chat.update({ ...at, text: "New" });
    expect(slack.messagesIn(support).at(-1)).toMatchObject({
      text: "New",
      blocks: [],
      metadata: { event_type: "x" },
    });
  });

  test("pages lead through a long thread once, with nothing twice", async () => {
    const root = await web.chat.postMessage({ channel: support, text: "0" });
    for (const text of ["1", "2", "3", "4"])
      await web.chat.postMessage({ channel: support, text, thread_ts: root.ts ?? "" });
    const seen: unknown[] = [];
    for await (const page of web.paginate("conversations.replies", { channel: support, ts: root.ts ?? "", limit: 2 })) {
      seen.push(...listOf(fieldsOf(page)["messages"]).map(({ text }) => text));
    }
    expect(seen).toEqual(["0", "1", "2", "3", "4"]);
    const late = await web.conversations.replies({
      channel: support,
      ts: root.ts ?? "",
      oldest: root.ts ?? "",
      limit: 1,
    });
    expect(late.messages?.[0]?.text).toBe("0");
  });

  test.each([
    ["an unknown channel", { channel: "C0NOWHERE01", text: "a" }, "channel_not_found"],
    ["a public channel without the bot", { channel: random, text: "a" }, "not_in_channel"],
    ["an archived channel", { channel: archived, text: "a" }, "is_archived"],
    ["no text", { channel: support }, "no_text"],
    ["no channel", { text: "a" }, "invalid_arguments"],
    ["blocks that are no JSON", { channel: support, blocks: "[" }, "invalid_blocks_format"],
    ["an unknown block", { channel: support, blocks: [{ type: "marquee" }] }, "invalid_blocks"],
    ["blocks that are too long together", { channel: support, blocks: longBlocks() }, "msg_blocks_too_long"],
  ])("a post with %s is refused", async (_name, args, error) => {
    expect(await refusal(web.apiCall("chat.postMessage", args))).toMatchObject({ error });
    expect(slack.state.messages.size).toBe(0);
  });

  test("a private channel is not to be found for a bot outside it", async () => {
    slack.state.channels.set("C0SECRET001", channel("C0SECRET001", "secret", [agnes], { isPrivate: true }));
    expect(await refusal(web.conversations.info({ channel: "C0SECRET001" }))).toMatchObject({
      error: "channel_not_found",
    });
  });

  test("a long text of a post is cut, of an update refused", async () => {
    const posted = await web.chat.postMessage({ channel: support, text: "x".repeat(40_001) });
    expect(posted.message?.text).toHaveLength(40_000);
    const call = web.chat.update({ channel: support, ts: posted.ts ?? "", text: "x".repeat(4001) });
    expect(await refusal(call)).toMatchObject({ error: "msg_too_long" });
  });

  test("nobody's message but its own can be changed or removed", async () => {
    const partner = clientWith(installAtPartner(slack).token);
    const posted = await partner.chat.postMessage({ channel: shared, text: "Theirs" });
    const at = { channel: shared, ts: posted.ts ?? "" };
    expect(await refusal(web.chat.update({ ...at, text: "Ours" }))).toMatchObject({ error: "cant_update_message" });
    expect(await refusal(web.chat.delete(at))).toMatchObject({ error: "cant_delete_message" });
    expect(await refusal(web.chat.delete({ channel: shared, ts: "1.000000" }))).toMatchObject({
      error: "message_not_found",
    });
    await partner.chat.delete(at);
    expect(slack.messagesIn(shared)).toEqual([]);
  });

  test("an ephemeral has one reader, stands in no history and can't be updated", async () => {
    const sent = await web.chat.postEphemeral({ channel: support, user: jane, text: "For you" });
    const at = { channel: support, ts: sent.message_ts ?? "" };
    expect(slack.state.ephemerals).toMatchObject([{ to: jane, text: "For you", channel: support }]);
    expect((await web.conversations.history({ channel: support })).messages).toEqual([]);
    expect(await refusal(web.chat.update({ ...at, text: "b" }))).toMatchObject({ error: "message_not_found" });
    const astray = web.chat.postEphemeral({ channel: agents, user: jane, text: "a" });
    expect(await refusal(astray)).toMatchObject({ error: "user_not_in_channel" });
  });
});

describe("people and channels", () => {
  test("a channel that is shared outside says so, and with whom", async () => {
    expect((await web.conversations.info({ channel: shared, include_num_members: true })).channel).toMatchObject({
      is_ext_shared: true,
      connected_team_ids: [company.partner],
      is_private: false,
      num_members: 5,
    });
    expect((await web.conversations.info({ channel: agents })).channel).toMatchObject({
      is_ext_shared: false,
      is_private: true,
    });
  });

  test("guests, the deactivated and people from outside can be told apart", async () => {
    const told = async (id: string) => (await web.users.info({ user: id })).user;
    expect(await told(company.guest)).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
    expect(await told(company.singleGuest)).toMatchObject({ is_ultra_restricted: true });
    expect(await told(company.gone)).toMatchObject({ deleted: true });
    expect(await told(company.carla)).toMatchObject({ team_id: company.partner, is_stranger: false });
    expect(await told(company.stranger)).toMatchObject({ is_stranger: true });
    expect(await told(jane)).not.toHaveProperty("is_stranger");
    expect(await refusal(web.users.info({ user: "U0NOBODY001" }))).toMatchObject({ error: "user_not_found" });
    slack.state.users.set("U0FARAWAY01", user("U0FARAWAY01", "far", { team: company.partner }));
    expect(await refusal(web.users.info({ user: "U0FARAWAY01" }))).toMatchObject({ error: "user_not_visible" });
  });

  /** Usher itself is granted less than what the fake knows. */
  const grantMore = (...scopes: readonly string[]): void => {
    const token = tokenIn(slack.state, company.team);
    slack.state.tokens.set(token.token, { ...token, scopes: [...token.scopes, ...scopes] });
  };

  test("a direct message is opened once, and a person's id stands for it", async () => {
    grantMore("im:write");
    const opened = await web.conversations.open({ users: agnes });
    const again = await web.conversations.open({ users: agnes });
    expect(again.channel?.id).toBe(opened.channel?.id);
    expect((await web.chat.postMessage({ channel: agnes, text: "Hi" })).channel).toBe(opened.channel?.id);
    expect(await refusal(web.conversations.open({ users: company.gone }))).toMatchObject({ error: "user_disabled" });
  });

  test("the bot joins a public channel and can write there", async () => {
    grantMore("channels:join");
    await web.conversations.join({ channel: random });
    expect((await web.conversations.members({ channel: random })).members).toContain(bot);
    expect(await web.chat.postMessage({ channel: random, text: "Hi" })).toMatchObject({ ok: true });
    const hidden = await refusal(web.conversations.join({ channel: agents }));
    expect(hidden).toMatchObject({ error: "method_not_supported_for_channel_type" });
  });

  test("lists hold what the bot may see, a page at a time", async () => {
    const names: unknown[] = [];
    const query = { types: "public_channel,private_channel", exclude_archived: true, limit: 2 };
    for await (const page of web.paginate("conversations.list", query)) {
      names.push(...listOf(fieldsOf(page)["channels"]).map(({ name }) => name));
    }
    expect(names).toEqual(["support", "partner-support", "agents", "random"]);
    expect((await web.users.list({})).members?.map(({ id }) => id)).not.toContain(company.carla);
  });
});

describe("the app itself", () => {
  test("a code is exchanged for a token once, by who knows the secret", async () => {
    const { clientId: client_id, clientSecret: client_secret } = slack.state.app;
    const redirectUri = "https://usher.example.com/slack/oauth_redirect";
    const code = grant(slack.state, {
      team: company.partner,
      user: company.carla,
      scopes: ["chat:write"],
      redirectUri,
    });
    const oauth = (args: object) =>
      clientWith().oauth.v2.access({ client_id, client_secret, code, redirect_uri: redirectUri, ...args });
    expect(await refusal(oauth({ client_secret: "guess" }))).toMatchObject({ error: "bad_client_secret" });
    expect(await refusal(oauth({ redirect_uri: "https://evil.example.com" }))).toMatchObject({
      error: "bad_redirect_uri",
    });
    const given = await oauth({});
    expect(given).toMatchObject({
      team: { id: company.partner },
      authed_user: { id: company.carla },
      scope: "chat:write",
    });
    expect(await clientWith(given.access_token).auth.test()).toMatchObject({ user_id: given.bot_user_id });
    expect(await refusal(oauth({}))).toMatchObject({ error: "invalid_code" });
  });

  test("a status stands until the bot writes, and prompts stay", async () => {
    const root = await web.chat.postMessage({ channel: company.janesDirect, text: "Hi" });
    const at = { channel_id: company.janesDirect, thread_ts: root.ts ?? "" };
    await web.assistant.threads.setStatus({ ...at, status: "is looking it up…", loading_messages: ["One", "Two"] });
    expect([...slack.state.statuses.values()]).toEqual(["is looking it up…"]);
    await web.chat.postMessage({ channel: company.janesDirect, thread_ts: root.ts ?? "", text: "Here" });
    expect(slack.state.statuses.size).toBe(0);
    await web.assistant.threads.setSuggestedPrompts({
      ...at,
      prompts: [{ title: "Refund", message: "I want a refund" }],
    });
    expect(slack.state.prompts.size).toBe(1);
    const astray = web.assistant.threads.setStatus({ ...at, thread_ts: "1.000000", status: "a" });
    expect(await refusal(astray)).toMatchObject({ error: "invalid_thread_ts" });
  });

  test("only the app's own token opens a connection for Socket Mode", async () => {
    const opened = await clientWith(company.appToken).apps.connections.open();
    expect(opened.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=/);
    const poor = await refusal(web.apps.connections.open());
    expect(poor).toMatchObject({ error: "missing_scope", needed: "connections:write" });
  });

  test("the journal keeps every call, with what became of it", async () => {
    await web.chat.postMessage({ channel: support, text: "Hi", blocks: [section("Hi")] });
    await refusal(web.chat.postMessage({ channel: "C0NOWHERE01", text: "a" }));
    expect(slack.journal.of("chat.postMessage")).toMatchObject([
      {
        n: 0,
        team: company.team,
        args: { text: "Hi", blocks: [{ type: "section" }] },
        carriedOut: true,
        at: clock.now(),
      },
      { n: 1, carriedOut: false, answer: { status: 200, body: { error: "channel_not_found" } } },
    ]);
  });
});

function section(text: string) {
  return { type: "section", text: { type: "mrkdwn", text } };
}

function longBlocks() {
  return Array.from({ length: 5 }, () => section("x".repeat(2700)));
}
