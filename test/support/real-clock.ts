import { nextTick } from "node:process";
import type { Clock } from "../../src/ports/clock.ts";

/** The machine's own time, for tests that need real sockets to time out. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (run) => nextTick(run),
};
