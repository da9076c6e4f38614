import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock } from "../support/real-clock.ts";
import { playAgain } from "./process-again.ts";
import { startBackend } from "./process-backend.ts";
import { type Client, createClient } from "./process-client.ts";
import { createDesk, staffDesk } from "./process-desk.ts";
import { writeProcedures } from "./process-procedures.ts";
import { createSupervisor, pause } from "./process-supervisor.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { handlesOf, Times, watchMemory, watchOthers } from "./soak-measure.ts";
import { eventsPerSecond, type Phases, reportOf, type SoakOptions } from "./soak-report.ts";
import { type Group, type Pace, story, type Tally } from "./soak-story.ts";

// R17. Embedded mode has one workspace only, so the loud one is a customer, not a tenant: one person in conversations of
// his own. The playground knows two customers by name, so the quiet ones share the other name.

const quietCustomers = 20;
const loudness = 100;
// What one quiet customer sends, so that all of them and the loud one together send 50 a second.
const quietRate = eventsPerSecond / (quietCustomers + loudness);
// The loud one writes in so many conversations at once.
const loudHands = 50;
const quietLookMs = 25;
const loudLookMs = 250;
const agentsLookMs = 500;
const finishMs = 30_000;
// What is kept alive for 5 s after its last answer has gone by then.
const idleMs = 8000;

/** A bounded load on the real process for minutes; the times, the memory, the handles and the losses are judged. */
async function soak(options: SoakOptions): Promise<ScenarioReport> {
  const folder = await mkdtemp(join(tmpdir(), "usher-soak-"));
  await writeProcedures(join(folder, "procedures"));
  const backend = await startBackend({ seed: 17, slowMs: 0, hangs: 0 });
  backend.calm();
  const place = `127.0.0.1:${backend.port}`;
  const environment = {
    USHER_DATA: join(folder, "data"),
    USHER_PROCEDURES: join(folder, "procedures"),
    USHER_CONNECTIONS: `shop=http://${place}`,
    USHER_OPEN_HOSTS: place,
  };
  const supervisor = createSupervisor({ environment });
  const over = new AbortController();
  const watched = new AbortController();
  const home = new AbortController();
  try {
    if (!(await supervisor.start())) throw new Error(`Usher did not start: ${supervisor.tail().slice(-3).join(" ")}`);
    const client = createClient(supervisor.url, over.signal);
    const handlesBefore = await handlesOf(supervisor.pid());
    const watching = watchMemory(supervisor.pid, options.flatAfterMs, watched.signal);
    const desk = createDesk(client, backend, 17, 0);
    const agents = staffDesk(desk, home.signal, agentsLookMs);
    const tally: Tally = { stories: 0, ended: 0, lost: 0, oldestMs: 0, gated: [], open: new Map() };
    const others = await watchOthers(supervisor.pid());
    const phases = await loadAll(client, tally, options, () => watched.abort());
    const othersPercent = await others.end();
    const memory = await watching;
    home.abort();
    await agents;
    await pause(idleMs);
    const handles = (await handlesOf(supervisor.pid())) - handlesBefore;
    const { violations } = supervisor;
    return reportOf(options, { phases, tally, memory, othersPercent, handles, client, backend, desk, violations });
  } finally {
    over.abort(new Error("the soak is over"));
    watched.abort();
    home.abort();
    await supervisor.kill("SIGKILL");
    await backend.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The scenario R17. That the others' p95 moves by less than 2 times is guarantee G14, judged in the whole form. */
export const soakScenario: Scenario = {
  key: "R17",
  keepsBusy: "the machine",
  title: "soak at 50 events/s, one customer a hundred times as loud",
  run: ({ short, say }) => {
    const again = playAgain("R17", { short });
    return short
      ? soak({ again, loudMs: 20_000, aloneMs: 15_000, ratio: null, flatAfterMs: 30_000, slopeMbPerMinute: null, say })
      : soak({ again, loudMs: 240_000, aloneMs: 60_000, ratio: 2, flatAfterMs: 120_000, slopeMbPerMinute: 15, say });
  },
};

// V8 compiles what is hot in the first half minute, which is not the machine's or Usher's pace.
const warmUpMs = 30_000;

/**
 * Everybody writes: first to warm up, which is not measured, then in earnest, then the quiet ones alone. `onLoudEnd`
 * is called when the loud one has stopped.
 */
async function loadAll(client: Client, tally: Tally, options: SoakOptions, onLoudEnd: () => void): Promise<Phases> {
  const alone = newGroup();
  const beside = newGroup();
  const loud = newGroup();
  let numbers = 0;
  let phase: "warm" | "loud" | "between" | "alone" | "closing" = "warm";
  const hand = async (which: number, rate: number, pace: Omit<Pace, "slot">, ends: () => boolean): Promise<void> => {
    const slot = slots(which, rate);
    while (!ends()) {
      numbers += 1;
      await story(client, tally, numbers, { ...pace, slot });
    }
  };
  const quiet = {
    as: "customer-2",
    lookMs: quietLookMs,
    groupNow: () => (phase === "loud" ? beside : phase === "alone" ? alone : null),
  };
  const noisy = { as: "customer-1", lookMs: loudLookMs, groupNow: () => (phase === "loud" ? loud : null) };
  const quietHands = Array.from({ length: quietCustomers }, (_, which) =>
    hand(which, quietRate, quiet, () => phase === "closing"),
  );
  const loudRate = (quietRate * loudness) / loudHands;
  const hands = Array.from({ length: loudHands }, (_, which) =>
    hand(which, loudRate, noisy, () => phase !== "warm" && phase !== "loud"),
  );
  await pause(warmUpMs);
  phase = "loud";
  await pause(options.loudMs);
  phase = "between";
  onLoudEnd();
  options.say(`R17: with the loud one, ${tally.stories} stories, reply p95 ${beside.replies.at(0.95)} ms`);
  await atMost(Promise.all(hands));
  phase = "alone";
  await pause(options.aloneMs);
  phase = "closing";
  options.say(`R17: without him, ${tally.stories} stories, reply p95 ${alone.replies.at(0.95)} ms`);
  await atMost(Promise.all(quietHands));
  return { alone, beside, loud };
}

const newGroup = (): Group => ({ acks: new Times(), replies: new Times() });

/** The moments at which one hand writes: at its own pace whatever the answers take, and each hand begins at another. */
function slots(which: number, rate: number): () => Promise<void> {
  const everyMs = 1000 / rate;
  let nextAt = realClock.monotonic() + (which * everyMs) / quietCustomers;
  return async () => {
    await pause(Math.max(0, nextAt - realClock.monotonic()));
    nextAt = Math.max(nextAt + everyMs, realClock.monotonic());
  };
}

async function atMost(all: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  await Promise.race([all, pause(finishMs, late.signal)]);
  late.abort();
}
