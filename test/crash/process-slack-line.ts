import { Agent } from "node:http";
import { createDeliverer, type Delivered, type Deliverer, overHttp } from "../support/slack/deliver.ts";
import { pause } from "./process-supervisor.ts";
import type { Random } from "./simulation-random.ts";

/** The way from Slack to a process that dies and comes back elsewhere. */
export interface SlackLine extends Deliverer {
  /** How many events were sent, how many of these deliveries were repetitions, and how many requests got no 200. */
  readonly counts: { events: number; repeated: number; unanswered: number };
}

export interface SlackLineOptions {
  /** Where the process is now; null: nowhere. */
  readonly url: () => string | null;
  readonly signingSecret: string;
  readonly random: Random;
  /** Ends the sending again of what is never taken: then every event throws. */
  readonly givenUp: AbortSignal;
}

// Slack sends again at once, after a minute, after five, and then hourly: a minute here takes half a second.
const againMs = [0, 500, 2500] as const;
const laterMs = 2500;
// Slack promises no less: what was acknowledged late, or on a broken connection, comes twice.
const twice = 0.1;

const nobody: Delivered = { status: null, headers: {}, body: "", ms: 0 };

/**
 * Makes it: an event resolves when it is acknowledged, and is sent again as Slack does until then. An interaction is sent
 * once, for Slack repeats none.
 */
export function createSlackLine({ url, signingSecret, random, givenUp }: SlackLineOptions): SlackLine {
  const counts = { events: 0, repeated: 0, unanswered: 0 };
  const agent = new Agent({ keepAlive: true });
  const http = overHttp(agent);
  const bot = createDeliverer({
    ...{ url: "http://usher/slack/events", signingSecret },
    exchange(to, body, how) {
      const base = url();
      return base === null ? Promise.resolve(nobody) : http(`${base}${new URL(to).pathname}`, body, how);
    },
  });
  const counted = async (sent: Promise<Delivered>): Promise<Delivered> => {
    const answer = await sent;
    if (answer.status !== 200) counts.unanswered += 1;
    return answer;
  };
  return {
    ...bot,
    counts,
    async event(envelope) {
      counts.events += 1;
      for (let num = 0; ; num += 1) {
        const knobs = num === 0 ? {} : { retry: { num, reason: "http_error" } };
        const copies = random.chance(twice) ? 2 : 1;
        counts.repeated += num === 0 ? copies - 1 : copies;
        const answers = await Promise.all(Array.from({ length: copies }, () => counted(bot.event(envelope, knobs))));
        const taken = answers.find(({ status }) => status === 200);
        if (taken !== undefined) return taken;
        await pause(againMs[num] ?? laterMs, givenUp);
        givenUp.throwIfAborted();
      }
    },
    interaction: (payload, knobs) => counted(bot.interaction(payload, knobs)),
    close() {
      bot.close();
      agent.destroy();
    },
  };
}
