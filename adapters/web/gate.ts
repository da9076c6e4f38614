import type { Inbound } from "../../src/ports/channel.ts";
import { TransientError } from "../../src/ports/errors.ts";

/** The door between the API and Usher: open between the channel's start and its stop. */
export interface Gate {
  open(inbound: Inbound): void;
  isOpen(): boolean;
  /** Works with Usher. Throws TransientError while the door is closed, and what `work` throws. */
  enter<Value>(work: (inbound: Inbound) => Promise<Value>): Promise<Value>;
  /** Lets nobody in any more; resolves when everybody who was in has left. */
  close(): Promise<void>;
}

/** A closed door. */
export function createGate(): Gate {
  const inside = new Set<Promise<unknown>>();
  let current: Inbound | null = null;
  return {
    open: (inbound) => {
      current = inbound;
    },
    isOpen: () => current !== null,
    enter: async (work) => {
      if (current === null) throw new TransientError("The playground is starting or stopping: try again in a moment.");
      const visit = work(current);
      inside.add(visit);
      try {
        return await visit;
      } finally {
        inside.delete(visit);
      }
    },
    close: async () => {
      current = null;
      // Who is in may bring in others that were waiting behind it, which then find the door closed.
      while (inside.size > 0) await Promise.allSettled(inside);
    },
  };
}
