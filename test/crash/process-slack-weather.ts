import type { FakeSlack } from "../support/slack/fake-slack.ts";
import type { Fault } from "../support/slack/faults.ts";
import type { Counts } from "./scenario.ts";
import { createRandom } from "./simulation-random.ts";

/** Slack's bad moments. */
export interface SlackWeather {
  begin(): void;
  /** From now on Slack behaves. */
  calm(): void;
}

/** A bad moment, and the share (0 to 1) of calls that meet it. */
interface Moment {
  readonly share: number;
  readonly fault: Fault;
}

const tooMany: Moment = { share: 0.01, fault: { kind: "rateLimited", retryAfterS: 1 } };
const lost: readonly Moment[] = [
  { share: 0.02, fault: { kind: "status", status: 503, when: "before" } },
  { share: 0.02, fault: { kind: "reset", when: "before" } },
];
const answerLost: readonly Moment[] = [
  { share: 0.04, fault: { kind: "status", status: 500, when: "after" } },
  { share: 0.04, fault: { kind: "reset", when: "after" } },
];

const momentsOf: { readonly [method: string]: readonly Moment[] } = {
  "chat.postMessage": [tooMany, ...lost, ...answerLost],
  "chat.update": [tooMany, ...lost, ...answerLost],
  "views.open": [...lost, ...answerLost],
  "conversations.replies": [tooMany, ...lost],
  "conversations.history": [tooMany, ...lost],
  "conversations.info": lost,
  "users.info": lost,
};

/** Makes it; until it begins, Slack behaves. Which call meets what follows from the seed and from the order of the calls. */
export function createSlackWeather({ faults }: FakeSlack, seed: number): SlackWeather {
  const random = createRandom(seed);
  let isBad = false;
  for (const [method, moments] of Object.entries(momentsOf)) {
    for (const { share, fault } of moments) {
      faults.plan({ method, times: Number.POSITIVE_INFINITY, where: () => isBad && random.chance(share) }, fault);
    }
  }
  return {
    begin: () => {
      isBad = true;
    },
    calm: () => {
      isBad = false;
    },
  };
}

/** The faults of Slack's that calls have met, by what they were and whether the call was carried out. */
export function metIn({ journal }: FakeSlack): Counts {
  const counts: Record<string, number> = {};
  for (const { fault, carriedOut } of journal.calls) {
    if (fault === null) continue;
    const name = `Slack: ${fault === "rateLimited" ? "429" : `${fault}, ${carriedOut ? "done" : "not done"}`}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
