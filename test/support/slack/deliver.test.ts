import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoltBot, startBolt } from "./bolt-app.ts";
import { company, startCompany } from "./company.ts";
import { answerJson, createDeliverer, type Knobs, signatureOf } from "./deliver.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { envelopeOf } from "./payloads.ts";

let slack: FakeSlack;
let bolt: BoltBot;
let contexts: Fields[];
beforeEach(async () => {
  contexts = [];
  slack = await startCompany();
  bolt = await startBolt(slack, (app) => {
    app.event("tokens_revoked", async ({ context }) => {
      contexts.push(fieldsOf(JSON.parse(JSON.stringify(context))));
    });
  });
});
afterEach(async () => {
  await bolt.stop();
  await slack.close();
});

function envelope(): Fields {
  const token = slack.state.tokens.get(company.token);
  if (token === undefined) throw new Error("no token");
  return envelopeOf(slack.state, token, { type: "tokens_revoked", tokens: { oauth: [], bot: [] } });
}

describe("signatures", () => {
  test("the signature is the one of Slack's documentation", () => {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack: its own example of secret, moment and body.
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
      "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
      "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    expect(signatureOf("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)).toBe(
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    );
  });

  test("a signed event is taken", async () => {
    expect(await bolt.bot.event(envelope())).toMatchObject({ status: 200, body: "" });
    expect(contexts).toHaveLength(1);
  });

  test.each<[string, Knobs]>([
    ["no signature", { signature: null }],
    ["no timestamp", { timestamp: null }],
    ["another version", { signature: "v1=abc" }],
    ["another secret", { signedWith: "guess" }],
    ["two signatures", { signature: ["v0=a", "v0=b"] }],
    ["a timestamp that is no number", { timestamp: "soon" }],
    ["a moment 301 s ago", { skewS: -301 }],
    ["a body that was changed on its way", { sentBody: "{}" }],
  ])("%s: real Bolt refuses", async (_name, knobs) => {
    expect((await bolt.bot.event(envelope(), knobs)).status).toBe(401);
    expect(contexts).toEqual([]);
  });

  test("a moment in the future can be signed, and real Bolt takes it", async () => {
    expect((await bolt.bot.event(envelope(), { skewS: 86_400 })).status).toBe(200);
  });

  test("headers of a second try reach the bot", async () => {
    await bolt.bot.event(envelope(), { retry: { num: 2, reason: "http_timeout" } });
    expect(contexts).toMatchObject([{ retryNum: 2, retryReason: "http_timeout" }]);
  });
});

describe("bodies", () => {
  test("the challenge comes back, signed or not at all", async () => {
    const challenge = { token: slack.state.app.token, challenge: "3eZbrw1aBm2r", type: "url_verification" };
    const answer = await bolt.bot.event(challenge);
    expect(answerJson(answer)).toEqual({ challenge: "3eZbrw1aBm2r" });
    expect((await bolt.bot.event(challenge, { signature: null })).status).toBe(401);
  });

  test("ssl_check needs no signature", async () => {
    expect((await bolt.bot.form({ ssl_check: "1", token: "a" }, { signature: null })).status).toBe(200);
  });

  test.each([
    ["a number", "5", 404],
    ["a list", "[]", 404],
    ["no JSON", "{", 400],
    ["nothing", "", 400],
  ])("%s is sent as it is, signed", async (_name, body, status) => {
    expect((await bolt.bot.raw(body)).status).toBe(status);
  });

  test("who does not answer in three seconds is not waited for any longer", async () => {
    const deaf = createDeliverer({ url: `${slack.apiUrl}chat.postMessage`, signingSecret: "s" });
    slack.faults.plan({ method: "chat.postMessage" }, { kind: "hang", when: "before" });
    const answer = await deaf.event({}, { timeoutMs: 50 });
    deaf.close();
    expect(answer).toMatchObject({ status: null, body: "" });
  });
});
