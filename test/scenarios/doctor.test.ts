import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { appManifest, examine } from "../../src/compose-doctor.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Store } from "../../src/ports/store.ts";
import { systemClock, systemIds } from "../../src/system.ts";
import { keyNamed, ringOf } from "../support/keys.ts";
import { createLogBook, temporaryFolder, testConfig } from "../support/playground.ts";
import { company, startCompany } from "../support/slack/company.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { fieldsOf } from "../support/slack/fields.ts";
import { publicUrl, signingSecret, startInstallable, startUninstalledCompany } from "../support/slack/installable.ts";
import { endToken } from "../support/slack/methods-app.ts";
import { startUsherInSlack } from "../support/slack/usher.ts";

const { team, agents, shared, archived, random, olga } = company;
const workspace = workspaceIdSchema.parse(team);
type Environment = { readonly [name: string]: string };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let slack: FakeSlack;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await slack.close();
  await folder.remove();
});

const fixed = (): Environment => ({
  SLACK_SIGNING_SECRET: signingSecret,
  SLACK_BOT_TOKEN: company.token,
  SLACK_API_URL: slack.apiUrl,
  USHER_OWNER: olga,
});
const findings = (environment: Environment = fixed()): Promise<readonly Finding[]> =>
  examine(testConfig(folder.path, environment), { clock: systemClock, ids: systemIds, log: createLogBook() });

/** One finding, by the beginning of what it is about. */
async function found(what: string, environment?: Environment): Promise<Finding> {
  const all = await findings(environment);
  const one = all.find((finding) => finding.what.startsWith(what));
  if (one === undefined) throw new Error(`Nothing about ${what}: ${JSON.stringify(all)}`);
  return one;
}

/** Looks into the database of an Usher that has been set up and is stopped. */
async function setUp(change: (store: Store) => Promise<void> = async () => {}): Promise<void> {
  const usher = await startUsherInSlack(folder.path);
  slack = usher.slack;
  await usher.setUp();
  await usher.bot.close();
  await usher.usher.stop();
  const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: null });
  await change(store);
  await store.close();
}

const inChannel = (channel: string) => (store: Store) =>
  store.settings.save(workspace, {
    agentsChannel: { platform: "slack", address: `slack:${team}:${channel}` as never },
  });

/** The token's scopes without, or with, some. */
function grant(scopes: (now: readonly string[]) => readonly string[]): void {
  const token = slack.state.tokens.get(company.token);
  if (token !== undefined) slack.state.tokens.set(token.token, { ...token, scopes: scopes(token.scopes) });
}

describe("a workspace that is set up", () => {
  test("with everything in place, nothing is missing", async () => {
    await setUp();
    const all = await findings();
    expect(all.filter(({ state }) => state === "missing")).toEqual([]);
    expect(all.filter(({ state }) => state === "ok").map(({ what }) => what)).toEqual([
      "Procedure files",
      "Data folder",
      "Bot token of Bright Goods",
      "Scopes of Bright Goods",
      "Agents channel of Bright Goods",
      "Owner of Bright Goods",
      "Agents of Bright Goods",
    ]);
  });

  test.each([
    [
      "Agents channel",
      async (store: Store) => store.settings.save(workspace, {}),
      "nothing can be approved",
      "channel set here",
    ],
    ["Agents channel", inChannel(shared), "shared with another organisation", "channel set here"],
    ["Agents channel", inChannel(archived), "is archived", "Unarchive it"],
    ["Agents channel", inChannel(random), "Usher is not in #random", "/invite @Usher"],
    ["Agents channel", inChannel("C0NOWHERE1"), "channel_not_found", "/invite @Usher"],
    ["Owner", async ({ roles }: Store) => roles.set(workspace, "slack", olga, "agent"), "There is none", "USHER_OWNER"],
    [
      "Agents of",
      async ({ roles }: Store) => {
        for (const agent of [company.agnes, company.artur]) await roles.remove(workspace, "slack", agent);
      },
      `Only ${olga} may approve`,
      "roles add",
    ],
  ] as const)("%s (%#) is missed, with the mend", async (what, change, says, mend) => {
    await setUp(change);
    const finding = await found(what);
    expect(finding).toMatchObject({
      state: "missing",
      says: expect.stringContaining(says),
      mend: expect.stringContaining(mend),
    });
  });

  test("two owners and no agent can approve in one another's runs", async () => {
    await setUp(async ({ roles }) => {
      await roles.remove(workspace, "slack", company.agnes);
      await roles.set(workspace, "slack", company.artur, "owner");
    });
    expect(await found("Agents of")).toMatchObject({ state: "ok", says: expect.stringContaining("2 people") });
  });

  test("each scope that was not granted is named; more than needed is no fault", async () => {
    await setUp();
    grant((now) => now.filter((scope) => scope !== "groups:read" && scope !== "commands"));
    expect(await found("Scopes")).toMatchObject({ state: "missing", says: "Not granted: commands, groups:read." });
    grant((now) => [...now, "commands", "groups:read", "admin"]);
    expect(await found("Scopes")).toMatchObject({ state: "ok", says: expect.stringContaining("admin") });
  });

  test.each(["token_revoked", "account_inactive"] as const)("a token that is void (%s)", async (end) => {
    await setUp();
    const token = slack.state.tokens.get(company.token);
    if (token !== undefined) endToken(slack.state, token, end);
    expect(await found("SLACK_BOT_TOKEN")).toMatchObject({
      state: "missing",
      mend: expect.stringContaining("Reinstall"),
    });
  });

  test("a Slack that does not answer is no fault of the settings", async () => {
    await setUp();
    const environment = { ...fixed(), SLACK_API_URL: "http://127.0.0.1:9/api" };
    expect(await found("SLACK_BOT_TOKEN", environment)).toMatchObject({ state: "unknown" });
  });
});

