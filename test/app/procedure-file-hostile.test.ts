import { describe, expect, test } from "vitest";
import { formatFileProblems } from "../../src/app/files/file-problem.ts";
import { readProcedureFile } from "../../src/app/files/procedure-file.ts";
import { limits } from "../../src/domain/limits.ts";

const head = "slug: a\nname: b\ntrigger: {when: c}\n";
const steps = "steps:\n  - {id: a, kind: message, content: x}\n";

function problemsOf(text: string, name = "a.yaml"): readonly string[] {
  const file = readProcedureFile(name, text, () => []);
  return file.kind === "bad" ? formatFileProblems(name, file.problems).split("\n") : [];
}

describe("a text that cannot be read", () => {
  test.each([
    ["an empty file", "", "1:1: the file is empty"],
    ["only comments", "# nothing\n", "1:1: the file is empty"],
    ["a list", "- a\n", "1:1: the file must hold the keys of a procedure"],
    ["a sentence", "just a text\n", "1:1: the file must hold the keys of a procedure"],
    [
      "a tab as indentation",
      "trigger:\n\twhen: x\n",
      "2:1: a tab stands where only spaces may. Mend: indent with spaces.",
    ],
    [
      "a tab in the place of a step's spaces",
      `${head}steps:\n  - id: a\n\tkind: message\n    content: Hi\n  - id: b\n    kind: message\n    content: Ho\n`,
      "6:1: a tab stands where only spaces may. Mend: indent with spaces.",
    ],
    [
      "a tab after spaces",
      `${head}steps:\n  - id: a\n  \tkind: message\n    content: Hi\n`,
      "6:3: a tab stands where only spaces may. Mend: indent with spaces.",
    ],
    [
      "a step with one space too few, and its echoes",
      `${head}steps:\n  - id: a\n    kind: message\n    content: Hi\n - id: b\n    kind: message\n    content: Ho\n`,
      "8:2: this line is not indented like the lines around it",
    ],
    [
      "two faults, of which the first is told",
      `${head}steps:\n  - id: a\n   kind: message\n    content: a: b\n`,
      "6:4: this line is not indented like the lines around it",
    ],
    ["a colon in a bare text", "name: Refund: now\n", "1:7: a text with `: ` in it is not in quotes"],
    [
      "a line that is indented too deeply",
      "slug: a\n  name: b\n",
      "2:3: this line is not indented like the lines around it",
    ],
    [
      "a key that is indented less than its neighbours",
      `${head}steps:\n  - id: a\n   kind: message\n    content: Hi\n`,
      "6:4: this line is not indented like the lines around it",
    ],
    [
      "a key that is indented more than its neighbours",
      `${head}steps:\n  - id: a\n     kind: message\n    content: Hi\n`,
      "6:6: this line is not indented like the lines around it",
    ],
    ["an open quote", "name: 'b\nslug: a\n", "3:1: something that was opened before is not closed here"],
    ["an open bracket", "name: [a\nslug: b\n", "2:1: this line is not indented like the lines around it"],
    ["an unknown escape", 'name: "a\\q"\n', "1:9: a backslash in a text in double quotes"],
    ["a reserved beginning", "name: @b\n", "1:7: a text begins with a character that means something else in YAML"],
    ["a second document", `${head}${steps}---\nslug: b\n`, "6:1: a second document begins here"],
    ["an older YAML", `%YAML 1.1\n---\n${head}${steps}`, "1:1: the file asks for YAML 1.1"],
    [
      "a template without quotes",
      `${head}steps:\n  - id: a\n    kind: call\n    url: {{connections.shop}}/x\n`,
      "7:10 step a: a text that begins with `{{` must stand in quotes",
    ],
    [
      "nothing but a template without quotes",
      `${head}steps:\n  - id: a\n    kind: message\n    content: {{x}}\n`,
      "7:14 step a: a text that begins with `{{` must stand in quotes",
    ],
    ["a list as a key", `${head}${steps}? [x]\n: 1\n`, "6:3: a key must be a word"],
  ])("is refused: %s", (_, text, said) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(`a.yaml:${said}`)]);
  });

  test.each([
    [
      "a trailing comma",
      '{"slug": "a",\n}',
      "2:1: the file's name ends in .json, and this is not JSON (expected double-quoted property name)",
    ],
    [
      "single quotes",
      "{\"slug\": 'a'}",
      "1:10: the file's name ends in .json, and this is not JSON (unexpected token ''')",
    ],
    ["a comment", '{"slug": "a" # b\n}', "1:14: the file's name ends in .json"],
    ["YAML", `${head}${steps}`, "1:1: the file's name ends in .json"],
    ["an open brace", '{"slug": "a"', "1:13: the file's name ends in .json"],
  ])("is refused under the name of JSON: %s", (_, text, said) => {
    expect(problemsOf(text, "a.json")).toEqual([expect.stringContaining(`a.json:${said}`)]);
  });

  test("does not carry the text of a broken JSON file into the message", () => {
    expect(problemsOf('{"slug": tru, "password": "hunter2"}', "a.json").join("")).not.toContain("hunter2");
  });
});

