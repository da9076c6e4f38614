import { z } from "zod";
import type { Event } from "../../src/domain/event.ts";
import type { ConversationId, WorkspaceId } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import { type PressAction, pastedSchema } from "../../src/domain/press.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { Place } from "../../src/ports/channel.ts";
import { threadAddress } from "./address.ts";
import { ApiError } from "./errors.ts";
import { webLimits } from "./limits.ts";
import { personOf, playgroundPeople } from "./people.ts";

const names = playgroundPeople.map((person) => person.id);
const as = z.enum(names, { error: `as must be one of ${names.join(", ")}.` });

const safeId = /^[A-Za-z0-9_-]{1,64}$/;
const idRule = "must be 1 to 64 letters, digits, hyphens or underscores";
const clientId = z.string({ error: `id ${idRule}.` }).regex(safeId, `id ${idRule}.`);

const textRule = `text must be a text of at most ${limits.turnLength} characters.`;
const text = z
  .string({ error: textRule })
  .max(limits.turnLength, textRule)
  .refine((words) => words.trim() !== "", "Write a message.")
  // Half of a character pair cannot be stored as UTF-8: what is kept and what is handed on must be the same.
  .transform((words) => words.toWellFormed());

const reasonRule = `reason must be a text of at most ${webLimits.reasonLength} characters.`;
const reason = z.string({ error: reasonRule }).max(webLimits.reasonLength, reasonRule);

function body<Shape extends z.ZodRawShape>(shape: Shape) {
  const fields = Object.keys(shape).join(", ");
  return z.strictObject(shape, { error: `Send a JSON object with these fields and no others: ${fields}.` });
}

/** The bodies of the API, one schema each; every message in them is a sentence for whoever sent it. */
export const bodies = {
  conversation: body({ as }),
  message: body({ id: clientId, as, text }),
  reply: body({ as, text, id: clientId.optional() }),
  end: body({ as }),
  reveal: body({ as, variable: z.string({ error: "variable must be a name." }).min(1, "Name a variable.").max(200) }),
  decision: body({
    as,
    approve: z.boolean({ error: "approve must be true or false." }),
    reason: reason.nullish(),
  }),
  verdict: body({
    as,
    verdict: z.enum(["happened", "runAgain", "stop"], { error: "verdict must be one of happened, runAgain, stop." }),
    value: pastedSchema.optional(),
  }),
} as const;

/**
 * Checks a parsed JSON body. Throws ApiError 400 with a sentence, which never repeats what was sent. Pure.
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  checkShape(value);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, parsed.error.issues[0]?.message ?? "The body does not fit this request.");
}

/** Checks an id out of a path; `what` names it in the sentence. Throws ApiError 400. Pure. */
export function parseId(what: string, value: unknown): string {
  if (typeof value === "string" && safeId.test(value)) return value;
  throw new ApiError(400, `The id of the ${what} ${idRule}.`);
}

const forbidden = new Set(["__proto__", "constructor", "prototype"]);

// Walks without recursion: a body of brackets alone must not be able to overflow the stack.
function checkShape(value: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes += 1;
    if (next.depth > limits.jsonDepth) throw new ApiError(400, `The body is nested deeper than ${limits.jsonDepth}.`);
    if (nodes > limits.jsonNodes) throw new ApiError(400, `The body has more than ${limits.jsonNodes} values.`);
    if (typeof next.value !== "object" || next.value === null) continue;
    for (const [key, inner] of Object.entries(next.value)) {
      if (forbidden.has(key)) throw new ApiError(400, `The name ${key} is never allowed in a body: take it out.`);
      open.push({ value: inner, depth: next.depth + 1 });
    }
  }
}

/** Where the events of a conversation of the playground belong. Pure. */
export function placeOf(workspace: WorkspaceId, conversation: ConversationId): Place {
  return { workspace, conversation, address: threadAddress(conversation) };
}

/** What one person wrote, as the playground stored it; `key` is the client's id for it. */
export interface Written {
  readonly conversation: ConversationId;
  readonly key: string;
  readonly from: string;
  readonly text: string;
  readonly at: number;
}

/** The event of a message in the customer's thread. The same message always gives the same event. Pure. */
export function messageEvent(written: Written): Event {
  return { kind: "turn", turn: turnOf(written, `web:${written.conversation}:${written.key}`) };
}

/** The event of an agent's words under the hand-off card. No message's key holds a colon, so the two never meet. Pure. */
export function replyEvent(written: Written): Event {
  const turn = turnOf(written, `web:${written.conversation}:reply:${written.key}`);
  return { kind: "agentWrote", where: "handOff", turn };
}

function turnOf(written: Written, key: string): Turn {
  const { text: words, mentioned } = readMention(written.text);
  return { id: key, keys: [key], from: personOf(written.from), text: words, mentioned, at: written.at };
}

const mention = /(?:^|\s)@usher(?=$|[\s,:!?])/i;
const leadingMention = /^\s*@usher(?=$|[\s,:!?])[\s,:]*/i;

// A mention in front only says who is spoken to; it must not become part of an answer.
function readMention(words: string): { readonly text: string; readonly mentioned: boolean } {
  const rest = words.replace(leadingMention, "");
  return { text: rest.trim() === "" ? words : rest, mentioned: mention.test(words) };
}

/** The press of Approve or Reject. Throws ApiError 400 when a rejection comes without a reason. Pure. */
export function decisionAction(decision: z.output<typeof bodies.decision>): PressAction {
  if (decision.approve) return { kind: "approve" };
  const why = decision.reason?.trim() ?? "";
  if (why === "") throw new ApiError(400, "Write a reason.");
  return { kind: "reject", reason: why };
}

/** The press of a verdict on an unknown outcome; `value` counts only for one that happened. Pure. */
export function verdictAction(verdict: z.output<typeof bodies.verdict>): PressAction {
  const value: Json = verdict.value ?? null;
  return verdict.verdict === "happened" ? { kind: "happened", value } : { kind: verdict.verdict };
}
