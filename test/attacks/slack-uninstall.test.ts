import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/system.ts";
import { ringOf } from "../support/keys.ts";
import { temporaryFolder } from "../support/playground.ts";
import { company, startCompany } from "../support/slack/company.ts";
import { tokenIn } from "../support/slack/directory.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { signingSecret, startInstallable, startUninstalledCompany } from "../support/slack/installable.ts";
import { endToken } from "../support/slack/methods-app.ts";
import { drawn } from "../support/slack/usher.ts";
import { cross } from "./variants.ts";

const { team, olga, jane, agnes, artur, support, agents } = company;
const workspace = workspaceIdSchema.parse(team);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let slack: FakeSlack;
let it: Awaited<ReturnType<typeof startInstallable>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await it.stop();
  await slack.close();
  await folder.remove();
});

const message = (channel: string, words: string) =>
  slack.until(() => slack.messagesIn(channel).find((one) => drawn(one).includes(words)));
const whispered = (user: string, words: string) =>
  slack.until(() => slack.state.ephemerals.find((one) => one.to === user && drawn(one).includes(words)));

/** Where Usher's token comes from. */
const sources = {
  "a token by OAuth": async () => {
    slack = await startUninstalledCompany();
    it = await startInstallable(folder.path, slack);
    await it.installer.installs({ team, user: olga });
  },
  "a token in the settings": async () => {
    slack = await startCompany({ app: { signingSecret } });
    it = await startInstallable(folder.path, slack, { SLACK_BOT_TOKEN: company.token, USHER_OWNER: olga });
  },
} as const;

/** How Usher learns that it is not there any more. */
const signs: { readonly [name: string]: () => Promise<unknown> } = {
  "tokens_revoked, then app_uninstalled": () =>
    it.people.uninstalls({ team, order: ["tokens_revoked", "app_uninstalled"] }),
  "app_uninstalled, then tokens_revoked": () =>
    it.people.uninstalls({ team, order: ["app_uninstalled", "tokens_revoked"] }),
  "app_uninstalled alone": () => it.people.uninstalls({ team, order: ["app_uninstalled"] }),
  "tokens_revoked alone": () => it.people.uninstalls({ team, order: ["tokens_revoked"] }),
  "both, three times over": () =>
    it.people.uninstalls({
      team,
      order: [
        "app_uninstalled",
        "tokens_revoked",
        "app_uninstalled",
        "tokens_revoked",
        "app_uninstalled",
        "tokens_revoked",
      ],
    }),
  "the answer token_revoked": () => refusedWith("token_revoked"),
  "the answer account_inactive": () => refusedWith("account_inactive"),
  "an answer first, and then both events": async () => {
    await refusedWith("account_inactive");
    await it.people.uninstalls({ team });
  },
};

/** Slack says nothing: the next call is refused. */
async function refusedWith(end: "token_revoked" | "account_inactive"): Promise<void> {
  endToken(slack.state, tokenIn(slack.state, team), end);
  await it.bot.event(homeOf(jane));
}

/** Somebody looks at App Home, for which Usher has to call Slack. */
const homeOf = (user: string) => {
  const event = {
    type: "app_home_opened",
    user,
    channel: company.janesDirect,
    tab: "home",
    event_ts: slack.state.ts(),
  };
  const authorizations = [
    { enterprise_id: null, team_id: team, user_id: company.bot, is_bot: true, is_enterprise_install: false },
  ];
  const seconds = Math.floor(systemClock.now() / 1000);
  return {
    type: "event_callback",
    api_app_id: slack.state.app.id,
    team_id: team,
    event_id: slack.state.id("Ev"),
    event_time: seconds,
    event,
    authorizations,
  };
};

/** Agnes is an agent, the agents have their channel, and Jane's refund waits there for somebody to approve it. */
async function refundWaits() {
  await it.command(olga, agents, `roles add <@${agnes}|agnes> agent`);
  await whispered(olga, "Changed");
  await it.command(olga, agents, "channel set here");
  await message(agents, "come here from now on");
  const { message: first } = await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
  const thread = first.ts;
  await message(support, "What is your order number?");
  await it.people.writes({ user: jane, channel: support, thread, text: "1001" });
  await message(support, "why would you like a refund?");
  await it.people.writes({ user: jane, channel: support, thread, text: "It arrived broken" });
  return { thread, card: await message(agents, "Approval needed: create a ticket") };
}

const isCleared = () => it.usher.log.until("was uninstalled is cleared up");

/** What the store holds of the workspace; only while no Usher has it. */
async function stored() {
  const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: ringOf("a") });
  try {
    const { items } = await store.conversations.find(workspace, {}, null);
    return {
      open: items.filter(({ run, people }) => run !== null || people !== null).map(({ id }) => id),
      runs: (await store.runs.find(workspace, {}, null)).items.map(({ ended }) => ended),
      installed: await store.installations.workspaces("slack"),
      uninstalled: await store.installations.uninstalled("slack"),
      roles: (await store.roles.list(workspace)).map(({ userId, role }) => `${userId} ${role}`),
      agentsChannel: (await store.settings.load(workspace)).agentsChannel ?? null,
    };
  } finally {
    await store.close();
  }
}

