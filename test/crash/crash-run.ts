import type { Conversation } from "../../src/domain/conversation.ts";
import { type ConversationId, conversationIdSchema, type WorkspaceId } from "../../src/domain/ids.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import type { Fault, Traffic } from "../support/faulty.ts";
import { type BootOptions, type RunningBoot, startBoot } from "./crash-boots.ts";
import { People, type VerdictPolicy } from "./crash-people.ts";
import { type DurableStore, workspace } from "./crash-store.ts";
import { CrashWorld, type FirstPost } from "./crash-world.ts";

/** One story: what people do, and how the backend behaves. It is told in terms of what people see. */
export interface Script {
  readonly name: string;
  readonly firstPost: FirstPost;
  readonly verdict: VerdictPolicy;
  /** How long the backend takes to answer. */
  readonly backendMs: number;
  act(people: People): Promise<void>;
}

/** What one run came to: the journals of its world, and what it takes to judge them. */
export interface CrashRun {
  readonly script: Script;
  readonly world: CrashWorld;
  readonly fired: readonly Fault[];
  /** The calls of each boot, in order. */
  readonly calls: readonly (readonly string[])[];
  readonly acknowledged: number;
  readonly verdicts: number;
  /** Null: it came to its end. Else what never came, with the state in which it stuck. */
  readonly stranded: string | null;
  /** How the runs in the store ended: only a second look, after the journals. */
  readonly records: readonly string[];
}

/** Where a story is played: the world, and how processes are started in it. */
export interface Stage {
  readonly clock: FakeClock;
  readonly world: CrashWorld;
  readonly workspace: WorkspaceId;
  /** For how many rounds of the event loop nothing must go on at any port until nothing is under way between them. */
  readonly quietRounds: number;
  /** All waits of Usher together that the faults of this run can cause, and some more. */
  readonly patienceMs: number;
  /** How long a moment of it is, by its number. */
  stepMs(number: number): number;
  /** The conversation of the story, or null while nobody has written. */
  conversation(): ConversationId | null;
  startBoot(options: BootOptions, number: number): RunningBoot;
  /** How people reach a process that runs; null while it takes nothing. */
  inbound(current: RunningBoot): Inbound | null;
  /** Nothing of it is needed any more. */
  close(): void;
}

/** Makes the stage of one run. */
export type StageOf = (script: Script) => Stage;

/** A channel that is a fake as a whole. */
const plainStage: StageOf = (script) => {
  const clock = createFakeClock();
  return {
    clock,
    world: new CrashWorld(clock, script.firstPost, script.backendMs),
    workspace,
    quietRounds: 1,
    patienceMs,
    stepMs: () => 1000,
    conversation: () => conversation,
    startBoot,
    inbound: (current) => current.inbound,
    close: () => {},
  };
};

class StrandedError extends Error {}

const conversation = conversationIdSchema.parse("c1");
const outside = conversationIdSchema.parse("c2");
// A zombie wakes well after its lease has lapsed and somebody else has gone on.
const frozenMs = limits.leaseMs + 15_000;
/** For a single fault of the ports. */
export const patienceMs = 15 * 60_000;
// What a supervisor's probe grants a process that does nothing, where the store itself hangs.
const probeMs = 90_000;

/** Plays one script on an empty store, with these faults. */
export async function playScript(
  durable: DurableStore,
  script: Script,
  faults: readonly Fault[],
  stageOf: StageOf = plainStage,
): Promise<CrashRun> {
  durable.empty();
  const stage = stageOf(script);
  const room = new MachineRoom(durable, stage, faults);
  const people = new People(room, script.verdict, mayBeSilent(faults));
  room.people = people;
  let stranded: string | null = null;
  try {
    room.boot();
    await script.act(people);
    await room.rest();
  } catch (error) {
    if (!(error instanceof StrandedError)) throw error;
    stranded = `${error.message}; ${describe(await room.load())}`;
  }
  await room.end();
  stage.close();
  const at = stage.conversation();
  const { items } =
    at === null ? { items: [] } : await durable.store.runs.find(stage.workspace, { conversation: at }, null);
  return {
    script,
    world: room.world,
    fired: room.boots.flatMap(({ boot }) => boot.fired),
    calls: room.boots.map(({ boot }) => boot.calls),
    acknowledged: people.acknowledged,
    verdicts: people.verdicts,
    stranded,
    records: items.map(({ procedure, ended }) => `${procedure.slug} ${ended}`),
  };
}

/** Where the processes run: boots them, kills them, and lets time pass. */
class MachineRoom {
  readonly boots: RunningBoot[] = [];
  people: People | null = null;
  readonly #stage: Stage;
  readonly #durable: DurableStore;
  readonly #faults: readonly Fault[];
  readonly #traffic: Traffic = { underWay: 0, calls: 0 };
  #frozenAt = 0;
  #bootedAt = 0;
  #steps = 0;

  constructor(durable: DurableStore, stage: Stage, faults: readonly Fault[]) {
    this.#durable = durable;
    this.#faults = faults;
    this.#stage = stage;
  }

  get world(): CrashWorld {
    return this.#stage.world;
  }

  now(): number {
    return this.#stage.clock.now();
  }

