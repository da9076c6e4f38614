import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { realClock } from "../support/real-clock.ts";
import { channel, company, user } from "../support/slack/company.ts";
import { type Delivered, type Knobs, signatureOf } from "../support/slack/deliver.ts";
import { envelopeOf } from "../support/slack/payloads.ts";
import { startUsherInSlack } from "../support/slack/usher.ts";
import { speak } from "./speak.ts";
import { cross, named, shown } from "./variants.ts";

// The whole of Usher over real HTTP. Whoever is taken in is looked up in Slack before the request is answered, and every
// request here is of somebody else: so what Slack was asked says whether a request was taken in.

const canary = "kestrel";
const secret = "0123456789abcdef0123456789abcdef";
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;
let people = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  // Attack 9: none of these exists, and so none of them opens anything.
  it = await startUsherInSlack(folder.path, {
    SLACK_SIGNATURE_VERIFICATION: "false",
    SIGNATURE_VERIFICATION: "false",
    SLACK_DEVELOPER_MODE: "1",
    NODE_ENV: "development",
  });
});
afterAll(async () => {
  await it.stop();
  await folder.remove();
});
afterEach(() => {
  expect(JSON.stringify(it.usher.log.lines)).not.toContain(canary);
});

/** Somebody new, and the envelope of what they write. */
function somebody(text = `${canary} I want a refund`, where: string = company.support) {
  people += 1;
  const id = `U0VARIANT${String(people).padStart(2, "0")}`;
  const { state } = it.slack;
  state.users.set(id, user(id, `variant-${people}`));
  const token = state.tokens.get(company.token);
  if (token === undefined) throw new Error("the company has no token");
  const ts = state.ts();
  const event = {
    type: "message",
    channel: where,
    user: id,
    text,
    ts,
    event_ts: ts,
    channel_type: "channel",
  };
  return { id, envelope: envelopeOf(state, token, event) };
}

const wasTaken = (id: string): boolean => it.slack.journal.of("users.info").some(({ args }) => args["user"] === id);
/** The answer says nothing but its status, and nobody was taken in. */
function expectRefused({ status, body }: Delivered, statuses: readonly number[], id: string): void {
  expect(statuses).toContain(status);
  expect(body).not.toMatch(/Error|at .*\.ts|node_modules/);
  expect(body).not.toContain(canary);
  expect(wasTaken(id)).toBe(false);
}

const seconds = (): number => Math.floor(realClock.now() / 1000);

const kinds = ["an event", "an interaction", "a command"] as const;

/** The same request by somebody new, in each of the three forms that Slack sends. */
async function send(kind: (typeof kinds)[number], knobs: Knobs) {
  const { id, envelope } = somebody();
  const who = { user: { id, team_id: company.team }, team: { id: company.team }, api_app_id: it.slack.state.app.id };
  if (kind === "an event") return { id, delivered: await it.bot.event(envelope, knobs) };
  if (kind === "an interaction") {
    const ts = it.slack.state.ts();
    const container = { type: "message", message_ts: ts, channel_id: company.support };
    const actions = [{ action_id: "choice:0", value: canary, action_ts: ts }];
    return { id, delivered: await it.bot.interaction({ type: "block_actions", ...who, container, actions }, knobs) };
  }
  const fields = {
    command: "/procedures",
    text: "list",
    user_id: id,
    team_id: company.team,
    channel_id: company.support,
  };
  return { id, delivered: await it.bot.form(fields, knobs) };
}

