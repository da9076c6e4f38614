import type { Conversation } from "../../src/domain/conversation.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import { deliverAgain, openStage, pass, perform, pressSensibly, reboot, type Stage } from "./simulation-actor.ts";
import { openCards } from "./simulation-cards.ts";
import { type Command, makeCommands } from "./simulation-commands.ts";
import { noteStored } from "./simulation-journal.ts";
import { type Finding, judgeJournal } from "./simulation-oracles.ts";
import { prepareStore } from "./simulation-procedures.ts";
import { createRandom } from "./simulation-random.ts";
import { createMemoryStore, type MemoryStore } from "./simulation-store.ts";
import { createWorld, type Sabotage } from "./simulation-world.ts";

/** What one seed did and found. */
export interface Played {
  readonly seed: number;
  readonly commands: readonly Command[];
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<string, number>>;
  readonly fired: Readonly<Record<string, number>>;
}

/** What a simulation may be told beside its seed. `commands`: these instead of those that follow from the seed. */
export interface PlayOptions {
  readonly examples: readonly Procedure[];
  readonly commandCount: number;
  readonly commands?: readonly Command[];
  readonly sabotage?: Sabotage;
}

/** Plays one seed to its end: the commands, then everything works again, then people decide all that is open. */
export async function play(seed: number, options: PlayOptions): Promise<Played> {
  const commands = options.commands ?? makeCommands(createRandom(seed), options.commandCount);
  const world = createWorld(createRandom(seed + 1_000_003), options.sabotage ?? null);
  const store = createMemoryStore((before, next) => noteStored(world.journal, before, next));
  await prepareStore(store, options.examples);
  const stage = await openStage(world, store);
  const findings: Finding[] = [];
  for (const command of commands) {
    await perform(stage, command);
    const quiet = await world.pump(command.beats ?? undefined);
    if (command.beats === null && !quiet) findings.push({ figure: "stranded", what: "it never came to rest" });
    await rebootIfDead(stage);
  }
  findings.push(...(await finish(stage, store)), ...judgeJournal(world.journal));
  return { seed, commands, findings, counts: countsOf(stage, commands), fired: world.faults.fired };
}

async function rebootIfDead(stage: Stage): Promise<void> {
  while (!stage.instance.isAlive()) {
    await stage.world.pump();
    if (stage.world.random.chance(0.3)) await pass(stage, stage.world.random.below(60_000));
    await reboot(stage);
  }
}

const hour = 3_600_000;

/** Nothing fails any more; then all must come to rest, and once people have decided, to an end. */
async function finish(stage: Stage, store: MemoryStore): Promise<readonly Finding[]> {
  const { world } = stage;
  // A crash that is still planned happens first.
  if (world.random.chance(0.5)) stage.instance.kill();
  world.faults.end();
  await pass(stage, 1000);
  await rebootIfDead(stage);
  stage.instance.killAt(Number.POSITIVE_INFINITY, "after");
  deliverAgain(stage);
  await pass(stage, stage.setBack + 3 * hour);
  await pass(stage, hour);
  deliverAgain(stage);
  await world.pump();
  const findings = [
    ...world.journal.sent
      .filter(({ acknowledged }) => !acknowledged)
      .map(({ key }): Finding => ({ figure: "lost", what: `${key} was never acknowledged` })),
    ...store
      .all()
      .flatMap((one) => atRest(one, world.clock.now() + limits.idleMs + hour + stage.setBack, openIds(stage))),
  ];
  for (let rounds = 0; rounds < 30 && openCards(world.journal).length > 0; rounds += 1) {
    for (const shown of openCards(world.journal)) pressSensibly(stage, shown, 0.5 * world.random.next());
    await pass(stage, rounds < 25 ? 60_000 : 13 * hour);
  }
  for (let days = 0; days < 4; days += 1) {
    await pass(stage, 25 * hour);
    for (const shown of openCards(world.journal)) pressSensibly(stage, shown, 0);
  }
  await pass(stage, hour);
  return [...findings, ...store.all().flatMap(ended)];
}

function openIds({ world }: Stage): ReadonlySet<string> {
  return new Set(openCards(world.journal).flatMap(({ card }) => card.pressId ?? []));
}

/** Without faults a conversation is idle, or waits for somebody who can see it, with a moment when it is looked at. */
function atRest(conversation: Conversation, latest: number, open: ReadonlySet<string>): readonly Finding[] {
  const { id, run, outbox, inbox, lease, people, dueAt } = conversation;
  const why: string[] = [];
  if (outbox.length > 0) why.push(`has ${outbox.length} effects left`);
  if (inbox.length > 0) why.push(`has ${inbox.length} turns left`);
  if (lease !== null) why.push("is still held");
  if (run?.wait.kind === "effect") why.push("waits for an effect that is not there");
  if (run?.wait.kind === "held" && people === null) why.push("is held by nobody");
  if (run?.wait.kind === "approval" && !open.has(run.wait.of.id)) why.push("waits for an approval without a card");
  if (people !== null && !open.has(people.card)) why.push("is with people who have no card");
  if (dueAt === null || dueAt > latest) why.push(`is looked at when? ${dueAt}`);
  return why.map((what) => ({ figure: "stranded", what: `${id} ${what}` }));
}

function ended({ id, run, people, outbox }: Conversation): readonly Finding[] {
  if (run === null && people === null && outbox.length === 0) return [];
  const state = `run ${run?.wait.kind ?? "none"}, people ${people !== null}, outbox ${outbox.length}`;
  return [{ figure: "stranded", what: `${id} never came to an end: ${state}` }];
}

function countsOf({ world, boots, turns }: Stage, commands: readonly Command[]): Record<string, number> {
  const { journal } = world;
  const accepted = journal.pressed.filter(({ receipt }) => receipt?.kind === "accepted");
  const texts = journal.posts.flatMap(({ message }) => (message.kind === "text" ? [message.text] : []));
  return {
    commands: commands.length,
    turns: turns.length,
    boots,
    posts: journal.posts.length,
    requests: journal.arrivals.length,
    presses: journal.pressed.length,
    decisions: accepted.length,
    verdicts: accepted.filter(({ action }) => ["happened", "runAgain", "stop"].includes(action.kind)).length,
    completed: texts.filter((text) => /^(?:Paid|Moved|Stored|Order|Credited|Good news|Thank you)/.test(text)).length,
  };
}

/** The shortest list of commands, found by cutting, with which the seed still breaks the same. */
export async function shrink(played: Played, options: PlayOptions): Promise<readonly Command[]> {
  const figures = new Set(played.findings.map(({ figure }) => figure));
  let commands = played.commands;
  for (let size = Math.ceil(commands.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < commands.length; ) {
      const fewer = commands.toSpliced(at, size);
      const { findings } = await play(played.seed, { ...options, commands: fewer });
      if (findings.some(({ figure }) => figures.has(figure))) commands = fewer;
      else at += size;
    }
  }
  return commands;
}
