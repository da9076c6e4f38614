import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import { drawn, startUsherInSlack } from "../support/slack/usher.ts";

// The whole of Usher in a fake Slack: real Bolt, real signatures, real HTTP both ways, and real calls to the demo shop.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;

beforeEach(async () => {
  folder = await temporaryFolder();
  it = await startUsherInSlack(folder.path);
  await it.setUp();
});
afterEach(async () => {
  await it.stop();
  await folder.remove();
});

const { support, agents, jane, agnes, artur, olga, shared, carla } = company;

/** Jane asks for a refund of order 1001, up to the card in the agents channel. */
async function askForRefund(channel: string = support, user: string = jane) {
  const { message } = await it.people.writes({ user, channel, text: "I want a refund" });
  const thread = message.ts;
  await it.message(channel, "What is your order number?");
  await it.people.writes({ user, channel, thread, text: "1001" });
  await it.message(channel, "why would you like a refund?");
  await it.people.writes({ user, channel, thread, text: "It arrived broken" });
  const card = await it.message(agents, "Approval needed: create a ticket");
  return { thread, card };
}

describe("a refund in a channel", () => {
  test("runs in the customer's thread, waits for an agent, and tells the ticket's number", async () => {
    const { thread, card } = await askForRefund();
    expect(drawn(card)).toContain("Refund: Order #1001");
    const { delivered } = await it.interactions.presses({
      user: agnes,
      channel: agents,
      ts: card.ts,
      label: "Approve",
    });
    expect(delivered.status).toBe(200);
    const told = await it.message(support, "Your ticket number is 1");
    expect(told.thread).toBe(thread);
    const decided = await it.message(agents, "Done: create a ticket");
    expect(decided.ts).toBe(card.ts);
    expect(drawn(decided)).toContain("Approved by agnes (agent U0AGNES0001),");
    expect(drawn(decided)).not.toContain("press:approve");
    // The card names whom it is about, and nothing that anybody wrote rings a bell.
    const posted = new Set([support, agents].flatMap((one) => it.slack.messagesIn(one).map(({ ts }) => ts)));
    const rung = it.slack.state.notifications
      .filter(({ ts }) => posted.has(ts))
      .map(({ channel, what }) => `${channel} ${what}`);
    expect(rung.filter((bell) => bell !== `${agents} <@${jane}>`)).toEqual([]);
  });

  test("rejected with a reason in a modal, a person takes over, and the words go both ways", async () => {
    const { thread, card } = await askForRefund();
    await it.interactions.presses({ user: artur, channel: agents, ts: card.ts, label: "Reject" });
    const { delivered } = await it.interactions.submits({
      user: artur,
      values: { reason: "It was paid back last week" },
    });
    expect(delivered.status).toBe(200);
    const handOff = await it.message(agents, "A person is needed");
    expect(drawn(handOff)).toContain("It was paid back last week");
    const said = it.slack.messagesIn(support).map(drawn).join();
    expect(said).not.toContain("paid back last week");
    await it.taken(
      it.people.writes({ user: artur, channel: agents, thread: handOff.ts, text: "Hello Jane, I am Artur" }),
    );
    const relayed = await it.message(support, "Hello Jane, I am Artur");
    expect(relayed.thread).toBe(thread);
    expect(drawn(relayed)).toContain("artur: ");
    await it.people.writes({ user: jane, channel: support, thread, text: "Good to hear from you" });
    const back = await it.message(agents, "Good to hear from you");
    expect(back.thread).toBe(handOff.ts);
  });

  test("attack 78, 88: a customer who presses is told so in private, and nothing is decided", async () => {
    const { card } = await askForRefund();
    await it.interactions.presses({ user: company.guest, channel: agents, ts: card.ts, label: "Approve" });
    await it.whispered(company.guest, "Only agents can decide.");
    const [shown] = it.slack.messagesIn(agents).filter(({ ts }) => ts === card.ts);
    expect(drawn(shown ?? card)).toContain("press:approve");
  });

  test("pitfall 54: of two agents who see the buttons the first decides, and the other reads who did", async () => {
    const { card } = await askForRefund();
    const first = await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label: "Approve" });
    await it.message(agents, "Done: create a ticket");
    const late = { ...first.payload, user: { id: artur, username: "artur", team_id: company.team } };
    expect((await it.bot.interaction(late)).status).toBe(200);
    const told = drawn(await it.whispered(artur, "agnes (agent U0AGNES0001) was faster: this was approved"));
    expect(told).toMatch(/<!date\^\d+\^/);
    expect((await it.bot.interaction(first.payload)).status).toBe(200);
    await it.whispered(agnes, "You approved this already.");
    await it.message(support, "Your ticket number is 1");
    expect(it.slack.messagesIn(support).filter((one) => drawn(one).includes("ticket number"))).toHaveLength(1);
  });
});

describe("a shared channel", () => {
  test("a customer of another organisation is served, and its people decide nothing", async () => {
    const { thread } = await askForRefund(shared, carla);
    expect(thread).not.toBe("");
    expect(it.slack.messagesIn(shared).map(drawn).join()).toContain("What is your order number?");
  });

  test("pitfall 52: it never becomes the agents channel", async () => {
    await it.command(olga, shared, "channel set here");
    await it.whispered(olga, "shared with another organisation");
    expect(it.slack.messagesIn(shared)).toEqual([]);
  });
});

describe("commands", () => {
  test.each([
    ["list", "refund-request-handler"],
    ["show refund-request-handler", "open-ticket"],
    ["help", "approvals"],
    ["lst", "list"],
  ])("%s is answered for whoever asked alone", async (text, words) => {
    await it.command(agnes, agents, text);
    await it.whispered(agnes, words);
  });

  test("attack 92: a customer learns nothing", async () => {
    await it.command(jane, support, "list");
    const answer = await it.whispered(jane, "Just write what you need");
    expect(drawn(answer)).not.toContain("refund-request-handler");
  });
});
