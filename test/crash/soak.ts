import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock } from "../support/real-clock.ts";
import { startBackend } from "./process-backend.ts";
import { type Client, type ConversationView, createClient, shapes } from "./process-client.ts";
import { writeProcedures } from "./process-procedures.ts";
import { canary, createSupervisor, pause } from "./process-supervisor.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { handlesOf, type Memory, Times, watchMemory } from "./soak-measure.ts";

// R17. Embedded mode has one workspace only, so the loud one is a customer, not a tenant.

const eventsPerSecond = 50;
const quietCustomers = 20;
const loudness = 100;
// What one quiet customer sends, so that all of them and the loud one together send 50 a second.
const quietRate = eventsPerSecond / (quietCustomers + loudness);
// The loud one writes in so many conversations at once.
const loudHands = 50;
const quietLookMs = 25;
const loudLookMs = 250;
const finishMs = 30_000;
const mostMemoryMb = 350;

/**
 * For how long: first the quiet customers alone, then with the loud one. `slopeMbPerMinute`: the most that is flat; null
 * where it is not judged, since V8 takes about a minute of this load to come to its size.
 */
interface SoakOptions {
  readonly aloneMs: number;
  readonly loudMs: number;
  readonly warmUpMs: number;
  readonly slopeMbPerMinute: number | null;
  readonly say: (line: string) => void;
}

/** What one group of customers saw. */
interface Group {
  readonly acks: Times;
  readonly replies: Times;
}
const newGroup = (): Group => ({ acks: new Times(), replies: new Times() });

/** What all of them came to. */
interface Tally {
  stories: number;
  ended: number;
  lost: number;
  oldestMs: number;
  readonly open: Map<string, number>;
}

