import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";
import { isSamePerson, type Person } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import { takesForwarded } from "../engine/forward.ts";
import type { Place } from "../ports/channel.ts";
import type { ConversationKey, ConversationStore } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import type { Work } from "./work.ts";

/**
 * The conversation in a thread of the same channel whose run waits for an answer of this person, the one that asked last;
 * null if there is none, or if the message does not stand at the top level of a channel. Found are runs in threads that
 * the person has begun.
 */
export async function waitingBeside(
  conversations: Pick<ConversationStore, "find">,
  { workspace, conversation, topLevelOf }: Place,
  person: Person,
): Promise<ConversationId | null> {
  if (topLevelOf === undefined) return null;
  let last: Conversation | null = null;
  const where = { waiting: "input", customer: person } as const;
  for await (const found of allOf((page) => conversations.find(workspace, where, page))) {
    const { id, run, people, touchedAt } = found;
    const isBeside = id !== conversation && id.startsWith(topLevelOf) && people === null;
    if (!isBeside || run === null || !isSamePerson(run.startedBy, person)) continue;
    if (last === null || touchedAt > last.touchedAt) last = found;
  }
  return last?.id ?? null;
}

/**
 * Gives a turn to another conversation, if it is the answer for which the run there waits. Answers whether it is; asked
 * again with the same turn the answer is the same. Throws TransientError when it could not be stored.
 */
export function forward(work: Work, key: ConversationKey, turn: Turn): Promise<boolean> {
  return work.apply<boolean>(key, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: false };
    const context = contextOf(conversation);
    return {
      conversation: advance(conversation, { kind: "forwarded", turn }, context),
      answer: takesForwarded(conversation, context, turn),
    };
  });
}
