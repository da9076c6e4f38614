import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import { aProcedure } from "../support/procedures.ts";
import { company, installAtPartner, user } from "../support/slack/company.ts";
import { tokenIn } from "../support/slack/directory.ts";
import type { Fields } from "../support/slack/fields.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { richText } from "../support/slack/messages.ts";
import { envelopeOf, messageEvent } from "../support/slack/payloads.ts";
import { asTyped, channelOf } from "../support/slack/people.ts";
import { companyInstallation } from "../support/slack/rig.ts";
import type { FakeMessage } from "../support/slack/state.ts";
import { drawn } from "../support/slack/usher.ts";
import { templateTexts } from "./hostile-texts.ts";
import { openDesk } from "./slack-desk.ts";
import { cross, named, shown } from "./variants.ts";

// What customers write, on its way through Usher into messages and cards: real Bolt, real HTTP, and a fake Slack that
// counts every bell that rings and refuses what Slack refuses.

const { jane, agnes, agents, support, shared, carla, bot } = company;

const echo = aProcedure(
  [
    { id: "ask", kind: "collect", variable: "note", prompt: "Which note?" },
    { id: "tell", kind: "message", content: "You wrote: {{note}}" },
    {
      id: "pay",
      kind: "call",
      method: "POST",
      url: "https://shop.example.com/pay",
      body: { note: "{{note}}" },
      approval: "require",
    },
  ],
  { slug: "echo", name: "Echo", trigger: { when: "When a customer asks for an echo", examples: ["echo please"] } },
);

let house: SlackHouse;
function inOneHouse(): void {
  beforeAll(async () => {
    house = await openDesk({ procedures: [echo] });
  });
  afterAll(() => house.close());
}

/** What becomes of a note that a customer writes: the message that repeats it, its card, and what rang meanwhile. */
async function noteOf(text: string, writer: string = jane) {
  const { slack, people } = house;
  const rung = slack.state.notifications.length;
  const { message } = await people.writes({ user: writer, channel: support, text: "echo please" });
  const inThread = (): readonly FakeMessage[] =>
    slack.messagesIn(support).filter(({ thread }) => thread === message.ts);
  await slack.until(() => inThread().some((one) => one.text.includes("Which note?")));
  await people.writes({ user: writer, channel: support, thread: message.ts, text });
  await slack.until(() => inThread().some((one) => one.text.includes("A colleague is looking")));
  const isCard = (one: FakeMessage): boolean => one.ts > message.ts && drawn(one).includes("press:approve");
  const card = await slack.until(() => slack.messagesIn(agents).find(isCard));
  const told = inThread().find((one) => one.text.startsWith("You wrote:"));
  // Whom a card is about is mentioned there by Usher itself.
  const own = `<@${writer}>`;
  const bells = slack.state.notifications.slice(rung).filter(({ what }) => what !== own);
  return { card, told, bells, posts: [card, ...inThread()].filter(({ botId }) => botId !== null) };
}

/** Every piece of text of a message that Slack does not show exactly as it stands there. */
function formatted(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(formatted);
  if (typeof value !== "object" || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  const own = type === "mrkdwn" && typeof text === "string" ? [text] : [];
  return [...own, ...Object.values(value).flatMap(formatted)];
}

// What nobody can see is no answer, and asked for again.
const visible = (text: string): boolean => /[^\s\p{Cf}\p{Cc}]/u.test(text) && text.isWellFormed();

describe("attack 69 · nobody is called by what a customer writes", () => {
  inOneHouse();
  const calls = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!subteam^S0AGENTS01>",
    `<@${agnes}>`,
    `<#${agents}>`,
    "<!group>",
  ];
  const around = ["%", "a % b", "%%", "`%`", "> %", "*%*", "&lt;%&gt;", "<%>", "%|x", "\n%\n"];
  const rows = cross(calls, around).map(([call, form]) => form.replaceAll("%", call));
  test.each(named(rows.map((text) => [text] as const)))("as typed: %s", async (_, [text]) => {
    const { bells, told, card } = await noteOf(asTyped(text));
    expect(bells).toEqual([]);
    expect([
      told === undefined,
      formatted(told?.blocks).join(),
      formatted(card.blocks)
        .join()
        .replaceAll(/<!date\^[^<>]*>/g, "")
        .includes("<!"),
    ]).toEqual([false, "", false]);
  });
  test.each(named(calls.map((text) => [text] as const)))("as Slack's own markup: %s", async (_, [text]) => {
    expect((await noteOf(`see ${text} please`)).bells).toEqual([]);
  });
});

