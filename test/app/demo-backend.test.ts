import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DemoBackend, startDemoBackend } from "../../src/demo-backend.ts";
import { systemClock } from "../../src/system.ts";
import { createLogBook, temporaryFolder, testConfig } from "../support/playground.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let log: ReturnType<typeof createLogBook>;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  log = createLogBook();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await folder.remove();
});

async function start(): Promise<DemoBackend> {
  const backend = await startDemoBackend(testConfig(folder.path), { clock: systemClock, log });
  if (backend === null) throw new Error("it did not start");
  closers.push(() => backend.close());
  return backend;
}

async function end(): Promise<void> {
  await closers.pop()?.();
}

/** Another program takes a port of this machine. */
async function occupy(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

function keptPort(): Promise<string> {
  return readFile(join(folder.path, "demo-backend-port"), "utf8");
}

describe("the demo backend's port", () => {
  test("is kept in the data folder and used again after a restart", async () => {
    const first = await start();
    expect((await fetch(`${first.url}/orders/1001`)).status).toBe(200);
    expect(await keptPort()).toBe(`${new URL(first.url).port}\n`);
    await end();
    expect((await start()).url).toBe(first.url);
    expect(log.lines).toEqual([]);
  });

  test("is another one while it is taken, and the same again afterwards", async () => {
    const first = await start();
    await end();
    await occupy(Number(new URL(first.url).port));
    const substitute = await start();
    expect(substitute.url).not.toBe(first.url);
    expect(substitute.host).toBe(new URL(substitute.url).host);
    expect((await fetch(`${substitute.url}/orders/1001`)).status).toBe(200);
    expect(log.lines).toMatchObject([{ level: "warn" }]);
    await end();
    await end();
    expect((await start()).url).toBe(first.url);
  });

  test.each(["", "none", "0", "70000", "80.5"])("is a new one where what was kept is no port: %j", async (kept) => {
    await writeFile(join(folder.path, "demo-backend-port"), kept);
    const { url } = await start();
    expect(await keptPort()).toBe(`${new URL(url).port}\n`);
  });

  test("that cannot be kept keeps nothing from starting", async () => {
    await mkdir(join(folder.path, "demo-backend-port"));
    expect((await fetch(`${(await start()).url}/orders/1001`)).status).toBe(200);
    expect(log.lines).toMatchObject([{ level: "warn" }]);
  });
});

test("where the operator has connected a shop, there is no demo backend", async () => {
  const config = testConfig(folder.path, { USHER_CONNECTIONS: "shop=https://shop.example" });
  expect(await startDemoBackend(config, { clock: systemClock, log })).toBeNull();
});
