import { z } from "zod";
import { cardSchema } from "./card.ts";
import { outgoingSchema } from "./effect.ts";
import { addressSchema, cardRefSchema, conversationIdSchema, nonceSchema, workspaceIdSchema } from "./ids.ts";
import type { DeepReadonly } from "./json.ts";
import { textMessageSchema } from "./message.ts";
import { personSchema } from "./person.ts";
import { decisionSchema } from "./press.ts";
import { recentTurnSchema } from "./recent.ts";
import { routeSchema } from "./route.ts";
import { runSchema } from "./run.ts";
import { runEndSchema } from "./run-record.ts";
import { turnSchema } from "./turn.ts";

/** The newest shape of the document. A process leaves documents with a higher number alone. */
export const conversationSchemaNumber = 3;

/**
 * One thread with one customer, as one document: whatever must be atomic is in here, so that one conditional write is
 * all the concurrency control there is. The table of its states is in src/engine/README.md.
 */
export const conversationSchema = z.object({
  schema: z.literal(conversationSchemaNumber),
  workspace: workspaceIdSchema,
  id: conversationIdSchema,
  nonce: nonceSchema,
  // One more with each save; a save succeeds only if the stored one is one less.
  version: z.number().int(),
  // Who performs its effects (the owner names a boot of a process), until when.
  lease: z.object({ owner: z.string(), until: z.number() }).nullable(),
  address: addressSchema,
  customer: personSchema,
  // With people: the effect that posts the hand-off card (its id is what its buttons say), the card as it is shown, so
  // that an edit keeps its transcript, and when silence gives the conversation back. Null: with the bot.
  people: z.object({ card: z.string(), shown: cardSchema, since: z.number(), until: z.number() }).nullable(),
  // How hand-offs ended, so that a late press learns who did it.
  handOffs: z.array(decisionSchema),
  // The last turns' keys and moments; an unseen turn that is not newer than `floor` counts as seen.
  recent: z.array(recentTurnSchema),
  floor: z.number(),
  inbox: z.array(turnSchema),
  // Turns that did not fit into the inbox since the customer was last told so.
  dropped: z.number().int(),
  choosing: z.object({ slugs: z.array(z.string()).min(1), turn: turnSchema, expiresAt: z.number() }).nullable(),
  // The newest message on which its question can be answered, by choices or in a private form: the effect that says it,
  // and what it says.
  offered: z.object({ of: z.string(), message: textMessageSchema }).nullable(),
  // Cards, and such messages, that may still be edited or pressed, by the effect that posted them.
  cards: z.record(z.string(), cardRefSchema),
  tags: z.array(z.string()),
  resolvedAt: z.number().nullable(),
  lastRoute: routeSchema.nullable(),
  lastRun: z.object({ id: z.string(), slug: z.string(), ended: runEndSchema, endedAt: z.number() }).nullable(),
  run: runSchema.nullable(),
  outbox: z.array(outgoingSchema),
  nextId: z.number().int(),
  // When something last happened here, for the purge of idle conversations.
  touchedAt: z.number(),
  // When somebody must look at this document though no event comes; null: never.
  dueAt: z.number().nullable(),
});
export type Conversation = DeepReadonly<z.infer<typeof conversationSchema>>;
