import { describe, expect, test } from "vitest";
import { installationOf } from "../../adapters/slack/install.ts";
import { createInstallStates } from "../../adapters/slack/install-states.ts";
import { limits } from "../../src/domain/limits.ts";
import { systemIds } from "../../src/system.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const bot = { token: "xoxb-1-canary", userId: "U0BOT", id: "B0BOT", scopes: ["chat:write"] };
const given = {
  team: { id: "T0BRIGHT", name: "Bright Goods" },
  enterprise: undefined,
  isEnterpriseInstall: false,
  user: { id: "U0OLGA", token: undefined, scopes: undefined },
  bot,
};

describe("what Slack's library hands over", () => {
  test("becomes the installation of a workspace", () => {
    expect(installationOf(given, 7)).toEqual({
      ...{ workspace: "T0BRIGHT", platform: "slack", name: "Bright Goods", team: "T0BRIGHT", organisation: null },
      ...{ botUser: "U0BOT", botToken: bot.token, scopes: ["chat:write"], by: "U0OLGA", installedAt: 7 },
    });
  });

  test("or of an organisation, or of one workspace in an organisation", () => {
    const enterprise = { id: "E0GROUP", name: "Bright Group" };
    expect(installationOf({ ...given, team: undefined, enterprise, isEnterpriseInstall: true }, 7)).toMatchObject({
      ...{ workspace: "E0GROUP", name: "Bright Group", team: null, organisation: "E0GROUP" },
    });
    expect(installationOf({ ...given, enterprise }, 7)).toMatchObject({
      workspace: "T0BRIGHT",
      organisation: "E0GROUP",
    });
  });

  test.each([
    ["without a bot", { ...given, bot: undefined }],
    [
      "with a token that ends (token rotation)",
      { ...given, bot: { ...bot, refreshToken: "xoxe-1-canary", expiresAt: 9 } },
    ],
    ["without a team", { ...given, team: undefined }],
    ["for an organisation that has no name", { ...given, isEnterpriseInstall: true }],
    ["with another form of id", { ...given, team: { id: "../T0", name: "x" } }],
    ["with nobody", { ...given, user: { id: "" } }],
    ["that is nothing", null],
  ])("one %s is refused, and its token is not repeated", (_name, odd) => {
    expect(() => installationOf(odd, 7)).toThrow(/^Slack's answer was not what Usher asked for/);
    expect(() => installationOf(odd, 7)).not.toThrow(/canary/);
  });
});

describe("states", () => {
  const options = { scopes: ["chat:write"], redirectUri: "https://usher.example/slack/oauth_redirect" };

  test("are good once, and for ten minutes", async () => {
    const clock = createFakeClock();
    const states = createInstallStates(clock, systemIds, options);
    const now = new Date(0);
    const [early, late] = [
      await states.generateStateParam(options, now),
      await states.generateStateParam(options, now),
    ];
    clock.advance(limits.installMs - 1);
    expect(await states.verifyStateParam(now, early)).toEqual(options);
    await expect(states.verifyStateParam(now, early)).rejects.toThrow("unknown, used or too old");
    clock.advance(1);
    await expect(states.verifyStateParam(now, late)).rejects.toThrow("unknown, used or too old");
  });

  test("whoever only opens the page fills no memory: the oldest state goes", async () => {
    const states = createInstallStates(createFakeClock(), systemIds, options);
    const first = await states.generateStateParam(options, new Date(0));
    let last = first;
    for (let n = 0; n < limits.installsBegun; n += 1) last = await states.generateStateParam(options, new Date(0));
    await expect(states.verifyStateParam(new Date(0), first)).rejects.toThrow();
    expect(await states.verifyStateParam(new Date(0), last)).toEqual(options);
  });
});
