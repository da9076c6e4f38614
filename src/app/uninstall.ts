import type { Conversation } from "../domain/conversation.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { PressAction } from "../domain/press.ts";
import { advance } from "../engine/advance.ts";
import type { Context } from "../engine/context.ts";
import type { Store } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import type { Work } from "./work.ts";

/**
 * Usher has no business in a workspace any more: every run there is cancelled, whoever had a conversation has it no longer,
 * and nothing can be sent, since the token is destroyed before this is called. What is out on its way ends its run when it
 * comes back. `by`: in whose name it is noted. Done twice it is the same as once. Throws what the store throws.
 */
export async function endConversations(
  options: { readonly work: Work; readonly store: Pick<Store, "conversations"> },
  workspace: WorkspaceId,
  by: Person,
): Promise<void> {
  // Once more where there was something: what came in a moment before may have begun behind our back.
  for (let pass = 0; pass < mostPasses; pass += 1) if ((await endOpen(options, workspace, by)) === 0) return;
}

const mostPasses = 5;

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
      conversation: conversation === null ? null : end(conversation, contextOf(conversation), by),
      answer: null,
    }));
  }
  return ended;
}

function isOpen({ run, people }: Conversation): boolean {
  return people !== null || (run !== null && (run.ending === null || run.wait.kind === "verdict"));
}

/** The run ends as at the customer's wish; a question that nobody can answer there is closed, and so is a hand-off. */
function end(conversation: Conversation, context: Context, by: Person): Conversation {
  const cancelled = conversation.run === null ? conversation : advance(conversation, { kind: "cancel", by }, context);
  const press = (of: Conversation, id: string, action: PressAction): Conversation =>
    advance(of, { kind: "pressed", press: { id, by, card: null, action } }, context);
  const wait = cancelled.run?.wait;
  const asked = wait?.kind === "verdict" ? press(cancelled, wait.of.id, { kind: "stop" }) : cancelled;
  return asked.people === null ? asked : press(asked, asked.people.card, { kind: "resolve" });
}
