import { afterEach, expect, test } from "vitest";
import { company } from "../support/slack/company.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import { openDesk } from "./slack-desk.ts";

const { olga, artur, jane, agents, team } = company;

let house: SlackHouse;
afterEach(() => house.close());

/** The body of a slash command; `trigger`: Slack's id of its being given. */
const bodyOf = (trigger: string, text: string): string =>
  new URLSearchParams({
    team_id: team,
    channel_id: agents,
    channel_name: "agents",
    user_id: olga,
    user_name: "olga",
    command: "/procedures",
    text,
    api_app_id: house.slack.state.app.id,
    is_enterprise_install: "false",
    response_url: `${house.slack.hooksUrl}/commands/none`,
    trigger_id: trigger,
  }).toString();
const gives = (body: string) => house.bot.raw(body, { contentType: "application/x-www-form-urlencoded" });
const role = () => house.store.roles.load(slackWorkspace, "slack", jane);

/** How often roles were changed. What comes of a command is asked of Slack afterwards, so `until` looks again then. */
const changes = () => house.log.lines.filter(({ message }) => message === "A role was changed.").length;

test("attack 4: the signed request of a command that comes again brings no removed role back", async () => {
  house = await openDesk();
  const add = bodyOf("1.2.add", `roles add <@${jane}|jane> agent`);
  await gives(add);
  await house.slack.until(() => changes() === 1);
  await gives(bodyOf("1.2.remove", `roles remove <@${jane}|jane>`));
  await house.slack.until(() => changes() === 2);
  expect(await role()).toBeNull();
  expect((await gives(add)).status).toBe(200);
  // Roles change in the order in which that was asked for: the next change is what was asked for after it.
  await gives(bodyOf("1.2.other", `roles add <@${artur}|artur> admin`));
  await house.slack.until(() => changes() === 3);
  expect(await house.store.roles.load(slackWorkspace, "slack", artur)).toBe("admin");
  expect(await role()).toBeNull();
});

test("the same words given once more are another command", async () => {
  house = await openDesk();
  const words = `roles add <@${jane}|jane> agent`;
  await gives(bodyOf("1.2.a", words));
  await house.slack.until(() => changes() === 1);
  await house.store.roles.remove(slackWorkspace, "slack", jane);
  await gives(bodyOf("1.2.b", words));
  await house.slack.until(() => changes() === 2);
  expect(await role()).toBe("agent");
});
