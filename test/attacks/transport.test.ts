import { spawn } from "node:child_process";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openSocket } from "../../adapters/http/connector.ts";
import { createHttp } from "../../adapters/http/http.ts";
import { readConfig } from "../../src/config.ts";
import { makeCertificate } from "../support/certificates.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { answer, startRawServer } from "../support/raw-server.ts";
import { bounds } from "./probe.ts";
import { cross, named } from "./variants.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const ok = answer(200, {}, "{}");

describe("attack 31 · a proxy in the environment is ignored", () => {
  const names = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NODE_USE_ENV_PROXY",
  ];
  test.each([...names, "npm_config_proxy", "GLOBAL_AGENT_HTTP_PROXY"])("%s, set while it runs", async (name) => {
    const proxy = await startRawServer((socket) => socket.end(ok));
    const server = await startRawServer((socket) => socket.end(ok));
    vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await http.send({ method: "GET", url, headers: {}, body: null }, bounds)).toMatchObject({ kind: "done" });
    await Promise.all([http.close(), proxy.close(), server.close()]);
    expect([proxy.connections(), server.connections()]).toEqual([0, 1]);
  });

  // Node reads these once, when it starts.
  const starts: readonly (readonly [string, Record<string, string>])[] = [
    ["NODE_USE_ENV_PROXY=1", { NODE_USE_ENV_PROXY: "1" }],
    ["--use-env-proxy", { NODE_OPTIONS: "--use-env-proxy" }],
  ];
  test.each(starts)("%s and proxies for everything, set before the start", async (_name, environment) => {
    const proxy = await startRawServer((socket) => socket.end(ok));
    const server = await startRawServer((socket) => socket.end(ok));
    const at = `http://127.0.0.1:${proxy.port}`;
    const script = `import { createHttp } from ${JSON.stringify(join(import.meta.dirname, "../../adapters/http/http.ts"))};
      const clock = { now: () => Date.now(), monotonic: () => performance.now(), after: () => () => {} };
      const http = createHttp({ clock, openHosts: ["127.0.0.1:${server.port}"] });
      const request = { method: "GET", url: "http://127.0.0.1:${server.port}/", headers: {}, body: null };
      console.log((await http.send(request, { timeoutMs: 5000, maxBytes: 1000, startBefore: Infinity })).kind);`;
    const env = {
      PATH: process.env["PATH"] ?? "",
      HTTP_PROXY: at,
      HTTPS_PROXY: at,
      http_proxy: at,
      ALL_PROXY: at,
      ...environment,
    };
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await new Promise((resolve) => child.on("close", resolve));
    await Promise.all([proxy.close(), server.close()]);
    expect(said.trim()).toBe("done");
    expect([proxy.connections(), server.connections()]).toEqual([0, 1]);
  });
});

describe("attack 32 · a certificate that is not the backend's is not sent to", () => {
  const authority = makeCertificate({ name: "Test authority" });
  const other = makeCertificate({ name: "Other authority" });
  const signed = makeCertificate({ name: "backend.test", issuer: authority });
  const bad = new Map([
    ["signed by itself", makeCertificate({ name: "backend.test" })],
    ["signed by another authority", makeCertificate({ name: "backend.test", issuer: other })],
    ["expired", makeCertificate({ name: "backend.test", issuer: authority, days: 0.5 })],
    ["of another name", makeCertificate({ name: "other.test", issuer: authority })],
    ["of a longer name", makeCertificate({ name: "backend.test.evil.test", issuer: authority })],
    ["of a name below", makeCertificate({ name: "www.backend.test", issuer: authority })],
    ["of a wildcard above", makeCertificate({ name: "*.test", issuer: authority })],
    ["of a wildcard for everything", makeCertificate({ name: "*", issuer: authority })],
    ["of a wildcard one below", makeCertificate({ name: "*.backend.test", issuer: authority })],
    ["with a NUL in its name", makeCertificate({ name: "backend.test\u0000.evil.test", issuer: authority })],
    ["of an IP address", makeCertificate({ name: "127.0.0.1", issuer: authority })],
    ["signed by a certificate that is no authority", makeCertificate({ name: "backend.test", issuer: signed })],
  ]);
  const settings = [
    "nothing set",
    "NODE_TLS_REJECT_UNAUTHORIZED=0",
    "rejectUnauthorized: false",
    "checkServerIdentity",
  ] as const;
  // `*.test` covers one label, as every browser reads it.
  const rows = cross(settings, [...bad.keys()]).filter(([, what]) => what !== "of a wildcard above");
  test.each(named(rows, (setting, what) => `${what}, ${setting}`))("%s", async (_name, [setting, what]) => {
    const certificate = bad.get(what) ?? signed;
    vi.spyOn(process, "emitWarning").mockReturnValue(); // Node warns of the variable, and rightly
    if (setting === "NODE_TLS_REJECT_UNAUTHORIZED=0") vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const more: ConnectionOptions = { ca: authority.cert };
    if (setting === "rejectUnauthorized: false") Object.assign(more, { rejectUnauthorized: false });
    const server = await startRawServer((socket) => socket.end(ok), { cert: certificate.cert, key: certificate.key });
    const http = createHttp({
      clock: createFakeClock(),
      openHosts: [`backend.test:${server.port}`],
      resolve: async () => ["127.0.0.1"],
      connect: (place) =>
        openSocket(place, setting === "checkServerIdentity" ? { ...more, servername: "evil.test" } : more),
    });
    const url = `https://backend.test:${server.port}/`;
    const headers = { Authorization: "Bearer canary" };
    const outcome = await http.send({ method: "POST", url, headers, body: "{}" }, bounds);
    await Promise.all([http.close(), server.close()]);
    expect(outcome).toMatchObject({ kind: "notSent", reason: expect.stringMatching(/\([A-Z_]+\)$/) });
    expect(server.requests).toEqual([]);
  });
  test("control: the right one is sent to", async () => {
    const server = await startRawServer((socket) => socket.end(ok), { cert: signed.cert, key: signed.key });
    const http = createHttp({
      clock: createFakeClock(),
      openHosts: [`backend.test:${server.port}`],
      resolve: async () => ["127.0.0.1"],
      connect: (place) => openSocket(place, { ca: authority.cert }),
    });
    const request = { method: "POST", url: `https://backend.test:${server.port}/`, headers: {}, body: "{}" } as const;
    expect(await http.send(request, bounds)).toMatchObject({ kind: "done" });
    await Promise.all([http.close(), server.close()]);
  });
  test("a process with NODE_TLS_REJECT_UNAUTHORIZED=0 refuses to start, and says what to set instead", () => {
    const reading = readConfig({ NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(reading).toMatchObject({ kind: "bad", problems: [expect.stringContaining("NODE_EXTRA_CA_CERTS")] });
  });
});