describe("attack 1 · what is not signed by Slack is refused", () => {
  const hex = "a".repeat(64);
  const knobs = new Map<string, () => Knobs>([
    ["no signature", () => ({ signature: null })],
    ["an empty one", () => ({ signature: "" })],
    ["another secret", () => ({ signedWith: "f".repeat(32) })],
    ["an empty secret", () => ({ signedWith: "" })],
    ["another version", () => ({ signature: `v1=${hex}` })],
    ["no version", () => ({ signature: hex })],
    ["another digest", () => ({ signature: `v0=${hex}` })],
    ["a short digest", () => ({ signature: "v0=ab" })],
    ["a long digest", () => ({ signature: `v0=${hex.repeat(40)}` })],
    ["no digits", () => ({ signature: `v0=${"z".repeat(64)}` })],
    ["letters that are none", () => ({ signature: `v0=${"\u00e9".repeat(64)}` })],
    ["a doubled header", () => ({ signature: [`v0=${hex}`, `v0=${hex}`] })],
    ["a list in a header", () => ({ signature: `v0=${hex}, v0=${hex}` })],
    ["no timestamp", () => ({ timestamp: null })],
    ["an empty timestamp", () => ({ timestamp: "" })],
    ["a timestamp that is none", () => ({ timestamp: "now" })],
    ["not a number", () => ({ timestamp: "NaN" })],
    ["a negative timestamp", () => ({ timestamp: `-${seconds()}` })],
    ["a timestamp in hex", () => ({ timestamp: `0x${seconds().toString(16)}` })],
    ["a timestamp with a fraction", () => ({ timestamp: `${seconds()}.0` })],
    ["a timestamp in ms", () => ({ timestamp: String(realClock.now()) })],
    ["a timestamp with an exponent", () => ({ timestamp: "1e9" })],
    ["two timestamps", () => ({ timestamp: `${seconds()}, ${seconds()}` })],
    ["a timestamp with a blank in it", () => ({ timestamp: `${seconds()} 0` })],
  ]);
  test.each(named(cross([...knobs.keys()], kinds), (what, kind) => `${kind}, ${what}`))(
    "%s",
    async (_, [what, kind]) => {
      const { id, delivered } = await send(kind, knobs.get(what)?.() ?? {});
      expectRefused(delivered, [401], id);
    },
  );
  test("the right signature in capitals", async () => {
    const { id, envelope } = somebody();
    const signature = signatureOf(secret, String(seconds()), JSON.stringify(envelope)).toUpperCase();
    expectRefused(await it.bot.event(envelope, { timestamp: String(seconds()), signature }), [401], id);
  });
  test("a doubled header, the right one first", async () => {
    const { id, envelope } = somebody();
    const signature = signatureOf(secret, String(seconds()), JSON.stringify(envelope));
    const doubled = [signature, `v0=${hex}`];
    expectRefused(await it.bot.event(envelope, { timestamp: String(seconds()), signature: doubled }), [401], id);
  });
  test.each(kinds)("control: %s, rightly signed, is taken in", async (kind) => {
    const { id, delivered } = await send(kind, {});
    expect(delivered.status).toBe(200);
    await it.slack.until(() => wasTaken(id));
  });
});

describe("attack 2 · what Slack has signed long ago is refused", () => {
  test.each(
    named(
      cross([-301, -302, -600, -3600, -86_400, -31_536_000, -1_700_000_000], kinds),
      (s, kind) => `${kind}, ${-s} s old`,
    ),
  )("%s", async (_, [skewS, kind]) => {
    const { id, delivered } = await send(kind, { skewS });
    expectRefused(delivered, [401], id);
  });
  test.each([0, -10, -200, -295])("control: %i s", async (skewS) => {
    const { id, delivered } = await send("an event", { skewS });
    expect([delivered.status, wasTaken(id)]).toEqual([200, true]);
  });
});

describe("attack 3 · a timestamp from the future is refused, though the signature is right", () => {
  test.each(
    named(cross([305, 600, 3600, 86_400, 31_536_000, 900_000_000_000], kinds), (s, kind) => `${kind}, ${s} s ahead`),
  )("%s", async (_, [skewS, kind]) => {
    const { id, delivered } = await send(kind, { skewS });
    expectRefused(delivered, [401], id);
  });
});

