import type { Address } from "../../src/domain/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { SavedState } from "../../src/ports/inspector.ts";
import { readAddress } from "./address.ts";
import type { Background } from "./background.ts";
import type { SlackClient } from "./client.ts";

export interface WorkingOptions {
  readonly client: Pick<SlackClient, "setStatus">;
  readonly background: Background;
  readonly clock: Clock;
}

/** Says under a customer's thread that Usher is at work, where Slack shows such a thing. */
export interface Working {
  /** A conversation was saved so. */
  saved(state: SavedState): void;
  stop(): void;
}

/** What stands behind the name of the app. */
const status = "is working on it…";

// What is quicker needs no word, and no call.
const afterMs = 700;
// Slack takes it away by itself then ("automatically removed after two minutes"), and with Usher's next message.
const forgottenAfterMs = 120_000;

/** Makes what says so; nothing waits for it, and nothing comes of it where Slack does not take it. */
export function createWorking({ client, background, clock }: WorkingOptions): Working {
  const atWork = new Map<Address, { cancel: () => void; isShown: boolean }>();
  const untold = new Map<Address, Promise<void>>();
  const tell = (address: Address, words: string): void => {
    const place = readAddress(address);
    if (place === null || place.thread === null) return;
    const { workspace, channel, thread: threadTs } = place;
    const set = (): Promise<void> => client.setStatus({ workspace, channel, threadTs, status: words });
    // One word of a thread after another: of two at once nobody knows which one Slack shows in the end.
    const before = untold.get(address);
    const told = before === undefined ? set() : before.then(set);
    untold.set(address, told);
    background.run("the status of a thread", async () => {
      await told;
      if (untold.get(address) === told) untold.delete(address);
    });
  };
  const begin = (address: Address): void => {
    const show = (): void => {
      tell(address, status);
      const cancel = clock.after(forgottenAfterMs, () => atWork.delete(address));
      atWork.set(address, { cancel, isShown: true });
    };
    atWork.set(address, { cancel: clock.after(afterMs, show), isShown: false });
  };
  return {
    saved({ address, working }) {
      const known = atWork.get(address);
      if (working && known === undefined && readAddress(address) !== null) begin(address);
      if (working || known === undefined) return;
      known.cancel();
      atWork.delete(address);
      if (known.isShown) tell(address, "");
    },
    stop() {
      for (const { cancel } of atWork.values()) cancel();
      atWork.clear();
    },
  };
}