describe("the data folder", () => {
  const everything = async (): Promise<readonly string[]> => {
    const names = (await readdir(folder.path)).filter((name) => !/-(?:shm|wal)$/.test(name));
    return Promise.all(
      names.map(async (name) => {
        const { mode, mtimeMs } = await stat(join(folder.path, name));
        return `${name} ${mode} ${mtimeMs} ${(await readFile(join(folder.path, name))).toString("base64")}`;
      }),
    );
  };

  test("is looked into and left as it is", async () => {
    await setUp();
    const before = await everything();
    expect(await found("Owner of")).toMatchObject({ state: "ok" });
    expect(await everything()).toEqual(before);
  });

  test("what a killed Usher has left in its log is seen, and stays there", async () => {
    await setUp();
    const file = join(folder.path, "usher.db");
    const copy = join(folder.path, "as-it-was-killed");
    const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: null });
    await store.roles.remove(workspace, "slack", olga);
    await cp(file, copy);
    await cp(`${file}-wal`, `${copy}-wal`);
    await store.close();
    await rename(copy, file);
    await rename(`${copy}-wal`, `${file}-wal`);
    const log = await readFile(`${file}-wal`);
    expect(await found("Owner of")).toMatchObject({ state: "missing" });
    expect(await readFile(`${file}-wal`)).toEqual(log);
  });

  test("of an older Usher is brought up to date by no doctor", async () => {
    await setUp();
    const database = new DatabaseSync(join(folder.path, "usher.db"));
    database.exec("DROP TABLE departures; PRAGMA user_version = 3");
    database.close();
    const before = await everything();
    expect(await found("Data folder")).toMatchObject({ state: "ok", says: expect.stringContaining("older Usher") });
    expect(await found("Agents channel")).toMatchObject({ state: "unknown" });
    expect(await everything()).toEqual(before);
  });
});

describe("the folder of procedures is read as the start reads it", () => {
  beforeEach(async () => {
    await setUp();
  });
  const inFolder = (): Environment => ({ ...fixed(), USHER_PROCEDURES: join(folder.path, "procedures") });
  const write = async (text: string): Promise<void> => {
    await mkdir(join(folder.path, "procedures"));
    await writeFile(join(folder.path, "procedures", "refund.yaml"), text);
  };

  test("a broken file is missed, whatever the database holds, with line and mend", async () => {
    await write("slug: refund\nname: Refund\ntrigger: { when: refund }\nsteps: []\n");
    expect(await found("Procedure files", inFolder())).toMatchObject({
      state: "missing",
      says: expect.stringContaining("refund.yaml:4:"),
      mend: expect.stringContaining("until then Usher does not start"),
    });
  });

  test("a connection that nobody has named is missed, and the demo shop is not", async () => {
    const call = (connection: string) =>
      `slug: refund\nname: Refund\ntrigger: { when: refund }\nsteps:\n  - { id: look, kind: call, method: GET, url: "{{connections.${connection}}}/x" }\n`;
    await write(call("crm"));
    expect(await found("Procedure files", inFolder())).toMatchObject({
      state: "missing",
      says: expect.stringContaining("there is no connection named “crm”"),
    });
    await writeFile(join(folder.path, "procedures", "refund.yaml"), call("shop"));
    expect(await found("Procedure files", inFolder())).toMatchObject({ state: "ok" });
  });

  test("an empty folder, and one that is not there", async () => {
    expect(await found("Procedure files", inFolder())).toMatchObject({
      state: "missing",
      says: expect.stringContaining("ENOENT"),
    });
    await mkdir(join(folder.path, "procedures"));
    expect(await found("Procedure files", inFolder())).toMatchObject({
      state: "missing",
      mend: expect.stringContaining("USHER_PROCEDURES"),
    });
  });
});

