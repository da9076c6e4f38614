import { describe, expect, test } from "vitest";
import { checkStructure } from "../../src/engine/check-structure.ts";
import { aProcedure } from "../support/procedures.ts";

const hello = { id: "hello", kind: "message", content: "Hello!" };
const ask = { id: "ask", kind: "collect", variable: "answer", prompt: "Well?" };
const check = { id: "check", kind: "condition", variable: "answer", operator: "equals", value: "yes" };
const ticket = { id: "ticket", kind: "action", action: "create_ticket" };
const call = { id: "call", kind: "call", url: "https://api.example.com/" };

const branches = (yes: string, no: string) => ({ then: yes, else: no });

/** Each problem as one line: the path, the message, the mend. */
function problemsOf(...steps: readonly object[]): readonly string[] {
  return checkStructure(aProcedure(steps)).map(
    ({ path, message, mend }) => `${path.slice(1).join(".")}: ${message}. ${mend}`,
  );
}

describe("the structure of a procedure", () => {
  test("is in order when all fits", () => {
    const steps = [
      hello,
      { ...ask, choices: ["Yes", "No"], next: "check" },
      { ...check, ...branches("ticket", "end") },
      {
        ...ticket,
        parameters: { subject: "S", priority: "HIGH", description: "D" },
        onError: "hello",
        response: "made",
      },
      { ...call, method: "POST", body: { a: 1 }, onError: "end", next: "exists" },
      { ...check, id: "exists", operator: "exists", value: undefined, ...branches("end", "ask") },
    ];
    expect(problemsOf(...steps)).toEqual([]);
  });

  test("names the step that each problem is about", () => {
    const [problem] = checkStructure(aProcedure([hello, { ...ask, next: "nowhere" }]));
    expect(problem).toMatchObject({ path: ["steps", 1, "next"], stepId: "ask" });
  });

  test("needs ids that are unique", () => {
    expect(problemsOf(hello, ask, hello, hello)).toEqual([
      "2.id: step 1 has the id `hello` too. give each step an id of its own",
      "3.id: step 1 has the id `hello` too. give each step an id of its own",
    ]);
  });

  test("keeps `end` for the end", () => {
    expect(problemsOf({ ...hello, id: "end" })).toEqual([expect.stringContaining("0.id: the id `end` is reserved")]);
  });

  test("pitfall 4: a jump to a step that does not exist is refused, with the nearest step that does", () => {
    const lost = { ...check, ...branches("tickett", "zzz") };
    const failing = { ...call, onError: "helo", next: "cal" };
    expect(problemsOf(hello, lost, failing, { ...ticket, parameters: { subject: "S", priority: "LOW" } })).toEqual([
      "1.then: `then` names the step `tickett`, which does not exist. write `ticket`, or another step's id",
      "1.else: `else` names the step `zzz`, which does not exist. write one of hello, check, call, ticket, or `end`",
      "2.next: `next` names the step `cal`, which does not exist. write `call`, or another step's id",
      "2.onError: `onError` names the step `helo`, which does not exist. write `hello`, or another step's id",
    ]);
  });

  test("pitfall 4: a condition that leads to itself is refused", () => {
    expect(problemsOf({ ...check, ...branches("check", "check") })).toEqual([
      expect.stringContaining("0.then: `then` leads back to this very condition"),
      expect.stringContaining("0.else: `else` leads back to this very condition"),
    ]);
  });

  test("a long list of steps is not written out in a mend", () => {
    const steps = Array.from({ length: 20 }, (_, index) => ({ ...hello, id: `s${index}` }));
    expect(problemsOf(...steps, { ...hello, next: "qqq" })).toEqual([expect.stringContaining("s6, s7, …, or `end`")]);
  });

  test("compares with a value where the operator compares", () => {
    const bare = { ...check, value: undefined, ...branches("end", "end") };
    expect(
      problemsOf(bare, { ...bare, id: "b", operator: "gt" }, { ...bare, id: "c", operator: "not_exists" }),
    ).toEqual([
      "0.operator: the operator equals needs a `value`. add what to compare with, as in `value: true`",
      "1.operator: the operator gt needs a `value`. add what to compare with, as in `value: true`",
    ]);
    expect(problemsOf({ ...check, operator: "exists", value: false, ...branches("end", "end") })).toEqual([
      "0.value: the operator exists compares with nothing, and `value` is set. delete `value`",
    ]);
  });

  test("pitfall 69: an action has the parameters that it needs, and no others", () => {
    expect(problemsOf({ ...ticket, parameters: { subject: "S", prioriti: "HIGH" } })).toEqual([
      "0.parameters: the action create_ticket needs the parameter `priority`. add it under `parameters`",
      "0.parameters.prioriti: the action create_ticket has no parameter `prioriti`. " +
        "write `priority`; it takes subject, priority, description",
    ]);
    expect(problemsOf({ ...ticket, action: "resolve_session", parameters: { tag: "x" } })).toEqual([
      "0.parameters.tag: the action resolve_session has no parameter `tag`. delete it; it takes none",
    ]);
    expect(problemsOf({ ...ticket, action: "tag_session" })).toEqual([
      expect.stringContaining("needs the parameter `tag`"),
    ]);
  });

  test("a parameter with a name from JavaScript's objects does not count as given", () => {
    expect(problemsOf({ ...ticket, action: "tag_session", parameters: { toString: "x" } })).toEqual([
      expect.stringContaining("needs the parameter `tag`"),
      expect.stringContaining("has no parameter `toString`"),
    ]);
  });

  test("pitfall 70: a priority that is written out is one of the list; a template is left to the run", () => {
    const withPriority = (priority: unknown) => ({ ...ticket, parameters: { subject: "S", priority } });
    expect(problemsOf(withPriority("high"))).toEqual([
      "0.parameters.priority: the priority “high” does not exist; it is one of LOW, NORMAL, HIGH, URGENT. write HIGH",
    ]);
    expect(problemsOf(withPriority(1))).toEqual([expect.stringContaining("the priority “1” does not exist")]);
    expect(problemsOf(withPriority("{{priority}}"))).toEqual([]);
  });

  test("the response of an action does not take the name of one of its outputs", () => {
    const parameters = { subject: "S", priority: "HIGH" };
    expect(problemsOf({ ...ticket, parameters, response: "ticketId" })).toEqual([
      expect.stringContaining("0.response: `response` takes the name of the output `ticketId` away"),
    ]);
  });

  test.each(["GET", "HEAD"])("a %s call has no body", (method) => {
    expect(problemsOf({ ...call, method, body: { a: 1 } })).toEqual([
      `0.body: a ${method} call cannot carry a \`body\`. delete \`body\`, or set \`method: POST\``,
    ]);
  });

  test("choices differ in more than capital letters", () => {
    expect(problemsOf({ ...ask, choices: ["Yes", "No", "yes"] })).toEqual([
      expect.stringContaining("0.choices.2: the choice “yes” is there already, as “Yes”"),
    ]);
  });
});