describe("attack 4 · a request that was recorded and is sent again counts once", () => {
  const again = new Map<string, Knobs>([
    ["as it was", {}],
    ["as Slack does", { retry: { num: 1, reason: "http_timeout" } }],
    ["as Slack does for the third time", { retry: { num: 3, reason: "http_error" } }],
    ["five minutes old, almost", { skewS: -290 }],
  ]);
  test.each([...again.keys()])("twenty times, %s", async (how) => {
    const { state } = it.slack;
    const where = channel(`C0AGAIN${again.size}${how.length}`, "again", [company.bot]);
    state.channels.set(where.id, where);
    const { id, envelope } = somebody("Where is my order?", where.id);
    const { ts } = envelope["event"] as { readonly ts: string };
    const sent = await Promise.all(Array.from({ length: 20 }, () => it.bot.event(envelope, again.get(how))));
    expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const answers = () => it.slack.messagesIn(where.id).filter(({ thread }) => thread === ts);
    await it.slack.until(() => answers().length > 0);
    // What stands in the same line behind them is sent after them.
    const next = { ...(envelope["event"] as object), ts: state.ts(), text: "Where is my order?", thread_ts: ts };
    expect((await it.bot.event({ ...envelope, event: next })).status).toBe(200);
    await it.slack.until(() => answers().length > 1);
    expect(answers()).toHaveLength(2);
    expect(wasTaken(id)).toBe(true);
  });
});

describe("attack 5 · a body that is not the one that was signed is refused", () => {
  const changes = new Map<string, (body: string) => string | Buffer>([
    ["one byte", (body) => body.replace("refund", "refunt")],
    ["one bit", (body) => Buffer.from(body).map((byte, at) => (at === 40 ? byte ^ 1 : byte)) as Buffer],
    ["the first byte", (body) => ` ${body}`],
    ["a blank at the end", (body) => `${body} `],
    ["a line at the end", (body) => `${body}\n`],
    ["cut by one", (body) => body.slice(0, -1)],
    ["no body", () => ""],
    ["a BOM in front", (body) => `\ufeff${body}`],
    ["re-encoded", (body) => body.replaceAll("refund", "\\u0072efund")],
    ["with other blanks", (body) => JSON.stringify(JSON.parse(body), null, 2)],
    ["in UTF-16", (body) => Buffer.from(body, "utf16le")],
    ["percent-encoded", (body) => encodeURIComponent(body)],
    ["another person", (body) => body.replace("U0VARIANT", "U0AGNES00")],
    ["twice", (body) => body + body],
  ]);
  test.each([...changes.keys()])("an event, %s", async (what) => {
    const { id, envelope } = somebody();
    const sentBody = changes.get(what)?.(JSON.stringify(envelope)) ?? "";
    expectRefused(await it.bot.event(envelope, { sentBody }), [401], id);
  });
  const doubled = ["payload=1&payload=2", "payload={}&payload={}", "payload=&payload=%7B%7D"];
  test.each(doubled)("two fields, rightly signed: %s", async (body) => {
    const delivered = await it.bot.raw(body, { contentType: "application/x-www-form-urlencoded" });
    expect(delivered.status).toBe(400);
  });
  test.each(["payload=%7B", "payload=", "payload=%00", "payload[]=%7B%7D", "PAYLOAD=%7B%7D", ""])(
    "a form, rightly signed, that holds nothing: %s",
    async (body) => {
      const delivered = await it.bot.raw(body, { contentType: "application/x-www-form-urlencoded" });
      expect([200, 400]).toContain(delivered.status);
      expect(delivered.ms).toBeLessThan(2500);
    },
  );
});

