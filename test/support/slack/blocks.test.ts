import { describe, expect, test } from "vitest";
import { areBlocksTooLong, blockLimits, blockProblems, viewProblems } from "./blocks.ts";
import type { Surface } from "./elements.ts";
import type { Fields } from "./fields.ts";

const plain = (text: string): Fields => ({ type: "plain_text", text });
const mrkdwn = (text: string): Fields => ({ type: "mrkdwn", text });
const section = (text: string): Fields => ({ type: "section", text: mrkdwn(text) });
const button = (about: Fields = {}): Fields => ({ type: "button", action_id: "a", text: plain("Go"), ...about });
const actions = (...elements: Fields[]): Fields => ({ type: "actions", elements });
const option = (text: string, value = text): Fields => ({ text: plain(text), value });
const select = (options: readonly Fields[]): Fields => ({ type: "static_select", action_id: "s", options });
const input = (element: Fields, about: Fields = {}): Fields => ({
  type: "input",
  label: plain("Why"),
  element,
  ...about,
});
const text = (length: number): string => "x".repeat(length);
const many = <Item>(length: number, make: (at: number) => Item): Item[] => Array.from({ length }, (_, at) => make(at));
const confirm = { title: plain("Sure?"), text: mrkdwn("It pays."), confirm: plain("Pay"), deny: plain("No") };
const cell = (value: string): Fields => ({ type: "raw_text", text: value });
const rows = (count: number, columns = 1) => many(count, (row) => many(columns, (at) => cell(`${row}.${at}`)));

type Row = [name: string, right: readonly Fields[], wrong: readonly Fields[], words: RegExp];
const onMessages: Row[] = [
  ["50 blocks", many(50, () => section("a")), many(51, () => section("a")), /no more than 50/],
  [
    "3,000 characters in a section",
    [section(text(3000))],
    [section(text(3001))],
    /less than 3001.*\/blocks\/0\/text\/text/,
  ],
  ["a text at all", [section("a")], [section("")], /more than 0/],
  ["10 fields", [fields(10)], [fields(11)], /no more than 10/],
  ["2,000 characters in a field", [fields(1, 2000)], [fields(1, 2001)], /less than 2001/],
  [
    "25 elements of actions",
    [actions(...many(25, (at) => button({ action_id: `${at}` })))],
    [actions(...many(26, (at) => button({ action_id: `${at}` })))],
    /no more than 25/,
  ],
  ["10 elements of a context", [context(10)], [context(11)], /no more than 10/],
  [
    "75 characters on a button",
    [actions(button({ text: plain(text(75)) }))],
    [actions(button({ text: plain(text(76)) }))],
    /less than 76/,
  ],
  ["plain text on a button", [actions(button())], [actions(button({ text: mrkdwn("Go") }))], /plain_text/],
  [
    "2,000 characters in a button's value",
    [actions(button({ value: text(2000) }))],
    [actions(button({ value: text(2001) }))],
    /less than 2001.*value/,
  ],
  [
    "3,000 characters in a button's address",
    [actions(button({ url: text(3000) }))],
    [actions(button({ url: text(3001) }))],
    /less than 3001.*url/,
  ],
  [
    "a style that there is",
    [actions(button({ style: "danger" }))],
    [actions(button({ style: "loud" }))],
    /primary or danger/,
  ],
  [
    "255 characters in an action_id",
    [actions(button({ action_id: text(255) }))],
    [actions(button({ action_id: text(256) }))],
    /less than 256/,
  ],
  [
    "each action_id once in a block",
    [actions(button(), button({ action_id: "b" }))],
    [actions(button(), button())],
    /already exists for another element/,
  ],
  [
    "each block_id once",
    [{ ...section("a"), block_id: "b" }],
    [
      { ...section("a"), block_id: "b" },
      { ...section("a"), block_id: "b" },
    ],
    /already exists for another block/,
  ],
  [
    "255 characters in a block_id",
    [{ ...section("a"), block_id: text(255) }],
    [{ ...section("a"), block_id: text(256) }],
    /less than 256/,
  ],
  [
    "100 options",
    [actions(select(many(100, (at) => option(`${at}`))))],
    [actions(select(many(101, (at) => option(`${at}`))))],
    /no more than 100/,
  ],
  [
    "75 characters in an option",
    [actions(select([option(text(75))]))],
    [actions(select([option(text(76), "v")]))],
    /less than 76/,
  ],
  [
    "150 characters in an option's value",
    [actions(select([option("a", text(150))]))],
    [actions(select([option("a", text(151))]))],
    /less than 151/,
  ],
  ["5 options of an overflow", [actions(overflow(5))], [actions(overflow(6))], /no more than 5/],
  ["10 radio buttons", [actions(radio(10))], [actions(radio(11))], /no more than 10/],
  ["150 characters in a header", [header(150)], [header(151)], /less than 151/],
  [
    "a confirm with 300 characters",
    [actions(button({ confirm: { ...confirm, text: mrkdwn(text(300)) } }))],
    [actions(button({ confirm: { ...confirm, text: mrkdwn(text(301)) } }))],
    /less than 301/,
  ],
  [
    "a confirm's title with 100 characters",
    [actions(button({ confirm: { ...confirm, title: plain(text(100)) } }))],
    [actions(button({ confirm: { ...confirm, title: plain(text(101)) } }))],
    /less than 101/,
  ],
  [
    "a confirm's buttons with 30 characters",
    [actions(button({ confirm: { ...confirm, deny: plain(text(30)) } }))],
    [actions(button({ confirm: { ...confirm, deny: plain(text(31)) } }))],
    /less than 31/,
  ],
  [
    "12,000 characters of Markdown together",
    [markdown(6000), markdown(6000)],
    [markdown(6001), markdown(6000)],
    /together too long/,
  ],
  ["a known block", [{ type: "divider" }], [{ type: "marquee" }], /unsupported type: marquee/],
  [
    "100 rows of a table",
    [{ type: "table", rows: rows(100) }],
    [{ type: "table", rows: rows(101) }],
    /no more than 100/,
  ],
  [
    "20 columns of a table",
    [{ type: "table", rows: rows(1, 20) }],
    [{ type: "table", rows: rows(1, 21) }],
    /no more than 20/,
  ],
  [
    "one table in a message",
    [{ type: "table", rows: rows(1) }],
    many(2, () => ({ type: "table", rows: rows(1) })),
    /only_one_table_allowed/,
  ],
  [
    "10,000 characters in a table",
    [{ type: "table", rows: [[cell(text(10_000))]] }],
    [{ type: "table", rows: [[cell(text(5000)), cell(text(5001))]] }],
    /less than 10001/,
  ],
  [
    "a caption for a data table",
    [dataTable(2)],
    [{ ...dataTable(2), caption: undefined }],
    /missing required field.*caption/,
  ],
  ["100 rows of a data table and its head", [dataTable(101)], [dataTable(102)], /no more than 101/],
  [
    "rows of one length in a data table",
    [dataTable(2)],
    [{ ...dataTable(2), rows: [[cell("a")], [cell("b"), cell("c")]] }],
    /same length/,
  ],
];

