import type { CardRef, WorkspaceId } from "../domain/ids.ts";
import type { Turn } from "../domain/turn.ts";
import { advance } from "../engine/advance.ts";
import type { Store } from "../ports/store.ts";
import { agentsTurn } from "./receive.ts";
import type { Work } from "./work.ts";

/** What taking in an agent's words needs. */
export interface UnderCardOptions {
  readonly work: Work;
  readonly store: Pick<Store, "conversations" | "roles">;
}

/**
 * Takes in what an agent wrote under a card: under the card of an open hand-off it is relayed to the customer. Answers
 * whether that was so. Throws TransientError when it could not be stored, PermanentError if who wrote is no agent.
 */
export async function underCard(
  { work, store }: UnderCardOptions,
  workspace: WorkspaceId,
  card: CardRef,
  written: Turn,
): Promise<boolean> {
  const turn = await agentsTurn(store.roles, workspace, written);
  const id = await store.conversations.underHandOff(workspace, card);
  if (id === null) return false;
  return work.apply<boolean>({ workspace, id }, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: false };
    const event = { kind: "agentWrote", turn, where: "handOff" } as const;
    return { conversation: advance(conversation, event, contextOf(conversation)), answer: true };
  });
}
