import fc from "fast-check";
import type { Card, CardValue } from "../../src/domain/card.ts";
import { addressSchema } from "../../src/domain/ids.ts";
import type { TextMessage } from "../../src/domain/message.ts";
import type { Cell, View } from "../../src/domain/view.ts";

/** What people may type in order to mention, link, format, imitate, or break what is drawn. */
export const hostileTexts: readonly string[] = [
  ...["<!channel>", "<!here>", "<!everyone>", "<!subteam^S1>", "<@U1>", "<#C1>", "@channel", "@here"],
  ...[
    "<https://evil.test|Approve in Slack>",
    "https://evil.test",
    "[APPROVED](https://evil.test)",
    "<mailto:a@b.c|ok>",
  ],
  ...["<!date^1700000000^{date}|x>", "&lt;!channel&gt;", "&amp;lt;@U1&amp;gt;", "*b* _i_ ~s~ `c` ```d```", "> quote"],
  ...["hi\n✅ Approved by Ann", "a\r\nb", "│ ", ":white_check_mark:", "\u202eevil", "a\u0000b", "\u001b[31m", "\u2028"],
  ...["😀", "👩‍👩‍👧", "\ud800", "\udc00x", "\u200b", "\u00a0", " ", "\n", '"}{', "\\", "{{7*7}}", "日本", "שלום"],
];

const piece = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: "binary", maxLength: 20 }), fc.string());

/** Any text, hostile more often than not, and now and then as long as 10 KB. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join("")) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.integer({ min: 500, max: 10_000 }))
      .map(([pieces, length]) => `${pieces.join("")}.`.repeat(length).slice(0, length)),
  },
);

const shortText = fc.oneof(piece, fc.string({ minLength: 1, maxLength: 60 }));

/** Messages with words for people. */
export const anyTextMessage: fc.Arbitrary<TextMessage> = fc.record({
  kind: fc.constant("text" as const),
  text: anyText.map((text) => (text === "" ? " " : text)),
  choices: fc.oneof(
    fc.constant([]),
    fc.array(shortText, { maxLength: 30 }),
    fc.array(fc.string({ unit: "grapheme", minLength: 75, maxLength: 75 }), { minLength: 25, maxLength: 25 }),
    fc.array(anyText, { maxLength: 5 }),
  ),
  sensitive: fc.boolean(),
  author: fc.option(fc.record({ id: shortText, name: shortText })),
});

const moment = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double({ noNaN: true, noDefaultInfinity: true }));

const value: fc.Arbitrary<CardValue> = fc.oneof(
  { weight: 4, arbitrary: anyText },
  { weight: 1, arbitrary: moment.map((at) => ({ at })) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        platform: fc.constantFrom("web" as const, "slack" as const, "teams" as const),
        id: fc.constantFrom("U012ABC", "customer-1", "<!channel>", "U1> <!here"),
        name: shortText,
      })
      .map((person) => ({ person })),
  },
);

const cell: fc.Arbitrary<Cell> = fc.oneof(
  { weight: 6, arbitrary: value },
  {
    weight: 1,
    arbitrary: fc
      .record({
        platform: fc.constantFrom("web" as const, "slack" as const),
        address: fc
          .constantFrom("slack:T1:C012ABC", "slack:T1:D012ABC", "<!channel>")
          .map((at) => addressSchema.parse(at)),
        name: shortText,
      })
      .map((channel) => ({ channel })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        platform: fc.constantFrom("web" as const, "slack" as const),
        id: fc.constantFrom("slack:C012ABC:1700000000.000100", "slack:D012ABC", "<!channel>"),
      })
      .map((conversation) => ({ conversation })),
  },
);

const tone = fc.constantFrom("wait", "ok", "bad", "doubt", "plain" as const);
const fields = fc.array(fc.record({ name: shortText, value }), { maxLength: 14 });
const actions = ["approve", "reject", "happened", "runAgain", "stop", "handBack", "resolve"] as const;

/** Cards such as no procedure makes, too. */
export const anyCard: fc.Arbitrary<Card> = fc.record({
  kind: fc.constantFrom("approval", "notice", "handOff", "verdict", "reminder", "relay" as const),
  title: anyText,
  tone,
  sections: fc.array(fc.record({ label: shortText, fields }), { maxLength: 8 }),
  status: fc.array(fc.record({ tone, before: shortText, at: moment, after: anyText }), { maxLength: 5 }),
  pressId: fc.option(fc.constant(`${"a".repeat(44)}-7-2`)),
  buttons: fc.array(fc.record({ action: fc.constantFrom(...actions), label: shortText }), { maxLength: 9 }),
});

const table = fc.integer({ min: 0, max: 22 }).chain((width) =>
  fc.record({
    kind: fc.constant("table" as const),
    label: shortText,
    columns: fc.array(shortText, { minLength: width, maxLength: width }),
    rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 40, size: "max" }),
    left: fc.nat(1000),
  }),
);

/** Views with parts of every kind. */
export const anyView: fc.Arbitrary<View> = fc.record({
  title: anyText,
  parts: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("text" as const), text: anyText }),
      fc.record({
        kind: fc.constant("fields" as const),
        label: shortText,
        fields: fc.array(fc.record({ name: shortText, value: cell }), { maxLength: 14 }),
      }),
      table,
      anyCard.map((card) => ({ kind: "card" as const, card })),
    ),
    { maxLength: 12 },
  ),
});
