import { ErrorCode, type InstallURLOptions, type StateStore } from "@slack/oauth";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Ids } from "../../src/ports/ids.ts";

class StateError extends Error {
  readonly code = ErrorCode.InvalidStateError;
}

/**
 * Makes the states of installations: 128 bits of chance, each good once and for ten minutes, and only in this process. That
 * a state comes back from the browser that got it is checked by Slack's library, by a cookie.
 */
export function createInstallStates(clock: Clock, ids: Ids, options: InstallURLOptions): StateStore {
  const until = new Map<string, number>();
  return {
    async generateStateParam() {
      const state = ids.nonce();
      until.set(state, clock.monotonic() + limits.installMs);
      // Somebody who only ever opens the page must not fill the memory: then the oldest goes.
      for (const oldest of until.keys()) {
        if (until.size <= limits.installsBegun) break;
        until.delete(oldest);
      }
      return state;
    },
    async verifyStateParam(_now, state) {
      const end = until.get(state);
      until.delete(state);
      if (end === undefined || end <= clock.monotonic()) throw new StateError("The state is unknown, used or too old.");
      return options;
    },
  };
}
