import { expect, test } from "vitest";
import { aProcedure } from "../support/procedures.ts";
import { company } from "../support/slack/company.ts";
import { drawn } from "../support/slack/usher.ts";
import { openDesk } from "./slack-desk.ts";

const { agnes, guest, jane, agents, support } = company;

const help = aProcedure([{ id: "give", kind: "escalate", reason: "A person helps you." }], {
  slug: "help",
  name: "Help",
  trigger: { when: "help please", examples: ["help please"] },
});

test("attack 82: an agent who has become a guest says nothing to a customer, also where Slack does not say who that is", async () => {
  const house = await openDesk({ procedures: [help], roles: { [agnes]: "agent", [guest]: "agent" } });
  const { slack, people } = house;
  await people.writes({ user: jane, channel: support, text: "help please" });
  const card = await slack.until(() => slack.messagesIn(agents).find((one) => drawn(one).includes("press:resolve")));
  const says = async (user: string, text: string) =>
    (await people.writes({ user, channel: agents, thread: card.ts, text })).delivered.map(({ status }) => status);
  slack.faults.plan(
    { method: "users.info", times: 3, where: (args) => args["user"] === guest },
    { kind: "reset", when: "before" },
  );
  expect(await says(guest, "Your PIN please")).toEqual([503]);
  expect(await says(agnes, "Hello Jane")).toEqual([200]);
  await slack.until(() => slack.messagesIn(support).some((one) => drawn(one).includes("Hello Jane")));
  expect(slack.messagesIn(support).some((one) => drawn(one).includes("PIN"))).toBe(false);
  await house.close();
});
