import { z } from "zod";
import { cardRefSchema } from "./ids.ts";
import { type DeepReadonly, isWithinDepth, jsonSchema } from "./json.ts";
import { limits } from "./limits.ts";
import { personSchema } from "./person.ts";

/** What an agent pastes as the result of something that happened: bounded as the answer of a call is. */
export const pastedSchema = jsonSchema.refine((value) => isWithinDepth(value, limits.jsonDepth), {
  error: `lists and objects must not stand deeper than ${limits.jsonDepth} levels`,
});

/** What a button can say: a choice on an approval, a verdict on an unknown outcome, or the end of a hand-off. */
export const pressActionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("approve") }),
  z.object({ kind: z.literal("reject"), reason: z.string().trim().min(1).max(3000) }),
  z.object({ kind: z.literal("happened"), value: pastedSchema }),
  z.object({ kind: z.literal("runAgain") }),
  z.object({ kind: z.literal("stop") }),
  z.object({ kind: z.literal("handBack") }),
  z.object({ kind: z.literal("resolve") }),
]);
export type PressAction = DeepReadonly<z.infer<typeof pressActionSchema>>;

/** A pressed button. `id`: what it decides. `card`: the card it was pressed on, where the channel tells. */
export const pressSchema = z.object({
  id: z.string(),
  card: cardRefSchema.nullable(),
  by: personSchema,
  action: pressActionSchema,
});
export type Press = DeepReadonly<z.infer<typeof pressSchema>>;

/** A decision that counted; it stays with the run's record, so that a late click learns who decided, and when. */
export const decisionSchema = z.object({
  of: z.string(),
  by: personSchema,
  at: z.number(),
  action: z.enum(["approve", "reject", "happened", "runAgain", "stop", "handBack", "resolve"]),
  reason: z.string().nullable(),
});
export type Decision = DeepReadonly<z.infer<typeof decisionSchema>>;

/** What somebody who pressed a button is told. */
export type Receipt =
  | { readonly kind: "accepted"; readonly decision: Decision }
  | { readonly kind: "decided"; readonly decision: Decision }
  | { readonly kind: "refused"; readonly reason: string };
