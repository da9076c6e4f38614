import { describe, expect, test } from "vitest";
import { markupIn } from "./markup.ts";

const section = (type: string, text: string) => [{ type: "section", text: { type, text } }];

describe("what rings a bell", () => {
  test.each([
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<!subteam^S0TEAM|agents>",
    "<@U0JANE00001>",
    "<@W0JANE|jane>",
  ])("%s in a text, and in mrkdwn", (what) => {
    expect(markupIn({ text: `Hi ${what}!`, blocks: [] })).toEqual([{ kind: "notify", where: "text", what }]);
    expect(markupIn({ text: "", blocks: section("mrkdwn", what) })).toEqual([
      { kind: "notify", where: "blocks/0/text", what },
    ]);
  });

  test.each([
    ["escaped", { text: "&lt;!channel&gt; &lt;@U0JANE00001&gt;", blocks: [] }],
    ["plain text", { text: "", blocks: section("plain_text", "<!channel> <@U0JANE00001>") }],
    ["a header", { text: "", blocks: [{ type: "header", text: { type: "plain_text", text: "<!here>" } }] }],
    ["a plain name without link_names", { text: "@channel", blocks: [] }],
    ["an address of mail", { text: "me@here.example", blocks: [], linkNames: true }],
    [
      "a raw cell of a table",
      { text: "", blocks: [{ type: "table", rows: [[{ type: "raw_text", text: "<!here>" }]] }] },
    ],
  ])("%s rings none", (_name, sent) => {
    expect(markupIn(sent)).toEqual([]);
  });

  test("a plain name does where Slack is told to look for names", () => {
    expect(markupIn({ text: "Hi @channel", blocks: [], linkNames: true })).toMatchObject([{ what: "@channel" }]);
  });

  test("mentions in rich text, fields, Markdown and attachments are found", () => {
    const blocks = [
      {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "broadcast", range: "here" }] }],
      },
      { type: "section", fields: [{ type: "mrkdwn", text: "<@U0A>" }] },
      { type: "markdown", text: "<!channel> [Approve](https://evil.example)" },
    ];
    const found = markupIn({ text: "", blocks, attachments: [{ text: "<@U0B>" }] });
    expect(found.map(({ kind, what }) => [kind, what])).toEqual([
      ["notify", "<!here>"],
      ["notify", "<@U0A>"],
      ["notify", "<!channel>"],
      ["link", "[Approve](https://evil.example)"],
      ["notify", "<@U0B>"],
    ]);
  });

  test("channels and links are found, and ring no bell", () => {
    const found = markupIn({ text: "<#C0SUPPORT01|support> <https://evil.example|Approve in Slack>", blocks: [] });
    expect(found.map(({ kind }) => kind)).toEqual(["channel", "link"]);
  });
});
