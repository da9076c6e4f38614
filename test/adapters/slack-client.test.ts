import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSlackClient, type SlackClient } from "../../adapters/slack/client.ts";
import { RefusedError } from "../../adapters/slack/errors.ts";
import { type WorkspaceId, workspaceIdSchema } from "../../src/domain/ids.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { LogFields } from "../../src/ports/log.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { type MemorySlack, passing, settled, startMemorySlack } from "../support/memory-slack.ts";
import { freePort } from "../support/raw-server.ts";
import { json, type ScriptedWebApi, startScriptedWebApi } from "../support/scripted-web-api.ts";

const shop = workspaceIdSchema.parse("shop");
const bank = workspaceIdSchema.parse("bank");
const words = "Jane's words";
const post = { text: words, blocks: [{ type: "divider" as const }] };

let api: ScriptedWebApi;
let clock: FakeClock;
let logged: { readonly fields: LogFields; readonly message: string }[];
let gone: WorkspaceId[];
let tokens: Map<WorkspaceId, string>;
let client: SlackClient;

const clientAt = (apiUrl: string): SlackClient => {
  const take = (fields: LogFields, message: string): void => void logged.push({ fields, message });
  return createSlackClient({
    clock,
    apiUrl,
    botOf: async (workspace) => {
      const botToken = tokens.get(workspace);
      return botToken === undefined ? null : { botToken, botUser: `U-${workspace}` };
    },
    onTokenVoid: (workspace) => gone.push(workspace),
    log: { info: take, warn: take, error: take },
  });
};

beforeEach(async () => {
  api = await startScriptedWebApi();
  clock = createFakeClock();
  logged = [];
  gone = [];
  tokens = new Map([
    [shop, "xoxb-shop-canary"],
    [bank, "xoxb-bank-canary"],
  ]);
  client = clientAt(api.url);
});
afterEach(() => api.close());

const send = (workspace = shop, channel = "C1", threadTs: string | null = null): Promise<string> =>
  client.postMessage({ workspace, channel, threadTs, post, mark: null });

/** What a call ends with: "done", or its error. */
const ending = async (work: Promise<unknown>): Promise<unknown> => work.then(() => "done").catch((error) => error);

