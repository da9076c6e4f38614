import type { Clock } from "../../src/ports/clock.ts";

/**
 * What can go wrong at one call of a port. `crash-before`, `crash-after`: the process dies there. `error-before`: not
 * done, and reported so. `error-after`: done, and reported as failed. `hang`: never answers; a port that leads out of
 * the process has done it. `duplicate`: done twice, the second answer counts. `pause`: the whole process stands still
 * for longer than its lease, then goes on. `takeover`: as `pause`, and another process has taken over meanwhile.
 */
export const faultKinds = [
  "crash-before",
  "crash-after",
  "error-before",
  "error-after",
  "hang",
  "duplicate",
  "pause",
  "takeover",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One fault: in which boot (from 1), at which call ("conversations.save#3": the third of that boot), and what. */
export interface Fault {
  readonly boot: number;
  readonly label: string;
  readonly kind: FaultKind;
}

/**
 * How a port fails. `before` and `after` answer or throw what it would when nothing was done, or when it was done and
 * looks failed. `hangs`, `holds`: whether it stands still before or after the act, in a hang and in a pause. `twice`:
 * whether the world may carry the call out twice.
 */
export interface Manner {
  readonly before: () => unknown;
  readonly after: () => unknown;
  readonly hangs: "before" | "after";
  readonly holds: "before" | "after";
  readonly twice: boolean;
}

/** What goes through the ports of all boots, so that a test knows when nothing is under way: `calls` only grows. */
export interface Traffic {
  underWay: number;
  calls: number;
}

/** Answers whether this fault can happen at all at a port of this manner. Pure. */
export function canHappen(kind: FaultKind, { twice }: Manner): boolean {
  return kind !== "duplicate" || twice;
}

/** What never answers. */
function silence(): Promise<never> {
  return new Promise(() => {});
}

/**
 * One boot of a process, as seen from its ports: they are numbered and fail as they were told. When it is dead, every
 * call hangs for good, those under way included, and no timer fires, so that no `catch` or `finally` can act.
 */
export class Boot {
  readonly number: number;
  /** Every call so far, in order: "conversations.save#3". */
  readonly calls: string[] = [];
  /** The faults that really came, in order. */
  readonly fired: Fault[] = [];
  dead = false;
  frozen = false;
  readonly #faults: readonly Fault[];
  readonly #traffic: Traffic;
  readonly #counts = new Map<string, number>();
  #thaw = Promise.withResolvers<void>();
  #overdue: (() => void)[] = [];

  constructor(number: number, faults: readonly Fault[], traffic: Traffic) {
    this.number = number;
    this.#faults = faults.filter(({ boot }) => boot === number);
    this.#traffic = traffic;
  }

  /** The same port, every method of which goes through this boot. */
  wrap<Port extends object>(name: string, port: Port, manner: Manner): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const method: unknown = Reflect.get(target, property);
        if (typeof method !== "function") return method;
        const path = `${name}.${String(property)}`;
        return (...given: unknown[]) => this.#call(path, manner, () => Reflect.apply(method, target, given));
      },
    });
  }

  /** The same clock, whose timers die and stand still with this boot. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, run) =>
        clock.after(ms, () => {
          if (this.dead) return;
          if (this.frozen) this.#overdue.push(run);
          else run();
        }),
      soon: (run) => {
        this.#traffic.underWay += 1;
        clock.soon(() => {
          this.#traffic.underWay -= 1;
          this.#traffic.calls += 1;
          if (this.dead) return;
          if (this.frozen) this.#overdue.push(run);
          else run();
        });
      },
    };
  }

  kill(): void {
    this.dead = true;
  }

  /** Goes on after a pause: first the timers that fell due meanwhile, as an event loop does, then the rest. */
  thaw(): void {
    this.frozen = false;
    for (const run of this.#overdue.splice(0)) run();
    this.#thaw.resolve();
    this.#thaw = Promise.withResolvers();
  }

  async #call(path: string, manner: Manner, run: () => unknown): Promise<unknown> {
    if (this.dead) return silence();
    const count = (this.#counts.get(path) ?? 0) + 1;
    this.#counts.set(path, count);
    this.#traffic.calls += 1;
    const label = `${path}#${count}`;
    this.calls.push(label);
    const fault = this.#faults.find((one) => one.label === label);
    if (fault !== undefined) this.fired.push(fault);
    // What the stopped process had begun in that very moment has left it.
    if (this.frozen && manner.holds === "before") await this.#thaw.promise;
    return this.#alive(() => this.#perform(fault?.kind ?? null, manner, () => this.#count(path, run)));
  }

  /** Gives an answer or an error on to a process that is still alive, and not before it goes on. */
  async #alive(answer: () => Promise<unknown>): Promise<unknown> {
    const settled = await answer().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    if (this.frozen) await this.#thaw.promise;
    this.#traffic.calls += 1;
    return this.dead ? silence() : settled();
  }

  async #perform(kind: FaultKind | null, manner: Manner, run: () => Promise<unknown>): Promise<unknown> {
    switch (kind) {
      case null:
        return run();
      case "crash-before":
        return this.kill();
      case "crash-after":
        await outcomeOf(run());
        return this.kill();
      case "error-before":
        return manner.before();
      case "error-after":
        await outcomeOf(run());
        return manner.after();
      case "hang":
        if (manner.hangs === "after") await outcomeOf(run());
        return silence();
      case "duplicate":
        await outcomeOf(run());
        return run();
      case "pause":
      case "takeover":
        return this.#hold(manner, run);
      default:
        return kind satisfies never;
    }
  }

  async #hold(manner: Manner, run: () => Promise<unknown>): Promise<unknown> {
    if (manner.holds === "after") {
      const answer = run();
      await outcomeOf(answer);
      this.frozen = true;
      return answer;
    }
    this.frozen = true;
    await this.#thaw.promise;
    return this.dead ? silence() : run();
  }

  async #count(path: string, run: () => unknown): Promise<unknown> {
    // What a platform hands in lasts as long as the ports below it take, and a backend or Slack as long as the clock says:
    // what only time can end must not look as if it were under way.
    const counts = /^(?:inbound|http|slack)\./.test(path) ? 0 : 1;
    this.#traffic.underWay += counts;
    try {
      return await run();
    } finally {
      this.#traffic.underWay -= counts;
    }
  }
}

function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => error);
}
