import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hints, startBackend } from "../examples/backend/backend.ts";
import type { Config } from "./config.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";

/** The demo backend, running. `host`: its "host:port"; `hints`: what a visitor may type. */
export interface DemoBackend {
  readonly url: string;
  readonly host: string;
  readonly hints: typeof hints;
  close(): Promise<void>;
}

interface Machine {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Starts the demo backend that the example procedures call as `shop`, unless the operator has connected a shop. Its port
 * is kept in the data folder, so that a request that was frozen before a restart still fits after it. While another
 * program has that port, any free one is used, and the kept one stays kept.
 */
export async function startDemoBackend(config: Config, system: Machine): Promise<DemoBackend | null> {
  if (Object.hasOwn(config.connections, "shop")) return null;
  const file = join(config.dataFolder, "demo-backend-port");
  const kept = await readPort(file);
  const backend = await startOn(kept, system);
  // A substitute for this time only: requests that were frozen for the kept port must fit again when it is free.
  if (kept === 0) await keepPort(file, backend.port, system.log);
  return { url: backend.url, host: `127.0.0.1:${backend.port}`, hints, close: () => backend.close() };
}

async function startOn(port: number, { clock, log }: Machine) {
  try {
    return await startBackend({ port, now: clock.now });
  } catch (error) {
    if (port === 0) throw error;
    log.warn(
      { port, error },
      "The demo backend's port is taken; until it is free again, requests that were frozen for it fail.",
    );
    return startBackend({ port: 0, now: clock.now });
  }
}

async function keepPort(file: string, port: number, log: Log): Promise<void> {
  try {
    await writeFile(file, `${port}\n`, { mode: 0o600 });
  } catch (error) {
    log.warn({ port, error }, "The demo backend's port could not be kept; after a restart it will be another one.");
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
