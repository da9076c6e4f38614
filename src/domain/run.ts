import { z } from "zod";
import { outgoingSchema } from "./effect.ts";
import type { DeepReadonly } from "./json.ts";
import { runFieldsSchema } from "./run-record.ts";

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
export const runSchema = runFieldsSchema.extend({
  walked: z.number().int(),
  wait: waitSchema,
  // Asked to end while an effect is out: the run ends when its outcome is known.
  ending: z.enum(["cancelled", "resolved", "escalated", "uninstalled"]).nullable(),
});
export type Run = DeepReadonly<z.infer<typeof runSchema>>;