describe("what is sent", () => {
  test("a post goes out once, with its workspace's token, and shows nothing but what it is", async () => {
    api.reply = json({ ok: true, ts: "1700000000.000100", channel: "C1" });
    const mark = { type: "usher_effect", payload: { effect: "e-1", part: 0 } };
    const ts = await client.postMessage({ workspace: bank, channel: "C1", threadTs: "1.2", post, mark });
    expect(ts).toBe("1700000000.000100");
    expect(api.requests).toEqual([
      {
        method: "chat.postMessage",
        token: "Bearer xoxb-bank-canary",
        contentType: "application/x-www-form-urlencoded",
        form: {
          channel: "C1",
          thread_ts: "1.2",
          text: words,
          blocks: '[{"type":"divider"}]',
          metadata: '{"event_type":"usher_effect","event_payload":{"effect":"e-1","part":0}}',
          mrkdwn: "false",
          parse: "none",
          unfurl_links: "false",
          unfurl_media: "false",
        },
      },
    ]);
  });

  test("an update replaces the blocks also by none, and leaves the mark alone", async () => {
    await client.update({ workspace: shop, channel: "C1", ts: "1.2", post: { text: words, blocks: [] } });
    expect(api.requests[0]?.form).toEqual({ channel: "C1", ts: "1.2", text: words, blocks: "[]", parse: "none" });
  });

  test("every other method says what Slack's documentation asks for", async () => {
    api.reply = json({ ok: true, view: { id: "V1" }, team_id: "T1", user_id: "U1" });
    const view = { type: "modal" };
    const at = { workspace: shop, channel: "C1", threadTs: "1.2" };
    expect(await client.openView(shop, "trigger", view)).toBe("V1");
    await client.updateView(shop, "V1", view);
    await client.publishHome(shop, "U1", view);
    await client.postEphemeral({ ...at, user: "U1", post });
    await client.setStatus({ ...at, status: "is thinking…" });
    await client.setPrompts({
      workspace: shop,
      channel: "D1",
      prompts: [{ title: "Refund", message: "I want a refund" }],
    });
    await client.completeFunction(shop, "Fx1", { run: "r1" });
    await client.failFunction(shop, "Fx1", "no");
    await client.authTest(shop);
    expect(api.requests.map(({ method, form }) => [method, form])).toEqual([
      ["views.open", { trigger_id: "trigger", view: '{"type":"modal"}' }],
      ["views.update", { view_id: "V1", view: '{"type":"modal"}' }],
      ["views.publish", { user_id: "U1", view: '{"type":"modal"}' }],
      [
        "chat.postEphemeral",
        { channel: "C1", user: "U1", thread_ts: "1.2", text: words, parse: "none", blocks: '[{"type":"divider"}]' },
      ],
      ["assistant.threads.setStatus", { channel_id: "C1", thread_ts: "1.2", status: "is thinking…" }],
      [
        "assistant.threads.setSuggestedPrompts",
        { channel_id: "D1", prompts: '[{"title":"Refund","message":"I want a refund"}]' },
      ],
      ["functions.completeSuccess", { function_execution_id: "Fx1", outputs: '{"run":"r1"}' }],
      ["functions.completeError", { function_execution_id: "Fx1", error: "no" }],
      ["auth.test", {}],
    ]);
  });

  test("a link to a message is Slack's own; what is no link is no answer", async () => {
    api.reply = json({ ok: true, permalink: "https://shop.slack.com/archives/C1/p1700000000000100" });
    expect(await client.permalink(shop, "C1", "1700000000.000100")).toBe(
      "https://shop.slack.com/archives/C1/p1700000000000100",
    );
    expect(api.requests[0]).toMatchObject({
      method: "chat.getPermalink",
      form: { channel: "C1", message_ts: "1700000000.000100" },
    });
    api.reply = json({ ok: true, permalink: "no link" });
    expect(await ending(client.permalink(shop, "C1", "1700000000.000100"))).toBeInstanceOf(TransientError);
  });

  test("the bot says who it is, and what it was granted", async () => {
    const answer = { ok: true, team_id: "T1", user_id: "U1", team: "Shop", url: "https://shop.slack.com/" };
    api.reply = json(answer, 200, { "x-oauth-scopes": "chat:write,commands" });
    const known = { team: "T1", teamName: "Shop", organisation: null, botUser: "U1", url: "https://shop.slack.com/" };
    expect(await client.authTest(shop)).toEqual({ ...known, scopes: ["chat:write", "commands"] });
  });

  test("where Usher is not installed, or no longer, nothing is sent", async () => {
    api.reply = json({ ok: true, ts: "1.2" });
    await Promise.all([send(), send(), send()]);
    const waiting = ending(send());
    await turn();
    tokens.delete(shop);
    clock.advance(2000);
    expect(await waiting).toBeInstanceOf(PermanentError);
    expect(await ending(send(workspaceIdSchema.parse("nobody")))).toBeInstanceOf(PermanentError);
    expect(api.requests).toHaveLength(3);
  });
});

