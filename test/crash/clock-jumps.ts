import { limits } from "../../src/domain/limits.ts";
import { defaultTexts } from "../../src/domain/texts.ts";
import type { Scenario, ScenarioOptions, ScenarioReport } from "./scenario.ts";
import { openStage, perform, reboot, type Stage } from "./simulation-actor.ts";
import type { Fault } from "./simulation-faults.ts";
import { type Journal, noteStored } from "./simulation-journal.ts";
import { prepareStore } from "./simulation-procedures.ts";
import { createRandom } from "./simulation-random.ts";
import { createMemoryStore } from "./simulation-store.ts";
import { createWorld } from "./simulation-world.ts";

/**
 * Something that Usher waits for. `words`: what the customer writes to get there. `waitMs`: how long it takes on a clock
 * that does not jump. `fired`: how often it has happened. `durable`: kept in the store by the wall clock; else it is a
 * time-out inside the process, which no jump may touch.
 */
export interface Waiting {
  readonly name: string;
  readonly words: readonly string[];
  readonly faults: readonly Fault[];
  readonly waitMs: number;
  readonly durable: boolean;
  fired(journal: Journal): number;
}

/** How the wall clock jumps (ms, one after another, a minute between), and at which part of the wait. */
export interface Jumping {
  readonly jumps: readonly number[];
  readonly part: number;
  readonly restart: boolean;
}

const said =
  (text: string) =>
  ({ posts }: Journal): number =>
    new Set(
      posts.flatMap((post) =>
        post.message.kind === "text" && post.message.text.startsWith(text) ? [post.effectId] : [],
      ),
    ).size;

const carded =
  (title: string) =>
  ({ posts }: Journal): number =>
    posts.filter(({ message }) => message.kind === "card" && message.card.title.includes(title)).length;

/** A clock that jumps over the reminder and the expiry needs no reminder any more. */
const remindedOrTooLate = (journal: Journal): number =>
  Math.max(carded("Still waiting for a decision")(journal), said(defaultTexts.approvalExpired)(journal));

const arrived =
  (path: string) =>
  ({ arrivals }: Journal): number =>
    arrivals.filter(({ url, turnedAway }) => url.includes(path) && !turnedAway).length;

const cameBack = ({ edits }: Journal): number =>
  edits.filter(
    ({ message }) =>
      message.kind === "card" && message.card.status.some(({ before }) => before.startsWith("Back with")),
  ).length;

const toApproval = ["please payout @token", "because @token"];
const second = 1000;

/** Every sort of waiting that there is. */
export const waitings: readonly Waiting[] = [
  {
    name: "the reminder of an approval",
    words: toApproval,
    faults: [],
    waitMs: limits.approvalReminderMs,
    durable: true,
    fired: remindedOrTooLate,
  },
  {
    name: "the expiry of an approval",
    words: toApproval,
    faults: [],
    waitMs: limits.approvalMs,
    durable: true,
    fired: said(defaultTexts.approvalExpired),
  },
  {
    name: "the reminder of a silent customer",
    words: ["please payout @token"],
    faults: [],
    waitMs: limits.silenceReminderMs,
    durable: true,
    fired: said(defaultTexts.reminder),
  },
  {
    name: "the end of a silence",
    words: ["please payout @token"],
    faults: [],
    waitMs: limits.silenceMs,
    durable: true,
    fired: said(defaultTexts.expired),
  },
  {
    name: "the way back from silent people",
    words: ["human please"],
    faults: [],
    waitMs: limits.peopleMs,
    durable: true,
    fired: cameBack,
  },
  {
    name: "the retry of a call that did not get there",
    words: ["please transfer @token", "@token@example.com"],
    faults: [{ port: "http", kind: "unreachable" }],
    waitMs: limits.backoffFirstMs,
    durable: true,
    fired: arrived("/debit"),
  },
  {
    name: "the retry of a post",
    words: ["please payout @token"],
    faults: [{ port: "channel", kind: "throttled" }],
    waitMs: 3 * second,
    durable: true,
    fired: said("What is it for?"),
  },
  {
    name: "the time-out of a call",
    words: ["please transfer @token", "@token@example.com"],
    faults: [{ port: "http", kind: "slow", ms: 90 * second }],
    waitMs: limits.callTimeoutMs + second,
    durable: false,
    fired: said(defaultTexts.checking),
  },
  {
    name: "the time-out of the model",
    words: ["hm @token"],
    faults: [{ port: "model", kind: "hang" }],
    waitMs: limits.modelTimeoutMs,
    durable: false,
    fired: said("I can help with"),
  },
];

const minute = 60_000;
const sizes = [5 * minute, 60 * minute, 24 * 60 * minute];
const patterns = sizes.flatMap((ms) => [[ms], [-ms], [ms, -ms], [-ms, ms]]);

/** Every way to jump that a waiting goes through. */
function jumpingsOf({ durable }: Waiting): readonly Jumping[] {
  return patterns.flatMap((jumps) =>
    [0, 0.5, 0.95].flatMap((part) => (durable ? [false, true] : [false]).map((restart) => ({ jumps, part, restart }))),
  );
}

