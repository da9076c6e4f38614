import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { startRawServer } from "../support/raw-server.ts";
import { company } from "../support/slack/company.ts";
import { drawn, startUsherInSlack } from "../support/slack/usher.ts";

// What customers and agents find in the threads of Slack, with all of Usher and a fake Slack.

const procedures = fileURLToPath(new URL("../fixtures/slack-procedures", import.meta.url));
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;
/** A bank that answers when a test lets it. */
let bank: Awaited<ReturnType<typeof startRawServer>>;
let release: (() => void) | null = null;

beforeEach(async () => {
  folder = await temporaryFolder();
  bank = await startRawServer((socket) => {
    const body = '{"balance":5}';
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    release = () => socket.end(head + body);
  });
  const place = `127.0.0.1:${bank.port}`;
  it = await startUsherInSlack(folder.path, {
    USHER_PROCEDURES: procedures,
    USHER_CONNECTIONS: `bank=http://${place}`,
    USHER_OPEN_HOSTS: place,
  });
  await it.setUp();
});
afterEach(async () => {
  await it.stop();
  await bank.close();
  await folder.remove();
});

const { support, agents, jane, agnes } = company;

/** Jane writes in the channel, and answers in the thread of her message; answers its `ts`. */
async function asks(...[text, question]: readonly [string, string]): Promise<string> {
  const { message } = await it.people.writes({ user: jane, channel: support, text });
  await it.message(support, question);
  return message.ts;
}

describe("attack 76: a request that is longer than a card", () => {
  test("stands whole in the thread of the card, and is decided on the card", async () => {
    const thread = await asks("I want to complain", "What went wrong?");
    const lines = Array.from({ length: 300 }, (_, index) => `Line ${index} of what went wrong.`);
    await it.people.writes({ user: jane, channel: support, thread, text: lines.join("\n") });
    const card = await it.message(agents, "Approval needed");
    expect(drawn(card)).toContain("Full request* is in the thread");
    expect(drawn(card)).not.toContain(lines.at(-1));
    const below = await it.message(agents, lines.at(-1) ?? "", ({ thread: root }) => root === card.ts);
    expect(drawn(below)).toContain("Full request");
    const whole = it.slack
      .messagesIn(agents)
      .filter(({ thread: root }) => root === card.ts)
      .map(drawn)
      .join();
    for (const line of lines) expect(whole).toContain(line);
    await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label: "Approve" });
    await it.message(support, "Your ticket number is 1");
  });
});

describe("an answer that stands outside its thread", () => {
  test("is taken if it is valid and fits no procedure, once, and the run goes on in its thread", async () => {
    const thread = await asks("I want to book a table", "For how many people?");
    const { envelopes, message } = await it.people.writes({ user: jane, channel: support, text: "4" });
    const next = await it.message(support, "Inside or outside?");
    expect(next.thread).toBe(thread);
    for (const envelope of envelopes) expect((await it.bot.event(envelope)).status).toBe(200);
    await it.people.writes({ user: jane, channel: support, thread, text: "inside" });
    await it.message(support, "Smoking or not?");
    const said = it.slack.messagesIn(support).filter(({ user }) => user === company.bot);
    expect(said.filter((one) => drawn(one).includes("Inside or outside?"))).toHaveLength(1);
    expect(said.filter(({ thread: root }) => root === message.ts)).toEqual([]);
  });

  test("is left alone if it is not valid, or somebody else's", async () => {
    const thread = await asks("I want to book a table", "For how many people?");
    await it.people.writes({ user: jane, channel: support, text: "lunch?" });
    await it.people.writes({ user: company.guest, channel: support, text: "4" });
    await it.people.writes({ user: jane, channel: support, thread, text: "2" });
    await it.message(support, "Inside or outside?");
    const said = it.slack.messagesIn(support).filter(({ user }) => user === company.bot);
    expect(said.map(({ thread: root }) => root)).toEqual([thread, thread]);
  });
});

