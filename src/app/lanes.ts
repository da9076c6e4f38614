import type { Conversation } from "../domain/conversation.ts";
import type { Lane, Outgoing } from "../domain/effect.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { ActiveConversation } from "./active-conversation.ts";
import type { Perform } from "./perform.ts";

/** Takes in what became of an effect. */
export type Settle = (active: ActiveConversation, effect: Outgoing, outcome: Outcome) => void;

const heldBack: Outcome = { kind: "notSent", reason: "held back behind one that was not sent", retryAfterMs: 0 };

/** Begins what a save has marked and what is not under way yet. Lanes run beside each other, detached; never throws. */
export function launch(active: ActiveConversation, saved: Conversation, perform: Perform, settle: Settle): void {
  const blocked = new Set<Lane>();
  for (const effect of saved.outbox) {
    if (!effect.started) continue;
    if (active.launched.has(effect.id)) {
      if (active.notDone.has(effect.id)) blocked.add(effect.lane);
      continue;
    }
    active.launched.add(effect.id);
    if (blocked.has(effect.lane)) {
      // Marked by a save that was under way when the one before it failed: it must not overtake that one.
      giveBack(active, effect, heldBack, settle);
      continue;
    }
    active.notDone.delete(effect.id);
    const line = active.lanes.get(effect.lane);
    if (line !== undefined) {
      line.push({ conversation: saved, effect });
      continue;
    }
    active.lanes.set(effect.lane, [{ conversation: saved, effect }]);
    void runLane(active, effect.lane, perform, settle);
  }
}

/** Performs a lane's effects in order; after one that was not done, the rest is given back unsent. */
async function runLane(active: ActiveConversation, lane: Lane, perform: Perform, settle: Settle): Promise<void> {
  const line = active.lanes.get(lane) ?? [];
  for (let next = line[0]; next !== undefined; next = line[0]) {
    const outcome = await perform(next.conversation, next.effect, active.leaseEndsAt);
    line.shift();
    if (outcome.kind === "done") {
      settle(active, next.effect, outcome);
      continue;
    }
    giveBack(active, next.effect, outcome, settle);
    for (const { effect } of line.splice(0)) giveBack(active, effect, heldBack, settle);
  }
  active.lanes.delete(lane);
}

function giveBack(active: ActiveConversation, effect: Outgoing, outcome: Outcome, settle: Settle): void {
  active.notDone.add(effect.id);
  settle(active, effect, outcome);
}
