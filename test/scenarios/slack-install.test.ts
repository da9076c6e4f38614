import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Store } from "../../src/ports/store.ts";
import { systemClock } from "../../src/system.ts";
import { ringOf } from "../support/keys.ts";
import { temporaryFolder } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import { tokenIn } from "../support/slack/directory.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { publicUrl, startInstallable, startUninstalledCompany } from "../support/slack/installable.ts";
import { drawn } from "../support/slack/usher.ts";

// Usher installed by OAuth, as it is composed for real: real Bolt and its own OAuth library, real HTTP both ways.

const { team, partner, olga, jane, agnes, carla, support, agents, shared } = company;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let slack: FakeSlack;
let it: Awaited<ReturnType<typeof startInstallable>>;

const message = (channel: string, words: string) =>
  slack.until(() => slack.messagesIn(channel).find((one) => drawn(one).includes(words)));
const whispered = (user: string, words: string) =>
  slack.until(() => slack.state.ephemerals.find((one) => one.to === user && drawn(one).includes(words)));

/** Changes the store while no Usher has it, and answers who has a role then. */
async function during(change: (store: Store) => Promise<void>) {
  const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: ringOf("a") });
  try {
    await change(store);
    return { roles: await store.roles.list(workspaceIdSchema.parse(team)) };
  } finally {
    await store.close();
  }
}

beforeEach(async () => {
  folder = await temporaryFolder();
  slack = await startUninstalledCompany();
  it = await startInstallable(folder.path, slack);
});
afterEach(async () => {
  await it.stop();
  await slack.close();
  await folder.remove();
});

describe("installing", () => {
  test("opens the workspace at once: procedures run, and the installer is its owner", async () => {
    const page = await it.installer.installs({ team, user: olga });
    expect(page.status).toBe(200);
    expect(page.html).toContain("Usher is in Bright Goods");
    expect(page.html).toContain("You are its owner");
    await it.command(olga, agents, "list");
    await whispered(olga, "refund-request-handler");
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
  });

  test("survives a restart, its token encrypted", async () => {
    await it.installer.installs({ team, user: olga });
    await it.stop();
    it = await startInstallable(folder.path, slack);
    await it.command(olga, agents, "roles list");
    await whispered(olga, "owner");
  });

  test("the owner who puts it in again reads so, and USHER_OWNER is nobody's owner there", async () => {
    await it.installer.installs({ team, user: olga });
    expect((await it.installer.installs({ team, user: olga })).html).toContain("You are its owner");
    await it.stop();
    // Begun, and cut off before somebody was its owner.
    const { roles } = await during((store) => store.roles.remove(workspaceIdSchema.parse(team), "slack", olga));
    expect(roles).toEqual([]);
    it = await startInstallable(folder.path, slack, { USHER_OWNER: agnes });
    await it.stop();
    expect((await during(async () => {})).roles).toEqual([]);
    it = await startInstallable(folder.path, slack);
    expect((await it.installer.installs({ team, user: olga })).html).toContain("You are its owner");
  });

  test("two workspaces side by side, each with its own token and its own owner", async () => {
    await it.installer.installs({ team, user: olga });
    const there = await it.installer.installs({ team: partner, user: carla });
    expect(there.html).toContain("Usher is in Partner &amp; Co");
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
    await it.command(carla, shared, "roles list");
    const seen = await whispered(carla, "owner");
    expect(drawn(seen)).not.toContain(olga);
  });

  test("installing again renews the token and changes no owner", async () => {
    await it.installer.installs({ team, user: olga });
    const before = tokenIn(slack.state, team);
    const page = await it.installer.installs({ team, user: agnes });
    expect(page.html).toContain("It has an owner there already");
    slack.state.tokens.set(before.token, { ...before, end: "token_revoked" });
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
    await it.command(agnes, agents, "list");
    expect(drawn(await whispered(agnes, "Just write what you need"))).not.toContain("refund-request-handler");
  });

  test("for a whole organisation is one workspace, wherever in it people write", async () => {
    const known = slack.state.teams.get(team);
    if (known !== undefined)
      slack.state.teams.set(team, { ...known, enterprise: { id: "E0BRIGHT", name: "Bright Group" } });
    const page = await it.installer.installs({ team, user: olga, orgWide: true });
    expect(page.html).toContain("Usher is in Bright Group");
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
    await it.command(olga, agents, "list");
    await whispered(olga, "refund-request-handler");
  });

  test("a workspace that nobody has named is not let in; one in a named organisation is", async () => {
    await it.stop();
    it = await startInstallable(folder.path, slack, { SLACK_TEAMS: `${team},E0GROUP` });
    const refused = await it.installer.installs({ team: partner, user: carla });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain("This Usher is not for Partner &amp; Co");
    expect(refused.html).toContain(`(SLACK_TEAMS, ${partner})`);
    await it.command(carla, shared, "list");
    expect((await it.installer.installs({ team, user: olga })).status).toBe(200);
    const known = slack.state.teams.get(partner);
    if (known !== undefined) slack.state.teams.set(partner, { ...known, enterprise: { id: "E0GROUP", name: "Group" } });
    expect((await it.installer.installs({ team: partner, user: carla })).status).toBe(200);
  });

  test("whoever changes his mind on Slack's page reads so, and can begin again", async () => {
    const { state, cookie } = await it.installer.begin();
    const page = await it.installer.comeBack({ query: { error: "access_denied", state }, cookie });
    expect(page.status).toBe(400);
    expect(page.html).toContain("You did not agree");
    expect(page.html).toContain(`href="${publicUrl}/slack/install"`);
  });

  test("without an answer of Slack nothing is installed, and the page says to try again", async () => {
    const { state, cookie } = await it.installer.begin();
    slack.faults.plan({ method: "oauth.v2.access" }, { kind: "status", status: 502, when: "before" });
    const page = await it.installer.comeBack({
      query: { code: it.installer.agree({ team, user: olga }), state },
      cookie,
    });
    expect(page.status).toBe(503);
    expect(page.html).toContain("It did not work just now");
    expect(it.usher.log.lines.some(({ level }) => level === "error")).toBe(true);
  });

  test("the log has neither codes, states nor tokens", async () => {
    const { state, cookie } = await it.installer.begin();
    const code = it.installer.agree({ team, user: olga });
    await it.installer.comeBack({ query: { code, state }, cookie });
    await it.installer.comeBack({ query: { code, state }, cookie });
    const log = JSON.stringify(it.usher.log.lines);
    for (const secret of [code, state, "xoxb-", slack.state.app.clientSecret]) expect(log).not.toContain(secret);
  });
});
