import type { ModalView } from "@slack/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAnswer, readHappened, readRejection, readStart } from "../../adapters/slack/modal-values.ts";
import { answerModal, happenedModal, rejectModal, startModal } from "../../adapters/slack/modals.ts";
import { textsOf, viewProblems } from "../support/block-kit-check.ts";
import { anyText, hostileTexts } from "../support/slack-arbitraries.ts";

const target = { pressId: `${"a".repeat(44)}-7`, channel: "C1", ts: "1700000000.000100" };
const place = { channel: "C1", ts: "1700000000.000200", thread: "1700000000.000100" };
const start = { ...place, user: "U1", text: "I want a refund" };
const procedures = [
  { slug: "refund", name: "Refund an order" },
  { slug: "lead", name: "New lead" },
];

/** The view of a submission: the modal as Slack hands it back, with what was typed or chosen under its input. */
function submitted({ private_metadata, callback_id }: ModalView, block: string, field: unknown): unknown {
  return { id: "V1", type: "modal", callback_id, private_metadata, state: { values: { [block]: { value: field } } } };
}
const typed = (value: string | null) => ({ type: "plain_text_input", value });

describe("every modal", () => {
  test.each([
    ["reject", rejectModal(target)],
    ["happened", happenedModal(target)],
    ["answer", answerModal("What is your password?", place)],
    ["start", startModal(procedures, start)],
    ["start, without a procedure", startModal([], start)],
  ])("fits Slack's limits: %s", (_, view) => {
    expect(viewProblems(view)).toEqual([]);
  });

  test("keeps in its metadata what it is for, and nothing else", () => {
    expect(JSON.parse(rejectModal(target).private_metadata ?? "")).toEqual(target);
    expect(JSON.parse(happenedModal(target).private_metadata ?? "")).toEqual(target);
    expect(JSON.parse(answerModal("Secret?", place).private_metadata ?? "")).toEqual(place);
    expect(JSON.parse(startModal(procedures, start).private_metadata ?? "")).toEqual(start);
  });

  test("fits whatever the question and the procedures are, and mentions nobody", () => {
    fc.assert(
      fc.property(anyText, fc.array(anyText, { maxLength: 120, size: "max" }), (question, names) => {
        const views = [
          answerModal(question, place),
          startModal(
            names.map((name, at) => ({ slug: `p-${at}`, name })),
            start,
          ),
        ];
        expect(views.flatMap(viewProblems)).toEqual([]);
        const words = textsOf(views, "mrkdwn").filter((text) => !/^… and \d+ more, which do not fit/.test(text));
        expect(words).toEqual(names.length === 0 ? ["No procedure is active. Publish one first."] : []);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the reason of a rejection", () => {
  test("comes with the press that it is for", () => {
    const view = submitted(rejectModal(target), "reason", typed("  Too late \n"));
    expect(readRejection(view)).toEqual({ kind: "ok", target, value: "Too late" });
  });

  test.each(hostileTexts.map((text) => [JSON.stringify(text), text]))("attack 91: is what was typed: %s", (_, text) => {
    const view = submitted(rejectModal(target), "reason", typed(`no: ${text}.`));
    expect(readRejection(view)).toMatchObject({ value: `no: ${text}.`.toWellFormed() });
  });

  test.each([
    ["nothing", null],
    ["blanks", "  \n"],
    ["10,000 characters (attack 91)", "x".repeat(10_000)],
  ])("is asked for again under its field after %s", (_, value) => {
    const read = readRejection(submitted(rejectModal(target), "reason", typed(value)));
    expect(read).toEqual({ kind: "wrong", errors: { reason: expect.stringMatching(/^Write /) } });
  });
});

describe("what came of something that happened", () => {
  const read = (field: unknown) => readHappened(submitted(happenedModal(target), "result", field));

  test.each([
    ["JSON", '{"id": 7, "ok": true}', { id: 7, ok: true }],
    ["words", "done by hand", "done by hand"],
    ["a number", "42", 42],
    ["a number that would lose digits", '{"id": 12345678901234567890}', { id: "12345678901234567890" }],
    ["a number that is too large", "[1e999]", ["1e999"]],
    ["names that would become prototypes", '{"__proto__": {"isAdmin": true}, "constructor": 1, "a": 2}', { a: 2 }],
  ])("is what was pasted: %s", (_, text, value) => {
    expect(read(typed(text))).toEqual({ kind: "ok", target, value });
  });

  // Clients that leave an untouched field null, and those that leave it out.
  test.each([
    ["a value of null", typed(null)],
    ["a field of null", null],
    ["no field", undefined],
    ["an empty text", typed("")],
  ])("is nothing where nothing was pasted: %s", (_, field) => {
    expect(read(field)).toEqual({ kind: "ok", target, value: null });
  });

  test("is nothing where the whole block is missing", () => {
    const view = { private_metadata: JSON.stringify(target), state: { values: {} } };
    expect(readHappened(view)).toEqual({ kind: "ok", target, value: null });
  });

  test.each([
    ["broken JSON", '{"id": 7'],
    ["lists in lists", `${"[".repeat(100)}${"]".repeat(100)}`],
    ["too much", "x".repeat(3001)],
  ])("is refused under its field: %s", (_, text) => {
    expect(read(typed(text))).toEqual({ kind: "wrong", errors: { result: expect.any(String) } });
  });
});

describe("a private answer", () => {
  test("comes with the question that it is for; the form shows the question whole", () => {
    const question = "Which password? ".repeat(300);
    const modal = answerModal(question, place);
    expect(textsOf(modal.blocks, "plain_text").join("")).toContain(question);
    expect(readAnswer(submitted(modal, "answer", typed("s3cret")))).toEqual({
      kind: "ok",
      target: place,
      value: "s3cret",
    });
  });

  test("is asked for again where there is none", () => {
    const read = readAnswer(submitted(answerModal("?", place), "answer", typed(null)));
    expect(read).toEqual({ kind: "wrong", errors: { answer: "Write an answer." } });
  });
});

describe("the start of a procedure from a message", () => {
  const chosen = (value: string | null) => ({
    type: "static_select",
    selected_option: value === null ? null : { text: { type: "plain_text", text: "Refund" }, value },
  });

  test("offers the procedures by name, and answers with the slug of the chosen one", () => {
    const modal = startModal(procedures, start);
    expect(modal.blocks[0]).toMatchObject({
      element: {
        options: [{ text: { text: "Refund an order" }, description: { text: "refund" }, value: "refund" }, {}],
      },
    });
    expect(readStart(submitted(modal, "procedure", chosen("refund")))).toEqual({
      kind: "ok",
      target: start,
      value: "refund",
    });
    const none = readStart(submitted(modal, "procedure", chosen(null)));
    expect(none).toEqual({ kind: "wrong", errors: { procedure: "Choose a procedure." } });
  });

  test("offers 100 of 130 procedures, and says how many there are besides", () => {
    const many = Array.from({ length: 130 }, (_, index) => ({ slug: `p-${index}`, name: `Procedure ${index}` }));
    const modal = startModal(many, start);
    expect(modal.blocks[0]).toMatchObject({ element: { options: { length: 100 } } });
    expect(textsOf(modal.blocks, "mrkdwn").join()).toContain("… and 30 more");
    expect(viewProblems(modal)).toEqual([]);
  });

  test("has nothing to submit where no procedure is active", () => {
    expect(startModal([], start)).not.toHaveProperty("submit");
  });
});

test.each([
  ["null", null],
  ["a number", 5],
  ["a list", []],
  ["no state", { private_metadata: JSON.stringify(target) }],
  ["metadata that is no JSON", { private_metadata: "{", state: { values: {} } }],
  ["the metadata of another modal", submitted(startModal(procedures, start), "reason", typed("x"))],
  [
    "metadata with more in it",
    { private_metadata: JSON.stringify({ ...target, role: "admin" }), state: { values: {} } },
  ],
])("attack 84: what is no form of Usher's is none: %s", (_, view) => {
  expect(readRejection(view)).toBeNull();
  expect(readHappened(view)).toBeNull();
});
