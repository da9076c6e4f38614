import { type ChildProcess, execFile, spawn } from "node:child_process";
import { lookup } from "node:dns/promises";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startUsher } from "../../src/compose.ts";
import { readConfig } from "../../src/config.ts";
import { systemClock, systemIds } from "../../src/system.ts";
import { createLogBook, openClient, temporaryFolder, testConfig } from "../support/playground.ts";
import { spawnUsher, startProcess } from "../support/process.ts";
import { freePort } from "../support/raw-server.ts";
import { openPlayground } from "../support/web-playground.ts";
import { createProbe, expectRefused } from "./probe.ts";
import { fileOf } from "./publish.ts";

const main = join(import.meta.dirname, "../../src/main.ts");
// Null where this machine has no name that its resolver knows.
const ownName = await lookup(hostname()).then(hostname, () => null);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await folder.remove();
});

describe("attack 106 · what lies in the data folder is its owner's alone", () => {
  const masks = ["000", "022", "077"];
  test.each(masks)("whatever the process was told to allow others (umask %s)", async (mask) => {
    const data = join(folder.path, "data");
    const usher = await underShell(`umask ${mask}`, { USHER_DATA: data });
    closers.push(() => usher.kill());
    await (await fetch(`${usher.url}/api/world`)).text();
    const names = await readdir(data);
    expect(names).toEqual(expect.arrayContaining(["usher.db", "usher.db-wal", "usher.pid", "playground.db"]));
    const modes = await Promise.all(
      names.map(async (name) => [name, (await stat(join(data, name))).mode & 0o077] as const),
    );
    expect(modes.filter(([, open]) => open !== 0)).toEqual([]);
    expect((await stat(data)).mode & 0o777).toBe(0o700);
  });
  test("also a folder and a database that were open to everybody before", async () => {
    const data = join(folder.path, "data");
    await mkdir(data);
    await writeFile(join(data, "usher.db"), "");
    await chmod(data, 0o777);
    await chmod(join(data, "usher.db"), 0o666);
    const usher = await startProcess({ USHER_DATA: data, LOG_LEVEL: "error" });
    closers.push(() => usher.kill("SIGKILL"));
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    expect((await stat(join(data, "usher.db"))).mode & 0o777).toBe(0o600);
  });
});

describe("attack 106 · no answer shows the inside of the process", () => {
  const requests = new Map<string, readonly [string, RequestInit]>([
    [
      "broken JSON",
      ["/api/conversations", { method: "POST", body: "{", headers: { "content-type": "application/json" } }],
    ],
    ["no type", ["/api/conversations", { method: "POST", body: "{}" }]],
    ["a wrong method", ["/api/conversations", { method: "DELETE" }]],
    ["an address that cannot be decoded", ["/api/conversations/%ff", {}]],
    ["a way up", ["/..%2f..%2fpackage.json", {}]],
    ["a dot file", ["/.env", {}]],
    ["the source", ["/src/main.ts", {}]],
    ["the debugger", ["/json/list", {}]],
    ["a fault inside", ["/api/tickets", {}]],
    ["nothing there", ["/debug/vars", {}]],
  ]);
  test.each([...requests.keys()])("%s", async (what) => {
    const playground = await openPlayground();
    closers.push(() => playground.shut());
    // A record that no JSON can be made of.
    if (what === "a fault inside") playground.records.tickets.push({ canary: 1n });
    const [path, init] = requests.get(what) ?? ["/", {}];
    const response = await fetch(`${playground.url}${path}`, init);
    const text = await response.text();
    expect(response.status).toBeGreaterThanOrEqual(what === "a fault inside" ? 500 : 400);
    expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|\.ts:|\/work\/|Error:|BigInt|canary|"dependencies"/);
    expect(response.headers.get("x-powered-by")).toBeNull();
  });
  test("a process that was told nothing has no debugger open, and listens for the playground and the demo only", async () => {
    const usher = await startProcess({ USHER_DATA: folder.path, LOG_LEVEL: "error" });
    closers.push(() => usher.kill("SIGKILL"));
    const ports = await listening(usher.pid);
    expect(ports).toContain(Number(new URL(usher.url).port));
    expect(ports).toHaveLength(2);
    expect(ports).not.toContain(9229);
  });
  test("SIGUSR1 opens no debugger, also where Node itself was started without --disable-sigusr1", async () => {
    const usher = await startProcess({ USHER_DATA: folder.path, LOG_LEVEL: "error", NODE_OPTIONS: "--inspect-port=0" });
    closers.push(() => usher.kill("SIGKILL"));
    process.kill(usher.pid, "SIGUSR1");
    // Two answers later the signal has been handled.
    for (let asked = 0; asked < 20; asked += 1) await (await fetch(`${usher.url}/api/world`)).text();
    expect(await listening(usher.pid)).toHaveLength(2);
  });
  test.each([
    ["NODE_TLS_REJECT_UNAUTHORIZED=0", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }],
    ["a port that is none", { PORT: "x" }],
    ["a name that nobody knows", { USHER_CANARY: "1" }],
  ])("%s: refused in sentences, with code 78 and without a stack", async (_name, environment) => {
    const started = await spawnUsher({ USHER_DATA: folder.path, ...environment });
    if (started.kind === "ready") throw new Error("it started");
    expect(started.ended.code).toBe(78);
    expect(started.ended.stderr).not.toMatch(/\bat .*:\d+:\d+|node:internal/);
    expect(await readdir(folder.path)).toEqual([]);
  });
});