/** A bounded load on the real process for minutes; its times are reported, its memory and its losses are judged. */
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
  try {
    if (!(await supervisor.start())) throw new Error(`Usher did not start: ${supervisor.tail().slice(-3).join(" ")}`);
    const client = createClient(supervisor.url, over.signal);
    const handlesBefore = await handlesOf(supervisor.pid());
    const watching = watchMemory(supervisor.pid, options.warmUpMs, watched.signal);
    const tally: Tally = { stories: 0, ended: 0, lost: 0, oldestMs: 0, open: new Map() };
    const groups = await loadAll(client, tally, options, over.signal);
    watched.abort();
    const memory = await watching;
    // What is kept alive for 5 s after its last answer has gone by then.
    await pause(8000);
    const handles = (await handlesOf(supervisor.pid())) - handlesBefore;
    return reportOf(options, { ...groups, tally, memory, handles, client, violations: supervisor.violations });
  } finally {
    over.abort(new Error("the soak is over"));
    watched.abort();
    await supervisor.kill("SIGKILL");
    await backend.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The scenario R17. */
export const soakScenario: Scenario = {
  key: "R17",
  title: "soak at 50 events/s, one customer a hundred times as loud",
  run: ({ short, say }) =>
    short
      ? soak({ aloneMs: 15_000, loudMs: 45_000, warmUpMs: 30_000, slopeMbPerMinute: null, say })
      : soak({ aloneMs: 30_000, loudMs: 270_000, warmUpMs: 120_000, slopeMbPerMinute: 15, say }),
};

async function loadAll(client: Client, tally: Tally, options: SoakOptions, over: AbortSignal) {
  const alone = newGroup();
  const beside = newGroup();
  const loud = newGroup();
  let numbers = 0;
  let phase: "alone" | "loud" | "closing" = "alone";
  const hand = async (which: number, rate: number, lookMs: number, groupNow: () => Group): Promise<void> => {
    // All of them begin at other moments, and keep their own pace whatever the answers take.
    const everyMs = 1000 / rate;
    let nextAt = realClock.monotonic() + (which * everyMs) / quietCustomers;
    const slot = async (): Promise<void> => {
      await pause(Math.max(0, nextAt - realClock.monotonic()));
      nextAt = Math.max(nextAt + everyMs, realClock.monotonic());
    };
    while (phase !== "closing" && !over.aborted) {
      numbers += 1;
      await story(client, tally, `${300_000 + numbers}`, { slot, lookMs, groupNow });
    }
  };
  const quiet = Array.from({ length: quietCustomers }, (_, which) =>
    hand(which, quietRate, quietLookMs, () => (phase === "alone" ? alone : beside)),
  );
  await pause(options.aloneMs);
  options.say(`R17: quiet alone, ${tally.stories} stories, reply p95 ${alone.replies.at(0.95)} ms`);
  phase = "loud";
  const loudRate = (quietRate * loudness) / loudHands;
  const hands = Array.from({ length: loudHands }, (_, which) => hand(which, loudRate, loudLookMs, () => loud));
  await pause(options.loudMs);
  phase = "closing";
  options.say(`R17: with the loud one, ${tally.stories} stories, reply p95 ${beside.replies.at(0.95)} ms`);
  const late = new AbortController();
  await Promise.race([Promise.all([...quiet, ...hands]), pause(finishMs, late.signal)]);
  late.abort();
  return { alone, beside, loud };
}

interface Pace {
  readonly slot: () => Promise<void>;
  readonly lookMs: number;
  readonly groupNow: () => Group;
}

/** One run from the first word to its end, three messages; each is timed to its acknowledgement and to its answer. */
async function story(client: Client, tally: Tally, order: string, { slot, lookMs, groupNow }: Pace): Promise<void> {
  const begun = await client.post(shapes.id, "/api/conversations", { as: "customer-1" });
  if (!begun.ok) throw new Error(`a conversation could not be begun: ${begun.status}`);
  const { id } = begun.value;
  const startedAt = realClock.monotonic();
  tally.stories += 1;
  tally.open.set(id, startedAt);
  const texts = [
    ["alpha request please", "alpha: which order?"],
    [order, "alpha: which note?"],
    [`${canary} ${order}`, `alpha: done with ${order}`],
  ] as const;
  const acknowledged: string[] = [];
  for (const [text, reply] of texts) {
    await slot();
    const group = groupNow();
    const sentAt = realClock.monotonic();
    const key = `m${acknowledged.length}`;
    const sent = await client.post(shapes.id, `/api/conversations/${id}/messages`, { id: key, as: "customer-1", text });
    if (sent.ok) acknowledged.push(key);
    group.acks.add(realClock.monotonic() - sentAt);
    await answered(client, id, lookMs, ({ messages }) => messages.some((message) => message.text === reply));
    group.replies.add(realClock.monotonic() - sentAt);
  }
  const end = await answered(client, id, lookMs, ({ run, lastRun }) => run === null && lastRun !== null);
  tally.lost += acknowledged.filter((key) => end.messages.filter((message) => message.id === key).length !== 1).length;
  tally.oldestMs = Math.max(tally.oldestMs, realClock.monotonic() - startedAt);
  tally.open.delete(id);
  tally.ended += 1;
}

async function answered(
  client: Client,
  id: string,
  lookMs: number,
  satisfies: (view: ConversationView) => boolean,
): Promise<ConversationView> {
  for (;;) {
    const found = await client.get(shapes.conversation, `/api/conversations/${id}`);
    if (found.ok && satisfies(found.value)) return found.value;
    await pause(lookMs);
  }
}

interface Seen {
  readonly alone: Group;
  readonly beside: Group;
  readonly loud: Group;
  readonly tally: Tally;
  readonly memory: Memory;
  readonly handles: number;
  readonly client: Client;
  readonly violations: readonly string[];
}

function reportOf(
  options: SoakOptions,
  { alone, beside, loud, tally, memory, handles, client, violations }: Seen,
): ScenarioReport {
  const problems = [...violations];
  if (memory.highestMb > mostMemoryMb) problems.push(`its memory came to ${memory.highestMb} MB (R17)`);
  if (memory.slopeMbPerMinute > (options.slopeMbPerMinute ?? Number.POSITIVE_INFINITY)) {
    problems.push(`its memory grew by ${memory.slopeMbPerMinute} MB a minute after the warm-up (R17)`);
  }
  for (const [id, startedAt] of tally.open) {
    problems.push(`stranded: ${id}, ${Math.round(realClock.monotonic() - startedAt)} ms old (R17)`);
  }
  const counts = {
    events: alone.acks.count + beside.acks.count + loud.acks.count,
    loudEvents: loud.acks.count,
    stories: tally.stories,
    ended: tally.ended,
    ...alone.acks.figures("aloneAck"),
    ...beside.acks.figures("besideAck"),
    ...loud.acks.figures("loudAck"),
    ...alone.replies.figures("aloneReply"),
    ...beside.replies.figures("besideReply"),
    oldestStoryMs: Math.round(tally.oldestMs),
    rssHighestMb: memory.highestMb,
    rssEndMb: memory.endMb,
    rssSlopeMbPerMinute: memory.slopeMbPerMinute,
    handlesLeft: handles,
    answered503: client.counts.refused,
    unanswered: client.counts.unanswered,
  };
  const figures = { lost: tally.lost, unsafeRepeats: 0, doubleDecisions: 0, stranded: tally.open.size };
  return { ...figures, counts, injected: { loudCustomer: loudness }, violations: problems };
}