describe("R12: each call makes exactly one request, whatever becomes of it", () => {
  type Expected = "transient" | "refused" | "unclear";
  const rows: readonly (readonly [string, Expected, ScriptedWebApi["reply"]])[] = [
    ["500", "unclear", json({ ok: false }, 500)],
    ["503 with Retry-After", "unclear", json({ ok: false }, 503, { "retry-after": "1" })],
    ["403", "transient", json({ ok: false }, 403)],
    ["429 with Retry-After", "transient", json({ ok: false }, 429, { "retry-after": "1" })],
    ["429 without", "transient", json({ ok: false }, 429)],
    ["a redirect", "unclear", json({}, 302, { location: "http://127.0.0.1:1/api/" })],
    ["a reset after the body", "unclear", (response) => response.socket?.resetAndDestroy()],
    ["a hang-up after the body", "unclear", (response) => response.socket?.destroy()],
    [
      "an answer that breaks off",
      "unclear",
      (response) => {
        response.writeHead(200, { "content-length": "100" }).write('{"ok":true,"ts":');
        setImmediate(() => response.socket?.resetAndDestroy());
      },
    ],
    ["an answer that is no JSON", "unclear", (response) => response.writeHead(200).end(`<html>${words}</html>`)],
    ["no answer body at all", "unclear", (response) => response.writeHead(200).end()],
    ["null", "unclear", json(null)],
    ["a number", "unclear", json(5)],
    ["a list", "unclear", json([])],
    ["ok without the message's ts", "unclear", json({ ok: true })],
    ["ok with a ts that is none", "unclear", json({ ok: true, ts: "now" })],
    ["ok false without a code", "unclear", json({ ok: false })],
    ["channel_not_found", "refused", json({ ok: false, error: "channel_not_found" })],
    ["msg_blocks_too_long", "refused", json({ ok: false, error: "msg_blocks_too_long" })],
    ["fatal_error", "unclear", json({ ok: false, error: "fatal_error" })],
    ["service_unavailable", "transient", json({ ok: false, error: "service_unavailable" })],
  ];

  test.each(rows)("%s is %s", async (_, expected, reply) => {
    api.reply = reply;
    const error = await ending(send());
    const kind = error instanceof TransientError ? "transient" : error instanceof RefusedError ? "refused" : "unclear";
    expect([error instanceof Error, kind]).toEqual([true, expected]);
    expect(api.requests).toHaveLength(1);
    // Neither a text, nor a token, nor what a stranger answered is in an error or in the log.
    const said = JSON.stringify([String(error), logged, logged.map(({ fields }) => String(fields["error"]))]);
    expect(said).not.toMatch(/canary|Jane/);
    expect(logged).toHaveLength(1);
  });

  test("a reset before the body was read is unclear as well", async () => {
    api.beforeBody = (socket) => socket.resetAndDestroy();
    const error = await ending(send());
    expect([error instanceof Error, error instanceof TransientError]).toEqual([true, false]);
    expect(api.requests).toHaveLength(1);
  });

  test("a server that is not there was surely not reached", async () => {
    client = clientAt(`http://127.0.0.1:${await freePort()}/api/`);
    const error = await ending(send());
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain("ECONNREFUSED");
  });

  test("an answer that does not come in time is given up, at the moment at which the effect's time ends", async () => {
    api.reply = () => {};
    const late = ending(send());
    await api.arrived(1);
    clock.advance(9999);
    expect(await Promise.race([late, turn("still open")])).toBe("still open");
    clock.advance(1);
    const error = await late;
    expect([error instanceof TransientError, String(error)]).toEqual([false, expect.stringContaining("none in time")]);
    expect(clock.pending()).toBe(0);
  });

  test("a modal is given up while its trigger is still good", async () => {
    api.reply = () => {};
    const late = ending(client.openView(shop, "trigger", { type: "modal" }));
    await api.arrived(1);
    clock.advance(2500);
    expect(String(await late)).toContain("none in time");
  });
});

