import { connect, type Socket } from "node:net";
import { limits } from "../../src/domain/limits.ts";
import { injectedOf, startOrThrow } from "./kill.ts";
import { playAgain } from "./process-again.ts";
import { type Load, startLoad } from "./process-load.ts";
import { type End, pause } from "./process-supervisor.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { createRandom } from "./simulation-random.ts";

const defaultSeed = 18;
// What two busy cores may add to Usher's own bound.
const marginMs = 1500;
const finishMs = 60_000;

/** How often, from which seed, and how to see it again. */
interface StopOptions {
  readonly again: string;
  readonly rounds: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/**
 * Asks the real process to stop while calls, posts and requests are under way and sockets of every sort are open: it
 * ends by itself, in time and with code 0, and the next one goes on as after a kill.
 */
async function stopUnderLoad({ again, rounds, say, seed }: StopOptions): Promise<ScenarioReport> {
  const random = createRandom(seed);
  const load = await startLoad({ seed, customers: 10, slowMs: 2500, hangs: 0.06, again });
  const problems: string[] = [];
  const took: number[] = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      await startOrThrow(load);
      await pause(random.below(1500));
      const sockets = await holdOpen(new URL(load.supervisor.url() ?? ""));
      await pause(random.below(300));
      const end = await endInTime(load);
      for (const socket of sockets) socket.destroy();
      took.push(end.ms);
      const bad = problemWith(end);
      if (bad !== null) problems.push(`round ${round}: ${bad} (${again})`);
      if (round % 10 === 0) say(`R18: ${round} rounds, slowest ${Math.max(...took)} ms`);
    }
    load.backend.calm();
    await startOrThrow(load);
    const findings = await load.finish(finishMs);
    const sorted = took.toSorted((a, b) => a - b);
    const times = { medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, slowestMs: sorted.at(-1) ?? 0 };
    return {
      ...findings,
      counts: { rounds, ...times, ...load.counts() },
      injected: injectedOf(load, rounds),
      violations: [...problems, ...findings.violations],
    };
  } finally {
    await load.close();
  }
}

/** The scenario R18. */
export const stopScenario: Scenario = {
  key: "R18",
  keepsBusy: "processes",
  title: "SIGTERM in the middle of everything",
  seeded: true,
  run: ({ short, seed = defaultSeed, say }) =>
    stopUnderLoad({ rounds: short ? 6 : 50, seed, again: playAgain("R18", { short, seed }), say }),
};

function problemWith({ code, signal, ms }: End): string | null {
  if (code !== 0) return `it ended with code ${code}, signal ${signal}, after ${ms} ms`;
  return ms <= limits.stopMs + marginMs ? null : `it took ${ms} ms to end; ${limits.stopMs} are promised`;
}

// One that never ends must not hold the harness up.
async function endInTime({ supervisor }: Load): Promise<End> {
  const ending = supervisor.kill("SIGTERM");
  const late = new AbortController();
  const first = await Promise.race([ending, pause(limits.stopMs * 3, late.signal).then(() => null)]);
  late.abort();
  return first ?? (await supervisor.kill("SIGKILL"));
}

/** Streams of news, one of them never read; requests whose head or body never ends; kept-alive connections. */
async function holdOpen({ hostname, port, host }: URL): Promise<readonly Socket[]> {
  const head = (line: string): string => `${line} HTTP/1.1\r\nhost: ${host}\r\n`;
  const json = "content-type: application/json\r\ncontent-length: 500\r\n\r\n";
  const silent = ["", head("GET /api/wor"), `${head("POST /api/conversations")}${json}{"as":`];
  const answered = [
    `${head("GET /api/events")}\r\n`,
    `${head("GET /api/events")}\r\n`,
    `${head("GET /api/world")}\r\n`,
    `${head("GET /api/world")}connection: keep-alive\r\n\r\n`,
  ];
  const sockets: Socket[] = [];
  for (const text of [...silent, ...answered]) {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on("error", () => {}); // the process ends under it
    await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
    socket.write(text);
    // Whoever is answered came behind the others, so those have been read by then.
    if (answered.includes(text)) await new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
    if (text !== answered[0]) socket.resume();
    else socket.pause();
  }
  return sockets;
}