// Where the token comes from makes a difference for the store alone.
const signsForSettings = ["app_uninstalled, then tokens_revoked", "the answer token_revoked"];
const variants = cross(Object.entries(sources), Object.entries(signs)).filter(
  ([[source], [sign]]) => source === "a token by OAuth" || signsForSettings.includes(sign),
);

describe("attack 99 · uninstalled, in whatever order and by whatever sign", () => {
  test.each(variants.map(([[source, install], [sign, leave]]) => [source, sign, install, leave] as const))(
    "%s: %s",
    async (_source, _sign, install, leave) => {
      await install();
      const { thread, card } = await refundWaits();
      await leave();
      await isCleared();
      const posts = slack.journal.calls.filter(({ carriedOut }) => carriedOut).length;
      // Whatever comes after that is dropped, and acknowledged.
      const late = { user: { id: agnes, username: "agnes", team_id: team }, ts: card.ts };
      expect(
        (await it.interactions.presses({ user: agnes, channel: agents, ts: late.ts, label: "Approve" })).delivered
          .status,
      ).toBe(200);
      expect((await it.bot.event(homeOf(agnes))).status).toBe(200);
      expect((await it.command(jane, support, "list")).delivered.status).toBe(200);
      await it.stop();
      expect(slack.journal.calls.filter(({ carriedOut }) => carriedOut)).toHaveLength(posts);
      expect(
        slack
          .messagesIn(support)
          .filter(({ thread: of }) => of === thread)
          .map(drawn)
          .join(),
      ).not.toContain("ticket number");
      expect(await stored()).toEqual({
        ...{ open: [], runs: ["cancelled"], installed: [], uninstalled: [] },
        ...{ roles: [`${olga} owner`], agentsChannel: null },
      });
    },
  );

  test("the token is nowhere in the data folder any more", async () => {
    await sources["a token by OAuth"]();
    const { token } = tokenIn(slack.state, team);
    await signs["app_uninstalled alone"]?.();
    await isCleared();
    await it.stop();
    const store = await openSqliteStore({ folder: folder.path, clock: systemClock, keyRing: ringOf("a") });
    expect(await store.installations.load(workspace, "slack")).toBeNull();
    await store.close();
    expect(JSON.stringify(it.usher.log.lines)).not.toContain(token);
  });

  test("only the one workspace is left; the other goes on", async () => {
    await sources["a token by OAuth"]();
    await it.installer.installs({ team: company.partner, user: company.carla });
    await it.people.uninstalls({ team: company.partner });
    await isCleared();
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
  });

  test("what is said of a workspace, and repeated, never reaches its organisation's installation", async () => {
    await sources["a token by OAuth"]();
    const known = slack.state.teams.get(team);
    if (known === undefined) throw new Error("no team");
    slack.state.teams.set(team, { ...known, enterprise: { id: "E0BRIGHT", name: "Bright Group" } });
    const ofTeam = homeOf(jane);
    const leaves = (isOrganisation: boolean) => {
      const [authorization] = ofTeam.authorizations;
      const at = { ...authorization, enterprise_id: "E0BRIGHT", is_enterprise_install: isOrganisation };
      const event = { type: "app_uninstalled" };
      return { ...ofTeam, enterprise_id: "E0BRIGHT", event_id: slack.state.id("Ev"), event, authorizations: [at] };
    };
    await it.installer.installs({ team, user: olga, orgWide: true });
    for (const envelope of [leaves(false), leaves(false), leaves(false)]) {
      expect((await it.bot.event(envelope)).status).toBe(200);
    }
    await isCleared();
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
    expect((await it.bot.event(leaves(true))).status).toBe(200);
    await it.stop();
    expect((await stored()).installed).toEqual([]);
  });

  test("a person's own token that is revoked is none of the bot's", async () => {
    await sources["a token by OAuth"]();
    const { event: _home, ...envelope } = homeOf(jane);
    const event = { type: "tokens_revoked", tokens: { oauth: [jane], bot: [] } };
    expect((await it.bot.event({ ...envelope, event })).status).toBe(200);
    await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await message(support, "What is your order number?");
  });

  test("installed again, it starts clean: no agents, no channel, no old approval, and the owner still is", async () => {
    await sources["a token by OAuth"]();
    const { card } = await refundWaits();
    const events = await it.people.uninstalls({ team });
    await isCleared();
    const page = await it.installer.installs({ team, user: artur });
    expect(page.html).toContain("It has an owner there already");
    // What Slack repeats of the uninstallation comes too late to count.
    const old = events.envelopes.map((envelope) => ({ ...envelope, event_time: Number(envelope["event_time"]) - 5 }));
    for (const envelope of old) expect((await it.bot.event(envelope)).status).toBe(200);
    await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label: "Approve" });
    await whispered(agnes, "Only agents can decide.");
    await it.command(olga, agents, "channel");
    await whispered(olga, "There is none yet");
    const { message: first } = await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
    await slack.until(() =>
      slack
        .messagesIn(support)
        .find((one) => one.thread === first.ts && drawn(one).includes("What is your order number?")),
    );
  });
});
