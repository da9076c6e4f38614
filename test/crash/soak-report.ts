import { realClock } from "../support/real-clock.ts";
import type { Backend } from "./process-backend.ts";
import type { Client } from "./process-client.ts";
import type { Desk } from "./process-desk.ts";
import { judgeDecisions, judgeGate, judgeRepeats } from "./process-oracles.ts";
import type { ScenarioReport } from "./scenario.ts";
import type { Memory } from "./soak-measure.ts";
import type { Group, Tally } from "./soak-story.ts";

/** What everybody together is to send, the loud one included. */
export const eventsPerSecond = 50;

const leastShare = 0.9;
const mostMemoryMb = 350;
const mostOthersPercent = 10;
// Oracle O11; what the store opens once and keeps is no leak.
const mostHandlesLeft = 4;

/**
 * For how long, after the warm-up: with the loud one, and then without. `ratio`: what the others' p95 beside him must
 * stay below, as a multiple of theirs without him, where nobody else uses the machine; null where it is only reported,
 * since the slowest twentieth of a few seconds is whatever the machine did just then. `slopeMbPerMinute`: the most that is flat, from `flatAfterMs` on;
 * null where it is only reported, since V8 takes about a minute of this load to come to its size.
 */
export interface SoakOptions {
  readonly again: string;
  readonly loudMs: number;
  readonly aloneMs: number;
  readonly ratio: number | null;
  readonly flatAfterMs: number;
  readonly slopeMbPerMinute: number | null;
  readonly say: (line: string) => void;
}

/** What was measured: the quiet customers without the loud one and beside him, and he himself. */
export interface Phases {
  readonly alone: Group;
  readonly beside: Group;
  readonly loud: Group;
}

/** All that a soak has seen. */
export interface Seen {
  readonly phases: Phases;
  readonly tally: Tally;
  readonly memory: Memory;
  /** How much of the processors went to other programs: then the times are theirs as well. */
  readonly othersPercent: number;
  readonly handles: number;
  readonly client: Client;
  readonly backend: Backend;
  readonly desk: Desk;
  readonly violations: readonly string[];
}

/** Judges a soak and reports it. */
export function reportOf(options: SoakOptions, seen: Seen): ScenarioReport {
  const { backend, desk, tally } = seen;
  const problems = [...seen.violations, ...problemsOf(options, seen)];
  const note = (line: string): void => {
    problems.push(line);
  };
  const unsafeRepeats = judgeRepeats(backend, desk, note);
  const doubleDecisions = judgeDecisions(desk, note);
  for (const order of tally.gated) {
    const entries = backend.journal.filter(({ method, path }) => method === "POST" && path === `/credits/${order}`);
    judgeGate(`order ${order}`, entries, desk, note);
  }
  for (const [id, startedAt] of tally.open) {
    note(`stranded: ${id}, ${Math.round(realClock.monotonic() - startedAt)} ms old`);
  }
  return {
    counts: countsOf(seen),
    // Nothing is broken here: the loud customer is load.
    injected: {},
    lost: tally.lost,
    unsafeRepeats,
    doubleDecisions,
    stranded: tally.open.size,
    violations: problems.map((problem) => `${problem} (${options.again})`),
  };
}

function problemsOf(options: SoakOptions, { desk, handles, memory, othersPercent, phases }: Seen): readonly string[] {
  const { alone, beside, loud } = phases;
  const problems: string[] = [];
  const intended = (eventsPerSecond * options.loudMs) / 1000;
  const came = beside.acks.count + loud.acks.count;
  const ratio = ratioOf(phases);
  if (beside.acks.count === 0 || loud.acks.count === 0) problems.push("nobody wrote while the loud one did");
  if (alone.replies.count === 0) problems.push("nobody was answered without the loud one");
  if (othersPercent > mostOthersPercent) {
    // What a machine that does other things is late with says nothing about Usher.
    options.say(
      `R17: other programs took ${othersPercent} % of the machine, so the load (${came} of ${intended} events) and the ` +
        `p95 ratio (${ratio}) are only reported.`,
    );
  } else {
    if (came < leastShare * intended) problems.push(`only ${came} of ${intended} events came while the loud one wrote`);
    if (options.ratio !== null && ratio >= options.ratio) {
      problems.push(`the loud one moves the others' p95 to ${ratio} times`);
    }
  }
  if (desk.approvals.size === 0) problems.push("no agent was ever asked for an approval");
  if (handles > mostHandlesLeft) problems.push(`${handles} handles are left open`);
  if (memory.highestMb > mostMemoryMb) problems.push(`its memory came to ${memory.highestMb} MB`);
  if (memory.slopeMbPerMinute > (options.slopeMbPerMinute ?? Number.POSITIVE_INFINITY)) {
    problems.push(`its memory grew by ${memory.slopeMbPerMinute} MB a minute after the warm-up`);
  }
  return problems;
}

/** How many times as long the others' answers take beside the loud one, at p95; 0 when there are none. Pure. */
function ratioOf({ alone, beside }: Phases): number {
  const without = alone.replies.at(0.95);
  return without === 0 ? 0 : Math.round((100 * beside.replies.at(0.95)) / without) / 100;
}

function countsOf({
  backend,
  client,
  desk,
  handles,
  memory,
  othersPercent,
  phases,
  tally,
}: Seen): ScenarioReport["counts"] {
  const { alone, beside, loud } = phases;
  return {
    events: alone.acks.count + beside.acks.count + loud.acks.count,
    loudEvents: loud.acks.count,
    stories: tally.stories,
    ended: tally.ended,
    requests: backend.journal.length,
    approvals: desk.approvals.size,
    ...alone.acks.figures("aloneAck"),
    ...beside.acks.figures("besideAck"),
    ...loud.acks.figures("loudAck"),
    ...alone.replies.figures("aloneReply"),
    ...beside.replies.figures("besideReply"),
    p95Ratio: ratioOf(phases),
    othersPercent,
    oldestStoryMs: Math.round(tally.oldestMs),
    rssHighestMb: memory.highestMb,
    rssEndMb: memory.endMb,
    rssSlopeMbPerMinute: memory.slopeMbPerMinute,
    handlesLeft: handles,
    answered503: client.counts.refused,
    unanswered: client.counts.unanswered,
  };
}
