import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readProcedureFile } from "../../src/app/files/procedure-file.ts";
import { procedureJsonSchema } from "../../src/app/files/procedure-json-schema.ts";
import { isRecord } from "../../src/domain/json.ts";
import { readFolder } from "../../src/procedure-folder.ts";

const path = fileURLToPath(new URL("../../docs/procedure.schema.json", import.meta.url));
const examples = fileURLToPath(new URL("../../examples/procedures", import.meta.url));
const schema = procedureJsonSchema();
const fits = new Ajv2020.Ajv2020({ strict: true, allowUnionTypes: true }).compile(isRecord(schema) ? schema : {});

describe("the JSON Schema of a procedure file", () => {
  test("stands in docs/procedure.schema.json as it is now", () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env["UPDATE_SCHEMA"] === "1") writeFileSync(path, text);
    const stored = readFileSync(path, "utf8");
    const mend = "The format has changed: run UPDATE_SCHEMA=1 npx vitest run test/app/procedure-json-schema.test.ts";
    expect(stored === text, mend).toBe(true);
  });

  test("is draft 2020-12, and fits the examples that Usher comes with", async () => {
    expect(schema).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema", title: "Usher procedure" });
    const files = await readFolder(examples);
    expect(files.length).toBeGreaterThan(0);
    for (const { name, text } of files) {
      expect(fits(parse(text)), `${name}: ${JSON.stringify(fits.errors)}`).toBe(true);
    }
  });

  const head = { slug: "a", name: "A", trigger: { when: "x" } };
  const message = { id: "a", kind: "message", content: "x" };

  test.each([
    ["a whole procedure", { ...head, steps: [message] }, true],
    ["the key that editors want", { $schema: "x", ...head, steps: [message] }, true],
    [
      "any JSON as a body",
      { ...head, steps: [{ id: "a", kind: "call", url: "x", method: "POST", body: [null] }] },
      true,
    ],
    ["an unknown key", { ...head, steps: [message], step: 1 }, false],
    ["an unknown key in a step", { ...head, steps: [{ ...message, nxt: "a" }] }, false],
    ["an unknown kind", { ...head, steps: [{ ...message, kind: "say" }] }, false],
    ["a step without an id", { ...head, steps: [{ kind: "message", content: "x" }] }, false],
    ["no steps", { ...head, steps: [] }, false],
    ["a slug with a blank", { ...head, slug: "a b", steps: [message] }, false],
  ])("judges as the reader does: %s", (_, value, good) => {
    expect(fits(value)).toBe(good);
    expect(readProcedureFile("a.json", JSON.stringify(value), () => []).kind).toBe(good ? "ok" : "bad");
  });

  test("gives editors a title, a description and an example where they help", () => {
    const text = JSON.stringify(schema);
    for (const title of ["Message", "Collect", "Condition", "Call", "Action", "Set", "Escalate"]) {
      expect(text).toContain(`"title":"${title}"`);
    }
    expect(schema).toMatchObject({ properties: { slug: { examples: ["refund-request-handler"] } } });
  });
});
