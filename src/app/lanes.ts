import type { Conversation } from "../domain/conversation.ts";
import type { Lane, Outgoing } from "../domain/effect.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Perform } from "./perform.ts";
import type { Room } from "./room.ts";

/** Takes in what became of an effect. */
export type Settle = (room: Room, effect: Outgoing, outcome: Outcome) => void;

const heldBack: Outcome = { kind: "notSent", reason: "held back behind one that was not sent", retryAfterMs: 0 };

/** Begins what a save has marked and what is not under way yet. Lanes run beside each other, detached; never throws. */
export function launch(room: Room, saved: Conversation, perform: Perform, settle: Settle): void {
  for (const effect of saved.outbox) {
    if (!effect.started || room.launched.has(effect.id)) continue;
    room.launched.add(effect.id);
    const line = room.lanes.get(effect.lane);
    if (line !== undefined) {
      line.push({ conversation: saved, effect });
      continue;
    }
    room.lanes.set(effect.lane, [{ conversation: saved, effect }]);
    void runLane(room, effect.lane, perform, settle);
  }
}

/** Performs a lane's effects in order; after one that was not done, the rest is given back unsent. */
async function runLane(room: Room, lane: Lane, perform: Perform, settle: Settle): Promise<void> {
  const line = room.lanes.get(lane) ?? [];
  for (let next = line[0]; next !== undefined; next = line[0]) {
    const outcome = await perform(next.conversation, next.effect, room.leaseEndsAt);
    line.shift();
    settle(room, next.effect, outcome);
    if (outcome.kind === "done") continue;
    for (const { effect } of line.splice(0)) settle(room, effect, heldBack);
  }
  room.lanes.delete(lane);
}
