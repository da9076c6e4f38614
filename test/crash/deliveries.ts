import { type Procedure, procedureSchema } from "../../src/domain/procedure.ts";
import type { Turn } from "../../src/domain/turn.ts";
import { type Delivered, type Delivery, isEdit, judge, type Message, tokenIn } from "./deliveries-judge.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { type Instance, openInstance, placeOf, workspace } from "./simulation-instance.ts";
import { type Journal, noteStored } from "./simulation-journal.ts";
import { customerOf } from "./simulation-people.ts";
import { createRandom, type Random } from "./simulation-random.ts";
import { createMemoryStore } from "./simulation-store.ts";
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
  const post = createPost(world, store, random);
  await post.boot();
  for (const delivery of deliveries.toSorted((a, b) => a.at - b.at)) await post.deliver(delivery);
  await post.end(messages);
  return judge(world, messages, { deliveries, edits: post.edits() });
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
function createPost(world: World, store: ReturnType<typeof createMemoryStore>, random: Random) {
  let instance: Instance | null = null;
  let boots = 0;
  let step = 0;
  let edits = 0;

  const boot = async (): Promise<void> => {
    boots += 1;
    instance = await openInstance(world, store, `boot-${boots}`);
    const started = instance.core.start();
    await world.pump();
    await started;
  };
  const report = (message: Message, turn: Turn): void => {
    const told = instance?.core.inbound.event(placeOf(message.conversation), { kind: "turn", turn });
    told?.then(
      () => {
        message.admittedAt ??= step;
      },
      () => undefined,
    );
  };
  const noteStarts = noteStartsOf(world.journal);
  const settle = async (messages: readonly Message[]): Promise<void> => {
    await world.pump();
    step += 1;
    noteStarts(step, messages);
  };

  return {
    boot,
    edits: () => edits,
    async deliver({ message, at, kind }: Delivery): Promise<void> {
      step += 1;
      // In small steps first, so that what is under way ends before a long gap.
      for (let steps = 0; steps < 12 && at - world.clock.now() > slowMs; steps += 1) {
        world.clock.advance(slowMs);
        await world.pump();
      }
      world.clock.advance(Math.max(0, at - world.clock.now()));
      await settle([message]);
      if (kind === "first" && random.chance(0.5)) world.faults.arm({ port: "http", kind: "slow", ms: slowMs });
      const { turn } = message;
      if (isEdit(kind)) {
        // Only what was read already: before that, a deletion counts.
        if (message.startedAt === null) return;
        edits += 1;
        const text = kind === "edited" ? "echo something else" : null;
        const event = { kind: "edited" as const, turnId: turn.id, text };
        instance?.core.inbound.event(placeOf(message.conversation), event).catch(() => undefined);
      } else {
        const [, client = ""] = turn.keys;
        const other = { ...turn, id: `${turn.id}-${step}`, keys: [`ts-${step}`, client], at: turn.at + 1000 };
        report(message, kind === "again with another timestamp" && message.admittedAt !== null ? other : turn);
      }
      await settle([message]);
      if (!random.chance(0.005)) return;
      instance?.kill();
      await boot();
    },
    async end(messages: readonly Message[]): Promise<void> {
      world.faults.end();
      for (let round = 0; round < 3; round += 1) {
        for (const message of messages) if (message.admittedAt === null) report(message, message.turn);
        await settle(messages);
        world.clock.advance(5000);
        await settle(messages);
      }
    },
  };
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
  const post = createPost(world, store, random);
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
