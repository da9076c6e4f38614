import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Config, readConfig, secretsOf } from "../src/config.ts";
import { keyNamed } from "./support/keys.ts";

type Environment = { readonly [name: string]: string };

function problemsOf(environment: Environment): readonly string[] {
  const reading = readConfig(environment);
  return reading.kind === "bad" ? reading.problems : [];
}

/** A good configuration; a test whose configuration is bad must not go on. */
function good(environment: Environment): Config {
  const reading = readConfig(environment);
  if (reading.kind === "ok") return reading.config;
  throw new Error(reading.problems.join("\n"));
}

describe("a configuration", () => {
  test("of nothing is the default: this machine only, and nothing opened", () => {
    expect(good({})).toEqual({
      port: 3000,
      host: "127.0.0.1",
      dataFolder: resolve(".usher"),
      procedureFolder: fileURLToPath(new URL("../examples/procedures", import.meta.url)),
      openHosts: [],
      connections: {},
      allowedHosts: [],
      region: "US",
      locale: "en-US",
      timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      mailServer: null,
      keys: [],
      slack: null,
      logLevel: "info",
    });
  });

  test("with everything set is what was set", () => {
    const config = good({
      PORT: "0",
      HOST: "::",
      USHER_DATA: "/var/lib/usher",
      USHER_PROCEDURES: "ours",
      USHER_OPEN_HOSTS: " localhost:4000, [::1]:4000 ,10.0.0.5:80,",
      USHER_CONNECTIONS: "shop=https://api.example.com/v1/, crm = http://localhost:4000",
      USHER_ALLOWED_HOSTS: "usher.example.com,Box.local:8080",
      USHER_REGION: "de",
      USHER_LOCALE: "de-DE",
      USHER_TIME_ZONE: "Europe/Berlin",
      USHER_SMTP_HOST: "smtp.example.com",
      USHER_SMTP_PORT: "2525",
      USHER_SMTP_SECURE: "false",
      USHER_SMTP_USER: "usher",
      USHER_SMTP_PASSWORD: "hunter2",
      USHER_SMTP_FROM: "Support <support@example.com>",
      USHER_KEYS: ` 2026-b:${keyNamed("b").secret} , a_1: ${keyNamed("a").secret},`,
      LOG_LEVEL: "WARN",
      PATH: "/usr/bin",
    });
    expect(config).toEqual({
      port: 0,
      host: "::",
      dataFolder: "/var/lib/usher",
      procedureFolder: resolve("ours"),
      openHosts: ["localhost:4000", "[::1]:4000", "10.0.0.5:80"],
      connections: { shop: "https://api.example.com/v1", crm: "http://localhost:4000" },
      allowedHosts: ["usher.example.com", "box.local:8080"],
      region: "DE",
      locale: "de-DE",
      timeZone: "Europe/Berlin",
      mailServer: {
        host: "smtp.example.com",
        port: 2525,
        secure: false,
        login: { user: "usher", password: "hunter2" },
        from: "Support <support@example.com>",
      },
      keys: [
        { id: "2026-b", secret: keyNamed("b").secret },
        { id: "a_1", secret: keyNamed("a").secret },
      ],
      slack: null,
      logLevel: "warn",
    });
  });

  test("takes a variable that is set to nothing as one that is not set", () => {
    expect(good({ PORT: "", USHER_REGION: "  ", USHER_SMTP_HOST: "" })).toEqual(good({}));
  });

  test("chooses the port and the kind of a mail server's connection by each other", () => {
    const from = { USHER_SMTP_HOST: "smtp.example.com", USHER_SMTP_FROM: "a@example.com" };
    expect(good(from).mailServer).toMatchObject({ port: 587, secure: false, login: null });
    expect(good({ ...from, USHER_SMTP_PORT: "465" }).mailServer).toMatchObject({ port: 465, secure: true });
    expect(good({ ...from, USHER_SMTP_SECURE: "true" }).mailServer).toMatchObject({ port: 465, secure: true });
  });

  test("that is bad tells all its problems at once, each beginning with the name", () => {
    const problems = problemsOf({
      PORT: "80a",
      HOST: "http://localhost",
      USHER_OPEN_HOSTS: "localhost",
      USHER_CONNECTIONS: "https://api.example.com",
      USHER_ALLOWED_HOSTS: "https://usher.example.com",
      USHER_REGION: "Germany",
      USHER_LOCALE: "en_US",
      USHER_TIME_ZONE: "Mars/Olympus",
      USHER_SMTP_HOST: "smtp.example.com",
      USHER_SMTP_PORT: "0",
      USHER_SMTP_SECURE: "yes",
      USHER_SMTP_USER: "usher",
      USHER_KEYS: "correct-horse",
      LOG_LEVEL: "loud",
      USHER_PROCEDURE: "ours",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
    });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "PORT",
      "HOST",
      "USHER_OPEN_HOSTS",
      "USHER_CONNECTIONS",
      "USHER_ALLOWED_HOSTS",
      "USHER_REGION",
      "USHER_LOCALE",
      "USHER_TIME_ZONE",
      "USHER_SMTP_PORT",
      "USHER_SMTP_SECURE",
      "USHER_KEYS",
      "LOG_LEVEL",
      "USHER_SMTP_FROM",
      "USHER_SMTP_PASSWORD",
      "NODE_TLS_REJECT_UNAUTHORIZED",
      "USHER_PROCEDURE",
    ]);
    for (const problem of problems) expect(problem).toMatch(/[.?]$/);
    expect(problems).toContain("PORT must be a port, a whole number from 0 to 65535, and is “80a”; for example 3000.");
    expect(problems).toContain("USHER_PROCEDURE is not known; do you mean USHER_PROCEDURES?");
  });

  test("a name with our beginning too much is taken for the one without", () => {
    expect(problemsOf({ USHER_PORT: "1" })).toEqual(["USHER_PORT is not known; do you mean PORT?"]);
  });

  test.each([
    ["PORT", "-1"],
    ["PORT", "65536"],
    ["PORT", "3000.5"],
    ["PORT", "0x50"],
    ["HOST", "my host"],
    ["HOST", "[::1]"],
    ["USHER_OPEN_HOSTS", "localhost:0"],
    ["USHER_OPEN_HOSTS", "localhost:65536"],
    ["USHER_OPEN_HOSTS", "::1:80"],
    ["USHER_OPEN_HOSTS", "[localhost]:80"],
    ["USHER_OPEN_HOSTS", "http://localhost:80"],
    ["USHER_OPEN_HOSTS", "user@localhost:80"],
    ["USHER_OPEN_HOSTS", "*:80"],
    ["USHER_CONNECTIONS", "shop=ftp://api.example.com"],
    ["USHER_CONNECTIONS", "shop=api.example.com"],
    ["USHER_CONNECTIONS", "shop=https://"],
    ["USHER_CONNECTIONS", "shop=https://a.example/?key=1"],
    ["USHER_CONNECTIONS", "shop=https://a.example/#x"],
    ["USHER_CONNECTIONS", "shop=https://a.example/x/../y"],
    ["USHER_CONNECTIONS", "my-shop=https://a.example"],
    ["USHER_CONNECTIONS", "__proto__=https://a.example"],
    ["USHER_CONNECTIONS", "constructor=https://a.example"],
    ["USHER_CONNECTIONS", "shop=https://a.example,shop=https://b.example"],
    ["USHER_REGION", "ZZ"],
    ["USHER_REGION", "toString"],
    ["USHER_LOCALE", "xx-YY"],
    ["USHER_TIME_ZONE", "+01:00"],
    ["USHER_ALLOWED_HOSTS", "usher.example.com:99999"],
    ["LOG_LEVEL", "verbose"],
  ])("refuses %s=%s", (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  test("names every bad entry of a list", () => {
    const [problem = ""] = problemsOf({ USHER_OPEN_HOSTS: "one,localhost:80,two" });
    expect(problem).toContain("“one”");
    expect(problem).toContain("“two”");
    expect(problem).not.toContain("localhost:80,");
  });

  test("never tells the value of a secret, nor an address that may hold one", () => {
    const problems = problemsOf({
      USHER_SMTP_PASSWORD: "hunter2",
      USHER_SMTP_SECRET: "hunter2",
      USHER_CONNECTIONS: "shop=https://admin:hunter2@api.example.com,=hunter2",
    });
    expect(problems.length).toBeGreaterThanOrEqual(4);
    expect(problems.join("\n")).not.toContain("hunter2");
  });

  const { secret } = keyNamed("canary");
  const badKeys: readonly (readonly [string, string, string])[] = [
    ["a key without a name", secret, "one entry has no such id"],
    ["an empty name", `:${secret}`, "one entry has no such id"],
    ["a name that is too long", `${"n".repeat(21)}:${secret}`, "one entry has no such id"],
    ["a name of other characters", `my key:${secret}`, "one entry has no such id"],
    ["key and name in the wrong order", `${secret}:a`, "one entry has no such id"],
    ["a name without a key", "a:", "needs another key for a"],
    ["a key of 31 bytes", `a:${Buffer.alloc(31, 7).toString("base64")}`, "needs another key for a"],
    ["a key of 33 bytes", `a:${Buffer.alloc(33, 7).toString("base64")}`, "needs another key for a"],
    ["a key in hex", `a:${Buffer.from(secret, "base64").toString("hex")}`, "needs another key for a"],
    ["a key that is cut short", `a:${secret.slice(0, -1)}`, "needs another key for a"],
    ["a key with a character too much", `a:${secret.slice(0, 20)} ${secret.slice(20)}`, "needs another key for a"],
    ["a key that is no base64", `a:${"!".repeat(43)}=`, "needs another key for a"],
    ["a passphrase", "a:correct horse battery staple", "needs another key for a"],
    ["one name twice", `a:${secret},a:${keyNamed("b").secret}`, "names a twice"],
    ["two problems", `${secret},a:${secret.slice(1)}`, "it also needs another key for a"],
  ];
  test.each(badKeys)("refuses %s as USHER_KEYS, without a word of what stood there", (_, text, why) => {
    const [problem = "", ...others] = problemsOf({ USHER_KEYS: text });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^USHER_KEYS /);
    expect(problem).toContain(why);
    for (let at = 0; at + 8 <= text.length; at += 1) expect(problem).not.toContain(text.slice(at, at + 8));
  });

  test("names everything of it that must get into no log", () => {
    expect(secretsOf(good({}))).toEqual([]);
    const mail = { USHER_SMTP_HOST: "smtp.example.com", USHER_SMTP_FROM: "a@example.com" };
    const login = { USHER_SMTP_USER: "usher", USHER_SMTP_PASSWORD: "hunter2" };
    const keys = { USHER_KEYS: `b:${keyNamed("b").secret},a:${keyNamed("a").secret}` };
    expect(secretsOf(good({ ...mail, ...login, ...keys }))).toEqual([
      keyNamed("b").secret,
      keyNamed("a").secret,
      "hunter2",
    ]);
  });

  test("asks for what the parts of a mail server's setting need of each other", () => {
    expect(problemsOf({ USHER_SMTP_FROM: "a@example.com" })).toEqual([
      "USHER_SMTP_HOST is missing, without which USHER_SMTP_FROM says nothing; for example smtp.example.com.",
    ]);
    const from = { USHER_SMTP_HOST: "smtp.example.com", USHER_SMTP_FROM: "a@example.com" };
    expect(problemsOf({ ...from, USHER_SMTP_USER: "u" })).toEqual([
      expect.stringContaining("USHER_SMTP_PASSWORD is missing"),
    ]);
    expect(problemsOf({ ...from, USHER_SMTP_PASSWORD: "p" })).toEqual([
      expect.stringContaining("USHER_SMTP_USER is missing"),
    ]);
    expect(problemsOf({ USHER_SMTP_HOST: "smtp.example.com" })).toEqual([
      expect.stringContaining("USHER_SMTP_FROM is missing"),
    ]);
  });

  test.each(["support", "a@example.com, b@example.com", "A <a@example.com>\r\nBcc: <b@example.com>", "<>"])(
    "attack 77: takes one plain address as the sender of mails, and not %s",
    (from) => {
      expect(problemsOf({ USHER_SMTP_HOST: "smtp.example.com", USHER_SMTP_FROM: from })).toEqual([
        expect.stringContaining("USHER_SMTP_FROM must be an e-mail address"),
      ]);
    },
  );

  test("attack 32: with the check of certificates switched off nothing starts", () => {
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toEqual([expect.stringContaining("NODE_EXTRA_CA_CERTS")]);
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: "1" })).toEqual([]);
  });
});

