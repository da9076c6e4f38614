import { z } from "zod";
import { type DeepReadonly, jsonSchema } from "./json.ts";

/**
 * What became of one attempt of an effect. `failed`: an answer that refuses or cannot be read. `notSent`: nothing left
 * this machine (or the other side said "not now"), so it may be tried again. `unknown`: it may have taken effect.
 */
export const outcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done"), value: jsonSchema }),
  z.object({ kind: z.literal("failed"), reason: z.string() }),
  z.object({ kind: z.literal("notSent"), reason: z.string(), retryAfterMs: z.number().nullable() }),
  z.object({ kind: z.literal("unknown"), reason: z.string() }),
]);
export type Outcome = DeepReadonly<z.infer<typeof outcomeSchema>>;
