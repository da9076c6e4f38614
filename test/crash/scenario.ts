/** Named counts, for a table and for JSON. */
export type Counts = { readonly [name: string]: number };

/**
 * What one scenario of the trust harness did and found. `counts`: what was tried (runs, points, kills, ...), with at
 * least one figure of progress, so that a run of pure errors cannot pass. `injected`: faults that really fired, by kind.
 * `violations`: one line for each thing that broke, with how to see it again.
 *
 * Where the four figures come from: requests and their bytes are always counted in the journal of a fake backend, posts
 * and decisions in what a fake channel, the customers and the agents were sent and told. Against the real process (R4,
 * R17, R18, R19, and R9 on a full disk) customers and agents see through Usher's own API: messages, the state of a run,
 * its variables, tickets, leads and mails are what the API shows; in R4-slack they see what stands in a fake Slack. Six
 * look into the store as well: R1, R2 and R12 at the records of runs, and at where each conversation has come to rest; R3
 * at that, and at what each write took in and ended; R11 at how a call ended; R9, where SQLite itself fails, at the
 * tickets.
 */
export interface ScenarioReport {
  readonly counts: Counts;
  readonly injected: Counts;
  readonly lost: number;
  readonly unsafeRepeats: number;
  readonly doubleDecisions: number;
  readonly stranded: number;
  readonly violations: readonly string[];
}

/**
 * `short`: the form for each change; the whole one is for before a release. `seed`: this one alone, where a scenario has
 * seeds. `say`: a line for who watches.
 */
export interface ScenarioOptions {
  readonly short: boolean;
  readonly seed?: number;
  readonly say: (line: string) => void;
}

/** One scenario of the trust harness. */
export interface Scenario {
  /** Its key in the printed object: "R1", "saboteurs". */
  readonly key: string;
  readonly title: string;
  /** One of its seeds can be played alone. */
  readonly seeded?: true;
  /**
   * What it keeps busy: one thread of its own; processes that it starts; or all of the machine, whose speed it measures.
   * Of the first two kinds, one each is played at the same time.
   */
  readonly keepsBusy: "one thread" | "processes" | "the machine";
  run(options: ScenarioOptions): Promise<ScenarioReport>;
}