/** The TCP ports that a process listens on. */
async function listening(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    `ls -l /proc/${pid}/fd 2>/dev/null; echo ---; cat /proc/net/tcp /proc/net/tcp6`,
  ]);
  const [fds = "", table = ""] = stdout.split("---\n");
  const inodes = new Set([...fds.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode));
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const own = rows.filter((row) => row[3] === "0A" && inodes.has(row[9]));
  return own.map((row) => Number.parseInt(row[1]?.split(":")[1] ?? "", 16));
}

/** The real process behind a shell that sets its limits first. */
async function underShell(before: string, environment: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn("sh", ["-c", `${before}; exec "$0" "$1"`, process.execPath, main], {
    env: { PATH: process.env["PATH"] ?? "", PORT: "0", LOG_LEVEL: "error", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ready = Promise.withResolvers<string>();
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    const url = /^Usher is ready at (\S+)$/m.exec(output)?.[1];
    if (url !== undefined) ready.resolve(url);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  closed.then(
    () => ready.reject(new Error(`it ended: ${output}`)),
    () => {},
  );
  const url = await ready.promise;
  return {
    url,
    pid: child.pid ?? 0,
    alive: () => child.exitCode === null,
    kill: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

describe("attack 116 · no file descriptors are left", () => {
  test.each([64, 128])(
    "with %i of them, and more clients than that: no acknowledgement is lost, and it recovers",
    async (most) => {
      const usher = await underShell(`ulimit -n ${most}`, { USHER_DATA: folder.path });
      closers.push(() => usher.kill());
      const { port } = new URL(usher.url);
      const client = await openClient(usher.url);
      const id = await client.begin();
      // Each takes a descriptor and never asks for anything.
      const idle: Socket[] = [];
      for (let count = 0; count < most * 2; count += 1) {
        const socket = connect(Number(port), "127.0.0.1");
        socket.on("error", () => {});
        idle.push(socket);
      }
      await Promise.all(
        idle.map((socket) => new Promise((resolve) => socket.once("connect", resolve).once("close", resolve))),
      );
      const posts = Array.from({ length: 10 }, (_, at) => {
        const body = JSON.stringify({ id: `m${at}`, as: "customer-1", text: `Where is my order 100${at}?` });
        const headers = { "content-type": "application/json" };
        const stop = AbortSignal.timeout(1500);
        const posted = fetch(`${usher.url}/api/conversations/${id}/messages`, {
          method: "POST",
          headers,
          body,
          signal: stop,
        });
        return posted.then(
          ({ status }) => status,
          () => 0,
        );
      });
      const statuses = await Promise.all(posts);
      for (const status of statuses) expect([0, 202, 503]).toContain(status);
      // Else they had not run out, and nothing was tried.
      expect(statuses.filter((status) => status !== 202)).not.toEqual([]);
      for (const socket of idle) socket.destroy();
      // It recovers by itself, and what was acknowledged is there.
      await client.until(
        () => client.conversation(id).catch(() => null),
        (conversation) => {
          const kept = new Set(conversation?.messages.map((message) => message.id));
          return conversation !== null && statuses.every((status, at) => status !== 202 || kept.has(`m${at}`));
        },
      );
      expect((await client.say(id, "Hello again", "customer-1", "m-last")).status).toBe(202);
      expect(usher.alive()).toBe(true);
      await client.close();
    },
  );
  test.skip("skipped until Redis: a Redis without memory is a 503, and no acknowledgement", () => {});
});

describe("attack 33 · Usher's own address, as the operator set it", () => {
  async function start(environment: Readonly<Record<string, string>>, url: string) {
    const procedures = join(folder.path, "procedures");
    await mkdir(procedures);
    await writeFile(
      join(procedures, "a.json"),
      fileOf([{ id: "hostile", kind: "call", method: "POST", url, body: {} }]),
    );
    const config = testConfig(join(folder.path, "data"), { USHER_PROCEDURES: procedures, ...environment });
    const log = createLogBook();
    const usher = await startUsher(config, { clock: systemClock, ids: systemIds, log });
    closers.push(() => usher.stop());
    const client = await openClient(usher.url);
    closers.push(() => client.close());
    const id = await client.begin();
    await client.say(id, "When attacked");
    return { client, id };
  }
  test("a name under which the page may be opened is refused", async () => {
    const { client, id } = await start(
      { USHER_ALLOWED_HOSTS: "usher.example.com" },
      "https://usher.example.com/api/conversations",
    );
    await client.hear(id, "passed this on");
    expect(JSON.stringify(await client.cards())).toContain("leads back to Usher itself");
  });
  const here = ["127.0.0.1", "127.1.2.3", "localhost", "usher.localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"];
  test.each(here)("its own port on this machine, as %s, cannot be opened by the operator", (host) => {
    const reading = readConfig({ PORT: "3000", USHER_OPEN_HOSTS: `${host}:3000` });
    expect(reading).toEqual({
      kind: "bad",
      problems: [expect.stringMatching(/^USHER_OPEN_HOSTS opens .+:3000, which is Usher itself \(PORT\), /)],
    });
    expect(readConfig({ PORT: "3000", USHER_OPEN_HOSTS: `${host}:3001` }).kind).toBe("ok");
  });
  test("its own address, as HOST says it, neither", () => {
    const more = { HOST: "192.168.1.5", PORT: "3000" };
    expect(readConfig({ ...more, USHER_OPEN_HOSTS: "192.168.1.5:3000" }).kind).toBe("bad");
    expect(readConfig({ ...more, USHER_OPEN_HOSTS: "192.168.1.6:3000" }).kind).toBe("ok");
  });
  const ownAddresses = Object.values(networkInterfaces()).flatMap(
    (found) => found?.map(({ address }) => address) ?? [],
  );
  test.each([...new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1", ...ownAddresses])])(
    "its own port, behind another name that leads to %s",
    async (address) => {
      const options = { openHosts: ["backend.local:3000"], ownHosts: ["localhost:3000"], addresses: [address] };
      await expectRefused("http://backend.local:3000/api/conversations", options);
    },
  );
  test("control: another machine at the same port, and another port of this one, are dialled", async () => {
    const openHosts = ["backend.local:3000", "backend.local:3001"];
    for (const [port, address] of [
      [3000, "10.77.0.1"],
      [3001, "127.0.0.1"],
    ] as const) {
      const probe = createProbe({ openHosts, ownHosts: ["localhost:3000"], addresses: [address] });
      await probe.send(`http://backend.local:${port}/`);
      expect(probe.dialled).toHaveLength(1);
    }
  });
  test.skipIf(ownName === null)(
    "a procedure that calls the playground by another name of this machine is passed on",
    async () => {
      const port = await freePort();
      const environment = { PORT: String(port), USHER_OPEN_HOSTS: `${ownName}:${port}` };
      const { client, id } = await start(environment, `http://${ownName}:${port}/api/conversations`);
      await client.hear(id, "passed this on");
      expect(JSON.stringify(await client.cards())).toContain("leads back to Usher itself");
    },
  );
  test.each(["usher.example.com:8443", "usher.example.com:443", "10.0.0.5:3000"])(
    "the allowed host %s is Usher itself",
    async (host) => {
      const { client, id } = await start({ USHER_ALLOWED_HOSTS: host }, `https://${host}/api/conversations`);
      await client.hear(id, "passed this on");
      expect(JSON.stringify(await client.cards())).toContain("leads back to Usher itself");
    },
  );
});
