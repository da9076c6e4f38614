import type { KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderEphemeral, renderHome } from "../../adapters/slack/render-view.ts";
import type { Card } from "../../src/domain/card.ts";
import { addressSchema } from "../../src/domain/ids.ts";
import type { Cell, View, ViewPart } from "../../src/domain/view.ts";
import { messageProblems, textsOf, viewProblems } from "../support/block-kit-check.ts";
import { anyView, hostileTexts } from "../support/slack-arbitraries.ts";

const at = Date.UTC(2026, 10, 22, 14, 3);
const date = `<!date^${at / 1000}^{date_short_pretty} at {time}|2026-11-22T14:03:00.000Z>`;
const maria: Cell = { person: { platform: "slack", id: "U012ABC", name: "Maria" } };
const plain = (text: string) => ({ type: "plain_text", text, emoji: false });
const own = (text: string) => ({ type: "mrkdwn", text, verbatim: true });

const tableOf = (rows: readonly (readonly Cell[])[], left = 0): ViewPart => ({
  kind: "table",
  label: "Procedures",
  columns: ["Slug", "Status", "Published", "By"],
  rows,
  left,
});
const first: readonly (readonly Cell[])[] = [
  ["refund", "live", { at }, maria],
  ["lead", "draft", "", ""],
];
const live = tableOf(first);
/** More rows than people read from the first to the last. */
const long = tableOf([...first, ...Array.from({ length: 9 }, (_, index) => [`other-${index}`, "live", "", ""])]);
const view = (...parts: readonly ViewPart[]): View => ({ title: "Procedures", parts });
const card = (index: number): ViewPart => ({
  kind: "card",
  card: {
    kind: "approval",
    title: `Approval needed: number ${index}`,
    tone: "wait",
    sections: [{ label: "Collected", fields: [{ name: "order_id", value: `order ${index}` }] }],
    status: [],
    pressId: `${"a".repeat(44)}-${index}`,
    buttons: [{ action: "approve", label: "Approve" }] satisfies Card["buttons"],
  },
});
const values = (blocks: readonly unknown[]) =>
  (blocks as KnownBlock[]).flatMap((block) =>
    block.type === "actions" ? block.elements.flatMap((one) => ("value" in one ? [one.value] : [])) : [],
  );
/** What the lines "… and 12 more" add up to. */
const counted = (payload: unknown): number =>
  textsOf(payload, "mrkdwn").reduce((sum, text) => sum + Number(/^… and (\d+) more/.exec(text)?.[1] ?? 0), 0);

