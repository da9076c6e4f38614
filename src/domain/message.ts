import { z } from "zod";
import { cardSchema } from "./card.ts";
import type { DeepReadonly } from "./json.ts";

/**
 * Words for a person, as plain text that each channel escapes. `choices`: answers offered as buttons (typing one works
 * as well). `chosen`: given when it can be answered no more: the choice that was the answer, null if none was. `sensitive`:
 * the answer to this message must not be shown. `author`: the agent whose words are relayed, or null for Usher's own.
 */
export const textMessageSchema = z.object({
  kind: z.literal("text"),
  text: z.string().min(1),
  choices: z.array(z.string()),
  chosen: z.string().nullable().optional(),
  sensitive: z.boolean(),
  author: z.object({ id: z.string(), name: z.string() }).nullable(),
});
export type TextMessage = DeepReadonly<z.infer<typeof textMessageSchema>>;

/** What a channel can be asked to show. */
export const outMessageSchema = z.discriminatedUnion("kind", [
  textMessageSchema,
  z.object({ kind: z.literal("card"), card: cardSchema }),
]);
export type OutMessage = DeepReadonly<z.infer<typeof outMessageSchema>>;
