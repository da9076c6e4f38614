import { readdir, readFile } from "node:fs/promises";
import { realClock } from "../support/real-clock.ts";
import { pause } from "./process-supervisor.ts";

/** How long things took, in ms. */
export class Times {
  readonly #all: number[] = [];

  add(ms: number): void {
    this.#all.push(ms);
  }

  get count(): number {
    return this.#all.length;
  }

  /** The time within which this share (0 to 1) came; 0 when there is none. */
  at(share: number): number {
    const sorted = this.#all.toSorted((a, b) => a - b);
    const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return Math.round(found * 10) / 10;
  }

  /** p50, p95 and p99 under names that begin with `name`. */
  figures(name: string): { readonly [name: string]: number } {
    return { [`${name}P50`]: this.at(0.5), [`${name}P95`]: this.at(0.95), [`${name}P99`]: this.at(0.99) };
  }
}

/** The memory of a process over time. */
export interface Memory {
  readonly highestMb: number;
  readonly endMb: number;
  /** By least squares, over the samples after the warm-up. */
  readonly slopeMbPerMinute: number;
}

const sampleMs = 1000;

/** Looks at the resident memory once a second until `stop`; what came before `warmUpMs` does not count for the slope. */
export async function watchMemory(pid: () => number, warmUpMs: number, stop: AbortSignal): Promise<Memory> {
  const samples: { readonly minute: number; readonly mb: number }[] = [];
  const start = realClock.monotonic();
  while (!stop.aborted) {
    samples.push({ minute: (realClock.monotonic() - start) / 60_000, mb: await residentMb(pid()) });
    await pause(sampleMs, stop);
  }
  const warm = samples.filter(({ minute }) => minute * 60_000 >= warmUpMs);
  return {
    highestMb: Math.round(Math.max(...samples.map(({ mb }) => mb))),
    endMb: Math.round(samples.at(-1)?.mb ?? 0),
    slopeMbPerMinute: Math.round(slopeOf(warm) * 10) / 10,
  };
}

/** How many files, sockets and the like a process has open. */
export async function handlesOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

// Linux counts in hundredths of a second, whatever the machine.
const tickMs = 10;

/**
 * From now on, how much of the machine's processors goes to others than this process and that one, in percent: what they
 * take, Usher's customers wait for. The answer of `end` is about the time between.
 */
export async function watchOthers(pid: number): Promise<{ end(): Promise<number> }> {
  const before = await ticks(pid);
  return {
    end: async () => {
      const after = await ticks(pid);
      const all = after.all - before.all;
      const others = after.busy - before.busy - (after.own - before.own);
      return all === 0 ? 0 : Math.max(0, Math.round((100 * others) / all));
    },
  };
}

async function ticks(pid: number): Promise<{ readonly all: number; readonly busy: number; readonly own: number }> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  // user, nice, system, idle, iowait, irq, softirq, steal
  const times = line.split(/\s+/).slice(1, 9).map(Number);
  const all = times.reduce((sum, time) => sum + time, 0);
  const idle = (times[3] ?? 0) + (times[4] ?? 0);
  // Behind the name in brackets, which may hold blanks, utime and stime are the 12th and the 13th.
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  const { user, system } = process.cpuUsage();
  return { all, busy: all - idle, own: Number(fields[11]) + Number(fields[12]) + (user + system) / 1000 / tickMs };
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

function slopeOf(samples: readonly { readonly minute: number; readonly mb: number }[]): number {
  const count = samples.length;
  if (count < 2) return 0;
  const meanX = samples.reduce((sum, { minute }) => sum + minute, 0) / count;
  const meanY = samples.reduce((sum, { mb }) => sum + mb, 0) / count;
  const above = samples.reduce((sum, { minute, mb }) => sum + (minute - meanX) * (mb - meanY), 0);
  const below = samples.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
