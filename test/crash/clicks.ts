import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { createInProcessQueue } from "../../jobs/in-process.ts";
import { createCatalog } from "../../src/app/catalog.ts";
import { createCore } from "../../src/app/core.ts";
import { createSettings } from "../../src/app/settings.ts";
import { type Press, pressActionSchema, type Receipt } from "../../src/domain/press.ts";
import { defaultSettings } from "../../src/domain/settings.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { agentsChannel, placeOf, workspace } from "./simulation-instance.ts";
import { agents, customerOf, strangers } from "./simulation-people.ts";
import { prepareStore } from "./simulation-procedures.ts";
import { createRandom, type Random } from "./simulation-random.ts";
import { backendOf, channelOf, createWorld, mailerOf, modelOf, type Sabotage, type World } from "./simulation-world.ts";

/** What a round of clicks did and found. */
export interface Clicked {
  readonly counts: Readonly<Record<string, number>>;
  /** Decisions beyond the first, over all approvals. */
  readonly doubleDecisions: number;
  /** Approvals of which nothing came in time. */
  readonly stranded: number;
  readonly problems: readonly string[];
}

// So many approvals are decided beside each other.
const together = 20;

/**
 * Many people press approve and reject at the same time on each of many approvals, over a real database. `sabotage`
 * breaks the world, to see that it is noticed.
 */
export async function clickMany(
  approvals: number,
  clicksEach: number,
  seed: number,
  sabotage: Sabotage | null = null,
): Promise<Clicked> {
  const folder = await mkdtemp(join(tmpdir(), "usher-clicks-"));
  const random = createRandom(seed);
  const world = createWorld(createRandom(seed + 1), sabotage);
  const store = await openSqliteStore({ folder, clock: world.clock, keyRing: null });
  const counts = { approvals: 0, clicks: 0, decisions: 0, executed: 0, approved: 0, told: 0, refused: 0 };
  const problems: string[] = [];
  let doubleDecisions = 0;
  let stranded = 0;
  try {
    const usher = await openUsher(world, store, random);
    for (let from = 0; from < approvals; from += together) {
      const group = Array.from({ length: Math.min(together, approvals - from) }, (_, index) => `c${from + index}`);
      const rounds = group.map((name) => clickOn(usher, world, random, name, clicksEach).catch(strandedAt(name)));
      for (const round of await Promise.all(rounds)) {
        problems.push(...round.problems);
        counts.approvals += 1;
        doubleDecisions += Math.max(0, (round.counts["decisions"] ?? 0) - 1);
        if (round.isStranded) stranded += 1;
        for (const [name, count] of Object.entries(round.counts)) addTo(counts, name, count);
      }
    }
    await usher.stop();
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
  return { counts, doubleDecisions, stranded, problems };
}

class StrandedError extends Error {}

function strandedAt(name: string) {
  return (error: unknown): Round => {
    if (!(error instanceof StrandedError)) throw error;
    return { counts: {}, isStranded: true, problems: [`${name}: ${error.message}`] };
  };
}

/** What came of one approval. */
interface Round {
  readonly counts: Readonly<Record<string, number>>;
  readonly isStranded: boolean;
  readonly problems: readonly string[];
}

function addTo(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}

type Usher = Awaited<ReturnType<typeof openUsher>>;

/** Usher over this store, nothing of it held back: what runs beside each other does so as it does for real. */
async function openUsher(world: World, store: Store, random: Random) {
  await prepareStore(store, []);
  const defaults = {
    ...defaultSettings,
    agentsChannel: { platform: "web" as const, address: agentsChannel },
    connections: { shop: "https://shop.example" },
  };
  const { clock } = world;
  const settings = createSettings(store.settings, () => defaults);
  const catalog = createCatalog(store.procedures, settings.of, clock);
  await catalog.refresh(workspace);
  const core = createCore({
    store,
    catalog,
    settings,
    channels: new Map([["web", channelOf(world, "boot-1")]]),
    model: modelOf(world),
    http: backendOf(world),
    mailer: mailerOf(world),
    queue: createInProcessQueue(),
    clock,
    ids: { nonce: random.nonce },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    owner: "boot-1",
    exclusive: true,
  });
  await core.start();
  return core;
}

// Longer than anything takes on a busy machine. What has not come by then does not come.
const patienceMs = 60_000;

/** Throws StrandedError if it does not come. */
async function until<Found>(what: string, look: () => Found | undefined): Promise<Found> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const found = look();
    if (found !== undefined) return found;
    await setImmediate();
  }
  throw new StrandedError(`${what} has not come in ${patienceMs / 1000} s`);
}

