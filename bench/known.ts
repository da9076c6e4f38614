/**
 * What others need for the same work (start, message, two inputs, a GET, a condition, an approval, a ticket, a message,
 * every pause durable), measured once on a machine of the same kind with 2 cores; where there was a range, its best end.
 * Not measured again by this bench, and neither date nor versions were kept: an order of magnitude, not a race.
 */
export interface KnownFigure {
  readonly name: string;
  readonly runsPerSecond: number;
  readonly cpuMsPerRun: number;
}

export const knownFigures: readonly KnownFigure[] = [
  { name: "LangGraph, SQLite", runsPerSecond: 51, cpuMsPerRun: 21 },
  { name: "Mastra, libsql", runsPerSecond: 49, cpuMsPerRun: 12 },
  { name: "DBOS, Postgres", runsPerSecond: 38, cpuMsPerRun: 32 },
  { name: "Restate", runsPerSecond: 95, cpuMsPerRun: 20 },
  { name: "a BullMQ job per event, no store", runsPerSecond: 703, cpuMsPerRun: 2 },
  { name: "a bare SQLite loop, no protection", runsPerSecond: 3089, cpuMsPerRun: 0.31 },
];
