import { describe, expect, test } from "vitest";
import { checkProcedure } from "../../src/engine/check-procedure.ts";
import { checkVariables } from "../../src/engine/check-variables.ts";
import { aProcedure, compiled } from "../support/procedures.ts";

const ask = { id: "ask", kind: "collect", variable: "reason", prompt: "Why?" };
const check = (...steps: readonly object[]) => checkVariables(compiled(aProcedure(steps)));
const say = (content: string) => ({ id: "say", kind: "message", content });

test("a variable that no step sets is a problem with its step, its place and the name that was meant", () => {
  expect(check(ask, say("You said: {{reeson}}."))).toEqual([
    {
      path: ["steps", 1, "content"],
      stepId: "say",
      message: "no step sets the variable `reeson`",
      mend: "do you mean `reason`?",
    },
  ]);
  expect(check(ask, say("{{nothing_like_it}}"))).toMatchObject([{ mend: expect.stringContaining("add a step") }]);
  expect(checkProcedure(aProcedure([ask, say("{{reeson}}")]), {})).toHaveLength(1);
});

describe("every place that reads one is looked at", () => {
  const call = { id: "c", kind: "call", method: "POST", url: "https://a.example/x", approval: "auto" };
  test.each([
    ["a prompt", { ...ask, id: "p", prompt: "{{x}}?" }, ["prompt"]],
    [
      "a condition",
      { id: "i", kind: "condition", variable: "x.y", operator: "exists", then: "end", else: "end" },
      ["variable"],
    ],
    ["an address", { ...call, url: "https://a.example/{{x}}" }, ["url"]],
    ["a query", { ...call, url: "https://a.example/y?q={{x}}" }, ["url"]],
    ["a header", { ...call, headers: { "X-A": "{{x}}" } }, ["headers", "X-A"]],
    ["a body", { ...call, body: { a: ["{{x.y}}", "{{x}}"] } }, ["body"]],
    ["a parameter", { id: "a", kind: "action", action: "tag_session", parameters: { tag: "{{x}}" } }, ["parameters"]],
    ["a value", { id: "s", kind: "set", variable: "y", value: "{{x}}" }, ["value"]],
    ["a reason", { id: "e", kind: "escalate", reason: "{{x}}" }, ["reason"]],
    ["what a filter falls back to", say("{{reason | default(x)}}"), ["content"]],
  ])("%s", (_place, step, path) => {
    expect(check(ask, step)).toMatchObject([{ path: ["steps", 1, ...path], message: "no step sets the variable `x`" }]);
  });
});

describe("what a step sets may be read, wherever it stands", () => {
  test.each([
    ["an answer", { id: "x", kind: "collect", variable: "x", prompt: "X?" }, "{{x}}"],
    ["a value", { id: "x", kind: "set", variable: "x", value: 1 }, "{{x}}"],
    [
      "an answer of a system",
      { id: "x", kind: "call", method: "GET", url: "https://a.example/", response: "x" },
      "{{x.a.b}}",
    ],
    [
      "an output",
      { id: "x", kind: "action", action: "create_ticket", parameters: { subject: "a", priority: "LOW" } },
      "{{ticketId}}",
    ],
    [
      "outputs under a name of their own",
      {
        id: "x",
        kind: "action",
        action: "create_ticket",
        parameters: { subject: "a", priority: "LOW" },
        response: "made",
      },
      "{{made.ticketId}}",
    ],
    ["what is Usher's own", ask, "{{customer.name}} {{customer.id}} {{run.id}}"],
  ])("%s", (_what, step, content) => {
    expect(check(say(content), step)).toEqual([]);
  });

  test("an output that has been given another name is not there under its own", () => {
    const parameters = { subject: "a", priority: "LOW" };
    const step = { id: "x", kind: "action", action: "create_ticket", parameters, response: "made" };
    expect(check(step, say("{{ticketId}}"))).toHaveLength(1);
  });
});
