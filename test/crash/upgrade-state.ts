import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { kinds, writeProcedures } from "./process-procedures.ts";

/** Where states that earlier releases have written are kept for ever, a folder for each release. */
export const releaseStates = join(import.meta.dirname, "../fixtures/release-states");

/**
 * Where the conversations of a state stand. "call": a POST was under way when the process was killed; "put": a PUT was;
 * "later": a call waits for its next try.
 */
export const stages = [
  "order",
  "note",
  "approval",
  "verdict",
  "held",
  "people",
  "call",
  "put",
  "later",
  "done",
] as const;
export type Stage = (typeof stages)[number];

const requestSchema = z.object({ key: z.string(), method: z.string(), path: z.string(), bytes: z.string() });

const stateSchema = z.object({
  release: z.string(),
  /** Unix ms: what is opened later must believe that little time has passed, or all of it would have expired. */
  recordedAt: z.number(),
  conversations: z.array(
    z.object({
      stage: z.enum(stages),
      kind: z.enum(kinds),
      id: z.string(),
      order: z.string(),
      messages: z.array(z.object({ id: z.string(), text: z.string() })),
      /** What was decided, or can be. */
      approval: z.string().nullable(),
      /** What had reached the backend by then. */
      requests: z.array(requestSchema),
    }),
  ),
});

/** What a release left behind, as the clients and the backend knew it. */
export type State = z.output<typeof stateSchema>;
export type KnownConversation = State["conversations"][number];
export type StateRequest = z.output<typeof requestSchema>;

const files = ["usher.db", "playground.db"];

/** Keeps a data folder, after a kill, as a state: compact and packed. */
export async function keepState(data: string, folder: string, state: State): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const compact = join(data, `${file}.compact`);
    const database = new DatabaseSync(join(data, file));
    database.prepare("VACUUM INTO ?").run(compact);
    database.close();
    await writeFile(join(folder, `${file}.gz`), gzipSync(await readFile(compact), { level: 9 }));
  }
  await writeProcedures(join(folder, "procedures"));
  await writeFile(join(folder, "state.json"), `${JSON.stringify(state, null, 2)}\n`);
}

/** Puts a copy of the state's data into a folder, and answers what is known about it. */
export async function unpackState(folder: string, data: string): Promise<State> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  for (const file of files) await writeFile(join(data, file), gunzipSync(await readFile(join(folder, `${file}.gz`))));
  return stateSchema.parse(JSON.parse(await readFile(join(folder, "state.json"), "utf8")));
}

/** The states that are kept, by the names of their releases. */
export async function keptStates(): Promise<readonly string[]> {
  return (await readdir(releaseStates)).toSorted();
}

// Frozen requests name the backend, so it stands at the same place for every release. Below the ports that the system
// gives out by itself, and on an address of this machine that nobody else uses.
const host = "127.84.19.1";
const port = 19_417;

/** What Usher must be told to reach the backend of the states. */
export const stateEnvironment = {
  USHER_CONNECTIONS: `shop=http://${host}:${port}`,
  USHER_OPEN_HOSTS: `${host}:${port}`,
};

/** How a request is answered: well, never, by a cut connection, or "not now" for 30 s. */
export type StateManner = "well" | "never" | "reset" | "later";

/** The backend of the states, with its journal. */
export interface StateBackend {
  readonly journal: readonly StateRequest[];
  /** How often each kind of misbehaviour was shown. */
  readonly injected: ReadonlyMap<StateManner, number>;
  /** Resolves when so many requests have reached this path. */
  arrived(path: string, count: number): Promise<void>;
  /** Answers what was never answered. */
  release(): void;
  close(): Promise<void>;
}

// How Usher talks HTTP is not what was approved: a later release may say it in another way.
const passing = new Set(["host", "connection", "accept", "accept-encoding", "user-agent"]);

function lasting(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter((_, index) => !passing.has((rawHeaders[index - (index % 2)] ?? "").toLowerCase()));
}

/** Starts it at its fixed place. Rejects when that is taken. */
export async function startStateBackend(
  mannerOf: (method: string, path: string) => StateManner,
): Promise<StateBackend> {
  const journal: StateRequest[] = [];
  const injected = new Map<StateManner, number>();
  const waiting = new Set<() => void>();
  const held: (() => void)[] = [];
  const server = createServer((request, response) => {
    const { method = "", url: path = "", rawHeaders } = request;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const key = String(request.headers["idempotency-key"]);
      const bytes = JSON.stringify([method, path, lasting(rawHeaders), Buffer.concat(chunks).toString()]);
      journal.push({ key, method, path, bytes });
      for (const check of waiting) check();
      const manner = mannerOf(method, path);
      if (manner !== "well") injected.set(manner, (injected.get(manner) ?? 0) + 1);
      const reply = (): void => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ id: path.split("/").at(-1) }));
      };
      if (manner === "well") reply();
      else if (manner === "never") held.push(reply);
      else if (manner === "reset") request.socket.resetAndDestroy();
      else response.writeHead(429, { "retry-after": "30" }).end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  return {
    journal,
    injected,
    arrived: (path, count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (journal.filter((one) => one.path === path).length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    release: () => {
      for (const reply of held.splice(0)) reply();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
