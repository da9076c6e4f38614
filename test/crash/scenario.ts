/** Named counts, for a table and for JSON. */
export type Counts = { readonly [name: string]: number };

/**
 * What one scenario of the trust harness did and found. `counts`: what was tried (runs, points, kills, ...), with at
 * least one figure of progress, so that a run of pure errors cannot pass. `injected`: faults that really fired, by kind.
 * The four figures that count are read from the journals of the fake backends and channels, never from Usher's tables.
 * `violations`: one line for each thing that broke, with how to see it again.
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
  run(options: ScenarioOptions): Promise<ScenarioReport>;
}
