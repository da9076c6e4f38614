import { z } from "zod";
import type { DeepReadonly } from "./json.ts";

const at = { at: z.number(), step: z.string() };

/**
 * One line of what a run did, and why. Texts are cut to 200 characters, and what is sensitive never gets in.
 * `branch` keeps both sides of the comparison as people would write them, with their types; `comparable: false`
 * says that the two could not be ordered, so that the answer was "no" for that reason.
 */
export const traceEntrySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("said"), ...at, text: z.string() }),
  z.object({ kind: z.literal("heard"), ...at, text: z.string() }),
  z.object({ kind: z.literal("invalid"), ...at, problem: z.string() }),
  z.object({ kind: z.literal("stored"), ...at, variable: z.string() }),
  z.object({
    kind: z.literal("branch"),
    ...at,
    left: z.string(),
    type: z.string(),
    right: z.string(),
    rightType: z.string(),
    result: z.boolean(),
    comparable: z.boolean(),
  }),
  z.object({ kind: z.literal("asked"), ...at, id: z.string(), what: z.string() }),
  z.object({ kind: z.literal("sent"), ...at, id: z.string(), what: z.string() }),
  z.object({
    kind: z.literal("outcome"),
    ...at,
    id: z.string(),
    outcome: z.enum(["done", "failed", "notSent", "unknown"]),
    note: z.string(),
  }),
  z.object({ kind: z.literal("decided"), ...at, id: z.string(), action: z.string(), by: z.string() }),
  z.object({ kind: z.literal("note"), ...at, text: z.string() }),
]);
export type TraceEntry = DeepReadonly<z.infer<typeof traceEntrySchema>>;
