import { type ChildProcess, spawn } from "node:child_process";
import { endsWithUs } from "./ends-with-us.ts";
import { startWords } from "./start-words.ts";

/** How a process ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real Usher in a process of its own. */
export interface UsherProcess {
  readonly url: string;
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts Usher as `npm start` does; answers when it is ready, or how it ended without getting ready. */
export async function spawnUsher(environment: {
  readonly [name: string]: string;
}): Promise<
  { readonly kind: "ready"; readonly usher: UsherProcess } | { readonly kind: "ended"; readonly ended: Ended }
> {
  const child = endsWithUs(
    spawn(process.execPath, startWords, {
      env: { PATH: process.env["PATH"] ?? "", PORT: "0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  const output = collect(child);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, ...output.read() }));
  });
  const url = await Promise.race([output.url, ended.then(() => null)]);
  if (url === null) return { kind: "ended", ended: await ended };
  const usher = {
    url,
    pid: child.pid ?? 0,
    kill: (signal: NodeJS.Signals) => {
      child.kill(signal);
      return ended;
    },
  };
  return { kind: "ready", usher };
}

/** The same, for a test that cannot go on unless it is ready. */
export async function startProcess(environment: { readonly [name: string]: string }): Promise<UsherProcess> {
  const started = await spawnUsher(environment);
  if (started.kind === "ready") return started.usher;
  throw new Error(`Usher ended with ${started.ended.code}: ${started.ended.stderr}`);
}

function collect(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  const url = Promise.withResolvers<string>();
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    const found = /^Usher is ready at (\S+)$/m.exec(stdout);
    if (found?.[1] !== undefined) url.resolve(found[1]);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return { url: url.promise, read: () => ({ stdout, stderr }) };
}
