import { z } from "zod";
import { actionTable } from "../../domain/action.ts";
import { isRecord, type Json } from "../../domain/json.ts";
import { procedureSchema } from "../../domain/procedure.ts";
import { fieldExamples } from "./procedure-vocabulary.ts";

const stepTitles: { readonly [kind: string]: readonly [title: string, description: string] } = {
  message: ["Message", "Says something to the customer"],
  collect: ["Collect", "Asks the customer for a value, until the answer is valid"],
  condition: ["Condition", "Goes one of two ways"],
  call: ["Call", "Calls one of the company's systems"],
  action: ["Action", "Does something in Usher: tickets, leads, mails, the conversation itself"],
  set: ["Set", "Sets a variable"],
  escalate: ["Escalate", "Hands the conversation to people; the run ends here"],
};

/**
 * Answers the JSON Schema (draft 2020-12) of a procedure file, with titles, descriptions and examples for editors. What
 * a schema cannot say (targets that exist, parameters of an action, templates) is checked when the file is read. Pure.
 */
export function procedureJsonSchema(): Json {
  const schema = z.toJSONSchema(procedureSchema, {
    io: "input",
    target: "draft-2020-12",
    // A call's body is any JSON.
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      for (const [field, property] of Object.entries(jsonSchema.properties ?? {})) {
        const example = fieldExamples[field];
        // A constant, such as the kind of a step, is its own example.
        if (example !== undefined && typeof property === "object" && property.const === undefined) {
          property.examples = [example];
        }
      }
      const kind = jsonSchema.properties?.["kind"];
      const [title, description] = stepTitles[String(typeof kind === "object" ? kind.const : "")] ?? [];
      if (title !== undefined && description !== undefined) Object.assign(jsonSchema, { title, description });
    },
  });
  const { $schema, properties, ...rest } = schema;
  const described = {
    $schema,
    title: "Usher procedure",
    description: `What Usher does when a customer asks for something, step by step. Actions: ${actionLines()}.`,
    ...rest,
    // A JSON file names its schema with this key; it is no part of the procedure.
    properties: { $schema: { type: "string", description: "Where this schema is, for editors" }, ...properties },
  };
  // Through JSON, so that what is written to a file and what is answered are the same thing.
  const json: unknown = JSON.parse(JSON.stringify(described));
  return isRecord(json) ? json : null;
}

function actionLines(): string {
  const lines = Object.entries(actionTable).map(([name, { required, optional }]) => {
    const parameters = [...required, ...optional.map((one) => `${one}?`)];
    return parameters.length === 0 ? name : `${name} (${parameters.join(", ")})`;
  });
  return lines.join("; ");
}
