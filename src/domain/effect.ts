import { z } from "zod";
import { actionSchema } from "./action.ts";
import { cardSchema } from "./card.ts";
import { httpRequestSchema } from "./http-request.ts";
import { conversationIdSchema } from "./ids.ts";
import type { DeepReadonly } from "./json.ts";
import { textMessageSchema } from "./message.ts";
import { runRecordSchema } from "./run-record.ts";
import { turnSchema } from "./turn.ts";

/**
 * What the engine asks of the world. `say`: to the customer. `editSay`: another message in the place of the one that the
 * effect `of` has said. `post` and `editCard`: in the agents channel; `under` and `of` name the effect that posted the
 * card which is answered or edited. `route`: ask the model; `beside`: the conversation in the same channel whose run waits
 * for this person, if any. `forward`: what fits no procedure may answer that run; `otherwise` is what is said here if it
 * does not (null: nothing was thought of). `call`: the company's systems, `keep` being the paths of the answer that later
 * steps read. `record`: a finished run leaves the document.
 */
export const effectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("say"), message: textMessageSchema }),
  z.object({ kind: z.literal("editSay"), of: z.string(), message: textMessageSchema }),
  z.object({ kind: z.literal("post"), card: cardSchema, under: z.string().nullable() }),
  z.object({ kind: z.literal("editCard"), of: z.string(), card: cardSchema }),
  z.object({ kind: z.literal("route"), turn: turnSchema, beside: conversationIdSchema.nullable() }),
  z.object({
    kind: z.literal("forward"),
    to: conversationIdSchema,
    turn: turnSchema,
    otherwise: z.string().min(1).nullable(),
  }),
  z.object({
    kind: z.literal("call"),
    request: httpRequestSchema,
    repeatable: z.boolean(),
    keep: z.array(z.array(z.string())),
  }),
  z.object({ kind: z.literal("act"), action: actionSchema, repeatable: z.boolean() }),
  z.object({ kind: z.literal("record"), run: runRecordSchema }),
]);
export type Effect = DeepReadonly<z.infer<typeof effectSchema>>;

// Records have a lane of their own: one that the store refuses must not keep the next request waiting. So has what only
// tidies up: it must keep nobody waiting at all.
export const laneSchema = z.enum(["customer", "agents", "work", "record", "tidy"]);
export type Lane = z.infer<typeof laneSchema>;

/**
 * An effect in the outbox. `hash`: of a call or an action, what was approved is what runs. `attempt` and `firstAt` are
 * 0 and null until it is first started. `tries`: attempts since then, or since a person said "run again". `started`:
 * written before the first byte leaves. `mayHaveHappened`: an attempt's outcome was unknown; then no later attempt that
 * was surely not sent can make it undone.
 */
export const outgoingSchema = z.object({
  id: z.string(),
  lane: laneSchema,
  effect: effectSchema,
  hash: z.string().nullable(),
  attempt: z.number().int(),
  firstAt: z.number().nullable(),
  tries: z.number().int(),
  mayHaveHappened: z.boolean(),
  started: z.boolean(),
  dueAt: z.number(),
});
export type Outgoing = DeepReadonly<z.infer<typeof outgoingSchema>>;
