import type { ConversationId, WorkspaceId } from "../src/domain/ids.ts";
import type { Queue } from "../src/ports/queue.ts";

type Handle = Parameters<Queue["start"]>[0];

interface Waiting {
  readonly workspace: WorkspaceId;
  readonly id: ConversationId;
}

/**
 * Makes a queue within this process: wakes of one conversation become one call while they wait, and calls for one
 * conversation never overlap. What waits is kept in memory only, as the port allows. `onError` hears of a handler that
 * threw.
 */
export function createInProcessQueue(options: { readonly onError?: (error: unknown) => void } = {}): Queue {
  const waiting = new Map<string, Waiting>();
  const running = new Map<string, Promise<void>>();
  let handle: Handle | null = null;
  let stopped = false;

  const callFor = async (call: Handle, { workspace, id }: Waiting): Promise<void> => {
    try {
      await call(workspace, id);
    } catch (error) {
      options.onError?.(error);
    }
  };

  const startNext = (key: string): void => {
    const next = waiting.get(key);
    if (handle === null || stopped || next === undefined || running.has(key)) return;
    waiting.delete(key);
    const call = handle;
    // In a later tick: who wakes has not yet finished what it does, and must not hear of a handler's error.
    const run = Promise.resolve()
      .then(() => callFor(call, next))
      .finally(() => {
        running.delete(key);
        // Woken during the call: what it was woken for may have come too late for that call.
        startNext(key);
      });
    running.set(key, run);
  };

  return {
    wake: (workspace, id) => {
      // JSON keeps the two parts apart, whatever is in them.
      const key = JSON.stringify([workspace, id]);
      if (!stopped) waiting.set(key, { workspace, id });
      startNext(key);
      return Promise.resolve();
    },
    start: (given) => {
      handle = given;
      for (const key of [...waiting.keys()]) startNext(key);
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      waiting.clear();
      await Promise.all(running.values());
    },
  };
}
