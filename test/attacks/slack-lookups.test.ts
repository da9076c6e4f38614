import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { company } from "../support/slack/company.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import type { FakeUser } from "../support/slack/state.ts";
import { askFor, by, openDesk, stateOf, untouched } from "./slack-desk.ts";

// What Slack is asked, and does not say, or says of somebody else, lets nobody in.

const { agnes, carla } = company;

let house: SlackHouse;
beforeEach(async () => {
  house = await openDesk();
});
afterEach(() => house.close());

describe("attack 87 · whom Slack does not vouch for decides nothing, whatever role they hold", () => {
  const answers = new Map<string, () => FakeUser | undefined>([
    ["does not say of which team they are", () => ({ ...userOf(carla), team: undefined as unknown as string })],
    ["answers about an agent instead", () => userOf(agnes)],
    ["answers about nobody", () => ({ ...userOf(carla), id: undefined as unknown as string })],
  ]);
  const userOf = (id: string): FakeUser => {
    const found = house.slack.state.users.get(id);
    if (found === undefined) throw new Error(`${id} is nobody`);
    return found;
  };
  test.each([...answers.keys()])("an outsider with an agent's role, where Slack %s", async (what) => {
    const waiting = await askFor(house);
    await house.store.roles.set(slackWorkspace, "slack", carla, "agent");
    const answered = answers.get(what)?.();
    if (answered === undefined) throw new Error(what);
    house.slack.state.users.set(carla, answered);
    expect((await house.bot.interaction(by(waiting.press(), carla))).status).toBe(200);
    expect(stateOf(house, waiting)).toEqual(untouched);
    // Whom it does vouch for decides.
    await house.bot.interaction(waiting.press());
    await house.slack.until(() => house.accepted().length === 1);
  });
});
