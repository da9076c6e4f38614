import { type Procedure, procedureSchema } from "../../src/domain/procedure.ts";
import type { Turn } from "../../src/domain/turn.ts";
import { type Delivered, type Delivery, isEdit, judge, type Message, tokenIn } from "./deliveries-judge.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { type Instance, openInstance, placeOf, workspace } from "./simulation-instance.ts";
import { type Journal, noteStored } from "./simulation-journal.ts";
import { customerOf } from "./simulation-people.ts";
import { createRandom, type Random } from "./simulation-random.ts";
import { createMemoryStore, type MemoryStore } from "./simulation-store.ts";
import { createWorld, type World } from "./simulation-world.ts";

/** Asks, looks something up, says what it heard, and asks again: each turn is one look-up and one "Heard". */
const echo: Procedure = procedureSchema.parse({
  slug: "echo",
  name: "Echo",
  trigger: { when: "Always" },
  steps: [
    { id: "ask", kind: "collect", variable: "word", prompt: "Say something." },
    { id: "look", kind: "call", url: "{{connections.shop}}/orders/{{ word }}/status", response: "status" },
    { id: "tell", kind: "message", content: "Heard {{ word }}: {{ status.state }}.", next: "ask" },
  ],
});

const hour = 3_600_000;
const latest = 25 * hour;
const messagesEach = 20;
const burst = 5;
// While a look-up takes so long, the rest of a burst waits.
const slowMs = 2000;

/** Delivers at least so many times, in an order that follows from the seed, with a crash now and then. */
export async function deliverMany(seed: number, atLeast: number): Promise<Delivered> {
  const random = createRandom(seed);
  const world = createWorld(createRandom(seed + 1));
  const store = createMemoryStore((before, next) => noteStored(world.journal, before, next));
  await store.procedures.publish(workspace, echo, 0);
  const messages: Message[] = [];
  const deliveries: Delivery[] = [];
  const isWhole = (): boolean => deliveries.filter(({ kind }) => !isEdit(kind)).length >= atLeast;
  for (let number = 1; !isWhole(); number += 1) {
    const some = messagesOf(`c${number}`, world.clock.now(), random);
    messages.push(...some);
    deliveries.push(...some.flatMap((message) => deliveriesOf(message, random)));
  }
  const post = new Post(world, store, random);
  await post.boot();
  for (const delivery of deliveries.toSorted((a, b) => a.at - b.at)) await post.deliver(delivery);
  await post.end(messages);
  return judge(world, messages, { deliveries, edits: post.edits });
}

/** Messages come in bursts; within one, the first delivery of each is late by its own delay, so they arrive in any order. */
function messagesOf(conversation: string, start: number, random: Random): Message[] {
  const begun = start + random.below(hour);
  return Array.from({ length: messagesEach }, (_, index) => {
    const at = begun + Math.floor(index / burst) * 10 * 60_000 + (index % burst) * 300 + 1;
    const id = `${conversation}-${index}`;
    const token = `t${id.replace(/\D+/g, "n")}z`;
    const turn = {
      id,
      keys: [`ts-${id}`, `client-${id}`],
      from: customerOf(conversation),
      text: `echo ${token}`,
      mentioned: true,
      at,
    };
    return { turn, conversation, admittedAt: null, startedAt: null };
  });
}

function deliveriesOf(message: Message, random: Random): readonly Delivery[] {
  const { at } = message.turn;
  const kinds = ["again", "again", "again with another timestamp"] as const;
  const repeats = Array.from({ length: random.below(5) }, () => ({
    message,
    at: at + (random.chance(0.5) ? random.below(3000) : random.below(latest)),
    kind: random.pick(kinds),
  }));
  const edits = random.chance(0.2)
    ? [{ message, at: at + hour + random.below(latest), kind: random.pick(["edited", "deleted"] as const) }]
    : [];
  return [{ message, at: at + random.below(2500), kind: "first" }, ...repeats, ...edits];
}

/** The platform: delivers what it must, and again what was not acknowledged. */
class Post {
  /** Edits and deletions that were delivered. */
  edits = 0;
  #instance: Instance | null = null;
  #boots = 0;
  #step = 0;
  readonly #world: World;
  readonly #store: MemoryStore;
  readonly #random: Random;
  readonly #noteStarts: ReturnType<typeof noteStartsOf>;

  constructor(world: World, store: MemoryStore, random: Random) {
    this.#world = world;
    this.#store = store;
    this.#random = random;
    this.#noteStarts = noteStartsOf(world.journal);
  }

  async boot(): Promise<void> {
    this.#boots += 1;
    this.#instance = await openInstance(this.#world, this.#store, `boot-${this.#boots}`);
    const started = this.#instance.core.start();
    await this.#world.pump();
    await started;
  }

