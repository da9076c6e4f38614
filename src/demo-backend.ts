import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hints, startBackend } from "../examples/backend/backend.ts";
import type { Config } from "./config.ts";
import type { Log } from "./ports/log.ts";

/** The demo backend, running. `host`: its "host:port"; `hints`: what a visitor may type. */
export interface DemoBackend {
  readonly url: string;
  readonly host: string;
  readonly hints: typeof hints;
  close(): Promise<void>;
}

/**
 * Starts the demo backend that the example procedures call as `shop`, unless the operator has connected a shop. Its port
 * is kept in the data folder, so that a request that was frozen before a restart still fits after it.
 */
export async function startDemoBackend(config: Config, log: Log): Promise<DemoBackend | null> {
  if (Object.hasOwn(config.connections, "shop")) return null;
  const file = join(config.dataFolder, "demo-backend-port");
  const kept = await readPort(file);
  const backend = await startOn(kept, log);
  if (backend.port !== kept) await writeFile(file, `${backend.port}\n`, { mode: 0o600 });
  return { url: backend.url, host: `127.0.0.1:${backend.port}`, hints, close: () => backend.close() };
}

async function startOn(port: number, log: Log) {
  try {
    return await startBackend({ port });
  } catch (error) {
    if (port === 0) throw error;
    log.warn({ port, error }, "The demo backend's port is taken; requests that were frozen for it will fail.");
    return startBackend({ port: 0 });
  }
}

/** 0, for any free port, when none is kept. */
async function readPort(file: string): Promise<number> {
  try {
    const port = Number(await readFile(file, "utf8"));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch {
    return 0;
  }
}
