import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "../test/support/ends-with-us.ts";

/** What Usher has posted. `atMs`: when it came to Slack, by `machineMs`. */
export interface Post {
  readonly team: string | null;
  readonly channel: unknown;
  readonly thread: unknown;
  readonly text: string;
  readonly atMs: number;
}

/** A process beside this one; it ends with this one. `said`: what it said when it was ready. */
interface Child<Said> {
  readonly said: Said;
  ask<Answer>(): Promise<Answer>;
  stop(): Promise<void>;
}

/** A time in ms that all processes of the machine share, and that never goes back. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The fake Slack and the shop, in one process. */
export interface FakeProcess {
  readonly apiUrl: string;
  readonly shopUrl: string;
  /** Everything that was posted so far. */
  posts(): Promise<readonly Post[]>;
  stop(): Promise<void>;
}

export async function startFake(workspaces: number): Promise<FakeProcess> {
  const { said, ask, stop } = await start<Pick<FakeProcess, "apiUrl" | "shopUrl">>("slack-fake.ts", workspaces);
  return { ...said, posts: () => ask<readonly Post[]>(), stop };
}

/** Where a bot takes events, and what they are signed with. */
export interface Target {
  readonly url: string;
  readonly signingSecret: string;
}

/** Bolt alone. */
export async function startBoltAlone(workspaces: number): Promise<Target & { stop(): Promise<void> }> {
  const { said, stop } = await start<Target>("slack-bolt.ts", workspaces);
  return { ...said, stop };
}

async function start<Said>(name: string, workspaces: number): Promise<Child<Said>> {
  const child = endsWithUs(fork(fileURLToPath(new URL(name, import.meta.url)), [String(workspaces)]));
  const ended = once(child, "exit");
  return {
    said: await hear<Said>(child, name),
    ask<Answer>() {
      const answer = hear<Answer>(child, name);
      child.send("say");
      return answer;
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** The next thing that a child says. Rejects when it ends instead. */
async function hear<Said>(child: ChildProcess, name: string): Promise<Said> {
  const ended = new AbortController();
  const exit = (): void => ended.abort(new Error(`${name} ended before it had said anything.`));
  child.once("exit", exit);
  try {
    const [said] = await once(child, "message", { signal: ended.signal });
    return said as Said;
  } finally {
    child.off("exit", exit);
  }
}