  async deliver({ message, at, kind }: Delivery): Promise<void> {
    this.#step += 1;
    await this.#wait(at);
    await this.#settle([message]);
    if (kind === "first" && this.#random.chance(0.5)) {
      this.#world.faults.arm({ port: "http", kind: "slow", ms: slowMs });
    }
    if (isEdit(kind)) {
      // Only what was read already: before that, a deletion counts.
      if (message.startedAt === null) return;
      this.#edit(message, kind);
    } else {
      const again = kind === "again with another timestamp" && message.admittedAt !== null;
      this.#report(message, again ? this.#withAnotherTimestamp(message.turn) : message.turn);
    }
    await this.#settle([message]);
    if (!this.#random.chance(0.005)) return;
    this.#instance?.kill();
    await this.boot();
  }

  async end(messages: readonly Message[]): Promise<void> {
    this.#world.faults.end();
    for (let round = 0; round < 3; round += 1) {
      for (const message of messages) if (message.admittedAt === null) this.#report(message, message.turn);
      await this.#settle(messages);
      this.#world.clock.advance(5000);
      await this.#settle(messages);
    }
  }

  // In small steps first, so that what is under way ends before a long gap.
  async #wait(until: number): Promise<void> {
    const { clock } = this.#world;
    for (let steps = 0; steps < 12 && until - clock.now() > slowMs; steps += 1) {
      clock.advance(slowMs);
      await this.#world.pump();
    }
    clock.advance(Math.max(0, until - clock.now()));
  }

  #report(message: Message, turn: Turn): void {
    const told = this.#instance?.core.inbound.event(placeOf(message.conversation), { kind: "turn", turn });
    told?.then(
      () => {
        message.admittedAt ??= this.#step;
      },
      () => undefined,
    );
  }

  #edit({ turn, conversation }: Message, kind: "edited" | "deleted"): void {
    this.edits += 1;
    const text = kind === "edited" ? "echo something else" : null;
    const event = { kind: "edited" as const, turnId: turn.id, text };
    this.#instance?.core.inbound.event(placeOf(conversation), event).catch(() => undefined);
  }

  #withAnotherTimestamp(turn: Turn): Turn {
    const [, client = ""] = turn.keys;
    return { ...turn, id: `${turn.id}-${this.#step}`, keys: [`ts-${this.#step}`, client], at: turn.at + 1000 };
  }

  async #settle(messages: readonly Message[]): Promise<void> {
    await this.#world.pump();
    this.#step += 1;
    this.#noteStarts(this.#step, messages);
  }
}

/** Notes when the look-up of a message arrived at the backend, or the model was asked about it. */
function noteStartsOf({ arrivals, routed }: Journal) {
  const startedAt = new Map<string, number>();
  let read = { arrivals: 0, routed: 0 };
  return (step: number, messages: readonly Message[]): void => {
    const words = [...arrivals.slice(read.arrivals).map(({ url }) => url), ...routed.slice(read.routed)];
    read = { arrivals: arrivals.length, routed: routed.length };
    for (const word of words) {
      const token = tokenIn(word);
      if (!startedAt.has(token)) startedAt.set(token, step);
    }
    for (const message of messages) message.startedAt ??= startedAt.get(tokenIn(message.turn.text)) ?? null;
  };
}

/** R10: every message is delivered up to five times, in any order, up to 25 hours late. */
export const deliveriesScenario: Scenario = {
  key: "R10",
  keepsBusy: "one thread",
  title: "repeated, permuted and late deliveries",
  seeded: true,
  run: async ({ short, seed }) => {
    const again = `npm run torture -- --only R10 --seed ${seed ?? 1}${short ? " --short" : ""}   #`;
    return reportOf(again, await deliverMany(seed ?? 1, short ? 10_000 : 50_000));
  },
};

function reportOf(again: string, { counts, injected, lost, repeated, outOfOrder: wrong }: Delivered): ScenarioReport {
  return {
    counts,
    injected,
    lost: lost.length,
    unsafeRepeats: 0,
    doubleDecisions: 0,
    stranded: 0,
    violations: [
      ...lost.map((id) => `${again} ${id} never counted`),
      ...repeated.map((id) => `${again} ${id} counted more than once`),
      ...wrong.map((pair) => `${again} out of order: ${pair}`),
    ],
  };
}

/** One conversation with many messages, each delivered at once; then the first ones come once more. */
export async function deliverLong(
  messages: number,
): Promise<{ readonly messages: number; readonly turnsBefore: number; readonly turnsAfter: number }> {
  const random = createRandom(1);
  const world = createWorld(createRandom(2));
  const store = createMemoryStore((before, next) => noteStored(world.journal, before, next));
  await store.procedures.publish(workspace, echo, 0);
  const start = world.clock.now();
  const all = Array.from({ length: messages }, (_, index): Message => {
    const turn = {
      id: `long-${index}`,
      keys: [`long-${index}`],
      from: customerOf("long"),
      text: `echo t${index}z`,
      mentioned: true,
      at: start + index * 5000 + 1,
    };
    return { turn, conversation: "long", admittedAt: null, startedAt: null };
  });
  const post = new Post(world, store, random);
  await post.boot();
  const turns = (): number => judge(world, all, { deliveries: [], edits: 0 }).counts["turns"] ?? 0;
  for (const message of all) await post.deliver({ message, at: message.turn.at, kind: "first" });
  await post.end(all);
  const turnsBefore = turns();
  const later = world.clock.now() + latest;
  for (const message of all) await post.deliver({ message, at: later, kind: "again" });
  await post.end(all);
  return { messages, turnsBefore, turnsAfter: turns() };
}
