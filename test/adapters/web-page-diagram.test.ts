import { describe, expect, test } from "vitest";
import type { RunJson } from "../../adapters/web/api.ts";
import { rowsOf } from "../../adapters/web/page/src/inside/fold.ts";
import { gutterOf } from "../../adapters/web/page/src/inside/gutter.ts";
import { failedSteps, marksOf } from "../../adapters/web/page/src/inside/marks.ts";
import { passes, traceRows } from "../../adapters/web/page/src/inside/trace-rows.ts";
import { type Procedure, procedureSchema } from "../../src/domain/procedure.ts";
import { factsOf } from "../../src/domain/step-facts.ts";
import type { TraceEntry } from "../../src/domain/trace.ts";
import { wordsOf } from "../../src/domain/trace-words.ts";

const procedure = (steps: readonly object[]): Procedure =>
  procedureSchema.parse({ slug: "test", name: "Test", trigger: { when: "always" }, steps });

const refund = procedure([
  { id: "welcome", kind: "message", content: "Hello" },
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { id: "check", kind: "condition", variable: "order.ok", operator: "equals", value: true, then: "open", else: "hand" },
  { id: "open", kind: "action", action: "create_ticket", parameters: { subject: "Refund" }, approval: "require" },
  { id: "thanks", kind: "message", content: "Thank you", next: "end" },
  { id: "hand", kind: "escalate", reason: "Not eligible" },
]);
const facts = factsOf(refund);

type Entry<Kind extends TraceEntry["kind"]> = Omit<Extract<TraceEntry, { kind: Kind }>, "at" | "step" | "kind">;
const entry = <Kind extends TraceEntry["kind"]>(step: string, kind: Kind, rest: Entry<Kind>, at = 0): TraceEntry =>
  ({ kind, step, at, ...rest }) as unknown as TraceEntry;

const branch = (result: boolean, comparable = true): TraceEntry =>
  entry("check", "branch", {
    left: String(result),
    type: "boolean",
    right: "true",
    rightType: "text",
    result,
    comparable,
  });

const toCheck: readonly TraceEntry[] = [
  entry("welcome", "heard", { text: "refund" }),
  entry("welcome", "said", { text: "Hello" }),
  entry("ask", "said", { text: "Which order?" }),
  entry("ask", "heard", { text: "1001" }),
  entry("ask", "stored", { variable: "order_id" }),
];

function run(stepId: string, trace: readonly TraceEntry[], over: Partial<RunJson> = {}): RunJson {
  return {
    id: "run",
    procedure: "test",
    procedureName: "Test",
    version: 1,
    stepId,
    status: "input",
    variables: {},
    variableViews: [],
    trace,
    startedAt: 0,
    endedAt: null,
    ...over,
  };
}

const states = (of: RunJson | null): Record<string, string> =>
  Object.fromEntries([...marksOf(facts, of).steps].map(([id, { state }]) => [id, state]));

describe("the steps of the diagram", () => {
  test("a jump, the following step and the end are told apart", () => {
    expect(facts.map(({ exits }) => exits.map(({ label, to }) => [label, to]))).toEqual([
      [[null, "ask"]],
      [[null, "check"]],
      [
        ["yes", "open"],
        ["no", "hand"],
      ],
      [[null, "thanks"]],
      [[null, null]],
      [],
    ]);
  });

  test("a condition shows numbers, true and false as they are, and text in quotes", () => {
    const check = (operator: string, value: unknown) => ({ kind: "condition", variable: "v", operator, value });
    const steps = [check("gte", 50), check("equals", true), check("equals", "50")].map((step, n) => {
      return { id: `c${n}`, ...step, then: "end", else: "end" };
    });
    expect(factsOf(procedure(steps)).map(({ summary }) => summary)).toEqual([
      "v is at least 50",
      "v equals true",
      'v equals "50"',
    ]);
  });

  test("only a step that needs agents has a gate", () => {
    expect(facts.map(({ gate }) => gate)).toEqual([null, null, null, "require", null, null]);
  });
});

