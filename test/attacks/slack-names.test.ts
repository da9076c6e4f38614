import { expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { company, user } from "../support/slack/company.ts";
import { startUsherInSlack } from "../support/slack/usher.ts";

const { jane, agents, support } = company;

test("attack 112: a customer whose commands name hundreds of people keeps no agent from approving", async () => {
  const folder = await temporaryFolder();
  const it = await startUsherInSlack(folder.path);
  await it.setUp();
  const { state, journal } = it.slack;
  const add = (id: string): string => {
    state.users.set(id, user(id, id.toLowerCase()));
    return id;
  };
  const names = Array.from({ length: 200 }, (_, n) => add(`U0X${String(n).padStart(5, "0")}`));
  const { message } = await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
  await it.message(support, "order number");
  await it.people.writes({ user: jane, channel: support, thread: message.ts, text: "1001" });
  await it.message(support, "would you like a refund");
  await it.people.writes({ user: jane, channel: support, thread: message.ts, text: "broken" });
  const card = await it.message(agents, "press:approve");
  const before = journal.of("users.info").length;
  for (let n = 0; n < 30; n += 1) {
    await it.command(
      jane,
      support,
      names
        .slice(n * 6)
        .map((name) => `<@${name}|x>`)
        .join(" "),
    );
  }
  await it.slack.until(() => journal.of("users.info").length > before);
  const pressing = ["U0AGENT0001", "U0AGENT0002", "U0AGENT0003"].map(add);
  for (const one of pressing) {
    const room = state.channels.get(agents);
    if (room !== undefined) state.channels.set(agents, { ...room, members: [...room.members, one] });
    await it.interactions.presses({ user: one, channel: agents, ts: card.ts, label: "Approve" });
  }
  const told = (one: string) => state.ephemerals.filter(({ to }) => to === one).map(({ text }) => text);
  await it.slack.until(() => pressing.every((one) => told(one).length > 0));
  for (const one of pressing) expect(told(one).join()).toContain("Only agents can decide");
  expect(journal.of("users.info").length - before).toBeLessThan(40);
  await it.stop();
  await folder.remove();
});
