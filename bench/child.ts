import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A stub shop in a process of its own. */
export interface Stub {
  readonly url: string;
  stop(): void;
}

/** Starts a shop whose answers have about so many bytes; it ends with this process. */
export async function startStub(answerBytes: number): Promise<Stub> {
  const child = spawn(process.execPath, [pathOf("stub.ts"), String(answerBytes)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return { url: `http://127.0.0.1:${Number(String(line))}`, stop: () => child.kill() };
}

// Many times what the longest takes: one that waits for what never comes must end, and say so.
const patienceMs = 20 * 60_000;

/** Runs one measurement in a fresh process and answers what it printed. Throws an Error if it failed. */
export async function measured<Result>(name: string, ...args: readonly (string | number)[]): Promise<Result> {
  const flags = ["--expose-gc", "--max-semi-space-size=8"];
  const child = spawn(process.execPath, [...flags, pathOf("measure.ts"), name, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: patienceMs,
  });
  const [text, code] = await Promise.all([textOf(child), codeOf(child)]);
  if (code !== 0) throw new Error(`The measurement ${name} ended with code ${code}.`);
  return JSON.parse(text) as Result;
}

async function textOf(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  return text;
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : null;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** CPU time of this whole process, all its threads, in ms; `since`: an earlier reading. */
export function cpuMs(since = 0): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 - since;
}

/** Carries out `total` pieces of work, so many at a time. */
export async function inParallel(total: number, lanes: number, piece: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < total) await piece(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
