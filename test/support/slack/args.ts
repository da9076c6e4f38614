import { type Fields, fieldsOf, textOf } from "./fields.ts";
import { invalid, Refusal } from "./refusal.ts";

/** The arguments of a call, whichever way they came: as a form all of them are text, and lists and objects JSON in it. */
export interface Args {
  /** All of them, with the JSON in them read; for the journal. */
  readonly all: Fields;
  /** Throws Refusal `invalid_arguments` where there is none. */
  required(name: string): string;
  text(name: string): string | null;
  flag(name: string): boolean;
  /** Null where there is none; throws Refusal `code` when it is no JSON. */
  json(name: string, code: string): unknown;
}

// Which arguments are JSON where they come as text.
const jsonNames = new Set([
  "attachments",
  "blocks",
  "loading_messages",
  "metadata",
  "outputs",
  "prompts",
  "unfurled_attachments",
  "view",
]);

/** Reads the body of a call. Throws Refusal when it is neither a form nor JSON. */
export function readArgs(contentType: string, body: string): Args {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json") return argsOf(fieldsOf(parsed(body, "invalid_json")));
  if (type !== "application/x-www-form-urlencoded" && body !== "") throw new Refusal("invalid_post_type");
  return argsOf(Object.fromEntries(new URLSearchParams(body)));
}

function argsOf(sent: Fields): Args {
  const text = (name: string): string | null => {
    const value = sent[name];
    return typeof value === "number" || typeof value === "boolean" ? String(value) : textOf(value);
  };
  return {
    all: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, shown(name, value)])),
    text,
    required(name) {
      const value = text(name);
      if (value === null || value === "") throw invalid("invalid_arguments", [`missing required field: ${name}`]);
      return value;
    },
    flag: (name) => ["true", "1"].includes(text(name) ?? ""),
    json(name, code) {
      const value = sent[name];
      if (value === undefined || value === null || value === "") return null;
      return typeof value === "string" ? parsed(value, code) : value;
    },
  };
}

function shown(name: string, value: unknown): unknown {
  if (name === "token" || name === "client_secret") return "(secret)";
  if (!jsonNames.has(name) || typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function parsed(text: string, code: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(code);
  }
}