describe("R12: 429", () => {
  let slack: MemorySlack;
  beforeEach(() => {
    slack = startMemorySlack(clock);
    client = clientAt("https://slack.com/api/");
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each([
    ["1", 1000],
    ["30", 30_000],
    ["3600", 3_600_000],
    [null, 30_000],
    ["soon", 30_000],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 30_000],
    ["-1", 30_000],
    ["0", 1000],
  ])("with Retry-After %j nothing of that method goes out for that workspace for %d ms", async (retryAfter, ms) => {
    slack.fault = () => ({ kind: "tooMany", retryAfter });
    expect(await ending(send())).toMatchObject({ name: "TransientError", retryAfterMs: ms });
    slack.fault = () => null;
    if (ms > 10_000) expect(await ending(send(shop, "C2", "1.2"))).toBeInstanceOf(TransientError);
    expect(await ending(send(bank))).toBe("done");
    clock.advance(ms - 1);
    const held = ending(send());
    await settled();
    expect(slack.calls).toHaveLength(2);
    clock.advance(1);
    expect(await held).toBe("done");
  });

  test("G4: a process that stood still while it waited for its slot sends nothing after its time", async () => {
    await Promise.all([send(), send(), send()]);
    const waiting = ending(send());
    await settled();
    // All at once, as for a process that was stopped meanwhile.
    clock.advance(60_000);
    expect(await waiting).toMatchObject({ name: "TransientError", retryAfterMs: null });
    expect(String(await waiting)).toContain("chat.postMessage in C1 was not sent");
    expect(slack.calls).toHaveLength(3);
    // Slack has said nothing: whatever else is to be sent need not wait.
    const others = [ending(send(shop, "C2")), ending(send())];
    await settled();
    expect(slack.calls).toHaveLength(5);
    expect(await Promise.all(others)).toEqual(["done", "done"]);
  });

  test("who waits for a slot when Slack says so waits for that as well, and gives up what does not fit into the time", async () => {
    await Promise.all([send(), send(), send()]);
    const waiting = [ending(send()), ending(send())];
    slack.fault = () => ({ kind: "tooMany", retryAfter: "5" });
    expect(await ending(send(shop, "C2"))).toBeInstanceOf(TransientError);
    slack.fault = () => null;
    clock.advance(4999);
    await settled();
    expect(slack.calls).toHaveLength(4);
    expect(await passing(clock, Promise.all(waiting))).toEqual(["done", "done"]);
    const [first, second] = slack.calls.slice(4).map(({ at }) => at - 1000);
    expect(first).toBeGreaterThanOrEqual(5000);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(200);

    clock.advance(10_000);
    await Promise.all([send(), send(), send()]);
    const late = [ending(send()), ending(send())];
    slack.fault = () => ({ kind: "tooMany", retryAfter: "60" });
    await ending(send(shop, "C2"));
    clock.advance(3000);
    for (const error of await Promise.all(late)) expect(error).toBeInstanceOf(TransientError);
    expect(slack.calls).toHaveLength(10);
  });
});

describe("what Slack says of the token", () => {
  test.each(["token_revoked", "account_inactive"])("%s is passed on, whichever call heard it", async (error) => {
    api.reply = json({ ok: false, error });
    await ending(send());
    await client.setStatus({ workspace: bank, channel: "C1", threadTs: "1.2", status: "" });
    expect(gone).toEqual([shop, bank]);
  });

  test("nothing else is taken for that", async () => {
    for (const error of ["invalid_auth", "missing_scope", "channel_not_found"]) {
      api.reply = json({ ok: false, error });
      await ending(send());
    }
    expect(gone).toEqual([]);
  });
});

describe("the status line", () => {
  const status = (workspace = shop): Promise<void> =>
    client.setStatus({ workspace, channel: "C1", threadTs: "1.2", status: "is thinking…" });

  test.each(["unknown_method", "missing_scope"])(
    "%s turns it off for that workspace, until it is installed anew",
    async (error) => {
      api.reply = json({ ok: false, error });
      await status();
      await status();
      expect(api.requests).toHaveLength(1);
      await status(bank);
      client.forgetWorkspace(shop);
      await status();
      expect(api.requests).toHaveLength(3);
    },
  );

  test("nothing that goes wrong with it harms anybody, and it does not wait in line", async () => {
    api.reply = json({ ok: false }, 500);
    for (let count = 0; count < 3; count += 1) await status();
    await status();
    expect(api.requests).toHaveLength(3);
  });
});

describe("what was looked up", () => {
  beforeEach(() => {
    api.reply = (response, { method, form }) =>
      method === "users.info"
        ? json({
            ok: true,
            user: {
              id: form["user"],
              name: "jane",
              team_id: "T9",
              is_ultra_restricted: true,
              profile: { display_name: "" },
            },
          })(response)
        : json({ ok: true, channel: { id: form["channel"], name: "support", is_member: true, is_ext_shared: true } })(
            response,
          );
  });

  test("is what Usher needs of it", async () => {
    expect(await client.userInfo(shop, "U1")).toEqual({
      id: "U1",
      name: "jane",
      team: "T9",
      organisation: null,
      isBot: false,
      isGuest: true,
      isStranger: false,
      isDeleted: false,
    });
    expect(await client.conversationInfo(shop, "C1")).toEqual({
      id: "C1",
      kind: "channel",
      name: "support",
      user: null,
      isMember: true,
      isArchived: false,
      isPrivate: false,
      external: true,
      invited: null,
    });
  });

  test("is asked for once by many, each workspace for itself, and again when it is old or has changed", async () => {
    const users = (): number => api.requests.filter(({ method }) => method === "users.info").length;
    await Promise.all(Array.from({ length: 20 }, () => client.userInfo(shop, "U1")));
    expect(users()).toBe(1);
    await client.userInfo(bank, "U1");
    expect(users()).toBe(2);
    clock.advance(30_000);
    await client.userInfo(shop, "U1");
    expect(users()).toBe(2);
    await client.userInfo(shop, "U1", 10_000);
    expect(users()).toBe(3);
    client.forgetWorkspace(shop);
    await client.userInfo(shop, "U1");
    await client.userInfo(bank, "U1");
    expect(users()).toBe(4);
    await client.conversationInfo(shop, "C1");
    client.forgetConversation(shop, "C1");
    await client.conversationInfo(shop, "C1");
    clock.advance(10_000);
    await client.conversationInfo(shop, "C1");
    expect(api.requests).toHaveLength(7);
  });

  test("is nothing where Slack answers about somebody or something else, or does not say of which team somebody is", async () => {
    const jane = { id: "U1", name: "jane", team_id: "T9" };
    const { team_id: _, ...teamless } = jane;
    for (const user of [{ ...jane, id: "U2" }, { ...jane, id: "" }, teamless, { ...jane, team_id: "" }]) {
      api.reply = json({ ok: true, user });
      expect(await ending(client.userInfo(shop, "U1"))).toBeInstanceOf(TransientError);
    }
    api.reply = json({ ok: true, channel: { id: "C2", is_ext_shared: false, is_pending_ext_shared: false } });
    expect(await ending(client.conversationInfo(shop, "C1"))).toBeInstanceOf(TransientError);
  });

  test("is not kept when it failed", async () => {
    const { reply } = api;
    api.reply = json({ ok: false, error: "user_not_found" });
    expect(await ending(client.userInfo(shop, "U1"))).toMatchObject({ code: "user_not_found" });
    api.reply = json({ ok: false }, 500);
    expect(await ending(client.userInfo(shop, "U1"))).toBeInstanceOf(TransientError);
    api.reply = reply;
    expect(await client.userInfo(shop, "U1")).toMatchObject({ name: "jane" });
  });
});

test("what Slack warns of is logged by its code, and nothing of the message is", async () => {
  const metadata = { warnings: ["superfluous_charset"], messages: [`[WARN] ${words}`, `[ERROR] ${words}`] };
  api.reply = json({ ok: true, ts: "1.2", response_metadata: metadata });
  await send();
  expect(logged.map(({ fields }) => fields)).toEqual([{ method: "chat.postMessage", codes: ["superfluous_charset"] }]);
});
