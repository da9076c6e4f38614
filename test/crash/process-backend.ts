import { answer, startRawServer } from "../support/raw-server.ts";
import { realClock } from "../support/real-clock.ts";
import { createRandom } from "./simulation-random.ts";

/**
 * One request as it reached the backend. `did`: what it came to there; "refused" was said to be not done. `at`: when it
 * came, in Unix ms of this machine, which is what Usher's receipts are in.
 */
export interface JournalEntry {
  readonly at: number;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** Everything that was sent, byte by byte, but for what it says about its connection. */
  readonly bytes: string;
  readonly did: "applied" | "nothing" | "refused";
}

/** A company's system that misbehaves, and writes down all that it was told. It ignores `Idempotency-Key` on purpose. */
export interface Backend {
  readonly port: number;
  readonly journal: readonly JournalEntry[];
  /** How often each kind of misbehaviour was shown. */
  readonly injected: Map<string, number>;
  /** What reached it under this key, in order. */
  byKey(key: string): readonly JournalEntry[];
  /** From now on it behaves. */
  calm(): void;
  close(): Promise<void>;
}

/** How it answers: its name, its weight among 100, what it came to, and what is written to the socket. */
interface Manner {
  readonly name: string;
  readonly weight: number;
  readonly did: JournalEntry["did"];
  readonly say: "answer" | "late" | "hang" | "reset" | "cut" | "500" | "429";
}

const manners: readonly Manner[] = [
  { name: "in time", weight: 44, did: "applied", say: "answer" },
  { name: "slow", weight: 26, did: "applied", say: "late" },
  { name: "reset, not done", weight: 7, did: "nothing", say: "reset" },
  { name: "reset, done", weight: 8, did: "applied", say: "reset" },
  { name: "cut in the body, done", weight: 4, did: "applied", say: "cut" },
  { name: "500, done", weight: 4, did: "applied", say: "500" },
  { name: "500, not done", weight: 3, did: "nothing", say: "500" },
  { name: "429", weight: 4, did: "refused", say: "429" },
];
const hanging: Manner = { name: "no answer, done", weight: 0, did: "applied", say: "hang" };

/**
 * Starts it on a free loopback port. `slowMs`: how late a slow answer is at most; `hangs`: the share (0 to 1) of
 * requests that are never answered.
 */
export async function startBackend(options: {
  readonly seed: number;
  readonly slowMs: number;
  readonly hangs: number;
}): Promise<Backend> {
  const random = createRandom(options.seed);
  const journal: JournalEntry[] = [];
  const keys = new Map<string, JournalEntry[]>();
  const injected = new Map<string, number>();
  let calm = false;
  const manner = (): Manner => {
    if (calm) return manners[0] ?? hanging;
    if (random.chance(options.hangs)) return hanging;
    let left = random.next() * 100;
    for (const one of manners) {
      left -= one.weight;
      if (left < 0) return one;
    }
    return hanging;
  };
  const server = await startRawServer((socket, request) => {
    const [method = "", path = ""] = request.split(" ", 2);
    const key = /^idempotency-key: *(\S+)\r?$/im.exec(request)?.[1] ?? "";
    const { name, did, say } = manner();
    if (name !== "in time") injected.set(name, (injected.get(name) ?? 0) + 1);
    const entry = { at: realClock.now(), key, method, path, bytes: request.replace(/^connection: .*\r\n/im, ""), did };
    journal.push(entry);
    keys.set(key, [...(keys.get(key) ?? []), entry]);
    const body = JSON.stringify({ id: path.split("/").at(-1) });
    switch (say) {
      case "answer":
        return void socket.write(answer(200, {}, body));
      case "late":
        return void realClock.after(random.below(options.slowMs), () => socket.write(answer(200, {}, body)));
      case "hang":
        return;
      case "reset":
        return void socket.resetAndDestroy();
      case "cut":
        return void socket.end(answer(200, { "content-length": "500" }, body));
      case "500":
        return void socket.write(answer(500, {}, "{}"));
      case "429":
        return void socket.write(answer(429, { "retry-after": "1" }, "{}"));
      default:
        return say satisfies never;
    }
  });
  return {
    port: server.port,
    journal,
    injected,
    byKey: (key) => keys.get(key) ?? [],
    calm: () => {
      calm = true;
    },
    close: server.close,
  };
}
