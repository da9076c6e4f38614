import { z } from "zod";
import { outgoingSchema } from "./effect.ts";
import { type DeepReadonly, jsonSchema } from "./json.ts";
import { personSchema } from "./person.ts";
import { decisionSchema } from "./press.ts";
import { traceEntrySchema } from "./trace.ts";

/**
 * What a run waits for. `approval.of` and `verdict.of` are frozen and hashed, and taken out of the outbox so that the
 * lane goes on; their id is the id of the decision. `card` is the effect that posts the card for it.
 */
export const waitSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("input"),
    expiresAt: z.number(),
    remindAt: z.number().nullable(),
    invalid: z.number().int(),
  }),
  // card: the approval card of this effect, which still has to learn the outcome; null when there was none.
  z.object({ kind: z.literal("effect"), effectId: z.string(), card: z.string().nullable() }),
  z.object({
    kind: z.literal("approval"),
    of: outgoingSchema,
    card: z.string(),
    expiresAt: z.number(),
    remindAt: z.number().nullable(),
  }),
  z.object({ kind: z.literal("verdict"), of: outgoingSchema, card: z.string(), remindAt: z.number() }),
  // People have the conversation: the run stands before `stepId` and goes on when they hand it back.
  z.object({ kind: z.literal("held") }),
]);
export type Wait = DeepReadonly<z.infer<typeof waitSchema>>;

/** One walk of one version in one conversation. `walked`: steps entered so far. */
export const runSchema = z.object({
  id: z.string(),
  procedure: z.object({ slug: z.string(), version: z.number().int() }),
  startedBy: personSchema,
  startedAt: z.number(),
  stepId: z.string(),
  walked: z.number().int(),
  variables: z.record(z.string(), jsonSchema),
  wait: waitSchema,
  decisions: z.array(decisionSchema),
  trace: z.array(traceEntrySchema),
  // Asked to end while an effect is out: the run ends when its outcome is known.
  ending: z.enum(["cancelled", "resolved", "escalated"]).nullable(),
});
export type Run = DeepReadonly<z.infer<typeof runSchema>>;

/** How a run ended. */
export const runEndSchema = z.enum(["completed", "escalated", "cancelled", "resolved", "expired"]);
export type RunEnd = z.infer<typeof runEndSchema>;

/** A finished run, as it is kept when it has left its conversation. */
export const runRecordSchema = runSchema
  .omit({ wait: true, ending: true, walked: true })
  .extend({ conversationId: z.string(), ended: runEndSchema, endedAt: z.number(), reason: z.string().nullable() });
export type RunRecord = DeepReadonly<z.infer<typeof runRecordSchema>>;
