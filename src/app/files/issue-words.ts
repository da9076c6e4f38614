import type { z } from "zod";
import { nearest } from "../../engine/nearest.ts";
import { exampleLine, fieldExamples, knownKeys, stepKinds } from "./procedure-vocabulary.ts";
import { quoted } from "./quoted.ts";

type Issue = z.core.$ZodIssue;
type IssueOf<Code extends Issue["code"]> = Extract<Issue, { readonly code: Code }>;

/** A schema's complaint in plain words. `atKey`: it is about the key at the path, not about its value. */
export interface IssueWords {
  readonly path: readonly PropertyKey[];
  readonly atKey: boolean;
  readonly message: string;
  readonly mend: string;
}

/** What a schema complained about: the value at the issue's path, and the group of keys that it stands in. */
export interface IssueContext {
  /** Whether the path's last key is there at all. */
  readonly present: boolean;
  readonly value: unknown;
  /** The kind of the step that the issue is in, if it is in one. */
  readonly stepKind: unknown;
  /** An id for that step, should it have none. */
  readonly suggestedId: string;
}

/** Puts an issue of the procedure schema into plain words, with its mend; unknown keys give one answer each. Pure. */
export function issueWords(issue: Issue, context: IssueContext): readonly IssueWords[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, mostKeys).map((key) => unknownKey(issue.path, key, context));
  return [{ path: issue.path, atKey: false, ...wordsOf(issue, context) }];
}

// Nobody reads more of them, and each is compared with every known key.
const mostKeys = 200;

type Words = Pick<IssueWords, "message" | "mend">;

function wordsOf(issue: Exclude<Issue, IssueOf<"unrecognized_keys">>, context: IssueContext): Words {
  const label = labelOf(issue.path);
  if (!context.present) return missing(issue.path, label, context);
  if (context.value === null) return empty(issue.path, label);
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, issue.path, label, context.value);
    case "too_small":
    case "too_big":
      return wrongSize(issue, label, context.value);
    case "invalid_format":
      return wrongFormat(issue, label, context.value);
    case "invalid_value":
      return wrongChoice(label, context.value, issue.values.map(String));
    case "invalid_union":
      if (issue.path.at(-1) === "kind") return wrongChoice(label, context.value, stepKinds);
      return {
        message: `${label} must be a text, a number, or true or false, and is ${typeName(context.value)}`,
        mend: "write one plain value",
      };
    case "custom":
      return reserved(issue, label, context.value);
    default:
      return { message: `${label} is not allowed here: ${issue.message}`, mend: "change or delete it" };
  }
}

function unknownKey(path: readonly PropertyKey[], key: string, context: IssueContext): IssueWords {
  const known = knownKeys(path, context.stepKind);
  const near = nearest(key, known);
  const where = path.length === 2 ? ` in ${String(context.stepKind)} steps` : "";
  return {
    path: [...path, key],
    atKey: true,
    message: `the key \`${quoted(key)}\` is not known${where}`,
    mend: near === null ? `delete it, or use one of ${listed(known)}` : `write \`${near}\`, or delete it`,
  };
}

function missing(path: readonly PropertyKey[], label: string, context: IssueContext): Words {
  const field = path.at(-1);
  if (field === "id") return { message: "`id` is missing", mend: `add an id such as \`id: ${context.suggestedId}\`` };
  if (field === "kind") return { message: "`kind` is missing", mend: `add \`kind:\` with one of ${listed(stepKinds)}` };
  const example = typeof field === "string" ? exampleLine(field) : null;
  return { message: `${label} is missing`, mend: example === null ? "add it" : `add it, for example \`${example}\`` };
}

function empty(path: readonly PropertyKey[], label: string): Words {
  const field = path.at(-1);
  const example = typeof field === "string" ? exampleLine(field) : null;
  const mend = example === null ? "give it a value or delete it" : `give it a value, for example \`${example}\``;
  return { message: `${label} has no value`, mend };
}