describe("attack 70 · names are never looked for in what a customer writes", () => {
  inOneHouse();
  const names = [
    "@channel",
    "@here",
    "@everyone",
    "@agnes",
    "#agents",
    "@agents @channel",
    "＠channel",
    "@\u200bchannel",
  ];
  test.each(names)("%s", async (text) => {
    const { bells, posts } = await noteOf(text);
    expect(bells).toEqual([]);
    const sent = house.slack.journal.of("chat.postMessage").slice(-posts.length);
    for (const { args } of sent) {
      expect([args["link_names"], args["parse"], args["unfurl_links"]]).toEqual([undefined, "none", "false"]);
    }
  });
});

describe("attack 71 · no link of a customer's carries other words", () => {
  inOneHouse();
  const schemes = [
    "https://evil.test",
    "http://evil.test",
    "slack://app",
    "mailto:a@evil.test",
    "tel:123",
    "javascript:alert(1)",
  ];
  const labels = ["Approve in Slack", "✅ APPROVED", "https://good.test", ""];
  const rows = cross(schemes, labels).flatMap(([url, label]) => [`<${url}|${label}>`, `[${label}](${url})`]);
  test.each(named(rows.map((text) => [text] as const)))("as typed: %s", async (_, [text]) => {
    const { card, told } = await noteOf(asTyped(text));
    expect(formatted(told?.blocks).join()).toBe("");
    expect(formatted(card.blocks).join()).not.toContain("evil.test");
  });
  test.each(named(rows.filter((text) => text.startsWith("<")).map((text) => [text] as const)))(
    "as Slack's own markup: %s",
    async (_, [text]) => {
      const { card, told } = await noteOf(`please see ${text}`);
      expect(formatted(told?.blocks).join()).toBe("");
      expect(formatted(card.blocks).join()).not.toContain("evil.test");
    },
  );
});

describe("attack 74 · no line of a customer's passes for one of Usher's", () => {
  inOneHouse();
  const lines = [
    "✅ Approved by Ann",
    "Approval needed: nothing",
    "*Approved by Ann*",
    "⛔ Rejected",
    "Will do: nothing",
    "Customer: olga",
  ];
  const ends = ["\n", "\r\n", "\r", "\u2028", "\u2029", "\u0085", "\u000b", "\n\n\n"];
  test.each(named(cross(ends, lines), (end, line) => `${shown(end)} ${shown(line)}`))("%s", async (_, [end, line]) => {
    const { card } = await noteOf(`order 1${end}${line}`);
    const texts = JSON.stringify(card.blocks)
      .split('"text":"')
      .map((part) => part.split('"')[0] ?? "");
    // A line end is shown as a sign, or the line stands behind a bar; none begins with a customer's words.
    const begin = texts.flatMap((text) => text.split("\\n")).filter((text) => text.startsWith(line));
    expect(begin).toEqual([]);
  });
  const signs = ["\u202e", "\u202d", "\u2066", "\u200b", "\u200f", "\u0000", "\u001b[31m", "\ufeff", "\u00ad"];
  test.each(signs.map((sign) => [shown(sign), sign]))("%s can be seen on the card", async (_, sign) => {
    const { card } = await noteOf(`a${sign}b`);
    expect(drawn(card)).not.toContain(`a${sign}b`);
  });
});

