import { z } from "zod";
import type { DeepReadonly } from "./json.ts";
import { personSchema } from "./person.ts";

/**
 * One message of a person. `keys` name the message, never its delivery (channel and timestamp, and the client's own
 * message id where there is one): two deliveries that share a key are one turn. `at`: the platform's time, Unix ms.
 */
export const turnSchema = z.object({
  id: z.string().min(1).max(300),
  keys: z.array(z.string().min(1).max(300)).min(1).max(4),
  from: personSchema,
  text: z.string(),
  mentioned: z.boolean(),
  at: z.number().int(),
});
export type Turn = DeepReadonly<z.infer<typeof turnSchema>>;
