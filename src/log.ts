import { type DestinationStream, pino } from "pino";
import type { LogLevel } from "./config-values.ts";
import { isSecretName, wordsOfName } from "./domain/secret-names.ts";
import type { Log, LogFields } from "./ports/log.ts";

// What people write or are written: hidden where it is the name, or the last word of it, as in replyText.
const textNames = new Set([
  "text",
  "texts",
  "body",
  "content",
  "prompt",
  "answer",
  "value",
  "variables",
  "headers",
  "email",
  "phone",
  "subject",
  "url",
]);
const hidden = "[hidden]";
const mostLetters = 500;
const mostDepth = 4;
const mostEntries = 50;
const mostCauses = 3;

/**
 * Makes the log: one JSON object a line on standard output. Values are hidden by the name of their field in any case and
 * at any depth, and `secrets` (the known ones, such as a mail server's password) wherever they turn up. Of an error come
 * its name, code and message, and its stack at level error only; never its other fields, where libraries keep requests.
 */
export function createLogger(
  level: LogLevel,
  options: { readonly secrets?: readonly string[]; readonly destination?: DestinationStream } = {},
): Log {
  const settings = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: escaped } };
  const logger = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  // A short secret would be found inside of innocent words.
  const secrets = (options.secrets ?? []).filter((secret) => secret.length >= 4);
  const cleaned = (fields: LogFields, message: string, stacks: boolean) =>
    [cleanRecord(fields, { secrets, stacks, depth: 0 }), cleanText(message, secrets)] as const;
  return {
    info: (fields, message) => logger.info(...cleaned(fields, message, false)),
    warn: (fields, message) => logger.warn(...cleaned(fields, message, false)),
    error: (fields, message) => logger.error(...cleaned(fields, message, true)),
  };
}

// JSON itself escapes only what is below U+0020.
const unseen = /[\u007f-\u009f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** A line of JSON in which every character is one that a terminal shows: the others stand there as \\uXXXX. */
function escaped(line: string): string {
  return line.replace(unseen, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

interface Cleaning {
  readonly secrets: readonly string[];
  readonly stacks: boolean;
  readonly depth: number;
}

function cleanRecord(fields: LogFields, cleaning: Cleaning): { readonly [name: string]: unknown } {
  const entries = Object.entries(fields).slice(0, mostEntries);
  return Object.fromEntries(entries.map(([name, value]) => [name, isHidden(name) ? hidden : clean(value, cleaning)]));
}

function isHidden(name: string): boolean {
  return isSecretName(name) || textNames.has(wordsOfName(name).at(-1) ?? "");
}

function clean(value: unknown, cleaning: Cleaning): unknown {
  if (typeof value === "string") return cleanText(value, cleaning.secrets);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return typeof value === "function" ? "[function]" : value;
  if (value instanceof Error) return cleanError(value, cleaning, 0);
  if (cleaning.depth >= mostDepth) return "[deeper]";
  const deeper = { ...cleaning, depth: cleaning.depth + 1 };
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((item) => clean(item, deeper));
  return cleanRecord({ ...value }, deeper);
}

function cleanError(error: Error, cleaning: Cleaning, causes: number): { readonly [name: string]: unknown } {
  const code: unknown = Reflect.get(error, "code");
  return {
    name: error.name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    message: cleanText(error.message, cleaning.secrets),
    ...(cleaning.stacks && error.stack !== undefined ? { stack: cleanStack(error.stack, cleaning.secrets) } : {}),
    ...(error.cause instanceof Error && causes < mostCauses
      ? { cause: cleanError(error.cause, cleaning, causes + 1) }
      : {}),
  };
}

/** Only the places of a stack: its first lines repeat the message, at any length. */
function cleanStack(stack: string, secrets: readonly string[]): string {
  const places = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return places.map((line) => cleanText(line.trim(), secrets)).join("\n");
}

function cleanText(text: string, secrets: readonly string[]): string {
  const safe = secrets.reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
  return safe.length > mostLetters ? `${safe.slice(0, mostLetters)}…` : safe;
}