describe("a table", () => {
  test("of many rows is Slack's own where it draws one, with moments and people in each reader's own form", () => {
    const { blocks, text } = renderEphemeral({ ...view(long), title: "All" }, "blocks");
    expect(text).toBe("All");
    expect(blocks.map(({ type }) => type)).toEqual(["header", "section", "data_table"]);
    const section = (...elements: readonly object[]) => ({
      type: "rich_text",
      elements: [{ type: "rich_text_section", elements }],
    });
    const raw = (words: string) => ({ type: "raw_text", text: words });
    expect(blocks[2]).toMatchObject({
      caption: "Procedures",
      rows: [
        [raw("Slug"), raw("Status"), raw("Published"), raw("By")],
        [
          raw("refund"),
          raw("live"),
          section({ type: "date", timestamp: at / 1000, fallback: "2026-11-22T14:03:00.000Z" }),
          section({ type: "user", user_id: "U012ABC" }, { type: "text", text: " (U012ABC)" }),
        ],
        [raw("lead"), raw("draft"), raw(" "), raw(" ")],
        ...Array.from({ length: 9 }, (_, index) => [raw(`other-${index}`), raw("live"), raw(" "), raw(" ")]),
      ],
    });
  });

  test("of few rows has each under its name, and what Slack writes itself in small print", () => {
    for (const blocks of [renderEphemeral(view(live), "blocks").blocks, renderHome([view(live)]).blocks]) {
      expect(blocks.slice(1)).toMatchObject([
        { type: "section", text: own("*refund*"), fields: [plain("Status: live")] },
        { type: "context", elements: [plain("Published:"), own(date), plain("By:"), own("<@U012ABC> (U012ABC)")] },
        { type: "section", text: own("*lead*"), fields: [plain("Status: draft")] },
      ]);
    }
  });

  test("of two columns has them side by side", () => {
    const rows = ["list", "show <procedure>"].map((words) => [words, `Does ${words}.`]);
    const part: ViewPart = { kind: "table", label: "Commands", columns: ["Write", "What it does"], rows, left: 0 };
    const { blocks } = renderEphemeral(view(part), "blocks");
    expect(blocks.slice(1)).toMatchObject([
      { type: "section", text: own("*Commands*") },
      { type: "section", fields: ["list", "Does list.", "show <procedure>", "Does show <procedure>."].map(plain) },
    ]);
  });

  test("whose rows are numbered has the number before the name", () => {
    const columns = ["No.", "Step", "Then"];
    const part: ViewPart = { kind: "table", label: "Steps", columns, rows: [["1", "open-ticket", "end"]], left: 0 };
    expect(renderEphemeral(view(part), "blocks").blocks.slice(2)).toMatchObject([
      { type: "section", text: own("*1 open-ticket*"), fields: [plain("Then: end")] },
    ]);
  });

  test("is not announced twice", () => {
    expect(textsOf(renderEphemeral(view(live), "blocks"), "mrkdwn")).not.toContain("*Procedures*");
  });

  test("of many rows is lines where no client draws it, and on the Home tab always", () => {
    const lines = [
      { type: "section", text: plain("• refund · Status: live") },
      { type: "context", elements: [plain("Published:"), own(date), plain("By:"), own("<@U012ABC> (U012ABC)")] },
      {
        type: "section",
        text: { text: expect.stringContaining("• lead · Status: draft\n• other-0 · Status: live\n") },
      },
    ];
    expect(renderEphemeral(view(long), "lines").blocks.slice(1)).toMatchObject(lines);
    const home = renderHome([view(long)]);
    expect(home).toMatchObject({ type: "home" });
    expect(home.blocks.slice(1)).toMatchObject(lines);
  });

  test("is drawn once a message: a second one is lines", () => {
    const { blocks } = renderEphemeral(view(long, long), "blocks");
    expect(blocks.filter(({ type }) => type === "data_table")).toHaveLength(1);
    expect(textsOf(blocks, "plain_text").join()).toContain("• lead · Status: draft");
  });

  test("names a channel as Slack draws it, in both forms; one of another platform by its name", () => {
    const channel = (platform: "slack" | "web", address: string): Cell => ({
      channel: { platform, address: addressSchema.parse(address), name: "agents" },
    });
    const ours = channel("slack", "slack:T1:C012ABC");
    const rows = [[ours], [channel("web", "agents-of-the-web")], [channel("slack", "slack:T1:D012ABC")]];
    const part: ViewPart = { kind: "table", label: "Channels", columns: ["Channel"], rows, left: 0 };
    const drawn = renderEphemeral(view(part), "blocks").blocks[2];
    const cell = { type: "channel", channel_id: "C012ABC" };
    expect(drawn).toMatchObject({
      rows: [[{}], [{ elements: [{ elements: [cell] }] }], [{ text: "agents" }], [{ text: "agents" }]],
    });
    const lines = renderEphemeral(view(part), "lines").blocks;
    expect(textsOf(lines, "mrkdwn")).toContain("<#C012ABC>");
    expect(textsOf(lines, "plain_text")).toContain("• agents\n• agents");
    const fields: ViewPart = { kind: "fields", label: "Where", fields: [{ name: "Channel", value: ours }] };
    expect(textsOf(renderHome([view(fields)]).blocks, "mrkdwn")).toContain("<#C012ABC>");
  });

  test("a conversation is a link to its thread, in every form; a direct message, or one elsewhere, is its id", () => {
    const of = (platform: "slack" | "web", id: string): Cell => ({ conversation: { platform, id } });
    const ours = of("slack", "slack:C012ABC:1795867460.000050");
    const url = "https://slack.com/archives/C012ABC/p1795867460000050";
    const rows = [[ours], [of("web", "c1")], [of("slack", "slack:D012ABC")], [of("slack", "slack:C1:<!channel>")]];
    const part: ViewPart = { kind: "table", label: "Where", columns: ["Conversation"], rows, left: 0 };
    expect(renderEphemeral(view(part), "blocks").blocks[2]).toMatchObject({
      rows: [
        [{}],
        [{ elements: [{ elements: [{ type: "link", url, text: "Open the thread" }] }] }],
        [{ text: "c1" }],
        [{ text: "Direct message (slack:D012ABC)" }],
        [{ text: "Direct message (slack:C1:<!channel>)" }],
      ],
    });
    expect(textsOf(renderEphemeral(view(part), "lines").blocks, "mrkdwn")).toContain(`<${url}|Open the thread>`);
    const fields: ViewPart = { kind: "fields", label: "Where", fields: [{ name: "Conversation", value: ours }] };
    expect(textsOf(renderHome([view(fields)]).blocks, "mrkdwn")).toContain(`<${url}|Open the thread>`);
  });

  test("without a row says so", () => {
    expect(textsOf(renderEphemeral(view(tableOf([])), "blocks"), "mrkdwn")).toEqual(["Nothing yet"]);
  });

  test.each(["blocks", "lines"] as const)(
    "counts the rows that do not fit, and those that were left before (%s)",
    (form) => {
      const rows = Array.from({ length: 250 }, (_, index) => [`row-${index}`, "live", { at }, "x".repeat(90)]);
      const { blocks } = renderEphemeral(view(tableOf(rows, 40)), form);
      const shown = new Set(JSON.stringify(blocks).match(/row-\d+/g));
      expect(shown.size).toBeGreaterThan(10);
      expect(shown.size + counted(blocks)).toBe(290);
    },
  );
});