async function clickOn({ inbound }: Usher, world: World, random: Random, name: string, clicks: number): Promise<Round> {
  const { journal } = world;
  const { address } = placeOf(name);
  const told = (words: RegExp) =>
    journal.posts.find(({ to, message }) => to === address && message.kind === "text" && words.test(message.text));
  await write(inbound, name, 1, `please payout ${name}`, world.clock.now());
  await until("the question", () => told(/What is it for/));
  await write(inbound, name, 2, `because of ${name}`, world.clock.now());
  const id = await until("the card", () => pressIdFor(world, name));
  const presses = pressesOn(id, random, clicks);
  const receipts = await Promise.all(presses.map((press) => inbound.press(workspace, press)));
  const winner = receipts.find((receipt) => receipt.kind === "accepted");
  const approved = winner?.decision.action === "approve";
  await until("the outcome", () => told(approved ? /^Paid/ : /could not complete/));
  const executed = journal.arrivals.filter(({ key }) => key === id).length;
  // The run has left its conversation: who decided is still known.
  const [late] = agents;
  if (late === undefined) throw new Error("There are no agents.");
  const press: Press = { id, card: null, by: late, action: { kind: "reject", reason: "much too late" } };
  const lateReceipt = await inbound.press(workspace, press);
  return judge(name, [...presses, press], [...receipts, lateReceipt], executed);
}

function write(inbound: Usher["inbound"], name: string, n: number, text: string, at: number): Promise<void> {
  const id = `${name}-${n}`;
  const turn = { id, keys: [id], from: customerOf(name), text, mentioned: true, at: at + n };
  return inbound.event(placeOf(name), { kind: "turn", turn });
}

function pressIdFor({ journal }: World, name: string): string | undefined {
  for (const { message } of journal.posts) {
    if (message.kind !== "card" || message.card.pressId === null) continue;
    const fields = message.card.sections.flatMap((section) => section.fields);
    if (fields.some(({ value }) => value === `because of ${name}`)) return message.card.pressId;
  }
  return undefined;
}

/** Agents who disagree, people who may not decide, and each press delivered twice now and then. */
function pressesOn(id: string, random: Random, clicks: number): readonly Press[] {
  const presses: Press[] = [];
  while (presses.length < clicks) {
    const by = random.chance(0.75) ? random.pick(agents) : random.pick(strangers);
    const action = random.chance(0.5) ? { kind: "approve" } : { kind: "reject", reason: `no, says ${by.id}` };
    const press = { id, card: null, by, action: pressActionSchema.parse(action) };
    presses.push(press);
    if (random.chance(0.2) && presses.length < clicks) presses.push(press);
  }
  return presses;
}

function judge(name: string, presses: readonly Press[], receipts: readonly Receipt[], executed: number): Round {
  const problems: string[] = [];
  const accepted = receipts.flatMap((receipt) => (receipt.kind === "accepted" ? [receipt.decision] : []));
  const [decision] = accepted;
  if (accepted.length !== 1) problems.push(`${name} was decided ${accepted.length} times`);
  const counts = { clicks: receipts.length, decisions: accepted.length, executed, approved: 0, told: 0, refused: 0 };
  if (decision?.action === "approve") counts.approved = 1;
  if (executed !== counts.approved) problems.push(`${name} was executed ${executed} times after ${decision?.action}`);
  receipts.forEach((receipt, index) => {
    const by = presses[index]?.by;
    const isAgent = agents.some(({ id }) => id === by?.id);
    if (!isAgent) counts.refused += receipt.kind === "refused" ? 1 : 0;
    if (isAgent === (receipt.kind === "refused")) problems.push(`${name}: ${by?.id} was told ${receipt.kind}`);
    if (receipt.kind !== "decided") return;
    counts.told += 1;
    if (JSON.stringify(receipt.decision) !== JSON.stringify(decision)) {
      problems.push(`${name}: ${by?.id} was told of another decision than the one that counted`);
    }
  });
  return { counts, isStranded: false, problems };
}

/** R15: fifty parallel presses on each of two hundred approvals, in one process. */
export const clicksScenario: Scenario = {
  key: "R15",
  keepsBusy: "one thread",
  title: "50 parallel clicks on each approval",
  seeded: true,
  run: async ({ short, seed }): Promise<ScenarioReport> => {
    const { counts, doubleDecisions, stranded, problems } = await clickMany(short ? 200 : 1000, 50, seed ?? 1);
    const again = `npm run torture -- --only R15 --seed ${seed ?? 1}${short ? " --short" : ""}   #`;
    return {
      counts,
      injected: { "parallel click": counts["clicks"] ?? 0 },
      lost: 0,
      unsafeRepeats: 0,
      doubleDecisions,
      stranded,
      violations: problems.map((problem) => `${again} ${problem}`),
    };
  },
};
