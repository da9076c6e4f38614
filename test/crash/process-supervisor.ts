import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { endsWithUs } from "../support/ends-with-us.ts";
import { realClock } from "../support/real-clock.ts";
import { startWords } from "../support/start-words.ts";

/** Every customer's text in these scenarios holds this word, which nothing else does: no log line may. */
export const canary = "kestrel";

/** How one life of the process ended. `ms`: from the signal to the end. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

/** The real Usher, started again and again on one data folder. */
export interface Supervisor {
  /** Where it is now; null while none is ready. */
  url(): string | null;
  pid(): number;
  /** Starts one; false: it ended before it was ready, which `kill` during the start does. */
  start(): Promise<boolean>;
  /** Sends the signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<End>;
  /** What went wrong with the process itself: ends that nobody asked for, words of customers in its log. */
  readonly violations: string[];
  /** From start to ready, in ms, one for each start that got there. */
  readonly startsMs: number[];
  /** The newest lines of its output, for who looks for a cause. */
  tail(): readonly string[];
}

/** How the process is started; `through` puts a command in front of it, as `prlimit` with its arguments. */
export interface SupervisorOptions {
  readonly environment: { readonly [name: string]: string };
  readonly through?: readonly string[];
}

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<End>;
  asked: number | null;
}

const tailLines = 300;

/** Makes a supervisor; nothing is started yet. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const violations: string[] = [];
  const startsMs: number[] = [];
  const lines: string[] = [];
  let life: Life | null = null;
  let url: string | null = null;

  const onLine = (line: string): void => {
    lines.push(line);
    if (lines.length > tailLines) lines.shift();
    if (line.includes(canary)) violations.push(`a log line holds a customer's text: ${line.slice(0, 200)}`);
  };
  return {
    url: () => url,
    pid: () => life?.child.pid ?? 0,
    violations,
    startsMs,
    tail: () => lines,
    async start() {
      const startedAt = realClock.monotonic();
      const begun = begin(options, (problem) => {
        url = null;
        if (problem !== null) violations.push(problem);
      });
      life = begun;
      const ready = new Promise<boolean>((resolve) => {
        void begun.ended.then(() => resolve(false));
        readLines(begun.child, (line) => {
          onLine(line);
          const found = /^Usher is ready at (\S+)$/.exec(line)?.[1];
          if (found === undefined || begun.asked !== null) return;
          url = found;
          startsMs.push(Math.round(realClock.monotonic() - startedAt));
          resolve(true);
        });
      });
      return ready;
    },
    async kill(signal) {
      if (life === null) throw new Error("nothing was started");
      if (life.asked === null) life.asked = realClock.monotonic();
      life.child.kill(signal);
      return life.ended;
    },
  };
}

/** One life of the process. `onEnd` hears of its end, with what was wrong about it, or null. */
function begin({ environment, through = [] }: SupervisorOptions, onEnd: (problem: string | null) => void): Life {
  const [command = process.execPath, ...rest] = [...through, process.execPath, ...startWords];
  const env = { PATH: process.env["PATH"] ?? "", PORT: "0", LOG_LEVEL: "info", ...environment };
  const child = endsWithUs(spawn(command, rest, { env, stdio: ["ignore", "pipe", "pipe"] }));
  const ended = new Promise<End>((resolve) => {
    child.once("close", (code, signal) => {
      const now = realClock.monotonic();
      onEnd(begun.asked === null ? `the process ended by itself: code ${code}, signal ${signal}` : null);
      resolve({ code, signal, ms: Math.round(now - (begun.asked ?? now)) });
    });
  });
  const begun: Life = { child, ended, asked: null };
  return begun;
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) onLine(line);
    });
    stream?.once("end", () => {
      if (rest !== "") onLine(rest);
    });
  }
}

/** Resolves after so many ms, or at once when `stop` says so. Unlike `realClock.after`, it keeps the process alive. */
export async function pause(ms: number, stop?: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, stop === undefined ? {} : { signal: stop });
  } catch {
    // Called off.
  }
}