const typeNames: { readonly [expected: string]: string } = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a group of keys with values",
  record: "a group of keys with values",
  array: "a list",
};

function wrongType(expected: string, path: readonly PropertyKey[], label: string, value: unknown): Words {
  const message = `${label} must be ${typeNames[expected] ?? expected}, and is ${typeName(value)}`;
  const field = path.at(-1);
  const plain = typeof value === "number" || typeof value === "boolean";
  if (expected === "string" && plain) return { message, mend: `put it in quotes: "${value}"` };
  const example = typeof field === "string" ? exampleLine(field) : null;
  return { message, mend: example === null ? `write ${typeNames[expected] ?? expected}` : `write \`${example}\`` };
}

function wrongSize(issue: IssueOf<"too_small"> | IssueOf<"too_big">, label: string, value: unknown): Words {
  const bound = Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
  if (typeof value === "number") {
    const range = issue.code === "too_small" ? `at least ${bound}` : `at most ${bound}`;
    return { message: `${label} must be ${range}, and is ${value}`, mend: `write a number that is ${range}` };
  }
  const count = typeof value === "string" ? value.length : Array.isArray(value) ? value.length : 0;
  const unit = typeof value === "string" ? "characters" : "entries";
  if (issue.code === "too_big") {
    return { message: `${label} has ${count} ${unit}, and may have ${bound}`, mend: `shorten it to ${bound} ${unit}` };
  }
  if (label === "`steps`")
    return { message: "a procedure needs at least one step", mend: `write \`${exampleLine("steps")}\`` };
  return { message: `${label} is empty`, mend: "write something, or delete the key if it is optional" };
}

function wrongFormat(issue: IssueOf<"invalid_format">, label: string, value: unknown): Words {
  const text = String(value);
  const field = issue.path.at(-1);
  // A slug and an id want hyphens, the name of a variable wants underscores.
  const name = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const glue = field === "variable" || field === "response" ? "_" : "-";
  const proposal = name
    .replace(/[^a-z0-9]+/g, glue)
    .replace(/^[-_0-9]+|[-_]+$/g, "")
    .slice(0, 64);
  const fits = proposal !== "" && issue.pattern !== undefined && patternOf(issue.pattern).test(proposal);
  const example = fits ? proposal : typeof field === "string" ? fieldExamples[field] : undefined;
  const hint = example === undefined ? "" : `, for example \`${example}\``;
  return { message: `${label} cannot be “${quoted(text)}”`, mend: `${issue.message}${hint}` };
}

/** The pattern that an issue carries as the text `/…/flags`. */
function patternOf(text: string): RegExp {
  return new RegExp(text.slice(1, text.lastIndexOf("/")), text.slice(text.lastIndexOf("/") + 1));
}

function wrongChoice(label: string, value: unknown, allowed: readonly string[]): Words {
  const near = typeof value === "string" ? nearest(value, allowed) : null;
  const shown = typeof value === "object" ? typeName(value) : `“${quoted(String(value))}”`;
  return {
    message: `${label} cannot be ${shown}; it is one of ${listed(allowed)}`,
    mend: near === null ? "choose one of them" : `write \`${near}\``,
  };
}

/** The schema's own words: `what is wrong; what to do`. */
function reserved(issue: IssueOf<"custom">, label: string, value: unknown): Words {
  const [wrong = "", mend = "change it"] = issue.message.split("; ");
  const shown = typeof value === "string" ? ` “${quoted(value)}”` : "";
  return { message: `${label}${shown}: ${wrong}`, mend };
}

function labelOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (typeof last !== "number") return `\`${quoted(String(last))}\``;
  const list = path.at(-2);
  return list === "steps" ? "the step" : `entry ${last + 1} of \`${quoted(String(list))}\``;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a group of keys";
  if (typeof value === "boolean") return String(value);
  return typeNames[typeof value] === undefined ? typeof value : `${typeNames[typeof value]} (${quoted(String(value))})`;
}

function listed(words: readonly string[]): string {
  return words.join(", ");
}
