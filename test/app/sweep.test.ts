import { describe, expect, test } from "vitest";
import { createSweeper } from "../../src/app/sweep.ts";
import { conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { ConversationKey } from "../../src/ports/store.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { createLogBook } from "../support/playground.ts";

const workspace = workspaceIdSchema.parse("test");
const keyOf = (n: number): ConversationKey => ({ workspace, id: conversationIdSchema.parse(`c${n}`) });

/** A sweeper over a list of what is due; `look` takes a conversation off the list, or throws. */
function openSweeper(due: ConversationKey[], look: (key: ConversationKey) => void) {
  const clock = createFakeClock();
  const looked: string[] = [];
  const sweeps: number[] = [];
  const sweeper = createSweeper({
    clock,
    log: createLogBook(),
    boot: null,
    answers: { put: () => Promise.resolve(), load: () => Promise.resolve(null), prune: () => Promise.resolve() },
    conversations: {
      load: () => Promise.resolve(null),
      save: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      find: () => Promise.resolve({ items: [], next: null }),
      locate: () => Promise.resolve(null),
      underHandOff: () => Promise.resolve(null),
      due: (_now, limit) => {
        sweeps.push(clock.monotonic());
        return Promise.resolve(due.slice(0, limit));
      },
    },
    work: {
      apply: () => Promise.reject(new Error("not asked for")),
      stop: () => Promise.resolve(),
      look: (key) => {
        looked.push(key.id);
        look(key);
        return Promise.resolve();
      },
    },
  });
  return { clock, sweeper, looked, sweeps };
}

describe("the sweeper", () => {
  test("everything that is due is looked after, in as many batches as it takes", async () => {
    const due = Array.from({ length: limits.sweepBatch * 3 + 1 }, (_, n) => keyOf(n));
    const { sweeper, looked } = openSweeper(due, (key) => {
      due.splice(
        due.findIndex(({ id }) => id === key.id),
        1,
      );
    });
    await sweeper.start();
    expect(looked).toHaveLength(limits.sweepBatch * 3 + 1);
    expect(due).toEqual([]);
    await sweeper.stop();
  });

  test("conversations that cannot be looked after, more than a batch of them, keep nobody behind them waiting", async () => {
    const damaged = limits.sweepBatch * 2;
    const due = Array.from({ length: damaged + 5 }, (_, n) => keyOf(n));
    const { sweeper, looked } = openSweeper(due, (key) => {
      if (Number(key.id.slice(1)) < damaged) throw new Error("damaged");
      due.splice(
        due.findIndex(({ id }) => id === key.id),
        1,
      );
    });
    await sweeper.start();
    expect(new Set(looked).size).toBe(damaged + 5);
    expect(due).toHaveLength(damaged);
    await sweeper.stop();
  });

  test("it sweeps regularly, and sooner when something becomes due before that", async () => {
    const { clock, sweeper, sweeps } = openSweeper([], () => {});
    const begun = clock.monotonic();
    await sweeper.start();
    sweeper.expect(clock.now() + 500);
    clock.advance(500);
    expect(sweeps.at(-1)).toBe(begun + 500);
    await sweeper.stop();
    clock.advance(limits.sweepMs * 10);
    expect(sweeps.at(-1)).toBe(begun + 500);
  });
});
