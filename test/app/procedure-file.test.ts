import { describe, expect, test } from "vitest";
import { formatFileProblems } from "../../src/app/files/file-problem.ts";
import { type ProcedureCheck, readProcedureFile, writeProcedureFile } from "../../src/app/files/procedure-file.ts";
import { aProcedure } from "../support/procedures.ts";

const noCheck: ProcedureCheck = () => [];

/** The problems of a file as people read them, one a line. */
function problemsOf(text: string, name = "refund.yaml", check = noCheck): readonly string[] {
  const file = readProcedureFile(name, text, check);
  return file.kind === "bad" ? formatFileProblems(name, file.problems).split("\n") : [];
}

/** A good file; a test whose file is bad must not go on. */
function good(text: string, name = "refund.yaml") {
  const file = readProcedureFile(name, text, noCheck);
  if (file.kind === "ok") return file;
  throw new Error(formatFileProblems(name, file.problems));
}

const head = `slug: refund
name: Refund
trigger:
  when: The customer wants a refund
steps:
`;
const hello = `${head}  - id: hello
    kind: message
    content: Hello!
`;

describe("a good procedure file", () => {
  test("becomes a procedure, with what was left out filled in", () => {
    expect(good(hello).procedure).toEqual(
      aProcedure([{ id: "hello", kind: "message", content: "Hello!" }], {
        slug: "refund",
        name: "Refund",
        trigger: { when: "The customer wants a refund" },
      }),
    );
  });

  test("may be JSON, indented with tabs, with a byte order mark and the key that editors want", () => {
    const { procedure } = good(hello);
    const json = JSON.stringify({ $schema: "../docs/procedure.schema.json", ...procedure }, null, "\t");
    expect(good(`\uFEFF${json}`, "refund.json").procedure).toEqual(procedure);
  });

  test("keeps its comments, its order and its blank lines when it is written again", () => {
    const text = `# Ours.\n${hello.replace("content: Hello!", "content: Hello! # not too loud")}\n  # The end.\n  - id: bye\n    kind: escalate\n    reason: "It's: complicated"\n`;
    expect(writeProcedureFile(good(text).document)).toBe(text);
  });

  test("pitfall 3: jumps by number become ids, so that a step that is put in between changes no jump", () => {
    const numbered = `${head}  - { id: hello, kind: message, content: Hello! }
  - { id: check, kind: condition, variable: order_id, operator: exists, then: 4, else: "3" }
  - { id: ask, kind: collect, variable: order_id, prompt: Which order? }
  - { id: bye, kind: message, content: Bye!, next: end }
`;
    const { procedure, document } = good(numbered);
    expect(procedure.steps[1]).toMatchObject({ then: "bye", else: "ask" });
    const grown = writeProcedureFile(document).replace(
      "steps:\n",
      "steps:\n  - { id: new, kind: message, content: New. }\n",
    );
    expect(good(grown).procedure.steps[2]).toMatchObject({ id: "check", then: "bye", else: "ask" });
  });

  test("in JSON is written as JSON again, jumps by number included", () => {
    const json = JSON.stringify({
      ...good(hello).procedure,
      steps: [{ id: "a", kind: "message", content: "x\u2028y", next: 1 }],
    });
    const { procedure, document } = good(json, "refund.json");
    const written = writeProcedureFile(document);
    expect(JSON.parse(written)).toMatchObject({ steps: [{ next: "a", content: "x\u2028y" }] });
    expect(good(written, "refund.json").procedure).toEqual(procedure);
  });

  test("is written without a file of its own in a way that reads back the same", () => {
    const procedure = aProcedure(
      [
        {
          id: "long",
          kind: "message",
          content: `${"Many words, and a colon: here. ".repeat(20)}\nA new line\n\n  indented`,
          next: "ask",
        },
        {
          id: "ask",
          kind: "collect",
          title: "Ask",
          variable: "x",
          prompt: "yes",
          choices: ["no", "1", "# not a comment"],
          sensitive: true,
        },
        {
          id: "call",
          kind: "call",
          url: "{{connections.shop}}/a",
          method: "POST",
          body: { a: [null, true, "007", {}], b: "" },
          onError: "end",
        },
        { id: "tag", kind: "action", action: "tag_session", parameters: { tag: "{{x}}" } },
        { id: "done", kind: "action", action: "resolve_session" },
        { id: "set", kind: "set", variable: "y", value: "" },
        { id: "no", kind: "set", variable: "z", value: false },
      ],
      { description: "null", answers: "anyone", trigger: { when: "@home", examples: ["- a", "b: c"], not: ["*"] } },
    );
    const text = writeProcedureFile(procedure);
    expect(good(text).procedure).toEqual(procedure);
    expect(text).not.toMatch(/sensitive: false|parameters: \{\}|\[\]/);
  });
});

