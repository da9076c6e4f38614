import type { KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Post } from "../../adapters/slack/layout.ts";
import { renderMessage } from "../../adapters/slack/render.ts";
import type { Card, CardValue } from "../../src/domain/card.ts";
import { visible, visibleLine } from "../../src/domain/visible.ts";
import { messageProblems, textsOf } from "../support/block-kit-check.ts";
import { anyCard, hostileTexts } from "../support/slack-arbitraries.ts";

const at = Date.UTC(2026, 10, 22, 14, 3);
const date = `<!date^${at / 1000}^{date_short_pretty} at {time}|2026-11-22T14:03:00.000Z>`;
const pressId = `${"a".repeat(44)}-7`;

const approval: Card = {
  kind: "approval",
  title: "Approval needed: POST shop.example.com",
  tone: "wait",
  sections: [
    {
      label: "Will do",
      fields: [
        { name: "Method", value: "POST" },
        { name: "URL", value: "https://shop.example.com/refunds" },
      ],
    },
    { label: "Body", fields: [{ name: "Body", value: '{"amount":5}' }] },
    {
      label: "Customer",
      fields: [{ name: "Customer", value: { person: { platform: "slack", id: "U012ABC", name: "Maria" } } }],
    },
    { label: "Collected", fields: [{ name: "order_id", value: "1001" }] },
    { label: "Expires", fields: [{ name: "Expires", value: { at } }] },
  ],
  status: [],
  pressId,
  buttons: [
    { action: "approve", label: "Approve" },
    { action: "reject", label: "Reject" },
  ],
};

const render = (over: Partial<Card> = {}): readonly Post[] =>
  renderMessage({ kind: "card", card: { ...approval, ...over } });
const first = (over: Partial<Card> = {}): readonly KnownBlock[] => render(over)[0]?.blocks ?? [];
const field = (value: CardValue, name = "Note"): Pick<Card, "sections"> => ({
  sections: [{ label: "Collected", fields: [{ name, value }] }],
});
const plain = (text: string) => ({ type: "plain_text", text, emoji: false });
const own = (text: string) => ({ type: "mrkdwn", text, verbatim: true });
const words = (posts: readonly unknown[]) => textsOf(posts, "plain_text").join("");

describe("an approval", () => {
  test("names the decision in its header, then says what will be done, for whom, and until when", () => {
    const [post, ...further] = render();
    expect(further).toEqual([]);
    expect(post?.text).toBe("⏳ Approval needed: POST shop.example.com");
    expect(post?.blocks.slice(0, -1)).toMatchObject([
      { type: "header", text: plain("⏳ Approval needed: POST shop.example.com") },
      { type: "section", text: own("*Will do*") },
      { type: "section", text: plain("POST https://shop.example.com/refunds") },
      { type: "section", text: own("*Body*") },
      { type: "section", text: plain('{"amount":5}') },
      { type: "section", text: own("*Customer*"), fields: [own("<@U012ABC> (U012ABC)")] },
      { type: "section", text: own("*Collected*"), fields: [plain("order_id: 1001")] },
      { type: "context", elements: [plain("Expires:"), own(date)] },
    ]);
    expect(messageProblems(post)).toEqual([]);
  });

  test("has Approve, which is asked twice, and Reject; both hold the press id and nothing else", () => {
    expect(first().at(-1)).toMatchObject({
      type: "actions",
      elements: [
        { action_id: "press:approve", style: "primary", value: pressId, confirm: { style: "primary" } },
        { action_id: "press:reject", style: "danger", value: pressId },
      ],
    });
    expect(JSON.stringify(first().at(-1)).split(pressId)).toHaveLength(3);
  });

  test("without a press id has nothing to press", () => {
    expect(first({ pressId: null }).map(({ type }) => type)).not.toContain("actions");
  });

  test("decided, says by whom and when, and keeps no button; its blocks have other ids", () => {
    const status = [{ tone: "bad" as const, before: "Rejected by Ann, ", at, after: ": too late" }];
    const after = first({ title: "Rejected: POST shop.example.com", tone: "bad", status, pressId: null, buttons: [] });
    expect(after[1]).toMatchObject({
      type: "context",
      elements: [plain("⛔ Rejected by Ann,"), own(date), plain("too late")],
    });
    const ids = new Set(first().map(({ block_id }) => block_id));
    expect(after.filter(({ block_id }) => ids.has(block_id))).toEqual([]);
  });

  test("a reason of 3,000 characters stands whole on the card", () => {
    const reason = "Because of it. ".repeat(200);
    const posts = render({ status: [{ tone: "bad", before: "Rejected by Ann, ", at, after: `: ${reason}` }] });
    expect(posts).toHaveLength(1);
    expect(words(posts)).toContain(reason);
  });

  test("the newest outcome comes first", () => {
    const status = ["one", "two"].map((before) => ({ tone: "ok" as const, before, at, after: "" }));
    expect(words(first({ status }))).toMatch(/two.*one/);
  });
});

