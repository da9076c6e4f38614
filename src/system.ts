import { randomBytes } from "node:crypto";
import { nextTick } from "node:process";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";

// Beyond this, setTimeout fires at once.
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    // Its own count of what is left, so that a delay of months is waited for in pieces.
    const endsAt = performance.now() + ms;
    let timer = setTimeout(step, Math.min(ms, longestTimeoutMs));
    timer.unref();
    function step(): void {
      const left = endsAt - performance.now();
      // A timer may fire up to a millisecond early; that is no reason for another one.
      if (left < 1) {
        run();
        return;
      }
      timer = setTimeout(step, Math.min(left, longestTimeoutMs));
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
  // Behind the promises that are settled already, and before the next look at sockets and timers.
  soon: (run) => nextTick(run),
};

/** The machine's random numbers, fit for secrets. */
export const systemIds: Ids = { nonce: () => randomBytes(16).toString("hex") };