describe("the marks of a run", () => {
  test("without a run every step is ahead", () => {
    expect(new Set(Object.values(states(null)))).toEqual(new Set(["ahead"]));
  });

  test("before its branch is decided nothing counts as not taken", () => {
    expect(states(run("ask", toCheck.slice(0, 3)))).toMatchObject({ welcome: "walked", ask: "current", hand: "ahead" });
  });

  test("after its branch the other way is not taken, and what may still come is ahead", () => {
    const waiting = run("open", [...toCheck, branch(true), entry("open", "asked", { id: "1", what: "a ticket" })]);
    expect(states(waiting)).toEqual({
      welcome: "walked",
      ask: "walked",
      check: "walked",
      open: "current",
      thanks: "ahead",
      hand: "notTaken",
    });
  });

  test("a finished run has no current step, and what it never came to is not taken", () => {
    const ended = run("hand", [...toCheck, branch(false), entry("hand", "said", { text: "Not eligible" })], {
      status: "escalated",
      endedAt: 9,
    });
    expect(states(ended)).toMatchObject({ hand: "walked", open: "notTaken", thanks: "notTaken" });
  });

  test("a run that stopped before a branch decided nothing", () => {
    const expired = run("ask", toCheck.slice(0, 3), { status: "expired", endedAt: 9 });
    expect(states(expired)).toMatchObject({ ask: "walked", open: "ahead", hand: "ahead" });
  });

  test("a step that is come back to counts its visits", () => {
    const loop = factsOf(
      procedure([
        { id: "ask", kind: "collect", variable: "n", prompt: "?" },
        { id: "check", kind: "condition", variable: "n", operator: "gt", value: 3, then: "done", else: "ask" },
        { id: "done", kind: "message", content: "ok" },
      ]),
    );
    const trace = ["ask", "check", "ask", "check", "ask"].map((step) => entry(step, "note", { text: "x" }));
    const marks = marksOf(loop, run("ask", trace));
    expect(marks.steps.get("ask")).toEqual({ state: "current", visits: 3 });
    expect(marks.steps.get("check")?.visits).toBe(2);
    expect(marks.steps.get("done")?.state).toBe("ahead");
  });

  test("a step that leaves no line in the trace is put in where the way leads through it", () => {
    const tagged = factsOf(
      procedure([
        { id: "one", kind: "message", content: "1" },
        { id: "tag", kind: "action", action: "tag_session", parameters: { tag: "t" } },
        { id: "two", kind: "message", content: "2" },
      ]),
    );
    const trace = [entry("one", "said", { text: "1" }), entry("two", "said", { text: "2" })];
    expect(marksOf(tagged, run("two", trace)).steps.get("tag")?.state).toBe("walked");
  });
});

describe("the lines beside the diagram", () => {
  test("no line runs on from a step where the path ends", () => {
    expect(gutterOf(facts, marksOf(facts, null)).spine).toEqual(["ahead", "ahead", "ahead", "ahead", null, null]);
  });

  test("a jump leaves, passes and arrives in one lane; the way that was not gone is dashed", () => {
    const gutter = gutterOf(facts, marksOf(facts, run("open", [...toCheck, branch(true)])));
    expect(gutter.lanes).toBe(1);
    expect(gutter.pieces.map((row) => row.map(({ part, style }) => [part, style]))).toEqual([
      [],
      [],
      [["leave", "notTaken"]],
      [["through", "notTaken"]],
      [["through", "notTaken"]],
      [["arrive", "notTaken"]],
    ]);
    expect(gutter.spine[2]).toBe("walked");
  });

  test("of more than four jumps beside each other, the longest is left to its text link", () => {
    const steps = [0, 1, 2, 3, 4, 5].map((n) => ({
      id: `c${n}`,
      kind: "condition",
      variable: "x",
      operator: "exists",
      then: n < 5 ? `c${n + 1}` : "m",
      else: `e${n}`,
    }));
    const ends = [5, 4, 3, 2, 1, 0].map((n) => ({ id: `e${n}`, kind: "escalate", reason: "r" }));
    const many = factsOf(procedure([...steps, { id: "m", kind: "message", content: "x" }, ...ends]));
    const gutter = gutterOf(many, marksOf(many, null));
    expect(gutter.lanes).toBe(4);
    expect(gutter.pieces[0]).toEqual([]);
    expect(gutter.pieces[5]?.map(({ part }) => part)).toContain("leave");
  });
});