describe("the configuration of a process", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "usher-config-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const script = `import { loadConfig } from ${JSON.stringify(new URL("../src/config.ts", import.meta.url).href)};
    process.stdout.write(JSON.stringify(loadConfig()));`;

  async function load(environment: Environment): Promise<unknown> {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      env: environment,
    });
    return JSON.parse(stdout);
  }

  test("comes from its environment, and needs no .env file", async () => {
    expect(await load({ PORT: "4001" })).toMatchObject({
      kind: "ok",
      config: { port: 4001, dataFolder: expect.stringMatching(/usher-config-.*\.usher$/) },
    });
  });

  test("comes from .env too, where the environment says nothing else", async () => {
    await writeFile(join(folder, ".env"), "PORT=4002\nUSHER_REGION=DE\nLOG_LEVEL=debug\n");
    expect(await load({ PORT: "4001" })).toMatchObject({
      kind: "ok",
      config: { port: 4001, region: "DE", logLevel: "debug" },
    });
  });

  test("is checked wherever it comes from", async () => {
    await writeFile(join(folder, ".env"), "NODE_TLS_REJECT_UNAUTHORIZED=0\nUSHER_REGOIN=DE\n");
    expect(await load({})).toMatchObject({ kind: "bad", problems: [expect.anything(), expect.anything()] });
  });
});