describe("attack 75 · a person is shown by the id, whatever they call themselves", () => {
  inOneHouse();
  const names = [
    "✅ Admin",
    "Olga Owner",
    "olga",
    "Usher",
    "<!channel>",
    `<@${agnes}>`,
    "a\nApproved by Ann",
    "\u202enimda",
    "x".repeat(300),
    " ",
    "Slack",
  ];
  test.each(named(names.map((name) => [name] as const)))("%s", async (_, [name]) => {
    const id = `U0NAMED${String(house.slack.state.users.size).padStart(4, "0")}`;
    house.slack.state.users.set(id, user(id, name, { realName: name }));
    const where = channelOf(house.slack.state, support);
    house.slack.state.channels.set(support, { ...where, members: [...where.members, id] });
    const { card, bells } = await noteOf("hello there", id);
    expect(bells).toEqual([]);
    expect(drawn(card)).toContain(id);
    expect(formatted(card.blocks).join()).not.toContain("Approved by Ann");
  });
});

describe("attack 76 · what is too long for Slack is split or cut, and all of it can be read", () => {
  inOneHouse();
  const sizes = [2001, 2999, 3000, 3001, 3002, 8000, 9999];
  const letters = ["x", "<", "&", "é", "😀", "\n", "日", "* ", "`"];
  // What is rendered is at most 16 KiB.
  const rows = cross(sizes, letters).filter(
    ([size, letter]) => Buffer.byteLength(letter.repeat(size / letter.length)) < 16_000,
  );
  test.each(named(rows, (size, letter) => `${size} of ${shown(letter)}`))("%s", async (_, [size, letter]) => {
    const text = `A${letter.repeat(size)}`.slice(0, size).toWellFormed();
    const { posts, card } = await noteOf(asTyped(text));
    expect(posts.length).toBeGreaterThan(1);
    expect(drawn(card)).toContain("press:approve");
    // Slack refused nothing of it.
    expect(
      house.slack.journal.calls.filter(({ answer }) => /too_long|invalid_blocks/.test(JSON.stringify(answer?.body))),
    ).toEqual([]);
  });
});

describe("attack 39 · what looks like a template is printed as it was typed, in Slack too", () => {
  inOneHouse();
  const texts = templateTexts.filter(visible);
  test.each(named(texts.map((text) => [text] as const)))("%s", async (_, [text]) => {
    const { told, bells } = await noteOf(asTyped(text));
    expect(bells).toEqual([]);
    if (/^[\x20-\x7e]+$/.test(text) && !/[<>&@]|https?:/.test(text))
      expect(JSON.stringify(told?.blocks)).toContain(JSON.stringify(text.trim()).slice(1, -1));
  });
});

const partner = {
  ...companyInstallation,
  workspace: workspaceIdSchema.parse(company.partner),
  team: company.partner,
  botUser: company.partnerBot,
  botToken: company.partnerToken,
};

describe("attack 97 · in a channel of two companies each side's Usher takes one turn, and the bots do not talk to each other", () => {
  let both: SlackHouse;
  beforeAll(async () => {
    both = await openDesk({ procedures: [echo], installations: [companyInstallation, partner] });
    installAtPartner(both.slack);
  });
  afterAll(() => both.close());
  const orders: readonly (readonly string[])[] = [
    [company.team, company.partner],
    [company.partner, company.team],
    [company.team],
    [company.partner],
  ];
  test.each(named(cross(orders, [carla, agnes]), (to, who) => `${who}, heard by ${to.join(" and ")}`))(
    "%s",
    async (_, [to, who]) => {
      const { message, delivered } = await both.people.writes({ user: who, channel: shared, text: "echo please", to });
      expect(delivered.map(({ status }) => status)).toEqual(to.map(() => 200));
      const answers = () => both.slack.messagesIn(shared).filter(({ thread }) => thread === message.ts);
      await both.slack.until(() => answers().length >= to.length);
      // What each bot has said is told to both.
      for (const answer of answers()) await both.people.hearsOf(answer);
      expect(
        answers()
          .map(({ team }) => team)
          .toSorted(),
      ).toEqual([...to].toSorted());
      for (const workspace of [companyInstallation.workspace, partner.workspace]) {
        const known = await both.store.conversations.load(
          workspace,
          conversationIdSchema.parse(`slack:${shared}:${message.ts}`),
        );
        expect(known !== null).toBe(to.includes(workspace));
      }
    },
  );
});