describe("what YAML can do and a procedure must not", () => {
  test("60,000 doubled keys are told without a search through all keys for each", () => {
    const problems = problemsOf("k: 1\n".repeat(60_000), "a.yaml");
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toContain("more problems after this place");
  });

  test.each([
    ["an alias", `${head}x: &x 1\ny: *x\n${steps}`, "5:4: “*x” refers to another place, and aliases are not read"],
    ["an alias to nothing", `${head.replace("b", "*bold*")}${steps}`, "2:7: “*bold*” refers to another place"],
    ["an alias of itself", `${head}x: &x [*x]\n${steps}`, "4:8: “*x” refers to another place"],
    ["a custom tag", `${head.replace("name: b", "name: !env HOME")}${steps}`, "2:12: “!env” is a tag"],
    [
      "a tag that makes a date",
      `${head.replace("name: b", "name: !!timestamp 2020-01-01")}${steps}`,
      "“!!timestamp” is a tag",
    ],
    ["a tag that makes bytes", `${head.replace("name: b", "name: !!binary aGk=")}${steps}`, "“!!binary” is a tag"],
    ["a merge key", `${head}${steps}<<: {name: c}\n`, "6:1: merge keys (`<<`) are not read"],
    ["the key __proto__", `${head}${steps}__proto__: {answers: anyone}\n`, "6:1: the key `__proto__` is not allowed"],
    ["an empty key", `${head}${steps}: x\n`, "6:1: a key is empty"],
    ["a doubled key", `${head}name: c\n${steps}`, "4:1: the key `name` stands here for the second time"],
    [
      "a doubled key in other quotes",
      `${head}"name": c\n${steps}`,
      "4:1: the key `name` stands here for the second time",
    ],
  ])("is refused: %s", (_, text, said) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(said));
  });

  const set = (value: string) => `${head}steps:\n  - id: a\n    kind: set\n    variable: x\n    value: ${value}\n`;

  test.each([
    "00123",
    "12345678901234567890",
    "0x10",
    "0o17",
    "+5",
    ".5",
    "5.",
    ".inf",
    ".nan",
    "1e400",
    "9007199254740993",
  ])("pitfall 17: a number that would change its digits is refused: %s", (number) => {
    expect(problemsOf(set(number))).toContainEqual(expect.stringContaining(`the number ${number} would be read as`));
  });

  test.each(["0", "-5", "1.50", "9007199254740991", "1e3", '"00123"', "1,200", "2020-01-01", "yes"])(
    "a number or text that stays what it is is read: %s",
    (value) => {
      expect(problemsOf(set(value))).toEqual([]);
    },
  );

  test.each([
    ['"a\\0b"', "U+0000"],
    ['"\\e[31mred"', "U+001B"],
    ['"\\x7f"', "U+007F"],
    ['"\\ud800"', "half of a character"],
  ])("a text with something invisible in it is refused: %s", (value, said) => {
    expect(problemsOf(set(value))).toEqual([expect.stringContaining(said)]);
  });

  test("an emoji, a line end and a tab in a text are read", () => {
    expect(problemsOf(set('"\\ud83d\\ude00 🙂\\n\\tx"'))).toEqual([]);
  });

  test("attack 45: names from JavaScript's objects change nothing", () => {
    const names = ["constructor", "toString", "hasOwnProperty", "prototype"];
    for (const name of names) {
      expect(problemsOf(`${head}${steps}${name}: {x: 1}\n`)).toContainEqual(
        expect.stringContaining(`the key \`${name}\``),
      );
      expect(problemsOf(`${head}steps:\n  - {id: a, kind: set, variable: ${name}, value: 1}\n`)).not.toEqual([]);
    }
    readProcedureFile("a.yaml", `${head}__proto__: {polluted: 1}\n${steps}`, () => []);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("attack 115: a file made to cost much", () => {
  const size = limits.procedureFileBytes;
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join("");
  const bomb = lines(30, (at) => `a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1}, *a${at - 1}, *a${at - 1}`}]\n`);

  test.each([
    ["larger than a file may be", "#".repeat(size + 1), "larger than 1048576 bytes"],
    ["larger in bytes than in letters", `# ${"ü".repeat(size / 2)}`, "larger than 1048576 bytes"],
    ["aliases that grow threefold thirty times", bomb, "aliases are not read"],
    ["brackets in brackets", "[".repeat(size / 16), "nested too deeply"],
    ["lists in lists", "- ".repeat(size / 16), "nested too deeply"],
    [
      "a little more deeply nested than allowed",
      `${head}x: ${"[".repeat(65)}${"]".repeat(65)}\n${steps}`,
      "more than 64 levels deep",
    ],
    ["60,000 keys", `k:\n${lines(60_000, (at) => `  k${at}: 1\n`)}`, "`slug` is missing"],
    ["60,000 unknown keys", `${head}${lines(60_000, (at) => `k${at}: 1\n`)}${steps}`, "the key `k0` is not known"],
    [
      "60,000 wrong headers",
      `${head}steps:\n- id: a\n  kind: call\n  url: x\n  headers:\n${lines(60_000, (at) => `    k${at}: 1\n`)}`,
      "`k0` must be a text",
    ],
    [
      "50,000 steps",
      `slug: a\nsteps:\n${lines(50_000, () => "- {}\n")}`,
      "a procedure may have 200 steps, and this one has more",
    ],
    [
      "one step more than allowed",
      `${head}steps:\n${lines(201, (at) => `- {id: s${at}, kind: message, content: x}\n`)}`,
      "a procedure may have 200 steps",
    ],
    ["wrong escapes", `name: "${"\\q".repeat(size / 16)}"`, "a backslash in a text"],
  ])("is refused soon: %s", { timeout: 20_000 }, (_, text, said) => {
    const start = performance.now();
    const problems = problemsOf(text);
    // Far from the seconds of slow machines, and near to the minutes that a quadratic step would take.
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(problems).toContainEqual(expect.stringContaining(said));
    expect(problems.length).toBeLessThanOrEqual(101);
  });

  test("with very many problems tells the first hundred, and how many more there are", () => {
    const file = readProcedureFile("a.yaml", `${head}${lines(150, (at) => `k${at}: 1\n`)}${steps}`, () => []);
    const problems = file.kind === "bad" ? file.problems : [];
    expect(problems).toHaveLength(101);
    expect(problems[100]).toMatchObject({ message: "there are 50 more problems after this place" });
  });

  test("keeps a long or strange text short and visible in its messages", () => {
    const [problem = ""] = problemsOf(`slug: "${"x".repeat(5000)}\\u202e\\e"\nname: b\ntrigger: {when: c}\n${steps}`);
    expect(problem.length).toBeLessThan(300);
    expect(problem).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