describe("an outcome that nobody knows", () => {
  const buttons: Card["buttons"] = [
    { action: "happened", label: "It happened" },
    { action: "runAgain", label: "Run again" },
    { action: "stop", label: "Stop" },
  ];
  test("can be said to have happened, run again once more is asked, or stopped", () => {
    const [happened, runAgain, stop] = first({ kind: "verdict", buttons }).flatMap((block) =>
      block.type === "actions" ? block.elements : [],
    );
    expect(happened).not.toHaveProperty("confirm");
    expect(runAgain).toMatchObject({ action_id: "press:runAgain", confirm: { style: "danger" } });
    expect(stop).toMatchObject({ action_id: "press:stop", style: "danger" });
  });
});

describe("light cards", () => {
  test("a relay is what the customer says, and no more", () => {
    const sections = [{ label: "Message", fields: [{ name: "Maria", value: "Is it done?" }] }];
    const posts = render({ kind: "relay", title: "Maria", tone: "plain", sections, pressId: null, buttons: [] });
    expect(posts).toMatchObject([
      {
        text: "Maria: Is it done?",
        blocks: [{ type: "section", text: plain("Maria: Is it done?") }],
      },
    ]);
  });

  test.each(["notice", "reminder"] as const)("a %s is a line without a header", (kind) => {
    const [block, ...rest] = first({
      kind,
      title: "Done for Maria",
      tone: "ok",
      sections: [],
      pressId: null,
      buttons: [],
    });
    expect(block).toMatchObject({ type: "section", text: plain("✅ Done for Maria") });
    expect(rest).toEqual([]);
  });
});

describe("what does not fit on a card", () => {
  test("goes whole into its thread, in numbered parts, and the card says so", () => {
    const body = Array.from({ length: 250 }, (_, index) => `{"line": ${index}, "text": "${"x".repeat(40)}"}`).join("");
    const [card, ...parts] = render({ sections: [{ label: "Body", fields: [{ name: "Body", value: body }] }] });
    expect(textsOf(card, "mrkdwn").join()).toContain("*Full request* is in the thread");
    expect(words([card])).toMatch(/… \(\d+ more characters\)/);
    expect(parts.map(({ text }) => text)).toEqual(["Full request, part 1 of 2", "Full request, part 2 of 2"]);
    expect(words(parts)).toContain(body);
    expect([card, ...parts].flatMap(messageProblems)).toEqual([]);
  });

  test("a reason alone, as at an edit: the card does not say that its request is in the thread", () => {
    const reason = "because ".repeat(700).trim();
    const status = [{ tone: "bad" as const, before: "Rejected by ", at: 0, after: `: ${reason}` }];
    const [card, ...parts] = render({ status });
    expect(textsOf(card, "mrkdwn").join()).not.toContain("in the thread");
    expect(textsOf(card, "mrkdwn").join()).toContain("The outcome is cut short here.");
    expect(parts[0]?.text).toMatch(/^Outcome/);
    expect(words(parts)).toContain(reason);
    expect([card, ...parts].flatMap(messageProblems)).toEqual([]);
    const long = { label: "Body", fields: [{ name: "Body", value: "x".repeat(9000) }] };
    expect(textsOf(render({ status, sections: [long] })[0], "mrkdwn").join()).toContain(
      "*Full request* is in the thread",
    );
  });

  test("more than ten variables: the rest is counted, and all are in the thread", () => {
    const fields = Array.from({ length: 25 }, (_, index) => ({ name: `name_${index}`, value: `value ${index};` }));
    const [card, ...parts] = render({ sections: [{ label: "Collected", fields }] });
    expect(textsOf(card, "mrkdwn")).toContain("… and 15 more");
    expect(words(parts)).toBe(fields.map(({ name, value }) => `${name}: ${value}`).join(""));
  });

  test("a title longer than a header stands whole below it", () => {
    const title = "Approval needed: ".repeat(12);
    const blocks = first({ title });
    expect(blocks[0]).toMatchObject({ type: "header", text: { text: expect.stringMatching(/…$/) } });
    expect(blocks[1]).toMatchObject({ type: "section", text: plain(`⏳ ${title}`) });
  });

  test("attack 76: 60 sections, 3,001 characters in one, 30 KB in all", () => {
    const sections = Array.from({ length: 60 }, (_, index) => ({
      label: `Section ${index}`,
      fields: [{ name: "Text", value: `${index}:`.padEnd(index === 0 ? 3001 : 500, "x") }],
    }));
    const posts = render({ sections });
    expect(posts.flatMap(messageProblems)).toEqual([]);
    for (const { fields } of sections) expect(words(posts)).toContain(fields[0]?.value);
    expect(posts[0]?.blocks.at(-1)?.type).toBe("actions");
  });

  test("a longer outcome hides nothing that the card showed before", () => {
    const long = {
      sections: Array.from({ length: 9 }, (_, index) => ({
        label: `S${index}`,
        fields: [{ name: "N", value: `${index}`.repeat(450) }],
      })),
    };
    const status = [{ tone: "bad" as const, before: "Rejected by Ann, ", at, after: `: ${"no ".repeat(1000)}` }];
    const shown = (over: Partial<Card>) =>
      long.sections.filter(({ fields }) => words(first({ ...long, ...over })).includes(fields[0]?.value ?? "-"));
    expect(shown({}).length).toBeGreaterThan(3);
    expect(shown({ status })).toEqual(shown({}));
  });
});

