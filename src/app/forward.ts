import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";
import { isSamePerson, type Person } from "../domain/person.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import { takesForwarded } from "../engine/forward.ts";
import type { Place } from "../ports/channel.ts";
import type { ConversationKey, ConversationStore } from "../ports/store.ts";
import type { Work } from "./work.ts";

/**
 * The conversation in a thread of the same channel whose run waits for an answer of this person, the one that asked last;
 * null if there is none, or if the message does not stand at the top level of a channel. Found are runs in threads that
 * the person has begun: of very many those of the store's first page, since the message waits for its acknowledgement.
 */
export async function waitingBeside(
  conversations: Pick<ConversationStore, "find">,
  { workspace, conversation, isBeside }: Place,
  person: Person,
): Promise<ConversationId | null> {
  if (isBeside === undefined) return null;
  const { items } = await conversations.find(workspace, { waiting: "input", customer: person }, null);
  const beside = items.filter(({ id, people, run }) => {
    const isHis = run !== null && isSamePerson(run.startedBy, person);
    return isHis && people === null && id !== conversation && isBeside(id);
  });
  const [first, ...others] = beside;
  if (first === undefined) return null;
  return others.reduce((last, other) => (askedAt(other) > askedAt(last) ? other : last), first).id;
}

/** When the run last said something, which was its question, as long as it waits for the answer. */
function askedAt({ run }: Conversation): number {
  return run?.trace.findLast(({ kind }) => kind === "said")?.at ?? run?.startedAt ?? 0;
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
