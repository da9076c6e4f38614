import { z } from "zod";

/** One tenant. Every record belongs to one, and every look-up names it. */
export const workspaceIdSchema = z.string().min(1).max(100).brand<"WorkspaceId">();
export type WorkspaceId = z.infer<typeof workspaceIdSchema>;

/** One thread with one customer; made by the channel's adapter and unique in the workspace. */
export const conversationIdSchema = z.string().min(1).max(300).brand<"ConversationId">();
export type ConversationId = z.infer<typeof conversationIdSchema>;

/** Where a reply goes. Made and read by its channel's adapter alone. */
export const addressSchema = z.string().min(1).max(1000).brand<"Address">();
export type Address = z.infer<typeof addressSchema>;

/** A posted card, as its channel knows it. Made and read by its channel's adapter alone. */
export const cardRefSchema = z.string().min(1).max(1000).brand<"CardRef">();
export type CardRef = z.infer<typeof cardRefSchema>;

/**
 * Names one life of a conversation, in hex digits: the ms of its beginning (12, since Usher 0.2.0), then 128 random
 * bits (32).
 */
export const nonceSchema = z.string().regex(/^(?:[0-9a-f]{12})?[0-9a-f]{32}$/);

// `${nonce}-${n}`; behind it, in the buttons of a verdict, the attempt that it is about.
const itemId = /^((?:[0-9a-f]{12})?[0-9a-f]{32})-(?:0|[1-9]\d{0,9})(?:-[1-9]\d{0,4})?$/;

/** Answers the nonce of the conversation that an id was made in, or null if it is no such id. Pure. */
export function nonceOf(id: string): string | null {
  return itemId.exec(id)?.[1] ?? null;
}
