import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Backend, startBackend } from "./process-backend.ts";
import { type Client, createClient, shapes } from "./process-client.ts";
import { type Complain, converse, look, type Story } from "./process-customers.ts";
import { createDesk, type Desk, staffDesk } from "./process-desk.ts";
import { decisionOf, type Findings, judge } from "./process-oracles.ts";
import { writeProcedures } from "./process-procedures.ts";
import { createSupervisor, pause, type Supervisor } from "./process-supervisor.ts";
import type { Counts } from "./scenario.ts";
import { createRandom } from "./simulation-random.ts";

/** What a load is made of. `again`: how to see a finding again. */
export interface LoadOptions {
  readonly seed: number;
  readonly customers: number;
  readonly slowMs: number;
  /** The share (0 to 1) of calls that the backend never answers. */
  readonly hangs: number;
  readonly again: string;
  /** The data folder, where it is not to be a fresh one. */
  readonly data?: string;
  readonly through?: readonly string[];
}

// How long the agents' last presses may take to be answered.
const receiptMs = 10_000;

/** The real process with a backend, customers and agents around it, who go on whatever becomes of it. */
export interface Load {
  readonly supervisor: Supervisor;
  readonly backend: Backend;
  readonly client: Client;
  readonly desk: Desk;
  readonly stories: readonly Story[];
  /** No new stories; waits until those under way have ended, and answers what the journals say. */
  finish(withinMs: number): Promise<Findings>;
  /** For a report: what was done, and how it went. */
  counts(): Counts;
  /** Ends everything that was started, and removes the data. */
  close(): Promise<void>;
}

/** Starts everything but the process itself, which is the scenario's to start and to end. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { again } = options;
  const folder = await mkdtemp(join(tmpdir(), "usher-torture-"));
  const { backend, supervisor } = await startAround(folder, options);
  const over = new AbortController();
  const home = new AbortController();
  const client = createClient(supervisor.url, over.signal);
  const desk = createDesk(client, backend, options.seed);
  const stories: Story[] = [];
  const complaints: string[] = [];
  const complain = (story: Story, what: string): void => {
    complaints.push(`${story.kind} ${story.id}: ${what} (${again})`);
  };
  const failed = (error: unknown): void => {
    if (!over.signal.aborted) complaints.push(`the harness failed: ${String(error)} (${again})`);
  };
  const crowd = startCrowd(options, client, stories, complain, failed);
  const agents = staffDesk(desk, home.signal).catch(failed);
  const endAll = async (): Promise<void> => {
    crowd.close();
    home.abort();
    over.abort(new Error("the load is over"));
    await Promise.all([crowd.gone, agents]);
  };

  return {
    supervisor,
    backend,
    client,
    desk,
    stories,
    async finish(withinMs) {
      crowd.close();
      await within(crowd.gone, withinMs);
      // What the agents have pressed is answered first: without the receipt nobody knows what was decided.
      home.abort();
      await within(agents, receiptMs);
      if (stories.every(({ ended }) => ended !== null)) {
        // Once more from the beginning: nothing that was ever shown or acknowledged may have gone since.
        for (const story of stories) await look(client, story, complain);
        await checkRecords(client, desk, stories, complain);
      }
      await endAll();
      const findings = judge(backend, desk, stories, again);
      const own = supervisor.violations.map((violation) => `${violation} (${again})`);
      return { ...findings, violations: [...own, ...complaints, ...findings.violations] };
    },
    counts: () => countsOf({ supervisor, backend, client, desk, stories }),
    async close() {
      await endAll();
      await supervisor.kill("SIGKILL");
      await backend.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The backend, and a supervisor of processes that reach it. */
async function startAround(folder: string, options: LoadOptions) {
  await writeProcedures(join(folder, "procedures"));
  const backend = await startBackend(options);
  const place = `127.0.0.1:${backend.port}`;
  const supervisor = createSupervisor({
    environment: {
      USHER_DATA: options.data ?? join(folder, "data"),
      USHER_PROCEDURES: join(folder, "procedures"),
      USHER_CONNECTIONS: `shop=http://${place}`,
      USHER_OPEN_HOSTS: place,
    },
    ...(options.through === undefined ? {} : { through: options.through }),
  });
  return { backend, supervisor };
}

/** Customers, each with one story after the other until `close`; `gone` resolves when the last one has ended. */
function startCrowd(
  { customers, seed }: LoadOptions,
  client: Client,
  stories: Story[],
  complain: Complain,
  failed: (error: unknown) => void,
) {
  let numbers = 0;
  let closing = false;
  const customer = async (which: number): Promise<void> => {
    const random = createRandom(seed * 1000 + which);
    while (!closing) {
      numbers += 1;
      await converse(client, random, numbers, stories, complain);
    }
  };
  const all = Array.from({ length: customers }, (_, which) => customer(which).catch(failed));
  return {
    gone: Promise.all(all),
    close: (): void => {
      closing = true;
    },
  };
}

async function within(what: Promise<unknown>, ms: number): Promise<void> {
  const late = new AbortController();
  await Promise.race([what, pause(ms, late.signal)]);
  late.abort();
}

// The lists hold the newest 200, so only the newest stories can be looked up there.
async function checkRecords(client: Client, desk: Desk, stories: readonly Story[], complain: Complain): Promise<void> {
  const records = { alpha: "/api/tickets", bravo: "/api/leads", charlie: "/api/mails" };
  const approved = new Set<string>();
  for (const { conversationId, receipts } of desk.approvals.values()) {
    if (decisionOf(receipts)?.approved === true) approved.add(conversationId);
  }
  for (const story of stories.slice(-150)) {
    // Whoever comes to people on the way there has no record; the mail of charlie stands behind its approval alone.
    if (story.kind !== "charlie" && story.ended !== "completed") continue;
    const expected = story.kind !== "charlie" || approved.has(story.id) ? 1 : 0;
    const list = await client.get(shapes.owned, records[story.kind]);
    const count = list.ok ? list.value.filter(({ conversationId }) => conversationId === story.id).length : 0;
    if (count !== expected) complain(story, `${records[story.kind]} has ${count} of it, not ${expected}`);
  }
}

function countsOf(of: Pick<Load, "supervisor" | "backend" | "client" | "desk" | "stories">): Counts {
  const { supervisor, backend, client, desk, stories } = of;
  const starts = supervisor.startsMs.toSorted((a, b) => a - b);
  return {
    starts: starts.length,
    medianStartMs: starts[Math.floor(starts.length / 2)] ?? 0,
    stories: stories.length,
    completed: stories.filter(({ ended }) => ended === "completed").length,
    acknowledged: stories.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),
    unanswered: client.counts.unanswered,
    answered503: client.counts.refused,
    requests: backend.journal.length,
    unsafeKeys: new Set(backend.journal.filter(({ method }) => method === "POST").map(({ key }) => key)).size,
    approvals: desk.approvals.size,
    decisions: [...desk.approvals.values()].filter(({ receipts }) => decisionOf(receipts) !== null).length,
    verdicts: desk.verdicts.size,
    runAgains: [...desk.runAgains.values()].reduce((sum, count) => sum + count, 0),
  };
}