describe("jumps by number", () => {
  const numbered = `${hello}  - id: check
    kind: condition
    variable: x
    operator: exists
    then: "1" # by digits
    else: 3 # by number
  - id: look
    kind: call
    url: https://api.example.com/
    next: 1
    onError: 2
`;

  test("are turned into ids, in the procedure and in the document", () => {
    const { procedure, document } = good(numbered);
    expect(procedure.steps[1]).toMatchObject({ then: "hello", else: "look" });
    expect(procedure.steps[2]).toMatchObject({ next: "hello", onError: "check" });
    const written = writeProcedureFile(document);
    expect(written).toContain("else: look # by number");
    expect(good(written).procedure).toEqual(procedure);
  });

  test.each(["0", "4", "-1", '"99"', "1.5"])("to a step that does not exist are refused: %s", (target) => {
    expect(problemsOf(numbered.replace("else: 3", `else: ${target}`))).toEqual([
      expect.stringMatching(
        /^refund\.yaml:14:11 step check: `else` names step .+, and there are steps 1 to 3 only\. Mend: /,
      ),
    ]);
  });

  test("to a step without an id ask for that id, once, and propose one", () => {
    const nameless = numbered.replace("  - id: look\n    kind", "  - kind");
    expect(problemsOf(nameless)).toEqual([
      "refund.yaml:15:5: step 3: `id` is missing. Mend: add an id such as `id: call-3`.",
    ]);
  });

  test("get no id proposed that is taken", () => {
    const nameless = numbered.replace("  - id: look\n    kind", "  - kind").replaceAll("hello", "call-3");
    expect(problemsOf(nameless)).toEqual([expect.stringContaining("`id: call-3b`")]);
  });
});