  inbound() {
    const current = this.boots.at(-1);
    return current === undefined || current.boot.dead ? null : this.#stage.inbound(current);
  }

  boot(): void {
    const { world, boots } = this;
    const exclusive = !this.#faults.some(({ kind }) => kind === "takeover");
    const { store } = this.#durable;
    const options = { world, store, exclusive, clock: this.#stage.clock, faults: this.#faults, traffic: this.#traffic };
    boots.push(this.#stage.startBoot(options, boots.length + 1));
    this.#bootedAt = this.now();
  }

  async load(): Promise<Conversation | null> {
    const at = this.#stage.conversation();
    return at === null ? null : this.#durable.store.conversations.load(this.#stage.workspace, at);
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const began = this.now();
    await this.#quiet();
    for (;;) {
      if (holds()) return;
      if (this.now() - began > this.#stage.patienceMs) throw new StrandedError(`never: ${what}`);
      await this.#step();
    }
  }

  async pass(ms: number): Promise<void> {
    await this.until("a process runs", () => this.boots.at(-1)?.started === true);
    this.#stage.clock.advance(ms);
    await this.#quiet();
  }

  /** Waits until nothing is left to do anywhere, and a little longer, for what comes late. */
  async rest(): Promise<void> {
    const began = this.now();
    let document = await this.#restingDocument();
    while (document === null) {
      if (this.now() - began > this.#stage.patienceMs) throw new StrandedError("never: everything is done");
      await this.#step();
      document = await this.#restingDocument();
    }
    if (this.#faults.length > 0) await this.until("the late ones", () => this.now() - began > 2 * limits.leaseMs);
  }

  /** Ends all processes; nothing of this run can reach the store any more. */
  async end(): Promise<void> {
    for (const { boot } of this.boots) boot.kill();
    await this.#quiet();
  }

  async #restingDocument(): Promise<Conversation | null> {
    await this.#quiet();
    const document = await this.load();
    if (document === null || this.people?.isIdle !== true || this.boots.some(({ boot }) => boot.frozen)) return null;
    const beside = await this.#durable.store.conversations.load(workspace, outside);
    return rests(document) && (beside === null || rests(beside)) ? document : null;
  }

  /** One moment: the dead are replaced, the frozen go on, people act, a second passes. */
  async #step(): Promise<void> {
    this.#supervise();
    this.people?.act();
    await this.#quiet();
    this.#steps += 1;
    this.#stage.clock.advance(this.#stage.stepMs(this.#steps));
    await this.#quiet();
  }

  #supervise(): void {
    for (const { boot } of this.boots) {
      if (!boot.frozen) continue;
      if (this.#frozenAt === 0) this.#frozenAt = this.now();
      if (this.now() - this.#frozenAt < frozenMs) continue;
      this.#frozenAt = 0;
      boot.thaw();
    }
    const current = this.boots.at(-1);
    if (current === undefined || current.boot.dead || isTakenOver(current)) {
      this.boot();
    } else if (current.boot.fired.some(isHangOfStore) && this.now() - this.#bootedAt > probeMs) {
      current.boot.kill();
      this.boot();
    }
  }

  /** Resolves when nothing goes on at any port; only time, or people, could change anything. */
  async #quiet(): Promise<void> {
    let quiet = 0;
    for (let seen = -1; quiet < this.#stage.quietRounds; ) {
      quiet = seen === this.#traffic.calls && this.#traffic.underWay === 0 ? quiet + 1 : 0;
      if (quiet === this.#stage.quietRounds) return;
      seen = this.#traffic.calls;
      await nextRound();
    }
  }
}

function rests({ run, outbox, lease, people, inbox }: Conversation): boolean {
  return run === null && people === null && lease === null && outbox.length + inbox.length === 0;
}

// A model that fails, or is late because its process stood still, is not asked again, and Usher stays silent: the
// customer has to write once more. Which pause meets a model is known where it is the only fault.
function mayBeSilent(faults: readonly Fault[]): boolean {
  const stands = (kind: Fault["kind"]) => kind === "pause" || kind === "takeover";
  if (faults.length > 1 && faults.some(({ kind }) => stands(kind))) return true;
  const fails = (kind: Fault["kind"]) => stands(kind) || kind === "hang" || kind.startsWith("error");
  return faults.some(({ kind, label }) => label.startsWith("model.") && fails(kind));
}

function isTakenOver({ boot }: RunningBoot): boolean {
  return boot.frozen && boot.fired.some(({ kind }) => kind === "takeover");
}

// A store that does not answer stands for a process that hangs: only its supervisor can help. Every other port has a
// time-out, and a process that got stuck there would be stranded.
function isHangOfStore({ kind, label }: Fault): boolean {
  return kind === "hang" && !/^(?:channel\.(?:send|edit)|http|mailer|model|inbound)\b/.test(label);
}

function nextRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function describe(document: Conversation | null): string {
  if (document === null) return "there is no conversation";
  const { run, outbox, lease, people, dueAt } = document;
  const effects = outbox.map(({ effect, started, attempt }) => `${effect.kind}${started ? " started" : ""} ${attempt}`);
  return JSON.stringify({ waits: run?.wait.kind, effects, lease, withPeople: people !== null, dueAt });
}
