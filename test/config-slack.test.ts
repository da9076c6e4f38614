import { describe, expect, test } from "vitest";
import { type Config, readConfig, secretsOf } from "../src/config.ts";
import { keyNamed } from "./support/keys.ts";

const signing = "0123456789abcdef0123456789abcdef";
const http = { SLACK_SIGNING_SECRET: signing, SLACK_BOT_TOKEN: "xoxb-1111-2222-abcdef" };
const oauth = {
  SLACK_SIGNING_SECRET: signing,
  SLACK_CLIENT_ID: "1111.2222",
  SLACK_CLIENT_SECRET: "fedcba",
  SLACK_TEAMS: "T0AB",
  USHER_URL: "https://usher.example.com/",
  USHER_KEYS: `a:${keyNamed("a").secret}`,
};

type Environment = { readonly [name: string]: string };

function good(environment: Environment): Config {
  const reading = readConfig(environment);
  if (reading.kind === "ok") return reading.config;
  throw new Error(reading.problems.join("\n"));
}

function problemsOf(environment: Environment): readonly string[] {
  const reading = readConfig(environment);
  return reading.kind === "bad" ? reading.problems : [];
}

describe("what is set about Slack", () => {
  test("one workspace over HTTP needs its token and the signing secret", () => {
    expect(good({ ...http, USHER_OWNER: "U0OWNER" }).slack).toEqual({
      inbound: { kind: "http", signingSecret: signing },
      url: null,
      botToken: "xoxb-1111-2222-abcdef",
      oauth: null,
      owner: "U0OWNER",
      apiUrl: null,
      app: null,
    });
  });

  test("on this machine the address may be without https", () => {
    for (const url of ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"])
      expect(good({ ...http, USHER_URL: url }).slack?.url).toBe(url);
  });

  test("a socket needs its token in place of the signing secret", () => {
    const { slack } = good({ SLACK_APP_TOKEN: "xapp-1-A1-22-abc", SLACK_BOT_TOKEN: "xoxb-1111-2222-abcdef" });
    expect(slack?.inbound).toEqual({ kind: "socket", appToken: "xapp-1-A1-22-abc" });
  });

  test("many workspaces need the client, who may install, a public address and keys for their tokens", () => {
    expect(good(oauth).slack?.oauth).toEqual({
      clientId: "1111.2222",
      clientSecret: "fedcba",
      url: "https://usher.example.com",
      teams: ["T0AB"],
    });
    expect(good({ ...oauth, SLACK_TEAMS: " T0AB, E0CD," }).slack?.oauth?.teams).toEqual(["T0AB", "E0CD"]);
    expect(good({ ...oauth, SLACK_TEAMS: "*" }).slack?.oauth?.teams).toBeNull();
    expect(good(oauth).slack?.botToken).toBeNull();
  });

  test("the doctor reads the app's manifest with a token of its own, and needs to know which app", () => {
    const app = { SLACK_APP_ID: "A0USHER", SLACK_CONFIG_TOKEN: "xoxe.xoxp-1-abcdef" };
    expect(good({ ...http, ...app }).slack?.app).toEqual({ id: "A0USHER", configToken: "xoxe.xoxp-1-abcdef" });
    expect(secretsOf(good({ ...http, ...app }))).toContain("xoxe.xoxp-1-abcdef");
  });

  test.each([
    ["a token without a way in", { SLACK_BOT_TOKEN: http.SLACK_BOT_TOKEN }, ["SLACK_SIGNING_SECRET is missing"]],
    ["a way in without a token", { SLACK_SIGNING_SECRET: signing }, ["SLACK_BOT_TOKEN is missing"]],
    ["both ways in", { ...http, SLACK_APP_TOKEN: "xapp-1-A1-22-abc" }, ["SLACK_APP_TOKEN and SLACK_SIGNING_SECRET"]],
    ["half a client", { ...http, SLACK_CLIENT_ID: "1.2" }, ["SLACK_CLIENT_SECRET is missing"]],
    [
      "a client without the rest",
      { SLACK_SIGNING_SECRET: signing, SLACK_CLIENT_ID: "1.2", SLACK_CLIENT_SECRET: "x" },
      ["USHER_URL is missing", "USHER_KEYS is missing", "SLACK_TEAMS is missing: the ids of the workspaces"],
    ],
    [
      "a client over a socket",
      { ...oauth, SLACK_SIGNING_SECRET: "", SLACK_APP_TOKEN: "xapp-1-A1-22-abc" },
      ["SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET"],
    ],
    [
      "a user's token",
      { ...http, SLACK_BOT_TOKEN: "xoxp-1111-2222-abcdef" },
      ["SLACK_BOT_TOKEN must be a whole token, which begins with xoxb-"],
    ],
    ["a token that is cut off", { ...http, SLACK_BOT_TOKEN: "xoxb-1" }, ["SLACK_BOT_TOKEN must be a whole token"]],
    [
      "a token by half its name",
      { ...http, SLACK_TOKEN: "x" },
      ["SLACK_TOKEN is not known; do you mean SLACK_BOT_TOKEN?"],
    ],
    [
      "an address that Slack cannot use",
      { ...http, USHER_URL: "http://usher.example.com" },
      ["USHER_URL must begin with https://"],
    ],
    [
      "attack 9: a secret that is none",
      { ...http, SLACK_SIGNING_SECRET: "secret" },
      ["SLACK_SIGNING_SECRET must be 32"],
    ],
    ["a token for the manifest alone", { ...http, SLACK_CONFIG_TOKEN: "xoxe.xoxp-1-abc" }, ["SLACK_APP_ID is missing"]],
    ["an installer without a word on who may", { ...oauth, SLACK_TEAMS: " " }, ["SLACK_TEAMS is missing"]],
    ["nobody and everybody", { ...oauth, SLACK_TEAMS: "T0AB,*" }, ["SLACK_TEAMS must be ids"]],
    ["commas alone", { ...oauth, SLACK_TEAMS: "," }, ["SLACK_TEAMS must be ids"]],
    ["a workspace by name", { ...oauth, SLACK_TEAMS: "T0AB,bright" }, ["SLACK_TEAMS must be ids"]],
    ["who may install, where nobody can", { ...http, SLACK_TEAMS: "T0AB" }, ["SLACK_CLIENT_ID is missing"]],
    ["an app by name", { ...http, SLACK_APP_ID: "usher" }, ["SLACK_APP_ID must be the id"]],
    ["an owner by name", { ...http, USHER_OWNER: "@ann" }, ["USHER_OWNER must be a member id"]],
    [
      "a misspelt name",
      { ...http, SLACK_BOT_TOKN: "x" },
      ["SLACK_BOT_TOKN is not known; do you mean SLACK_BOT_TOKEN?"],
    ],
  ] as const)("%s is refused, with what is missing", (_name, environment, beginnings) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(beginnings.length);
    for (const [index, beginning] of beginnings.entries()) expect(problems[index]).toContain(beginning);
  });

  test("no problem repeats a secret", () => {
    const bad = { SLACK_SIGNING_SECRET: "geheim-1", SLACK_BOT_TOKEN: "geheim-2", SLACK_APP_TOKEN: "geheim-3" };
    expect(problemsOf(bad).length).toBeGreaterThan(2);
    expect(problemsOf(bad).join()).not.toContain("geheim");
  });

  test("every secret is known to the log", () => {
    expect(secretsOf(good(http))).toEqual([signing, http.SLACK_BOT_TOKEN]);
    expect(secretsOf(good(oauth))).toEqual([keyNamed("a").secret, signing, "fedcba"]);
  });
});