describe("attack 6 · what is too large, or says that it is another size, is refused before it is read", () => {
  const types = ["application/json", "application/x-www-form-urlencoded"];
  const sizes = [1_048_577, 2_000_000, 5_000_000];
  test.each(named(cross(types, sizes), (type, size) => `${size} bytes of ${type}`))(
    "%s",
    async (_, [contentType, size]) => {
      const before = it.slack.journal.of("users.info").length;
      const delivered = await it.bot.raw("x".repeat(size), { contentType });
      // The connection ends with the answer, which a client that is still writing may not read.
      expect([413, null]).toContain(delivered.status);
      expect(it.slack.journal.of("users.info").length).toBe(before);
    },
  );
  test.each(["gzip", "deflate", "br", "zstd", "identity", "x-unknown"])("content-encoding: %s", async (encoding) => {
    const { id, envelope } = somebody();
    const delivered = await it.bot.event(envelope, { headers: { "content-encoding": encoding } });
    expectRefused(delivered, [400], id);
  });
  const heads = new Map([
    ["a length that is a lie, too long", "Content-Length: 999999999\r\n\r\n{}"],
    ["a length that is none", "Content-Length: ten\r\n\r\n{}"],
    ["a negative length", "Content-Length: -1\r\n\r\n{}"],
    ["two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
    ["a length and chunks", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a coding that is none", "Transfer-Encoding: chunked, gzip, bogus\r\n\r\n0\r\n\r\n"],
    ["chunks that are none", "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"],
    ["a head of 64 KB", `X-Long: ${"a".repeat(65_536)}\r\n\r\n`],
  ]);
  test.each([...heads.keys()])("%s", async (what) => {
    const { hostname, port } = new URL(it.usher.url);
    const head = `POST /slack/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\n`;
    const answered = await speak(Number(port), head + (heads.get(what) ?? ""));
    expect(answered).toMatch(/^HTTP\/1\.1 (?:400|401|413|431|501) /);
    expect(answered).not.toMatch(/node_modules|\.ts:/);
  });
  test.each(types)("two megabytes of %s in chunks, without a length", async () => {
    const { hostname, port } = new URL(it.usher.url);
    const head = `POST /slack/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    expect(await speak(Number(port), head + chunk.repeat(32))).toMatch(/^HTTP\/1\.1 (?:401|413) |^$/);
  });
  const contentTypes = [
    "text/plain",
    "text/html",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
    "application/jsonx",
  ];
  test.each(contentTypes)("the content type %j", async (contentType) => {
    const { id, envelope } = somebody();
    expectRefused(await it.bot.event(envelope, { contentType }), [400], id);
  });
});

describe("attack 7 · what is rightly signed but for nobody here is acknowledged and dropped", () => {
  // The first request of all tells whose app it is.
  beforeAll(async () => {
    expect((await it.bot.event(somebody().envelope)).status).toBe(200);
  });
  const others = new Map<string, (envelope: object) => object>([
    ["another team", (one) => ({ ...one, ...inTeam("T0NOBODY001") })],
    ["a team of lower case", (one) => ({ ...one, ...inTeam(company.team.toLowerCase()) })],
    ["an empty team", (one) => ({ ...one, ...inTeam("") })],
    ["no team", (one) => ({ ...one, team_id: undefined, authorizations: undefined })],
    ["a team that is a number", (one) => ({ ...one, team_id: 1, authorizations: [{ team_id: 1 }] })],
    ["a team that is a list", (one) => ({ ...one, team_id: [company.team], authorizations: [] })],
    ["a team that is a query", (one) => ({ ...one, team_id: { $ne: null }, authorizations: [] })],
    ["__proto__", (one) => ({ ...one, ...inTeam("__proto__") })],
    ["constructor", (one) => ({ ...one, ...inTeam("constructor") })],
    ["another app", (one) => ({ ...one, api_app_id: "A0ANOTHER01" })],
    ["another app, of this team", (one) => ({ ...one, api_app_id: "A0USHERAPP2" })],
  ]);
  const inTeam = (team: string) => ({ team_id: team, authorizations: [{ team_id: team, enterprise_id: null }] });
  test.each([...others.keys()])("%s", async (what) => {
    const { id, envelope } = somebody();
    const dropped = () => it.usher.log.lines.filter(({ message }) => message.includes("dropped")).length;
    const before = dropped();
    expectRefused(await it.bot.event(others.get(what)?.(envelope) ?? {}), [200], id);
    expect(dropped()).toBe(before + 1);
  });

  const strange: readonly unknown[] = [
    ...[null, 0, 5, -1, 1e308, true, false, "", "text", [], [null], [[]], {}, { a: 1 }, { type: null }, { type: 5 }],
    ...[{ type: "event_callback" }, { type: "event_callback", event: null }, { type: "event_callback", event: [] }],
    ...[{ type: "event_callback", event: 5 }, { type: "event_callback", event: {} }, { type: "nothing that is known" }],
    ...[
      { type: "event_callback", event: { type: null } },
      { type: "event_callback", event: { type: "message" } },
    ],
    ...[{ type: "event_callback", event: { type: "message", channel: 5, user: {}, ts: [] } }],
    ...[{ type: "event_callback", event: { type: "app_mention", text: { toString: 1 } } }],
    ...[
      { type: ["event_callback"], event: { type: "message" } },
      JSON.parse('{"__proto__":{"type":"event_callback"}}'),
    ],
    // What Slack's library takes for granted.
    ...[null, [null], 5].map((authorizations) => ({ type: "event_callback", event: { type: "x" }, authorizations })),
    ...[null, 5, true].flatMap((one) =>
      ["channel", "user", "item", "subteam"].map((name) => ({
        type: "event_callback",
        event: { type: "app_mention", [name]: one },
      })),
    ),
    ...[undefined, null, {}, { callback_id: null }].map((called) => ({
      type: "event_callback",
      event: { type: "function_executed", function: called, function_execution_id: "Fx1" },
    })),
    { type: "event_callback", event: { type: "function_executed", function: { callback_id: "run_procedure" } } },
    { type: "event_callback", event: { type: "tokens_revoked", tokens: null } },
    { type: "event_callback", event: { type: "tokens_revoked" } },
    ...[{ type: "app_rate_limited", minute_rate_limited: 1 }, { command: "/procedures" }, { ssl_check: 1 }],
  ];
  const withTeam = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? { ...value, team_id: company.team, api_app_id: it.slack.state.app.id }
      : value;
  test.each(named(strange.map((value) => [value] as const)))("a signed body %s", async (_, [value]) => {
    const delivered = await it.bot.event(withTeam(value));
    expect(delivered.status).toBe(200);
    expect(delivered.ms).toBeLessThan(2500);
  });
  test.each(named(strange.map((value) => [value] as const)))("a signed payload %s", async (_, [value]) => {
    const delivered = await it.bot.interaction(withTeam(value));
    expect(delivered.status).toBe(200);
    expect(delivered.ms).toBeLessThan(2500);
  });
  const interactions = [
    "block_actions",
    "view_submission",
    "view_closed",
    "message_action",
    "shortcut",
    "block_suggestion",
  ];
  const wrongs = [
    {},
    { user: null },
    { user: 5, actions: null },
    { actions: [] },
    { actions: [null] },
    { actions: [{ action_id: 5 }], container: null },
    { channel: null, actions: [{ action_id: "press:approve" }], callback_id: "start_procedure" },
    { response_urls: null, view: { id: "V1", callback_id: "reject" } },
    { view: null },
    { view: { callback_id: "reject", id: "V1", private_metadata: "{", state: null } },
    { view: { callback_id: ["reject"], state: { values: [] } } },
    { callback_id: { $ne: 1 }, trigger_id: null },
  ];
  test.each(named(cross(interactions, wrongs), (type, wrong) => `${type} ${shown(wrong)}`))(
    "%s",
    async (_, [type, wrong]) => {
      const { id } = somebody();
      const who = { user: { id }, team: { id: company.team }, api_app_id: it.slack.state.app.id };
      const delivered = await it.bot.interaction({ type, ...who, ...wrong });
      expectRefused(delivered, [200], id);
      expect(delivered.ms).toBeLessThan(2500);
    },
  );
  test("control: the process is up, and takes in the next one", async () => {
    const { id, envelope } = somebody();
    expect([(await it.bot.event(envelope)).status, wasTaken(id)]).toEqual([200, true]);
  });
});

describe("attack 8 · a challenge is answered to Slack alone, and is never a page", () => {
  const challenges = [
    "abc",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\r\nX-Evil: 1",
    "x".repeat(10_000),
    "",
  ];
  test.each(named(challenges.map((challenge) => [challenge] as const)))("unsigned: %s", async (_, [challenge]) => {
    const delivered = await it.bot.event({ type: "url_verification", challenge }, { signature: null });
    expect([delivered.status, delivered.body]).toEqual([401, ""]);
  });
  test.each(named(challenges.map((challenge) => [challenge] as const)))("signed: %s", async (_, [challenge]) => {
    const { status, headers, body } = await it.bot.event({ type: "url_verification", challenge });
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^(?:application\/json|text\/plain)/);
    expect(headers["x-evil"]).toBeUndefined();
    expect([challenge, JSON.stringify({ challenge })]).toContain(body);
  });
  const extra = {
    payload: "{}",
    command: "/procedures",
    user_id: company.jane,
    team_id: company.team,
    type: "event_callback",
  };
  test.each(["ssl_check alone", "ssl_check with a command and a payload"])("unsigned: %s", async (what) => {
    const before = it.slack.journal.of("users.info").length;
    const fields = { ssl_check: "1", token: canary, ...(what === "ssl_check alone" ? {} : extra) };
    const delivered = await it.bot.form(fields, { signature: null });
    expect([delivered.status, delivered.body]).toEqual([200, ""]);
    expect(it.slack.journal.of("users.info").length).toBe(before);
  });
});

describe("attack 9 · nothing in the environment switches the check off", () => {
  // The whole of this file runs with these in the environment.
  test.each(["SLACK_SIGNATURE_VERIFICATION", "SIGNATURE_VERIFICATION", "SLACK_DEVELOPER_MODE"])("%s", async () => {
    const { id, envelope } = somebody();
    expectRefused(await it.bot.event(envelope, { signature: null }), [401], id);
  });
});

describe("attack 110 · other methods and other paths lead nowhere", () => {
  const methods = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"];
  test.each(methods)("%s on the address of Slack's requests", async (method) => {
    const { id, envelope } = somebody();
    expectRefused(await it.bot.event(envelope, { method }), [405], id);
  });
  test.each(["TRACE", "CONNECT", "BREW", "post"])("%s, by hand", async (method) => {
    const { hostname, port } = new URL(it.usher.url);
    const answered = await speak(Number(port), `${method} /slack/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    expect(answered).toMatch(/^HTTP\/1\.1 (?:400|404|405) |^$/);
  });
  const paths = [
    ...["/slack/events/", "/Slack/Events", "/slack//events", "/slack/events%2f", "/slack/events/..%2fevents", "/..%2f"],
    ...[
      "/slack/events;x",
      "/slack/events.json",
      "/slack/install",
      "/slack/oauth_redirect",
      "/slack",
      "/slack/events%00",
    ],
    ...["/slack/%65vents/", "/%2e%2e/slack/events/", "//slack/events", "/%E0%A4%A", "/slack/events/%ff"],
  ];
  test.each(paths)("POST %s", async (path) => {
    const { id, envelope } = somebody();
    const body = JSON.stringify(envelope);
    const timestamp = String(seconds());
    const { hostname, port } = new URL(it.usher.url);
    const head = [
      `POST ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Slack-Request-Timestamp: ${timestamp}`,
      `X-Slack-Signature: ${signatureOf(secret, timestamp, body)}`,
    ];
    const answered = await speak(Number(port), `${head.join("\r\n")}\r\n\r\n${body}`);
    expect(answered).toMatch(/^HTTP\/1\.1 (?:400|403|404|405) /);
    expect(answered).not.toMatch(/node_modules|\.ts:/);
    expect(wasTaken(id)).toBe(false);
  });
});

describe("attack 111 · there is no /metrics and no /health yet, and nothing in their place names a workspace", () => {
  const paths = ["/metrics", "/health", "/healthz", "/readyz", "/status", "/debug", "/slack/metrics", "/slack/health"];
  test.each(paths)("%s", async (path) => {
    const response = await fetch(`${it.usher.url}${path}`);
    const body = await response.text();
    expect(response.status).toBe(404);
    expect(body).not.toMatch(/Bright Goods|T0BRIGHT001|xoxb/);
  });
});
