import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Pool } from "undici";
import { temporaryFolder } from "./bot.ts";
import { cpuMs, inParallel, startStub } from "./child.ts";
import { createEngineFloor } from "./engine-floor.ts";

/** What one piece of the bare work costs. */
export interface Floor {
  readonly perSecond: number;
  readonly cpuMs: number;
}

// About the mean size of a document that is saved in work W.
const documentBytes = 3200;

/** Conditional writes of a document with nothing but `node:sqlite`, so many in one transaction. */
export async function measureSqlite(writes: number, group: number): Promise<Floor> {
  const folder = await temporaryFolder();
  const database = new DatabaseSync(join(folder.path, "floor.db"));
  for (const pragma of ["locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"]) {
    database.exec(`PRAGMA ${pragma}`);
  }
  database.exec("CREATE TABLE documents (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO documents (id, version, body) VALUES (?, 1, ?)");
  const update = database.prepare("UPDATE documents SET version = ?, body = ? WHERE id = ? AND version = ?");
  const body = "x".repeat(documentBytes);
  for (let id = 0; id < group; id += 1) insert.run(id, body);
  const started = performance.now();
  const startedCpu = cpuMs();
  for (let round = 1; round <= writes / group; round += 1) {
    database.exec("BEGIN IMMEDIATE");
    for (let id = 0; id < group; id += 1) update.run(round + 1, body, id, round);
    database.exec("COMMIT");
  }
  const floor = per(writes, started, startedCpu);
  database.close();
  await folder.remove();
  return floor;
}

/** Work W through the engine, with no store and no I/O. */
export async function measureEngine(runs: number): Promise<Floor> {
  const run = createEngineFloor();
  for (let warm = 0; warm < runs / 4; warm += 1) run();
  const started = performance.now();
  const startedCpu = cpuMs();
  for (let index = 0; index < runs; index += 1) run();
  return per(runs, started, startedCpu);
}

/** The calls of work W alone, with parsing: undici's pool, 64 at a time. */
export async function measureCalls(calls: number, answerBytes: number): Promise<Floor> {
  const stub = await startStub(answerBytes);
  const pool = new Pool(stub.url, { connections: 64 });
  const call = async (): Promise<void> => {
    const { body } = await pool.request({ method: "GET", path: "/orders/1001" });
    JSON.parse(await body.text());
  };
  await inParallel(calls / 4, 64, call);
  const started = performance.now();
  const startedCpu = cpuMs();
  await inParallel(calls, 64, call);
  const floor = per(calls, started, startedCpu);
  await pool.close();
  stub.stop();
  return floor;
}

function per(pieces: number, started: number, startedCpu: number): Floor {
  const cpu = cpuMs(startedCpu);
  return { perSecond: (pieces / (performance.now() - started)) * 1000, cpuMs: cpu / pieces };
}