describe("the Home tab", () => {
  test("shows cards with their buttons, and counts those for which there is no room", () => {
    const home = renderHome([view(...Array.from({ length: 60 }, (_, index) => card(index)), live)]);
    const pressed = values(home.blocks);
    expect(pressed.length).toBeGreaterThan(20);
    expect(pressed[0]).toBe(`${"a".repeat(44)}-0`);
    expect(pressed.length + counted(home.blocks)).toBe(60);
    // What comes after a long part still has a place.
    expect(textsOf(home.blocks, "mrkdwn")).toContain("*lead*");
    expect(viewProblems(home)).toEqual([]);
  });

  test("has a header for each view, a line between them, and room for the last", () => {
    const cards = view(...Array.from({ length: 60 }, (_, index) => card(index)));
    const home = renderHome([cards, { ...view(live), title: "Runs" }, { ...view(live), title: "Agents channel" }]);
    const heads = (home.blocks as KnownBlock[]).flatMap((block) => (block.type === "header" ? [block.text.text] : []));
    expect(heads.filter((head) => !head.includes("number"))).toEqual(["Procedures", "Runs", "Agents channel"]);
    expect(home.blocks.filter(({ type }) => type === "divider")).toHaveLength(2);
    expect(viewProblems(home)).toEqual([]);
  });

  test("shows a long card cut, says so, and keeps its button", () => {
    const part = card(1);
    if (part.kind !== "card") throw new Error("not a card");
    const body = { label: "Body", fields: [{ name: "Body", value: "x".repeat(9000) }] };
    const home = renderHome([view({ ...part, card: { ...part.card, sections: [body] } })]);
    expect(textsOf(home.blocks, "mrkdwn").join()).toContain("All of it is in the agents channel");
    expect(textsOf(home.blocks, "plain_text").join()).toContain("… (8500 more characters)");
    expect(values(home.blocks)).toEqual([`${"a".repeat(44)}-1`]);
  });

  test("asks each of many approvals under a button of its own", () => {
    const home = renderHome([view(card(1), card(2))]);
    expect(values(home.blocks)).toEqual([`${"a".repeat(44)}-1`, `${"a".repeat(44)}-2`]);
    expect(viewProblems(home)).toEqual([]);
  });
});

describe("words and fields", () => {
  test("are shown as they are, under their label", () => {
    const fields = [
      { name: "Channel", value: "agents" },
      { name: "Since", value: { at } },
    ];
    const { blocks, text } = renderEphemeral(
      view({ kind: "text", text: "All is well." }, { kind: "fields", label: "Health", fields }),
      "blocks",
    );
    expect(text).toBe("Procedures\nAll is well.");
    expect(blocks.slice(1)).toMatchObject([
      { type: "section", text: plain("All is well.") },
      { type: "section", text: own("*Health*") },
      { type: "section", fields: [plain("Channel: agents")] },
      { type: "context", elements: [plain("Since:"), own(date)] },
    ]);
  });

  test("too long for a message, are counted", () => {
    const words = "word ".repeat(5000);
    const { blocks } = renderEphemeral(view({ kind: "text", text: words }), "blocks");
    const shown = blocks.flatMap((block) => (block.type === "section" ? [block.text?.text ?? ""] : [])).join("");
    expect(words.startsWith(shown)).toBe(true);
    expect(shown.length + counted(blocks)).toBe(words.length);
    expect(textsOf(blocks, "mrkdwn").join()).toMatch(/^… and \d+ more characters$/);
  });

  test("100 steps of a procedure fit, the last of them counted where there is no room", () => {
    const fields = Array.from({ length: 100 }, (_, index) => ({
      name: `${index + 1}`,
      value: `step ${index}: ${"say ".repeat(50)}`,
    }));
    const post = renderEphemeral(view({ kind: "fields", label: "Steps", fields }), "blocks");
    expect(messageProblems(post)).toEqual([]);
    const shown = new Set(JSON.stringify(post.blocks).match(/step \d+:/g));
    expect(shown.size).toBeGreaterThan(20);
    expect(shown.size + counted(post.blocks)).toBe(100);
  });
});

test.each(hostileTexts.map((text) => [JSON.stringify(text), text]))(
  "attack 69, 71: %s in a view mentions nobody",
  (_, text) => {
    const hostile: View = {
      title: text,
      parts: [
        { kind: "text", text },
        { kind: "fields", label: text, fields: [{ name: text, value: text }] },
        {
          kind: "table",
          label: text,
          columns: [text, text],
          rows: [
            [text, { at }],
            [text, text],
          ],
          left: 0,
        },
      ],
    };
    for (const form of ["blocks", "lines"] as const) {
      const post = renderEphemeral(hostile, form);
      expect(messageProblems(post)).toEqual([]);
      expect(textsOf(post, "mrkdwn").filter((words) => words !== date && !/^\*[\p{L}\p{N} ]+\*$/u.test(words))).toEqual(
        [],
      );
    }
  },
);

test("any view fits Slack's limits, as a message and as a Home tab", () => {
  fc.assert(
    fc.property(anyView, fc.constantFrom("blocks" as const, "lines" as const), (any, form) => {
      expect(messageProblems(renderEphemeral(any, form))).toEqual([]);
      expect(viewProblems(renderHome([any, view(live), any]))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
