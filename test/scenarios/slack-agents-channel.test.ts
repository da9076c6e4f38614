import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { channel, company } from "../support/slack/company.ts";
import { drawn, startUsherInSlack } from "../support/slack/usher.ts";

// What becomes of conversations with people where the agents channel is set late, or moves, with the whole of Usher.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;

beforeEach(async () => {
  folder = await temporaryFolder();
  it = await startUsherInSlack(folder.path);
});
afterEach(async () => {
  await it.stop();
  await folder.remove();
});

const { support, agents, jane, agnes, olga, bot, janesDirect } = company;
const agentsTwo = "C0AGENTS002";
const asksForAPerson = () => it.people.writes({ user: jane, channel: support, text: `<@${bot}> I want a human` });
const said = (where: string) => it.slack.messagesIn(where).map(drawn).join();

test("what was handed over before there was an agents channel is posted as soon as there is one", async () => {
  const { message } = await asksForAPerson();
  await it.message(support, "colleague");
  await it.people.writes({ user: jane, channel: support, thread: message.ts, text: "It is about order 1001" });
  await it.command(olga, agents, "health");
  const health = await it.whispered(olga, "Please look at this");
  expect(drawn(health)).toContain("Of one conversation with people the card could not be posted yet");
  await it.command(olga, agents, "channel set here");
  const card = await it.message(agents, "A person is needed");
  const relayed = await it.message(agents, "It is about order 1001");
  expect(relayed.thread).toBe(card.ts);
});

test("a hand-off that is open when the agents channel moves goes on under its card", async () => {
  await it.setUp();
  it.slack.state.channels.set(agentsTwo, channel(agentsTwo, "agents-two", [agnes, olga, bot], { isPrivate: true }));
  const { message } = await asksForAPerson();
  const card = await it.message(agents, "A person is needed");
  await it.command(olga, agentsTwo, "channel set here");
  const moved = await it.message(agents, "go to another channel");
  expect(moved.thread).toBeNull();
  await it.taken(it.people.writes({ user: agnes, channel: agents, thread: card.ts, text: "Hello Jane" }));
  expect((await it.message(support, "Hello Jane")).thread).toBe(message.ts);
  await it.people.writes({ user: jane, channel: support, thread: message.ts, text: "Good to hear from you" });
  expect((await it.message(agents, "Good to hear from you")).thread).toBe(card.ts);
  expect(said(agentsTwo)).not.toContain("Good to hear from you");
  // Words that would start a procedure among customers are words to the customer here.
  await it.taken(
    it.people.writes({ user: agnes, channel: agents, thread: card.ts, text: "You want a refund, right?" }),
  );
  await it.message(support, "You want a refund, right?");
  expect(said(agents)).not.toContain("What is your order number?");
});

test("under a card of any kind in a channel that was the agents' nothing starts; beside it, as among customers, it does", async () => {
  await it.setUp();
  it.slack.state.channels.set(agentsTwo, channel(agentsTwo, "agents-two", [agnes, olga, bot], { isPrivate: true }));
  await asksForAPerson();
  const card = await it.message(agents, "A person is needed");
  await it.command(olga, agentsTwo, "channel set here");
  await it.message(agents, "go to another channel");
  await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label: "Resolve" });
  await it.message(agents, "A person had this conversation", ({ ts }) => ts === card.ts);
  it.runsAhead(120_000);
  await it.people.writes({ user: agnes, channel: agents, thread: card.ts, text: "I want a refund" });
  const beside = await it.people.writes({ user: agnes, channel: agents, text: "I want a refund" });
  const asked = await it.message(agents, "What is your order number?");
  expect(asked.thread).toBe(beside.message.ts);
  expect(it.slack.messagesIn(agents).filter((one) => drawn(one).includes("order number?"))).toHaveLength(1);
});

test("App Home shows what is with people, with a link to the customer's thread; the card says where its thread goes", async () => {
  await it.setUp();
  const { message } = await asksForAPerson();
  const card = await it.message(agents, "A person is needed");
  expect(drawn(card)).toContain("What you write in this thread goes to the customer.");
  await it.people.opensHome({ user: agnes, tab: "home" });
  const home = await it.slack.until(() => {
    const shown = JSON.stringify(it.slack.state.homes.get(`${company.team} ${agnes}`)?.json ?? "");
    return shown.includes("With people") && shown;
  });
  expect(home).toContain(`<https://slack.com/archives/${support}/p${message.ts.replace(".", "")}|Open the thread>`);
  expect(home).toContain("One conversation is with people");
  await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label: "Resolve" });
  const closed = await it.message(agents, "A person had this conversation", ({ ts }) => ts === card.ts);
  expect(drawn(closed)).not.toContain("What you write in this thread");
});

test("a public channel becomes the agents' with a warning of what will be read there; a private one without", async () => {
  await it.command(olga, agents, "channel set here");
  const inPrivate = await it.whispered(olga, "From now on");
  expect(drawn(inPrivate)).not.toContain("public");
  await it.command(olga, agents, `channel set <#${support}|support>`);
  const warned = await it.whispered(olga, "is a public channel");
  expect(drawn(warned)).toContain("the customers' own words");
  await it.message(support, "come here from now on");
});

test.each(["hi", "help", "thanks"])("in a direct message “%s” is answered with what Usher can do", async (text) => {
  await it.setUp();
  await it.people.writes({ user: jane, channel: janesDirect, text });
  expect(drawn(await it.message(janesDirect, "Refund Request Handler"))).toContain("I can help with");
  await it.people.writes({ user: jane, channel: support, text });
  expect(it.slack.messagesIn(support)).toHaveLength(1);
});
