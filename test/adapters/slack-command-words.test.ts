import { expect, test } from "vitest";
import { commandWords } from "../../adapters/slack/command-words.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";

const workspace = workspaceIdSchema.parse("T1");
const person = (id: string): Person => ({
  platform: "slack",
  id,
  name: `name of ${id}`,
  role: "customer",
  external: false,
});
const wordsOf = (raw: string) =>
  commandWords(
    raw,
    { workspace, botUser: "U0BOT" },
    {
      personOf: async (id) => person(id),
      channelOf: async (id) => ({ name: `name of ${id}` }),
    },
  );
const text = (...words: readonly string[]) => words.map((word) => ({ kind: "text", text: word }));
const link = "https://bright-goods.slack.com/archives/C012ABC/p1700000000000100";

test.each([
  ["words between blanks of any kind", "  show   refund\u00a0now\n", text("show", "refund", "now")],
  ["entities as what people typed", "show &lt;refund&gt; &amp; more", text("show", "<refund>", "&", "more")],
  [
    "an address and a link without Slack's marks",
    "show <mailto:a@b.example|a@b.example> <http://b.example|b.example>",
    text("show", "a@b.example", "b.example"),
  ],
  [
    "a link between quotes is one word with them",
    'show "<mailto:a@b.example|a@b.example>"',
    text("show", '"a@b.example"'),
  ],
  [
    "people and channels",
    "roles add <@U1|ann> <#C012ABC|support> <#C034DEF>",
    [
      ...text("roles", "add"),
      { kind: "person", person: person("U1") },
      { kind: "channel", address: "slack:T1:C012ABC", name: "support" },
      { kind: "channel", address: "slack:T1:C034DEF", name: "name of C034DEF" },
    ],
  ],
  [
    "somebody without a blank before them",
    "add<@U1>now",
    [...text("add"), { kind: "person", person: person("U1") }, ...text("now")],
  ],
  ["the bot is spoken to, not of", "<@U0BOT> list", text("list")],
  ["a group by its name", "roles add <!subteam^S1|@agents>", text("roles", "add", "agents")],
  ["a direct message is no channel for others", "channel set <#D012ABC|jane>", text("channel", "set", "jane")],
  ["half a mark is text", "show <refund", text("show", "<refund")],
  [
    "a link to a message is its conversation",
    `why <${link}>`,
    [...text("why"), { kind: "conversation", conversation: "slack:C012ABC:1700000000.000100" }],
  ],
  [
    "a link such as Usher shows, which names no workspace, is its conversation, too",
    "why <https://slack.com/archives/C012ABC/p1700000000000100|Open the thread>",
    [...text("why"), { kind: "conversation", conversation: "slack:C012ABC:1700000000.000100" }],
  ],
  [
    "a link to a reply is the conversation of its thread",
    `why <${link}?thread_ts=1600000000.000200&amp;cid=C012ABC>`,
    [...text("why"), { kind: "conversation", conversation: "slack:C012ABC:1600000000.000200" }],
  ],
  [
    "a link to elsewhere is a word",
    "why <https://slack.com.evil.example/archives/C012ABC/p1700000000000100>",
    text("why", "https://slack.com.evil.example/archives/C012ABC/p1700000000000100"),
  ],
  ["nothing is nothing", "   ", []],
])("%s", async (_what, raw, words) => {
  expect(await wordsOf(raw)).toEqual(words);
});

test("of many people the first three are looked up, and the others are words", async () => {
  const words = await wordsOf(Array.from({ length: 200 }, (_, n) => `<@U${n}|x>`).join(" "));
  expect(words).toHaveLength(200);
  expect(words.filter(({ kind }) => kind === "person")).toHaveLength(3);
  expect(words.at(-1)).toEqual({ kind: "text", text: "@U199" });
});
