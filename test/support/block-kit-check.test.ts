import { describe, expect, test } from "vitest";
import { messageProblems, viewProblems } from "./block-kit-check.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const section = (text: string, id = "a") => ({ type: "section", block_id: id, text: plain(text) });
const button = { type: "button", action_id: "b", text: plain("Approve"), value: "1" };
const actions = (...elements: readonly object[]) => ({ type: "actions", block_id: "a", elements });
const message = (...blocks: readonly object[]) => ({ text: "hello", blocks });
const raw = (text: string) => ({ type: "raw_text", text });
const table = (rows: readonly (readonly object[])[], id = "a") => ({
  type: "data_table",
  block_id: id,
  caption: "t",
  rows,
});
const row = [raw("a"), raw("b")];
const modal = { type: "modal", title: plain("Reject"), submit: plain("Send"), private_metadata: "{}" };
const input = {
  type: "input",
  block_id: "i",
  label: plain("Reason"),
  element: { type: "plain_text_input", action_id: "value", max_length: 3000 },
};

test("a message, a modal and a Home tab that Slack takes have no problem", () => {
  expect(
    messageProblems(message(section("hi"), { ...actions(button), block_id: "b" }, table([row, row], "c"))),
  ).toEqual([]);
  expect(viewProblems({ ...modal, blocks: [input] })).toEqual([]);
  expect(viewProblems({ type: "home", blocks: [section("hi")] })).toEqual([]);
});

describe("in a message it finds", () => {
  test.each([
    ["nothing at all", null, /no object/],
    ["no fallback text", { text: "", blocks: [section("hi")] }, /^text is 0 long/],
    ["a mention in the fallback text", { text: "<!channel>", blocks: [section("hi")] }, /^text holds markup/],
    ["no blocks", { text: "hi", blocks: [] }, /no blocks/],
    ["51 blocks", message(...Array.from({ length: 51 }, (_, at) => section("hi", `${at}`))), /51 blocks/],
    [
      "too much in all",
      message(...Array.from({ length: 5 }, (_, at) => section("x".repeat(3000), `${at}`))),
      /all blocks/,
    ],
    ["a block without an id", message({ type: "section", text: plain("hi") }), /block_id is no text/],
    ["an id that is too long", message(section("hi", "x".repeat(256))), /block_id is 256 long/],
    ["two blocks with one id", message(section("a"), section("b")), /one block_id/],
    ["an unknown block", message({ type: "video", block_id: "a" }), /unknown type: video/],
    ["an empty section", message({ type: "section", block_id: "a" }), /neither text nor fields/],
    ["3,001 characters in a section", message(section("x".repeat(3001))), /is 3001 long/],
    ["601 ampersands in a section, which are stored as 3,005", message(section("&".repeat(601))), /is 3005 long/],
    ["half a character", message(section("\ud800")), /half a character/],
    ["11 fields", message({ ...section("a"), fields: Array.from({ length: 11 }, () => plain("x")) }), /11 elements/],
    ["a field of 2,001 characters", message({ ...section("a"), fields: [plain("x".repeat(2001))] }), /2001 long/],
    [
      "11 elements of a context",
      message({ type: "context", block_id: "a", elements: Array(11).fill(plain("x")) }),
      /11 elements/,
    ],
    [
      "a header of 151 characters",
      message({ type: "header", block_id: "a", text: plain("x".repeat(151)) }),
      /151 long/,
    ],
    [
      "a header in mrkdwn",
      message({ type: "header", block_id: "a", text: { type: "mrkdwn", text: "x" } }),
      /no plain text/,
    ],
    ["a mention in mrkdwn", message({ ...section("a"), text: { type: "mrkdwn", text: "hi <!here>" } }), /markup/],
    ["a bare ampersand in mrkdwn", message({ ...section("a"), text: { type: "mrkdwn", text: "R&D" } }), /markup/],
    [
      "26 buttons",
      message(actions(...Array.from({ length: 26 }, (_, at) => ({ ...button, action_id: `${at}` })))),
      /26 elements/,
    ],
    ["two buttons with one id", message(actions(button, button)), /one action_id/],
    ["a button without an id", message(actions({ ...button, action_id: undefined })), /action_id is no text/],
    ["76 characters on a button", message(actions({ ...button, text: plain("x".repeat(76)) })), /76 long/],
    ["2,001 characters in a button", message(actions({ ...button, value: "x".repeat(2001) })), /2001 long/],
    ["a style that there is not", message(actions({ ...button, style: "green" })), /style is green/],
    ["a question without words", message(actions({ ...button, confirm: {} })), /confirm.title is no plain text/],
    ["no button among actions", message(actions({ type: "overflow" })), /no button/],
    ["two tables", message(table([row, row]), table([row, row], "b")), /more than one table/],
    ["a table without rows", message(table([row])), /1 rows/],
    ["102 rows", message(table(Array(102).fill(row))), /102 rows/],
    ["21 columns", message(table(Array(2).fill(Array(21).fill(raw("a"))))), /21 columns/],
    ["rows of different lengths", message(table([row, [raw("a")]])), /different lengths/],
    ["an empty cell", message(table([row, [raw("a"), raw("")]])), /is 0 long/],
    [
      "10,001 characters in a table",
      message(table([row, [raw("x".repeat(9999)), raw("a")]])),
      /characters in all cells/,
    ],
  ])("%s", (_, payload, problem) => {
    expect(messageProblems(payload).join("\n")).toMatch(problem);
  });
});

describe("in a view it finds", () => {
  const select = (options: readonly object[]) => ({
    ...input,
    element: { type: "static_select", action_id: "value", options },
  });
  const option = { text: plain("Refund"), value: "refund" };
  test.each([
    ["another type", { ...modal, type: "page", blocks: [input] }, /type is page/],
    ["no title", { type: "modal", submit: plain("Send"), blocks: [input] }, /title is no plain text/],
    ["25 characters in its title", { ...modal, title: plain("x".repeat(25)), blocks: [input] }, /title is 25 long/],
    ["25 characters to submit", { ...modal, submit: plain("x".repeat(25)), blocks: [input] }, /submit is 25 long/],
    ["an input that cannot be submitted", { type: "modal", title: plain("Reject"), blocks: [input] }, /needs submit/],
    ["101 blocks", { ...modal, blocks: Array.from({ length: 101 }, (_, at) => section("x", `${at}`)) }, /101 blocks/],
    ["3,001 characters of metadata", { ...modal, private_metadata: "x".repeat(3001), blocks: [input] }, /3001 long/],
    ["an input without a label", { ...modal, blocks: [{ ...input, label: undefined }] }, /label is no plain text/],
    [
      "an input of more than it can hold",
      { ...modal, blocks: [{ ...input, element: { ...input.element, max_length: 3001 } }] },
      /max_length/,
    ],
    ["101 options", { ...modal, blocks: [select(Array(101).fill(option))] }, /101 elements/],
    ["no option", { ...modal, blocks: [select([])] }, /0 elements/],
    [
      "76 characters in an option",
      { ...modal, blocks: [select([{ ...option, text: plain("x".repeat(76)) }])] },
      /76 long/,
    ],
    ["a table", { type: "home", blocks: [table([row, row])] }, /holds no table/],
  ])("%s", (_, view, problem) => {
    expect(viewProblems(view).join("\n")).toMatch(problem);
  });
});
