import type { WorkspaceId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { advance } from "../engine/advance.ts";
import { isOpen } from "../engine/uninstalled.ts";
import { TransientError } from "../ports/errors.ts";
import type { Store } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import type { Work } from "./work.ts";

/**
 * Usher has no business in a workspace any more: every run there is cancelled, whoever had a conversation has it no
 * longer, what waits is dropped, and nothing can be sent, since the token is destroyed before this is called. What is out
 * on its way ends its run when it comes back. `by`: in whose name it is noted. Done twice it is the same as once. Throws
 * what the store throws, and TransientError while something new keeps coming in: then it is to be done again.
 */
export async function endConversations(
  options: { readonly work: Work; readonly store: Pick<Store, "conversations"> },
  workspace: WorkspaceId,
  by: Person,
): Promise<void> {
  // Once more where there was something: what came in a moment before may have begun behind our back.
  for (let pass = 0; pass < mostPasses; pass += 1) if ((await endOpen(options, workspace, by)) === 0) return;
  throw new TransientError(`Conversations of workspace ${workspace} are still being opened: end them once more.`);
}

const mostPasses = 5;

/** Ends what is open, and answers how much there was. */
async function endOpen(
  { work, store }: { readonly work: Work; readonly store: Pick<Store, "conversations"> },
  workspace: WorkspaceId,
  by: Person,
): Promise<number> {
  let ended = 0;
  for await (const found of allOf((page) => store.conversations.find(workspace, {}, page))) {
    if (!isOpen(found)) continue;
    ended += 1;
    await work.apply({ workspace, id: found.id }, (conversation, contextOf) => ({
      conversation:
        conversation === null ? null : advance(conversation, { kind: "uninstalled", by }, contextOf(conversation)),
      answer: null,
    }));
  }
  return ended;
}
