import type { WorkspaceId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { advance } from "../engine/advance.ts";
import type { Store } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import type { Work } from "./work.ts";

/**
 * Usher has no business in a workspace any more: every run there is cancelled, and nothing can be sent, since its token is
 * destroyed before this is called. Done twice it is the same as once. Throws what the store throws.
 */
export async function cancelRuns(
  { work, store }: { readonly work: Work; readonly store: Pick<Store, "conversations"> },
  workspace: WorkspaceId,
  by: Person,
): Promise<void> {
  for await (const { id, run } of allOf((page) => store.conversations.find(workspace, {}, page))) {
    if (run === null) continue;
    await work.apply({ workspace, id }, (conversation, contextOf) => ({
      conversation:
        conversation === null ? null : advance(conversation, { kind: "cancel", by }, contextOf(conversation)),
      answer: null,
    }));
  }
}
