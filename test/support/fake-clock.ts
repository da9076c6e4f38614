import { nextTick } from "node:process";
import type { Clock } from "../../src/ports/clock.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves wall and monotonic time on by `ms` (0 or more) and fires what falls due, in order. Throws RangeError. */
  advance(ms: number): void;
  /** Moves the wall time alone, in either direction, as a correction of the machine's clock does; fires nothing. */
  jump(ms: number): void;
  /** How many timers wait. */
  pending(): number;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

/** Makes a clock whose wall time starts at `startMs` (Unix ms) and whose monotonic time starts at 1,000. */
export function createFakeClock(startMs = Date.UTC(2026, 10, 22, 9)): FakeClock {
  let wall = startMs;
  let monotonic = 1000;
  const timers = new Set<Timer>();

  const moveTo = (moment: number): void => {
    wall += moment - monotonic;
    monotonic = moment;
  };
  // The earliest, and of equals the one that was set first: a Set keeps that order.
  const nextUntil = (moment: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt <= moment && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  };

  return {
    now: () => wall,
    monotonic: () => monotonic,
    after(ms, run) {
      const timer = { dueAt: monotonic + Math.max(0, ms), run };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    soon: (run) => nextTick(run),
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`A fake clock can't go back: advance(${ms}) needs 0 or more; use jump().`);
      const end = monotonic + ms;
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        moveTo(timer.dueAt);
        timer.run();
      }
      moveTo(end);
    },
    jump(ms) {
      wall += ms;
    },
    pending: () => timers.size,
  };
}
