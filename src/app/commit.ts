import type { Conversation } from "../domain/conversation.ts";
import { mayHold, takeLease, withDueAt } from "../engine/lease.ts";
import type { Clock } from "../ports/clock.ts";
import { ConflictError, TransientError } from "../ports/errors.ts";
import type { ConversationStore } from "../ports/store.ts";
import type { ActiveConversation, Job } from "./active-conversation.ts";
import type { Catalog } from "./catalog.ts";

/** What a commit needs. `owner` names this boot; `exclusive`: no other process can be alive on this store. */
export interface CommitOptions {
  readonly conversations: ConversationStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly owner: string;
  readonly exclusive: boolean;
}

// Between two processes a save is lost now and then, not fifty times in a row.
const conflictsAtMost = 50;

/**
 * Applies all changes of the batch to the newest document with one save, and tells each asker when it is durable.
 * Answers what was saved, with the monotonic time before the save, or null when nothing had to be written.
 * Throws what the store throws; then no asker has been told anything.
 */
export async function commit(
  options: CommitOptions,
  active: ActiveConversation,
  batch: readonly Job[],
  marks: boolean,
): Promise<{ readonly saved: Conversation; readonly at: number } | null> {
  for (let conflicts = 0; conflicts < conflictsAtMost; conflicts += 1) {
    const before = await currentDocument(options, active);
    // Before the lease gets its end by the wall clock: a pause in between must only shorten it.
    const at = options.clock.monotonic();
    const applied = applyAll(options.catalog, before, batch);
    const next = applied.conversation === null ? null : hold(options, active, before, applied.conversation, marks);
    const changed = next !== null && next !== before;
    if (changed && !(await trySave(options.conversations, next))) {
      active.document = undefined;
      continue;
    }
    active.document = next;
    for (const effectId of applied.settled) active.launched.delete(effectId);
    for (const answer of applied.answers) answer();
    return changed ? { saved: next, at } : null;
  }
  throw new TransientError("This conversation is being changed by too many at once; try again.");
}

async function currentDocument(
  { conversations, catalog }: CommitOptions,
  active: ActiveConversation,
): Promise<Conversation | null> {
  if (active.document !== undefined) return active.document;
  const loaded = await conversations.load(active.key.workspace, active.key.id);
  if (loaded !== null) await catalog.prepare(loaded);
  active.document = loaded;
  return loaded;
}

/** Answers whether it was saved; false: somebody else was faster. */
async function trySave(conversations: ConversationStore, next: Conversation): Promise<boolean> {
  try {
    await conversations.save(next);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/**
 * Applies every change in order; one that throws harms only its own asker. An outcome that could not be taken in leaves
 * its effect under way: to forget it would make an unsafe call look as if it had never been begun.
 */
function applyAll(catalog: Catalog, before: Conversation | null, batch: readonly Job[]) {
  const answers: (() => void)[] = [];
  const settled: string[] = [];
  let conversation = before;
  for (const job of batch) {
    try {
      const changed = job.change(conversation, catalog.contextOf);
      conversation = changed.conversation;
      if (job.settles !== null) settled.push(job.settles);
      answers.push(() => job.resolve(changed.answer));
    } catch (error) {
      answers.push(() => job.reject(error));
    }
  }
  return { conversation, answers, settled };
}

/** Prepares a document for its save: the lease, the marks, the version. One with no news stays the very same. */
function hold(
  { catalog, owner, exclusive }: CommitOptions,
  active: ActiveConversation,
  before: Conversation | null,
  changed: Conversation,
  marks: boolean,
): Conversation {
  const context = catalog.contextOf(changed);
  const holder = { owner, exclusive, launched: active.launched, marks };
  const held = mayHold(changed, holder, context.now) ? takeLease(changed, context, holder) : withDueAt(changed);
  return changed === before && hasNoNews(changed, held) ? changed : { ...held, version: changed.version + 1 };
}

/** Whether taking the lease has changed nothing that is worth a write; renewing it alone is not. */
function hasNoNews(before: Conversation, held: Conversation): boolean {
  if (before.outbox.length !== held.outbox.length || before.run !== held.run) return false;
  if (!held.outbox.every((effect, index) => effect === before.outbox[index])) return false;
  return held.lease === null
    ? before.lease === null && before.dueAt === held.dueAt
    : before.lease?.owner === held.lease.owner;
}