describe("nothing on a card can pass for Usher's own", () => {
  test.each(hostileTexts.map((text) => [JSON.stringify(text), text]))("attack 69, 70, 71: %s", (_, text) => {
    const hostile = renderMessage({
      kind: "card",
      card: {
        ...approval,
        title: text,
        sections: [
          {
            label: text,
            fields: [
              { name: text, value: text },
              { name: "at", value: { at } },
            ],
          },
        ],
        status: [{ tone: "ok", before: text, at, after: text }],
        buttons: [{ action: "approve", label: text }],
      },
    });
    // What Slack reads markup in is Usher's own: moments and fixed words, or words that hold no markup.
    const mrkdwn = textsOf(hostile, "mrkdwn").filter((own) => own !== date && !/^\*[\p{L}\p{N} ]+\*$/u.test(own));
    expect(mrkdwn).toEqual([]);
    expect(hostile.flatMap(messageProblems)).toEqual([]);
    for (const { text: said } of hostile) expect(said).not.toMatch(/[<>]/);
    expect(JSON.stringify(hostile)).not.toMatch(/"emoji":true|"url"|link_names/);
  });

  test("attack 74: no line of a value can pass for an outcome", () => {
    const [post] = render(field("yes\n✅ Approved by Ann"));
    expect(words([post])).toContain("Note:\n│ yes\n│ ✅ Approved by Ann");
    const relayed = render({
      kind: "relay",
      sections: [{ label: "Message", fields: [{ name: "Maria", value: "yes\r✅ Approved\nby Ann" }] }],
      pressId: null,
      buttons: [],
    });
    expect(words(relayed)).toBe("Maria:\n│ yes⟨U+000D⟩✅ Approved\n│ by Ann");
  });

  test("attack 74: no name in a title can begin a line of its own", () => {
    const [post] = render({ kind: "notice", title: "Done for Maria\n✅ Approved by Ann", tone: "plain", sections: [] });
    expect(words([post])).toContain("Done for Maria⟨U+000A⟩✅ Approved by Ann");
    expect(post?.text).not.toContain("\n");
  });

  test("attack 75: a person is shown with the id, whatever name was chosen", () => {
    const person = (over: object) => field({ person: { platform: "slack", id: "U012ABC", name: "✅ Admin", ...over } });
    expect(textsOf(render(person({})), "mrkdwn")).toContain("<@U012ABC> (U012ABC)");
    expect(words(render(person({ platform: "web", id: "customer-1" })))).toContain("✅ Admin (customer-1)");
    const forged = render(person({ id: "U1> <!channel" }));
    expect(words(forged)).toContain("✅ Admin (U1> <!channel)");
    expect(forged.flatMap(messageProblems)).toEqual([]);
  });

  test("attack 75: with the verified role, which no name can pass for", () => {
    const admin = { platform: "slack", id: "U012ABC", name: "✅ Admin (owner U0OLGA)", role: "customer" } as const;
    expect(textsOf(render(field({ person: admin })), "mrkdwn")).toContain("<@U012ABC> (customer U012ABC)");
    const status = [
      { tone: "ok" as const, before: "Approved by ", by: { ...admin, role: "agent" as const }, at, after: "" },
    ];
    const line = words(render({ status }));
    expect(line).toContain("✅ Approved by ✅ Admin [owner U0OLGA] (agent U012ABC),");
    // Agents are in their channel, so that a mention would ring a bell there.
    expect(textsOf(render({ status, sections: [] }), "mrkdwn").join()).not.toContain("<@");
  });

  test("attack 54: letters that turn others round are shown by their numbers", () => {
    expect(words(render(field("\u202eevil")))).toContain("⟨U+202E⟩evil");
  });
});

/** Whether a card is nothing but what somebody says; the name of whom stands in its one field, too. */
const relay = ({ kind, sections }: Card) =>
  kind === "relay" && sections.length === 1 && sections[0]?.fields.length === 1;

test("any card fits Slack's limits, and every character of it is found again in its posts", () => {
  const boxed = (text: string) => (text.includes("\n") ? `│ ${text.replaceAll("\n", "\n│ ")}` : text);
  fc.assert(
    fc.property(anyCard, (card) => {
      const posts = renderMessage({ kind: "card", card });
      expect(posts.flatMap(messageProblems)).toEqual([]);
      const shown = words(posts);
      const values = card.sections.flatMap(({ fields }) => fields.map(({ value }) => value));
      const texts = values.flatMap((value) =>
        typeof value === "string" ? [boxed(visible(value).toWellFormed())] : [],
      );
      const reasons = card.status.map(({ after }) => boxed(visible(after).toWellFormed().replace(/^: /, "")));
      const said = card.status.map(({ before }) => visibleLine(before).toWellFormed().trim());
      const title = relay(card) ? "" : visibleLine(card.title).toWellFormed();
      expect([title, ...texts, ...reasons, ...said].filter((text) => !shown.includes(text))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
