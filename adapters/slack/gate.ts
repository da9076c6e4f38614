import type { Inbound } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";

/** The door between Slack and Usher: open between the channel's start and its stop. */
export interface Gate {
  open(inbound: Inbound): void;
  /** Works with Usher. Throws TransientError while the door is closed, and what `work` throws. */
  enter<Value>(work: (inbound: Inbound) => Promise<Value>): Promise<Value>;
  /**
   * The same for what Slack waits for: throws TransientError, too, when it takes longer than that. The work goes on all
   * the same, and what Slack then sends again is recognised.
   */
  answer<Value>(work: (inbound: Inbound) => Promise<Value>): Promise<Value>;
  /** Lets nobody in any more; resolves when everybody who was in has left. */
  close(): Promise<void>;
}

// Guarantee G1: within 2.5 s of the 3 that Slack waits.
const answerMs = 2500;

/** A closed door. */
export function createGate(clock: Clock): Gate {
  const inside = new Set<Promise<unknown>>();
  let current: Inbound | null = null;
  const enter = async <Value>(work: (inbound: Inbound) => Promise<Value>): Promise<Value> => {
    if (current === null) throw new TransientError("Usher is starting or stopping: try again in a moment.");
    const visit = work(current);
    inside.add(visit);
    const leave = (): void => void inside.delete(visit);
    visit.then(leave, leave);
    return visit;
  };
  return {
    open: (inbound) => {
      current = inbound;
    },
    enter,
    answer: (work) => inTime(clock, enter(work)),
    async close() {
      current = null;
      while (inside.size > 0) await Promise.allSettled(inside);
    },
  };
}

async function inTime<Value>(clock: Clock, work: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(answerMs, () => reject(new TransientError(`No answer within ${answerMs} ms.`)));
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