function fields(count: number, length = 1): Fields {
  return { type: "section", fields: many(count, () => mrkdwn(text(length))) };
}
function context(count: number): Fields {
  return { type: "context", elements: many(count, () => mrkdwn("a")) };
}
function overflow(count: number): Fields {
  return { type: "overflow", action_id: "o", options: many(count, (at) => option(`${at}`)) };
}
function radio(count: number): Fields {
  return { type: "radio_buttons", action_id: "r", options: many(count, (at) => option(`${at}`)) };
}
function header(length: number): Fields {
  return { type: "header", text: plain(text(length)) };
}
function markdown(length: number): Fields {
  return { type: "markdown", text: text(length) };
}
function dataTable(count: number): Fields {
  return { type: "data_table", caption: "Procedures", rows: rows(count) };
}

describe("messages", () => {
  test.each(onMessages)("%s: is taken, and one more is not", (_name, right, wrong, words) => {
    expect(blockProblems(right, "message")).toEqual([]);
    expect(blockProblems(wrong, "message").join("\n")).toMatch(words);
  });

  test("blocks of 13,200 characters are taken, and longer ones are not", () => {
    const fill = (length: number) => [
      section(text(3000)),
      section(text(length - JSON.stringify([section(text(3000)), section("")]).length)),
    ];
    expect(JSON.stringify(fill(blockLimits.blocksText))).toHaveLength(blockLimits.blocksText);
    expect(areBlocksTooLong(fill(blockLimits.blocksText))).toBe(false);
    expect(areBlocksTooLong(fill(blockLimits.blocksText + 1))).toBe(true);
  });
});

describe("views", () => {
  const modal = (about: Fields = {}): Fields => ({
    type: "modal",
    title: plain("Why?"),
    blocks: [section("a")],
    ...about,
  });
  const reason = input({ type: "plain_text_input", action_id: "reason", multiline: true, max_length: 3000 });

  test("a modal with an input, a home tab with 100 blocks, and no more than that", () => {
    expect(viewProblems(modal({ blocks: [reason], submit: plain("Reject") }), "modal")).toEqual([]);
    expect(viewProblems({ type: "home", blocks: many(100, () => section("a")) }, "home")).toEqual([]);
    expect(viewProblems({ type: "home", blocks: many(101, () => section("a")) }, "home").join()).toMatch(
      /no more than 100/,
    );
  });

  test.each<[string, Fields, RegExp]>([
    ["no title", { title: undefined }, /missing required field.*title/],
    ["25 characters of title", { title: plain(text(25)) }, /less than 25.*title/],
    ["25 characters of submit", { submit: plain(text(25)) }, /less than 25.*submit/],
    ["3,001 characters of private_metadata", { private_metadata: text(3001) }, /private_metadata/],
    ["256 characters of callback_id", { callback_id: text(256) }, /callback_id/],
    ["an input and no submit", { blocks: [reason] }, /needs submit/],
    [
      "a label of 2,001 characters",
      { submit: plain("Go"), blocks: [{ ...reason, label: plain(text(2001)) }] },
      /label/,
    ],
    ["a hint of 2,001 characters", { submit: plain("Go"), blocks: [{ ...reason, hint: plain(text(2001)) }] }, /hint/],
    [
      "an input for 3,001 characters",
      { submit: plain("Go"), blocks: [input({ type: "plain_text_input", max_length: 3001 })] },
      /max_length/,
    ],
    ["a markdown block", { blocks: [markdown(1)] }, /unsupported type: markdown/],
  ])("a modal with %s is not taken", (_name, about, words) => {
    expect(viewProblems(modal(about), "modal").join("\n")).toMatch(words);
  });

  test.each<[Surface, boolean]>([
    ["modal", true],
    ["message", false],
    ["home", false],
  ])("an alert in a %s: %s", (surface, right) => {
    expect(blockProblems([{ type: "alert", level: "error", text: plain("No") }], surface).length === 0).toBe(right);
  });
});
