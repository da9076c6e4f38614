import type { Conversation } from "../domain/conversation.ts";

/**
 * What waits to be tried again in the agents channel is due at once, since what it waited for has changed; nothing that is
 * out is touched. Answers the very same object where nothing waits. Pure.
 */
export function hurryPosts(conversation: Conversation, now: number): Conversation {
  const waits = ({ lane, started, dueAt }: Conversation["outbox"][number]) =>
    lane === "agents" && !started && dueAt > now;
  if (!conversation.outbox.some(waits)) return conversation;
  return { ...conversation, outbox: conversation.outbox.map((of) => (waits(of) ? { ...of, dueAt: now } : of)) };
}
