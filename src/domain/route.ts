import { z } from "zod";
import type { DeepReadonly } from "./json.ts";

const scored = z.array(z.object({ slug: z.string(), score: z.number() }));

/**
 * What a model made of a message: the scores of the best candidates (best first) with the score that was needed, and
 * one decision out of a closed list. Stored with the conversation, so that `why` can be answered.
 */
export const routeSchema = z.intersection(
  z.object({ scores: scored, threshold: z.number() }),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("run"), slug: z.string(), filled: z.record(z.string(), z.string()) }),
    z.object({ kind: z.literal("ask"), slugs: z.array(z.string()).min(2) }),
    z.object({ kind: z.literal("reply"), text: z.string() }),
    z.object({ kind: z.literal("silent") }),
    z.object({ kind: z.literal("escalate"), reason: z.string() }),
  ]),
);
export type Route = DeepReadonly<z.infer<typeof routeSchema>>;