describe("choices", () => {
  const press = (ts: string, label: string) => it.interactions.presses({ user: jane, channel: support, ts, label });
  const shown = (ts: string) => {
    const found = it.slack.messagesIn(support).find((one) => one.ts === ts);
    return found === undefined ? "" : drawn(found);
  };
  /** The first question with choices, as it stands in the thread. */
  const choosing = async () => {
    const thread = await asks("I want to book a table", "For how many people?");
    await it.people.writes({ user: jane, channel: support, thread, text: "4" });
    return { thread, question: await it.message(support, "Inside or outside?") };
  };

  test("pressed: the buttons go, and the message shows what was chosen", async () => {
    const { thread, question } = await choosing();
    expect((await press(question.ts, "Outside")).delivered.status).toBe(200);
    const next = await it.message(support, "Smoking or not?");
    expect(next.thread).toBe(thread);
    await it.message(support, "✓ Outside", ({ ts }) => ts === question.ts);
    expect(shown(question.ts)).not.toContain("choice:");
    expect(shown(next.ts)).toContain("choice:");
  });

  test("typed: the same", async () => {
    const { thread, question } = await choosing();
    await it.people.writes({ user: jane, channel: support, thread, text: "the first one" });
    await it.message(support, "✓ Inside", ({ ts }) => ts === question.ts);
    expect(shown(question.ts)).not.toContain("choice:");
  });

  test("pressed too late, it is no answer to the next question, and whoever pressed is told so in private", async () => {
    const { question } = await choosing();
    const { payload } = await press(question.ts, "Inside");
    await it.message(support, "✓ Inside", ({ ts }) => ts === question.ts);
    // Slack sends it again: it is recognised, and nobody is told anything.
    expect((await it.bot.interaction(payload)).status).toBe(200);
    const [action] = payload["actions"] as { readonly [name: string]: unknown }[];
    const other = { ...payload, user: { id: company.guest, username: "guest", team_id: company.team } };
    expect((await it.bot.interaction({ ...other, actions: [action] })).status).toBe(200);
    await it.whispered(company.guest, "not open any more");
    expect(it.slack.state.ephemerals.filter(({ to }) => to === jane)).toEqual([]);
    const said = it.slack.messagesIn(support).filter((one) => drawn(one).includes("Smoking or not?"));
    expect(said).toHaveLength(1);
  });

  test("pressed by somebody else, it is nobody's answer", async () => {
    const { question } = await choosing();
    await it.interactions.presses({ user: company.guest, channel: support, ts: question.ts, label: "Outside" });
    await it.whispered(company.guest, "somebody else");
    await press(question.ts, "Inside");
    await it.message(support, "✓ Inside", ({ ts }) => ts === question.ts);
  });

  test("nobody waits for it any more: the buttons go, and nothing was chosen", async () => {
    const { thread, question } = await choosing();
    await it.people.writes({ user: jane, channel: support, thread, text: "cancel" });
    await it.slack.until(() => (shown(question.ts).includes("choice:") ? undefined : true));
    expect(shown(question.ts)).not.toContain("✓");
  });
});

describe("a call that takes its time", () => {
  test("the customer's thread says so, until the answer is there", async () => {
    const { message } = await it.people.writes({ user: jane, channel: support, text: "What is my balance?" });
    const { statuses } = it.slack.state;
    const thread = `${support} ${message.ts}`;
    await it.slack.until(() => statuses.get(thread) === "is working on it…");
    release?.();
    await it.message(support, "Your balance is 5.");
    await it.slack.until(() => !statuses.has(thread));
  });

  test("where Slack does not take it, everything else goes on", async () => {
    it.slack.faults.plan({ method: "assistant.threads.setStatus" }, { kind: "error", error: "unknown_method" });
    await it.people.writes({ user: jane, channel: support, text: "What is my balance?" });
    await it.slack.until(() => it.slack.journal.of("assistant.threads.setStatus").length > 0);
    release?.();
    await it.message(support, "Your balance is 5.");
  });
});

describe("a hand-off that has ended", () => {
  const handOff = async () => {
    await it.people.writes({ user: jane, channel: support, text: `<@${company.bot}> I want a human` });
    return it.message(agents, "A person is needed");
  };

  test.each(["Hand back", "Resolve"])(
    "after “%s” an agent who still writes under its card is told so",
    async (label) => {
      const card = await handOff();
      await it.interactions.presses({ user: agnes, channel: agents, ts: card.ts, label });
      await it.message(agents, "A person had this conversation", ({ ts }) => ts === card.ts);
      it.runsAhead(120_000);
      const said = await it.people.writes({ user: agnes, channel: agents, thread: card.ts, text: "Are you there?" });
      expect(said.delivered.map(({ status }) => status)).toEqual([200]);
      const told = await it.whispered(agnes, "did not reach the customer");
      expect(told.thread).toBe(card.ts);
      expect(it.slack.messagesIn(support).map(drawn).join()).not.toContain("Are you there?");
    },
  );

  test("under any other card agents talk among themselves, and are told nothing", async () => {
    const thread = await asks("I want to complain", "What went wrong?");
    await it.people.writes({ user: jane, channel: support, thread, text: "Everything" });
    const card = await it.message(agents, "Approval needed");
    it.runsAhead(120_000);
    const before = it.slack.state.ephemerals.length;
    await it.people.writes({ user: agnes, channel: agents, thread: card.ts, text: "What do you think?" });
    await it.slack.until(() => it.slack.journal.of("conversations.replies").length > 0);
    const closed = await handOff();
    await it.interactions.presses({ user: agnes, channel: agents, ts: closed.ts, label: "Resolve" });
    await it.people.writes({ user: agnes, channel: agents, thread: closed.ts, text: "Hello?" });
    await it.whispered(agnes, "did not reach the customer");
    expect(it.slack.state.ephemerals).toHaveLength(before + 1);
  });
});
