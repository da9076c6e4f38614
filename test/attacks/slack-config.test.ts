import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { cross, named, shown } from "./variants.ts";

const secret = "0123456789abcdef0123456789abcdef";

describe("attack 9 · without the secret that Slack signs with, and a token, nothing starts in Slack", () => {
  const token = { SLACK_BOT_TOKEN: "xoxb-1234567890" };
  const secrets = [
    "",
    " ",
    "undefined",
    "null",
    "false",
    "changeme",
    "0",
    secret.slice(1),
    `${secret}0`,
    secret.toUpperCase(),
  ];
  const environments = ["production", "development", "test", ""];
  test.each(
    named(cross(secrets, environments), (value, environment) => `${shown(value)} where NODE_ENV is "${environment}"`),
  )("the secret %s", (_, [value, environment]) => {
    const reading = readConfig({ ...token, SLACK_SIGNING_SECRET: value, NODE_ENV: environment });
    expect(reading).toMatchObject({ kind: "bad", problems: [expect.stringContaining("SLACK_SIGNING_SECRET")] });
  });
  test.each(["", " ", "xoxp-1234567890", "xoxb-", "Bearer xoxb-1234567890"])("the token %j", (value) => {
    const reading = readConfig({ SLACK_SIGNING_SECRET: secret, SLACK_BOT_TOKEN: value, NODE_ENV: "production" });
    expect(reading).toMatchObject({ kind: "bad", problems: [expect.stringContaining("SLACK_BOT_TOKEN")] });
    if (value.length > 10) expect(JSON.stringify(reading)).not.toContain(value);
  });
});
