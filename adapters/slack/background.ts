import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";

/** Work that nobody waits for: what Slack was told already, or never needs to know. */
export interface Background {
  /** Begins the work; an error of it, thrown at once or later, is logged, with `what` it was. */
  run(what: string, work: () => Promise<unknown>): void;
  /** Resolves when all of it has ended, or after `limits.stopMs`: nothing that nobody waits for keeps a process from its end. */
  drain(): Promise<void>;
}

/** Nothing is under way. */
export function createBackground(clock: Clock, log: Log): Background {
  const underWay = new Set<Promise<void>>();
  return {
    run(what, work) {
      const begun = async (): Promise<unknown> => work();
      const running = begun().then(
        () => undefined,
        (error: unknown) => log.warn({ what, error }, "Something for Slack could not be done afterwards."),
      );
      underWay.add(running);
      void running.finally(() => underWay.delete(running));
    },
    async drain() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(limits.stopMs, resolve);
      const all = async (): Promise<void> => {
        while (underWay.size > 0) await Promise.allSettled(underWay);
      };
      await Promise.race([all(), late]);
      cancel();
    },
  };
}