describe("while Usher runs", () => {
  test("its database is left alone, its address is tried, and it goes on", async () => {
    const running = await startUsherInSlack(folder.path);
    slack = running.slack;
    try {
      expect(running.usher.log.lines).toContainEqual({
        level: "info",
        fields: { workspaces: [`Bright Goods (${team})`] },
        message: "Slack is connected.",
      });
      const environment = { ...fixed(), USHER_URL: running.usher.url };
      expect(await found("Data folder", environment)).toMatchObject({
        state: "ok",
        says: expect.stringContaining(`process ${process.pid}`),
      });
      expect(await found("Request URL", environment)).toMatchObject({ state: "ok" });
      expect(await found("Agents channel", environment)).toMatchObject({ state: "unknown" });
      const wrong = { ...environment, SLACK_SIGNING_SECRET: "f".repeat(32) };
      expect(await found("Request URL", wrong)).toMatchObject({
        state: "missing",
        mend: expect.stringContaining("SLACK_SIGNING_SECRET"),
      });
      await running.command(olga, agents, "help");
      await running.whispered(olga, "approvals");
    } finally {
      await running.bot.close();
      await running.usher.stop();
    }
  });
});

describe("the app", () => {
  beforeEach(async () => {
    slack = await startCompany({ app: { signingSecret } });
  });

  test("before the first start, an owner who will not be there is missed", async () => {
    const data = join(folder.path, "data");
    const { USHER_OWNER: _owner, ...ownerless } = fixed();
    const look = async (environment: Environment) =>
      (await examine(testConfig(data, environment), { clock: systemClock, ids: systemIds, log: createLogBook() })).find(
        ({ what }) => what.startsWith("Owner of"),
      );
    expect(await look(ownerless)).toMatchObject({ state: "missing", mend: expect.stringContaining("USHER_OWNER") });
    expect(await look(fixed())).toMatchObject({ state: "ok", says: expect.stringContaining(olga) });
  });

  test("before the first start nothing is made, and nothing is wrong with that", async () => {
    const data = join(folder.path, "data");
    const config = testConfig(data, fixed());
    const all = await examine(config, { clock: systemClock, ids: systemIds, log: createLogBook() });
    expect(all.filter(({ state }) => state === "missing")).toEqual([]);
    await expect(mkdir(data)).resolves.toBeUndefined();
  });

  test.each([
    [200, "<html>parked</html>"],
    [404, "nothing"],
    [302, ""],
  ])("an address at which somebody else answers %i", async (status, body) => {
    const server = createServer((_request, response) =>
      response.writeHead(status, { location: slack.apiUrl }).end(body),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const finding = await found("Request URL", { ...fixed(), USHER_URL: `http://127.0.0.1:${port}` });
    expect(finding).toMatchObject({ state: "missing", says: expect.stringContaining(`(${status})`) });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("no address, and one that does not answer, are only not known", async () => {
    expect(await found("Request URL")).toMatchObject({ state: "unknown", mend: expect.stringContaining("USHER_URL") });
    expect(await found("Request URL", { ...fixed(), USHER_URL: "http://127.0.0.1:9" })).toMatchObject({
      state: "unknown",
    });
  });

  const socket = (token: string): Environment => {
    const { SLACK_SIGNING_SECRET: _secret, ...rest } = fixed();
    return { ...rest, SLACK_APP_TOKEN: token };
  };
  test("Socket Mode is tried with its token", async () => {
    expect(await found("Socket Mode", socket(company.appToken))).toMatchObject({ state: "ok" });
    expect(await found("Socket Mode", socket("xapp-1-wrong-token"))).toMatchObject({
      state: "missing",
      mend: expect.stringContaining("connections:write"),
    });
  });

  const withApp = (): Environment => ({
    ...fixed(),
    USHER_URL: publicUrl,
    SLACK_APP_ID: slack.state.app.id,
    SLACK_CONFIG_TOKEN: company.configToken,
  });
  const show = (manifest: unknown): void => void Object.assign(slack.state.app, { manifest: fieldsOf(manifest) });

  test("drift: none, and each part that differs by its name", async () => {
    const asItShould = await appManifest({ kind: "http", url: publicUrl });
    show(asItShould);
    expect(await found("Manifest", withApp())).toMatchObject({ state: "ok" });
    const text = JSON.stringify(asItShould)
      .replace('"message.im",', "")
      .replace('"groups:read",', "")
      .replace('"command":"/procedures"', '"command":"/usher"');
    show(JSON.parse(text));
    const { says } = await found("Manifest", withApp());
    for (const part of ["event message.im", "scope groups:read", "command /procedures"]) expect(says).toContain(part);
    show(JSON.parse(JSON.stringify(asItShould).replace('"socket_mode_enabled":false', '"socket_mode_enabled":true')));
    expect(await found("Manifest", withApp())).toMatchObject({
      state: "missing",
      says: expect.stringContaining("Socket Mode"),
    });
  });

  test("without a token it says that nothing of the app was compared; a void one is a fault", async () => {
    expect(await found("Manifest")).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("was not compared"),
      mend: expect.stringContaining("SLACK_CONFIG_TOKEN"),
    });
    const wrong = { ...withApp(), SLACK_CONFIG_TOKEN: "xoxe.xoxp-1-expired" };
    expect(await found("Manifest", wrong)).toMatchObject({
      state: "missing",
      mend: expect.stringContaining("12 hours"),
    });
    expect(await found("Manifest", { ...withApp(), SLACK_APP_ID: "A0OTHER" })).toMatchObject({ state: "missing" });
  });
});

describe("many workspaces", () => {
  const oauth = (key = "a"): Environment => ({
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_CLIENT_ID: slack.state.app.clientId,
    SLACK_CLIENT_SECRET: slack.state.app.clientSecret,
    SLACK_TEAMS: "*",
    SLACK_API_URL: slack.apiUrl,
    USHER_URL: publicUrl,
    USHER_KEYS: `${key}:${keyNamed(key).secret}`,
  });
  beforeEach(async () => {
    slack = await startUninstalledCompany();
    const it = await startInstallable(folder.path, slack);
    await it.installer.installs({ team, user: olga });
    await it.installer.installs({ team: company.partner, user: company.carla });
    await it.stop();
  });

  test("each is looked at", async () => {
    const names = (await findings(oauth())).filter(({ what }) => what.startsWith("Bot token")).map(({ what }) => what);
    expect(names.toSorted()).toEqual(["Bot token of Bright Goods", "Bot token of Partner & Co"]);
  });

  test("who may install is said", async () => {
    const what = "Who may install";
    const says = (words: string) => ({ state: "ok", says: expect.stringContaining(words) });
    expect(await found(what, oauth())).toMatchObject(says("Everybody in Slack"));
    expect(await found(what, { ...oauth(), SLACK_TEAMS: `${team},E0GROUP` })).toMatchObject(
      says(`Only ${team}, E0GROUP`),
    );
  });

  test("an owner who is missing comes by installing once more, not by USHER_OWNER", async () => {
    const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: ringOf("a") });
    await store.roles.remove(workspace, "slack", olga);
    await store.close();
    const { mend } = z.object({ mend: z.string() }).parse(await found("Owner of Bright Goods", oauth()));
    expect(mend).toContain("Install Usher there once more");
    expect(mend).not.toContain("USHER_OWNER");
  });

  test("the key with which their tokens were encrypted is missed", async () => {
    expect(await found("Installations", oauth("b"))).toMatchObject({
      state: "missing",
      mend: expect.stringContaining("USHER_KEYS"),
    });
  });

  test("none yet: the page to open is named", async () => {
    const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: ringOf("a") });
    for (const one of await store.installations.workspaces("slack"))
      await store.installations.remove(one, "slack", systemClock.now());
    await store.close();
    expect(await found("Installations", oauth())).toMatchObject({
      state: "missing",
      mend: expect.stringContaining(`${publicUrl}/slack/install`),
    });
  });
});

test("no finding repeats a secret", async () => {
  slack = await startCompany({ app: { signingSecret } });
  const environment = {
    ...fixed(),
    USHER_URL: "http://127.0.0.1:9",
    SLACK_APP_ID: "A0X",
    SLACK_CONFIG_TOKEN: "xoxe.xoxp-1-secret",
  };
  const text = JSON.stringify(await findings(environment));
  for (const secret of [signingSecret, company.token, "xoxe.xoxp-1-secret"]) expect(text).not.toContain(secret);
});