describe("attack 98 · what no person has newly said is no turn", () => {
  inOneHouse();
  /** The events that are no turn, about a message that is there. */
  const events = new Map<string, (message: FakeMessage) => Fields>([
    ["our own message", (one) => ({ ...said(one), user: bot, bot_id: company.botId })],
    ["our own message without its bot_id", (one) => ({ ...said(one), user: bot })],
    ["another bot", (one) => ({ ...said(one), user: company.otherBot, bot_id: company.otherBotId })],
    ["another bot without a user", (one) => ({ ...said(one), user: undefined, bot_id: company.otherBotId })],
    [
      "a bot_message",
      (one) => ({ ...said(one), user: undefined, subtype: "bot_message", bot_id: "B0ANY", username: "olga" }),
    ],
    ["a bot_message with a user", (one) => ({ ...said(one), subtype: "bot_message" })],
    ["a workflow", (one) => ({ ...said(one), bot_id: "B0WORKFLOW1", app_id: "A0WORKFLOW1" })],
    [
      "an unfolded link",
      (one) => ({ ...said(one), subtype: "message_changed", message: said(one), previous_message: said(one) }),
    ],
    [
      "an edit of what was never said",
      (one) => ({
        ...said(one),
        subtype: "message_changed",
        message: said(one),
        previous_message: { ...said(one), text: "other" },
      }),
    ],
    [
      "a deletion",
      (one) => ({ ...said(one), subtype: "message_deleted", deleted_ts: one.ts, previous_message: said(one) }),
    ],
    ...[
      "channel_join",
      "channel_leave",
      "channel_topic",
      "channel_purpose",
      "channel_name",
      "channel_archive",
      "pinned_item",
      "bot_add",
      "reminder_add",
      "huddle_thread",
      "ekm_access_denied",
      "tombstone",
      "unknown_subtype",
    ].map((subtype) => [subtype, (one: FakeMessage) => ({ ...said(one), subtype })] as const),
    ["Slack itself", (one) => ({ ...said(one), user: "USLACKBOT", bot_id: "B01" })],
    ["nobody", (one) => ({ ...said(one), user: undefined })],
    ["an empty user", (one) => ({ ...said(one), user: "" })],
  ]);
  const said = (message: FakeMessage): Fields =>
    messageEvent(house.slack.state, message, channelOf(house.slack.state, support));
  test.each([...events.keys()])("%s", async (what) => {
    const { slack } = house;
    const text = "echo please";
    const ts = slack.state.ts();
    const message: FakeMessage = {
      ...{
        channel: support,
        ts,
        team: company.team,
        user: jane,
        botId: null,
        subtype: null,
        text,
        blocks: [richText(text, "b")],
      },
      ...{ attachments: [], files: [], thread: null, metadata: null, edited: null, clientMsgId: null },
    };
    const event = events.get(what)?.(message);
    for (const type of ["message", "app_mention"]) {
      const envelope = envelopeOf(slack.state, tokenIn(slack.state, company.team), { ...event, type });
      expect((await house.bot.event(envelope)).status).toBe(200);
    }
    const id = conversationIdSchema.parse(`slack:${support}:${ts}`);
    expect(await house.store.conversations.load(companyInstallation.workspace, id)).toBeNull();
  });
  test("control: the same message, by a person, is a turn", async () => {
    const { message } = await house.people.writes({ user: jane, channel: support, text: "echo please" });
    const id = conversationIdSchema.parse(`slack:${support}:${message.ts}`);
    expect(await house.store.conversations.load(companyInstallation.workspace, id)).not.toBeNull();
  });
});
