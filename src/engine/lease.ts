import type { Conversation } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/effect.ts";
import { limits } from "../domain/limits.ts";
import { advance } from "./advance.ts";
import type { Context } from "./context.ts";
import { dueAtOf } from "./time.ts";

/**
 * Who asks for the lease. `exclusive`: no other process can be alive (embedded mode), so every other boot's lease has
 * lapsed. `launched`: the effects that this very process has under way, by id. `marks`: whether it begins new ones (not
 * while it stops).
 */
export interface Holder {
  readonly owner: string;
  readonly exclusive: boolean;
  readonly launched: ReadonlySet<string>;
  readonly marks: boolean;
}

/** Whether this process may take the lease, or has it. Pure. */
export function mayHold({ lease }: Conversation, holder: Holder, now: number): boolean {
  return lease === null || lease.owner === holder.owner || lease.until <= now || holder.exclusive;
}

/**
 * Takes or keeps the lease, or gives it up when there is nothing to perform. What is still marked as started and is
 * not under way here is settled first: this process's own marks were never acted on (surely not sent), anybody else's
 * may have happened (unknown). Then the due heads of the lanes are marked: that mark, once saved, is the intent. Pure.
 */
export function takeLease(conversation: Conversation, context: Context, holder: Holder): Conversation {
  const settled = settleLeftovers(conversation, context, holder);
  const marked = holder.marks ? { ...settled, outbox: markHeads(settled.outbox, context.now) } : settled;
  const performing = marked.outbox.some(({ started }) => started);
  const lease = performing ? { owner: holder.owner, until: context.now + limits.leaseMs } : null;
  return withDueAt({ ...marked, lease });
}

/** The same conversation with the moment at which somebody must look at it. Pure. */
export function withDueAt(conversation: Conversation): Conversation {
  return { ...conversation, dueAt: dueAtOf(conversation) };
}

function settleLeftovers(conversation: Conversation, context: Context, holder: Holder): Conversation {
  const own = conversation.lease?.owner === holder.owner;
  const leftovers = conversation.outbox.filter(({ id, started }) => started && !(own && holder.launched.has(id)));
  return leftovers.reduce(
    (at, { id, attempt }) =>
      advance(
        at,
        {
          kind: "settled",
          effectId: id,
          attempt,
          outcome: own
            ? { kind: "notSent", reason: "it was never begun", retryAfterMs: 0 }
            : { kind: "unknown", reason: "the process that performed it stopped" },
        },
        context,
      ),
    conversation,
  );
}

// Messages that stand together are marked together, as many as surely end within one lease.
const saysTogether = Math.ceil(limits.leaseMs / limits.sendTimeoutMs) - 1;

function markHeads(outbox: readonly Outgoing[], now: number): readonly Outgoing[] {
  const room = { customer: saysTogether, agents: 1, work: 1, record: 1, tidy: 1 };
  return outbox.map((effect) => {
    const places = room[effect.lane];
    if (places === 0) return effect;
    if (!effect.started && !isDue(effect, now)) {
      room[effect.lane] = 0;
      return effect;
    }
    room[effect.lane] = places - 1;
    if (effect.started) return effect;
    const { attempt, tries, firstAt } = effect;
    return { ...effect, started: true, attempt: attempt + 1, tries: tries + 1, firstAt: firstAt ?? now };
  });
}

/** Due at once if it was never begun; a wait that is longer than any wait can be comes from a clock that was set back. */
function isDue({ attempt, dueAt }: Outgoing, now: number): boolean {
  return attempt === 0 || dueAt <= now || dueAt > now + limits.retryAfterMostMs;
}
