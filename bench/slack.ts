// `npm run bench:slack -- [--json] [--quick]`: how soon Usher acknowledges Slack's events and answers them, and Bolt alone
// beside it. `--quick` measures for seconds, to see that the bench works. Ends with code 1 when a reply was lost or doubled.
import { availableParallelism, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { realClock } from "../test/support/real-clock.ts";
import { createState, type FakeApp, type SlackState } from "../test/support/slack/state.ts";
import { temporaryFolder } from "./bot.ts";
import { type FakeProcess, machineMs, startBoltAlone, startFake } from "./slack-child.ts";
import { createLoad, type Event, judge, type Load } from "./slack-load.ts";
import { fillTown, type Town } from "./slack-town.ts";
import { startUsherIn } from "./slack-usher.ts";

/** What `--json` prints. A time is null where nothing came. */
interface SlackFigures {
  readonly events: number;
  /** Events without exactly one reply. */
  readonly lost: number;
  readonly ackP50Ms: number | null;
  readonly ackP99Ms: number | null;
  readonly replyP50Ms: number | null;
  readonly replyP99Ms: number | null;
  /** Events a second, the most at which each was acknowledged within 3 s and answered once. */
  readonly highestRate: number;
  readonly bolt: { readonly ackP50Ms: number | null; readonly ackP99Ms: number | null };
}

// What was started ends with us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const values = asked();
const perSecond = 50;
const plan = values.quick
  ? { town: { workspaces: 20 }, warmS: 1, measureS: 3, boltS: 1, stepS: 1, rates: [75] }
  : // A workspace takes 300 posts a minute, and no more than 30 at once: enough of them for the highest rate.
    { town: { workspaces: 400 }, warmS: 10, measureS: 60, boltS: 60, stepS: 10, rates: ratesUpTo(1500) };
// What nobody was answered in this time is lost.
const patienceMs = 15_000;

function asked() {
  try {
    const options = { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

/** A quarter more each time. */
function ratesUpTo(most: number): readonly number[] {
  const rates: number[] = [];
  for (let rate = 100; rate <= most; rate = Math.round(rate * 1.25)) rates.push(rate);
  return rates;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A Slack in which the payloads are made, with the same people as the other. */
function slackOf(town: Town): SlackState {
  const app: FakeApp = {
    ...{ id: "A0USHERAPP1", name: "Usher", clientId: "1.2", clientSecret: "client-secret-of-the-bench" },
    ...{ signingSecret: "", token: "verificationTokenOfBench" },
  };
  const state = createState(app, realClock);
  fillTown(state, town);
  return state;
}

/** Writes, and waits until each event has its reply, or for as long as the patience lasts. */
async function answered(load: Load, fake: FakeProcess, rate: number, seconds: number) {
  const events = await load.run(rate, seconds);
  const until = machineMs() + patienceMs;
  for (;;) {
    const found = judge(events, await fake.posts());
    if (found.lost === 0 || machineMs() > until) {
      const posts = await fake.posts();
      const taken = events.filter((event) => event.taken);
      const broken = judge(taken, posts).lost;
      say(
        `  of ${events.length}: ${lateIn(events)} not acknowledged at once, ${found.lost} lost, ${broken} of these acknowledged`,
      );
      return { events, ...found };
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function highestRate(load: Load, fake: FakeProcess): Promise<number> {
  let highest = perSecond;
  for (const rate of plan.rates) {
    say(`${rate} events/s`);
    const { events, lost } = await answered(load, fake, rate, plan.stepS);
    const late = lateIn(events);
    if (late + lost > 0) return highest;
    highest = rate;
  }
  return highest;
}

async function measureUsher(): Promise<Omit<SlackFigures, "bolt">> {
  const folder = await temporaryFolder();
  const fake = await startFake(plan.town.workspaces);
  const usher = await startUsherIn(plan.town, folder.path, fake);
  const load = createLoad(slackOf(plan.town), plan.town, usher);
  try {
    say(`Usher: ${perSecond} events/s for ${plan.measureS} s, after ${plan.warmS} s to warm up`);
    await load.run(perSecond, plan.warmS);
    const { events, lost, replyMs } = await answered(load, fake, perSecond, plan.measureS);
    const ack = acksOf(events);
    const reply = { replyP50Ms: within(replyMs, 0.5), replyP99Ms: within(replyMs, 0.99) };
    return { events: events.length, lost, ...ack, ...reply, highestRate: await highestRate(load, fake) };
  } finally {
    load.close();
    await usher.stop();
    await fake.stop();
    await folder.remove();
  }
}

async function measureBolt(): Promise<SlackFigures["bolt"]> {
  say(`Bolt alone: ${perSecond} events/s for ${plan.boltS} s`);
  const bolt = await startBoltAlone(plan.town.workspaces);
  const load = createLoad(slackOf(plan.town), plan.town, bolt);
  await load.run(perSecond, plan.warmS);
  const acks = acksOf(await load.run(perSecond, plan.boltS));
  load.close();
  await bolt.stop();
  return acks;
}

function lateIn(events: readonly Event[]): number {
  return events.filter(({ ackMs }) => ackMs === null).length;
}

// How long Slack waits: what was not acknowledged in that time took at least so long.
const slackWaitsMs = 3000;

function acksOf(events: readonly Event[]) {
  const times = events.map(({ ackMs }) => ackMs ?? slackWaitsMs);
  return { ackP50Ms: within(times, 0.5), ackP99Ms: within(times, 0.99) };
}

/** The ms within which this share of them came. */
function within(times: readonly number[], share: number): number | null {
  const found = times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
  return found === undefined ? null : Math.round(found * 100) / 100;
}

function tableOf(figures: SlackFigures): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const ms = (time: number | null): string => (time === null ? "none" : `${time} ms`);
  const { bolt, events, lost } = figures;
  return [
    `${date}, ${machine}, \`npm run bench:slack\``,
    "",
    `| ${perSecond} events a second for ${plan.measureS} s | p50 | p99 |`,
    "| --- | --- | --- |",
    `| from an event to its acknowledgement | ${ms(figures.ackP50Ms)} | ${ms(figures.ackP99Ms)} |`,
    `| from an event to its reply in Slack | ${ms(figures.replyP50Ms)} | ${ms(figures.replyP99Ms)} |`,
    `| Bolt alone, which does nothing: to its acknowledgement | ${ms(bolt.ackP50Ms)} | ${ms(bolt.ackP99Ms)} |`,
    "",
    `${events} events, ${lost} lost. The most that was acknowledged within 3 s and answered: ${figures.highestRate} events a second.`,
    "",
  ].join("\n");
}

const bolt = await measureBolt();
const figures: SlackFigures = { ...(await measureUsher()), bolt };
process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : tableOf(figures));
process.exit(figures.lost === 0 ? 0 : 1);