describe("a long diagram", () => {
  const reached = (count: number, upTo: number) => Array.from({ length: count }, (_, index) => index <= upTo);

  test("up to 40 steps nothing is put away", () => {
    expect(rowsOf(reached(40, 2), new Set())).toHaveLength(40);
  });

  test("what the run has not come near is put away, and comes out when asked for", () => {
    const rows = rowsOf(reached(200, 4), new Set());
    expect(rows.at(-1)).toEqual({ kind: "fold", first: 8, count: 192 });
    const all = new Set(Array.from({ length: 192 }, (_, index) => index + 8));
    expect(rowsOf(reached(200, 4), all)).toHaveLength(200);
    // The run has gone on: what was opened stays open.
    expect(rowsOf(reached(200, 30), all)).toHaveLength(200);
  });
});

describe("the trace in plain words", () => {
  const waiting = run("open", [...toCheck, branch(true), entry("open", "asked", { id: "1", what: "create a ticket" })]);

  test("one row per visit, with where it went on", () => {
    const rows = traceRows(waiting, facts, refund);
    expect(rows.map(({ number, step, words, next }) => [number, step, words, next])).toEqual([
      [1, "welcome", "heard “refund”; said “Hello”", "go to 2"],
      [2, "ask", "said “Which order?”; heard “1001”; kept order_id", "go to 3"],
      [3, "check", 'order.ok is true (boolean), equals "true" (text) → yes', "go to 4"],
      [4, "open", "asked the agents: create a ticket", null],
    ]);
  });

  test("both sides of a comparison stand there as what they are", () => {
    const words = (left: string, type: string, right: string, rightType: string) =>
      wordsOf(entry("check", "branch", { left, type, right, rightType, result: true, comparable: true }));
    expect(words("true", "boolean", "true", "boolean")).toBe(
      "the value is true (boolean), equals true (boolean) → yes",
    );
    expect(words("50", "text", "50", "number")).toBe('the value is "50" (text), equals 50 (number) → yes');
    expect(words("", "text", "null", "null")).toBe("the value is empty (text), equals null → yes");
  });

  test("sides that cannot be compared are flagged", () => {
    const [row] = traceRows(run("hand", [branch(false, false)]), facts, refund);
    expect(row).toMatchObject({ notComparable: true });
    expect(row?.words).toContain("not comparable → no");
  });

  test("the filters keep decisions, calls and problems", () => {
    const trace = [
      branch(true),
      entry("open", "sent", { id: "1", what: "POST pay.example.com" }),
      entry("open", "outcome", { id: "1", outcome: "unknown", note: "no answer" }),
      entry("thanks", "said", { text: "ok" }),
    ];
    const rows = traceRows(run("thanks", trace), facts, refund);
    const left = (filter: "all" | "decisions" | "calls" | "problems") =>
      rows.filter((row) => passes(row, filter)).map(({ step }) => step);
    expect(left("all")).toEqual(["check", "open", "thanks"]);
    expect(left("decisions")).toEqual(["check"]);
    expect(left("calls")).toEqual(["open"]);
    expect(left("problems")).toEqual(["open"]);
  });

  test("without its version the steps are told by their ids", () => {
    const [row] = traceRows(waiting, [], null);
    expect(row).toMatchObject({ number: null, step: "welcome", next: "go to ask" });
  });
});

test("a step that was refused or rejected is marked as failed, and no longer once it went well", () => {
  const at = (step: string) => ({ at: 1, step, id: "e", note: "" });
  const refused = { kind: "outcome", ...at("call"), outcome: "failed" } as const;
  const rejected = { kind: "decided", ...at("ticket"), action: "reject", by: "Agent 1" } as const;
  const done = { kind: "outcome", ...at("call"), outcome: "done" } as const;
  expect([...failedSteps([refused, rejected])]).toEqual(["call", "ticket"]);
  expect([...failedSteps([refused, done])]).toEqual([]);
});