describe("a bad procedure file", () => {
  test("tells all its problems at once, in the order of the file, each with its place, its step and its mend", () => {
    const text = `slug: Refund Handler
name: ""
trigger:
  when: refund
  exmples: [a]
answer: anyone
steps:
  - id: greet
    kind: mesage
    content: Hi
  - kind: collect
    variable: run
    prompt: 5
    validation: mail
  - id: check
    kind: condition
    variable: order_data.refundable
    operator: eq
    value:
    then: 9
    else: greet
  - id: check
    kind: condition
    variable: x
    operator: exists
    then: grete
    else: end
  - id: look
    kind: call
    url: https://x
    url: https://y
    body: {a: 00123}
  - id: open
    kind: action
    action: create_ticket
    parameters:
      subject: Order #{{order_id}}
      priority: high
    attempts: 3
  - 7
`;
    expect(problemsOf(text)).toEqual([
      "refund.yaml:1:7: `slug` cannot be “Refund Handler”. Mend: use lower-case letters, digits and single hyphens, for example `refund-handler`.",
      "refund.yaml:2:7: `name` is empty. Mend: write something, or delete the key if it is optional.",
      "refund.yaml:5:3: the key `exmples` is not known. Mend: write `examples`, or delete it.",
      "refund.yaml:6:1: the key `answer` is not known. Mend: write `answers`, or delete it.",
      "refund.yaml:9:11 step greet: `kind` cannot be “mesage”; it is one of message, collect, condition, call, action, set, escalate. Mend: write `message`.",
      "refund.yaml:11:5: step 2: `id` is missing. Mend: add an id such as `id: collect-2`.",
      "refund.yaml:12:15: step 2: `variable` “run”: this name is reserved. Mend: choose another.",
      'refund.yaml:13:13: step 2: `prompt` must be a text, and is a number (5). Mend: put it in quotes: "5".',
      "refund.yaml:14:17: step 2: `validation` cannot be “mail”; it is one of text, email, phone, number. Mend: write `email`.",
      "refund.yaml:18:15 step check: `operator` cannot be “eq”; it is one of equals, contains, gt, lt, gte, lte, exists, not_exists. Mend: write `equals`.",
      "refund.yaml:19:5 step check: `value` has no value. Mend: give it a value, for example `value: true`.",
      "refund.yaml:20:11 step check: `then` names step 9, and there are steps 1 to 7 only. Mend: write the id of a step, or `end`.",
      "refund.yaml:22:9 step check: step 3 has the id `check` too. Mend: give each step an id of its own.",
      "refund.yaml:26:11 step check: `then` names the step `grete`, which does not exist. Mend: write `greet`, or another step's id.",
      "refund.yaml:31:5 step look: the key `url` stands here for the second time. Mend: keep one of the two.",
      "refund.yaml:32:11 step look: a GET call cannot carry a `body`. Mend: delete `body`, or set `method: POST`.",
      'refund.yaml:32:15 step look: the number 00123 would be read as 123. Mend: put it in quotes to keep it as it is: "00123".',
      "refund.yaml:37:16 step open: everything after “ #” is a comment, so only “Order” would be read. Mend: put the whole text in quotes.",
      "refund.yaml:38:17 step open: the priority “high” does not exist; it is one of LOW, NORMAL, HIGH, URGENT. Mend: write HIGH.",
      "refund.yaml:39:5 step open: the key `attempts` is not known in action steps. Mend: delete it, or use one of kind, id, title, next, action, parameters, response, approval, onError.",
      "refund.yaml:40:5: step 7: the step must be a group of keys with values, and is a number (7). Mend: write a group of keys with values.",
    ]);
  });

  test("says what is missing, with an example of it", () => {
    const problems = problemsOf("steps:\n  - {}\n  - {id: a, kind: call}\n  - {id: b, kind: action}\n");
    expect(problems).toEqual([
      "refund.yaml:1:1: `slug` is missing. Mend: add it, for example `slug: refund-request-handler`.",
      'refund.yaml:1:1: `name` is missing. Mend: add it, for example `name: "Refund Request Handler"`.',
      expect.stringMatching(/`trigger` is missing\. Mend: add it, for example `trigger: \{ when: ".+" \}`\.$/),
      expect.stringContaining("2:5: step 1: `kind` is missing. Mend: add `kind:` with one of message, collect"),
      expect.stringContaining(
        '3:5 step a: `url` is missing. Mend: add it, for example `url: "{{connections.shop}}/orders/',
      ),
      expect.stringContaining("4:5 step b: `action` is missing. Mend: add it, for example `action: create_ticket`"),
    ]);
  });

  test.each([
    ["name: [a]", "`name` must be a text, and is a list"],
    ["name: true", '`name` must be a text, and is true. Mend: put it in quotes: "true"'],
    [`name: ${"n".repeat(101)}`, "`name` has 101 characters, and may have 100. Mend: shorten it to 100 characters"],
    ["name:", "`name` has no value. Mend: give it a value"],
    ["trigger: refund", "`trigger` must be a group of keys with values, and is a text (refund)"],
    ["trigger: {when: a, examples: [b, 5]}", "entry 2 of `examples` must be a text, and is a number (5)"],
    ["answers: all", "`answers` cannot be “all”; it is one of starter, anyone"],
    ["steps: []", "a procedure needs at least one step"],
    ["steps: {a: 1}", "`steps` must be a list, and is a group of keys"],
    [
      "steps: [{id: A b, kind: message, content: x}]",
      "`id` cannot be “A b”. Mend: use lower-case letters, digits, - and _, starting with a letter, for example `a-b`",
    ],
    [
      "steps: [{id: a, kind: set, variable: Order Nº, value: 1}]",
      "`variable` cannot be “Order Nº”. Mend: use letters, digits and _, starting with a letter, for example `order_no`",
    ],
    [
      "steps: [{id: a, kind: set, variable: x, value: [1]}]",
      "`value` must be a text, a number, or true or false, and is a list",
    ],
    ["steps: [{id: a, kind: collect, variable: x, prompt: y, attempts: 0}]", "`attempts` must be at least 1, and is 0"],
    [
      "steps: [{id: a, kind: collect, variable: x, prompt: y, attempts: 2.5}]",
      "`attempts` must be a whole number, and is a number (2.5)",
    ],
    [
      "steps: [{id: a, kind: collect, variable: x, prompt: y, sensitive: yes}]",
      "`sensitive` must be true or false, and is a text (yes)",
    ],
    ["steps: [{id: a, kind: call, url: x, headers: {X-Team: 5}}]", "`X-Team` must be a text, and is a number (5)"],
    [
      "steps: [{id: a, kind: call, url: x, method: get}]",
      "`method` cannot be “get”; it is one of GET, HEAD, POST, PUT, PATCH, DELETE. Mend: write `GET`",
    ],
  ])("says of %s: %s", (line, said) => {
    const key = line.split(":")[0] ?? "";
    const text = {
      slug: "slug: a",
      name: "name: b",
      trigger: "trigger: {when: c}",
      steps: "steps: [{id: a, kind: message, content: x}]",
    };
    const problems = problemsOf(`${Object.values({ ...text, [key]: line }).join("\n")}\n`);
    expect(problems).toEqual([expect.stringContaining(said)]);
  });

  test("puts what the given check finds at its place, and the structure's problems only once", () => {
    const check: ProcedureCheck = () => [
      { path: ["steps", 0, "content"], stepId: "hello", message: "too loud", mend: "whisper" },
      { path: ["steps", 0, "approval"], stepId: "hello", message: "about what is left out", mend: "write it" },
      { path: ["trigger", "when"], stepId: null, message: "vague", mend: "be clear" },
    ];
    expect(problemsOf(hello, "refund.yaml", check)).toEqual([
      "refund.yaml:4:9: vague. Mend: be clear.",
      "refund.yaml:6:5 step hello: about what is left out. Mend: write it.",
      "refund.yaml:8:14 step hello: too loud. Mend: whisper.",
    ]);
  });

  test("is not given to the check while its form is wrong", () => {
    const never: ProcedureCheck = () => {
      throw new Error("The check must not see a procedure that is none.");
    };
    expect(problemsOf("slug: a\n", "refund.yaml", never)).not.toEqual([]);
  });
});
