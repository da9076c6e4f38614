import { z } from "zod";
import { type Json, jsonSchema } from "../../src/domain/json.ts";
import { pastedSchema } from "../../src/domain/press.ts";
import { slackLimits } from "./limits.ts";

/** The inputs of Usher's modals: the block of each, under which an error is shown, and the one action id that all have. */
export const inputs = { reason: "reason", result: "result", answer: "answer", procedure: "procedure" } as const;
export const inputAction = "value";

const place = { channel: z.string(), ts: z.string() };

// What a modal keeps in its metadata, which Slack keeps and shows to nobody.
const pressTargetSchema = z.strictObject({ pressId: z.string(), ...place });
const questionTargetSchema = z.strictObject({ ...place, thread: z.string().nullable() });
const startTargetSchema = z.strictObject({
  ...place,
  thread: z.string().nullable(),
  user: z.string(),
  text: z.string(),
});

/** What a modal about a card is for: the press, and the message that holds the button. */
export type PressTarget = Readonly<z.infer<typeof pressTargetSchema>>;
/** The message whose question a private answer is for; `thread`: the first message of its thread, or null outside of one. */
export type QuestionTarget = Readonly<z.infer<typeof questionTargetSchema>>;
/** The message that a procedure starts from; `user`: who wrote it; `text`: its beginning, so that it need not be read again. */
export type StartTarget = Readonly<z.infer<typeof startTargetSchema>>;

/** What was submitted, and for what; or what is wrong with it, by block; or null if it is no such form of Usher's. */
export type Submitted<Target, Value> =
  | { readonly kind: "ok"; readonly target: Target; readonly value: Value }
  | { readonly kind: "wrong"; readonly errors: { readonly [block: string]: string } }
  | null;

/** What was typed into one input, or what is wrong with it. */
type Typed<Value> = { readonly kind: "ok"; readonly value: Value } | { readonly kind: "wrong"; readonly words: string };

/** Why something is rejected, out of the `view` of a submission. Pure. */
export function readRejection(view: unknown): Submitted<PressTarget, string> {
  return submitted(view, pressTargetSchema, inputs.reason, (typed) => needed(typed, "Write a reason."));
}

/** What came of something that happened; null where nothing was pasted. Pure. */
export function readHappened(view: unknown): Submitted<PressTarget, Json> {
  return submitted(view, pressTargetSchema, inputs.result, pasted);
}

/** An answer that nobody else is to see. Pure. */
export function readAnswer(view: unknown): Submitted<QuestionTarget, string> {
  return submitted(view, questionTargetSchema, inputs.answer, (typed) => needed(typed, "Write an answer."));
}

/** The slug of the procedure that is to start. Pure. */
export function readStart(view: unknown): Submitted<StartTarget, string> {
  return submitted(view, startTargetSchema, inputs.procedure, (typed) => needed(typed, "Choose a procedure."));
}

// Trap: clients submit an optional field that nobody touched as null, or leave it out.
const fieldSchema = z
  .object({ value: z.string().nullish(), selected_option: z.object({ value: z.string() }).nullish() })
  .nullish();
const viewSchema = z.object({
  private_metadata: z.string(),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), fieldSchema).nullish()) }),
});

function submitted<Target, Value>(
  view: unknown,
  targetSchema: z.ZodType<Target>,
  block: string,
  read: (typed: string) => Typed<Value>,
): Submitted<Target, Value> {
  const parsed = viewSchema.safeParse(view);
  const target = targetSchema.safeParse(parsed.success ? jsonOf(parsed.data.private_metadata) : null);
  if (!parsed.success || !target.success) return null;
  const field = parsed.data.state.values[block]?.[inputAction];
  const typed = read((field?.selected_option?.value ?? field?.value ?? "").toWellFormed().trim());
  if (typed.kind === "wrong") return { kind: "wrong", errors: { [block]: typed.words } };
  return { kind: "ok", target: target.data, value: typed.value };
}

const tooLong = `Write at most ${slackLimits.inputLength} characters.`;

function needed(typed: string, otherwise: string): Typed<string> {
  if (typed === "") return { kind: "wrong", words: otherwise };
  return typed.length > slackLimits.inputLength ? { kind: "wrong", words: tooLong } : { kind: "ok", value: typed };
}

const noJson = "This begins like JSON, but cannot be read as JSON. Mend it, or describe the result in words.";

function pasted(typed: string): Typed<Json> {
  if (typed === "") return { kind: "ok", value: null };
  if (typed.length > slackLimits.inputLength) return { kind: "wrong", words: tooLong };
  const value = jsonOf(typed);
  if (value === undefined) return /^[[{]/.test(typed) ? { kind: "wrong", words: noJson } : { kind: "ok", value: typed };
  const parsed = pastedSchema.safeParse(value);
  if (parsed.success) return { kind: "ok", value: parsed.data };
  return { kind: "wrong", words: "Lists and objects stand too deep in each other here. Paste a part of it." };
}

/** The value of a JSON text, or undefined if it is none. */
function jsonOf(text: string): Json | undefined {
  try {
    return jsonSchema.parse(JSON.parse(text, exact));
  } catch {
    return undefined;
  }
}

const unsafeNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

// As with the answer of a call: a number that would lose digits stays a text, and no name can become a prototype.
function exact(name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (unsafeNames.has(name)) return undefined;
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return !Number.isFinite(value) || /^-?\d+$/.test(source) ? source : value;
}