/** Waits while the clock jumps; answers what went wrong. */
export async function waitThrough(waiting: Waiting, jumping: Jumping): Promise<readonly string[]> {
  const stage = await openAt(waiting);
  const { clock, journal } = stage.world;
  const began = clock.monotonic();
  const problems: string[] = [];
  const fired = (): number => waiting.fired(journal);
  const elapsed = (): number => clock.monotonic() - began;
  if (fired() !== 0) problems.push("it happened before the wait began");
  await go(stage, jumping.part * waiting.waitMs);
  for (const [index, ms] of jumping.jumps.entries()) {
    if (index > 0) await go(stage, minute);
    clock.jump(ms);
    await stage.world.pump();
  }
  if (jumping.restart) {
    stage.instance.kill();
    await reboot(stage);
  }
  const forward = jumping.jumps.some((ms) => ms > 0);
  const setBack = waiting.durable ? -jumping.jumps.reduce((sum, ms) => sum + Math.min(0, ms), 0) : 0;
  // A sweep may be late by its interval, and each look here is as late as its step.
  const step = Math.max(second, waiting.waitMs / 24);
  const latest = waiting.waitMs + setBack + jumping.jumps.length * minute + 2 * step + 2 * limits.sweepMs;
  let firedAt: number | null = null;
  while (elapsed() < latest + 2 * step) {
    await go(stage, firedAt === null ? step : Math.max(step, latest - elapsed()));
    if (firedAt === null && fired() > 0) firedAt = elapsed();
  }
  if (firedAt === null || firedAt > latest) problems.push(`it did not happen within ${latest} ms, but at ${firedAt}`);
  else if ((!forward || !waiting.durable) && firedAt < waiting.waitMs - second)
    problems.push(`it was early, at ${firedAt} ms`);
  if (fired() > 1) problems.push(`it happened ${fired()} times`);
  return problems;
}

async function openAt({ words, faults }: Waiting): Promise<Stage> {
  const world = createWorld(createRandom(1));
  const store = createMemoryStore((before, next) => noteStored(world.journal, before, next));
  await prepareStore(store, []);
  const stage = await openStage(world, store);
  for (const [index, text] of words.entries()) {
    if (index === words.length - 1) for (const fault of faults) armFor(stage, fault);
    await perform(stage, { do: "send", conversation: "one", words: text, bystander: false });
    await world.pump();
  }
  return stage;
}

function armFor({ world }: Stage, fault: Fault): void {
  world.faults.arm(fault);
}

/** Time passes, in steps that a sweep can keep up with where the whole is short. */
async function go({ world }: Stage, ms: number): Promise<void> {
  const steps = ms > 10 * minute ? 4 : Math.max(1, Math.ceil(ms / limits.sweepMs));
  for (let step = 0; step < Math.min(steps, 40); step += 1) {
    world.clock.advance(ms / Math.min(steps, 40));
    await world.pump();
  }
}

/** Goes through all of them. `every`: one in so many. */
export async function jumpThrough(
  every: number,
  say: ScenarioOptions["say"],
): Promise<{ readonly counts: Record<string, number>; readonly problems: readonly string[] }> {
  const counts = { waits: 0, fired: 0, jumps: 0 };
  const problems: string[] = [];
  const all = waitings.flatMap((waiting) => jumpingsOf(waiting).map((jumping) => ({ waiting, jumping })));
  for (const { waiting, jumping } of all.filter((_one, index) => index % every === 0)) {
    const found = await waitThrough(waiting, jumping);
    counts.waits += 1;
    counts.jumps += jumping.jumps.length;
    if (found.length === 0) counts.fired += 1;
    problems.push(...found.map((problem) => `${waiting.name}, ${JSON.stringify(jumping)}: ${problem}`));
  }
  say(`${counts.waits} waits, ${problems.length} problems`);
  return { counts, problems };
}

/** R14: the wall clock jumps in the middle of approvals, retries, silence, hand-offs and time-outs. */
export const clockScenario: Scenario = {
  key: "R14",
  keepsBusy: "one thread",
  title: "the wall clock jumps by 5 minutes, an hour and a day, both ways",
  run: async ({ short, say }): Promise<ScenarioReport> => {
    const { counts, problems } = await jumpThrough(short ? 3 : 1, say);
    const again = `npm run torture -- --only R14${short ? " --short" : ""}   #`;
    const stuck = problems.filter((problem) => problem.includes("did not happen"));
    return {
      counts,
      injected: { "clock jump": counts["jumps"] ?? 0 },
      lost: 0,
      unsafeRepeats: 0,
      doubleDecisions: 0,
      stranded: stuck.length,
      violations: problems.map((problem) => `${again} ${problem}`),
    };
  },
};

/** How often a call arrived after the clock was set back during its back-off: before, and after, the customer writes. */
export async function askDuringRetry(jump: number): Promise<{ readonly before: number; readonly after: number }> {
  const retry = waitings.find(({ name }) => name === "the retry of a call that did not get there");
  if (retry === undefined) throw new Error("That waiting has another name now.");
  const stage = await openAt(retry);
  const { clock, journal } = stage.world;
  clock.jump(jump);
  await go(stage, minute);
  const before = retry.fired(journal);
  await perform(stage, { do: "send", conversation: "one", words: "are you there?", bystander: false });
  await stage.world.pump();
  return { before, after: retry.fired(journal) };
}
