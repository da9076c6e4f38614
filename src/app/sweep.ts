import { limits } from "../domain/limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { AnswerStore, ConversationKey, ConversationStore } from "../ports/store.ts";
import type { Work } from "./work.ts";

/** What sweeping needs. `boot`: embedded mode's own boot, every other lease being lapsed; null in distributed mode. */
export interface SweepOptions {
  readonly conversations: ConversationStore;
  readonly answers: AnswerStore;
  readonly work: Work;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: string | null;
}

/** Finds what is due, whatever became of wakes and timers. */
export interface Sweeper {
  /** Sweeps once, then again and again every `limits.sweepMs`. */
  start(): Promise<void>;
  /** Something is due at this time (Unix ms): sweep then, if the next regular sweep comes later. */
  expect(dueAt: number): void;
  /** Resolves when a sweep under way has ended; there is no other. */
  stop(): Promise<void>;
}

const pruneEveryMs = 3_600_000;

/** Makes a sweeper; it has one timer, however many conversations wait. */
export function createSweeper(options: SweepOptions): Sweeper {
  const { clock } = options;
  const state = { cancel: (): void => {}, at: Number.POSITIVE_INFINITY, stopped: false, prunedAt: 0 };
  let sweeping: Promise<void> = Promise.resolve();

  const schedule = (at: number): void => {
    state.cancel();
    state.at = at;
    if (state.stopped) return;
    state.cancel = clock.after(Math.max(0, at - clock.now()), () => {
      sweeping = run();
    });
  };

  const run = async (): Promise<void> => {
    // While this sweep lasts, whatever becomes due soon is noted for the next one.
    state.at = Number.POSITIVE_INFINITY;
    try {
      await sweepDue(options);
      if (clock.now() - state.prunedAt >= pruneEveryMs) {
        state.prunedAt = clock.now();
        await options.answers.prune(clock.now() - limits.keptAnswerMs);
      }
    } catch (error) {
      options.log.error({ error }, "A sweep failed; the next one tries again.");
    }
    schedule(Math.min(state.at, clock.now() + limits.sweepMs));
  };

  return {
    async start() {
      sweeping = run();
      await sweeping;
    },
    expect(dueAt) {
      if (dueAt >= state.at || dueAt >= clock.now() + limits.sweepMs) return;
      if (state.at === Number.POSITIVE_INFINITY) state.at = dueAt;
      else schedule(dueAt);
    },
    async stop() {
      state.stopped = true;
      state.cancel();
      await sweeping;
    },
  };
}

/**
 * Looks after everything that is due, in batches. One that fails, or stays due, keeps its place at the head of the list;
 * so the next batch reaches beyond those, and nobody waits behind them.
 */
async function sweepDue(options: SweepOptions): Promise<void> {
  const { conversations, clock, boot } = options;
  const seen = new Set<string>();
  for (let limit: number = limits.sweepBatch; ; ) {
    const due = await conversations.due(clock.now(), limit, boot);
    const fresh = due.filter(({ workspace, id }) => !seen.has(`${workspace} ${id}`));
    if (due.length < limit && fresh.length === 0) return;
    for (const { workspace, id } of fresh) seen.add(`${workspace} ${id}`);
    await Promise.all(fresh.map((key) => lookAfter(options, key)));
    if (due.length < limit) return;
    limit = limits.sweepBatch + due.length - fresh.length;
  }
}

async function lookAfter({ work, log }: SweepOptions, key: ConversationKey): Promise<void> {
  try {
    await work.look(key);
  } catch (error) {
    log.error({ conversation: key.id, error }, "A conversation that is due could not be looked after.");
  }
}
