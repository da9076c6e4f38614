import { z } from "zod";
import { type DeepReadonly, jsonSchema } from "./json.ts";
import { personSchema } from "./person.ts";
import { decisionSchema } from "./press.ts";
import { traceEntrySchema } from "./trace.ts";

/** What is known of a run, whether it is under way or has ended. */
export const runFieldsSchema = z.object({
  id: z.string(),
  procedure: z.object({ slug: z.string(), version: z.number().int() }),
  startedBy: personSchema,
  // Who chose the procedure by hand for that person; null: a workflow. Not there where the person's own words began the
  // run, and in runs of Usher 0.2.0 and before.
  chosenBy: personSchema.nullable().optional(),
  startedAt: z.number(),
  stepId: z.string(),
  variables: z.record(z.string(), jsonSchema),
  decisions: z.array(decisionSchema),
  trace: z.array(traceEntrySchema),
});

/** How a run ended. */
export const runEndSchema = z.enum(["completed", "escalated", "cancelled", "resolved", "expired"]);
export type RunEnd = z.infer<typeof runEndSchema>;

/** A finished run, as it is kept when it has left its conversation. */
export const runRecordSchema = runFieldsSchema.extend({
  conversationId: z.string(),
  ended: runEndSchema,
  endedAt: z.number(),
  reason: z.string().nullable(),
});
export type RunRecord = DeepReadonly<z.infer<typeof runRecordSchema>>;
