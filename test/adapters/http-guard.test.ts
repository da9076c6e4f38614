import { afterEach, describe, expect, test } from "vitest";
import type { Place } from "../../adapters/http/connector.ts";
import { createHttp } from "../../adapters/http/http.ts";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { answer, startRawServer } from "../support/raw-server.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Probe {
  readonly resolved: readonly string[];
  readonly dialled: readonly Place[];
  send(url: string, more?: Partial<HttpRequest>): Promise<Outcome>;
}

interface ProbeOptions {
  readonly addresses?: readonly string[];
  readonly openHosts?: readonly string[];
  readonly ownHosts?: readonly string[];
}

/** An Http whose resolver is a table and whose connector only writes down where it was led: no packet leaves. */
function probe(options: ProbeOptions = {}): Probe {
  const { addresses = ["93.184.216.34"], openHosts = [], ownHosts = [] } = options;
  const resolved: string[] = [];
  const dialled: Place[] = [];
  const http = createHttp({
    clock: createFakeClock(),
    openHosts,
    ownHosts,
    resolve: async (host) => {
      resolved.push(host);
      return addresses;
    },
    connect: (place) => {
      dialled.push(place);
      throw new Error("The probe connects nowhere.");
    },
  });
  closers.push(() => http.close());
  const limits = {
    workspace: workspaceId("demo"),
    timeoutMs: 1000,
    maxBytes: 1000,
    startBefore: Number.POSITIVE_INFINITY,
  };
  return {
    resolved,
    dialled,
    send: (url, more) => http.send({ method: "GET", url, headers: {}, body: null, ...more }, limits),
  };
}

async function expectRefused(url: string, options?: ProbeOptions, more?: Partial<HttpRequest>): Promise<Outcome> {
  const { dialled, send } = probe(options);
  const outcome = await send(url, more);
  expect(outcome, url).toMatchObject({ kind: "failed", reason: expect.stringContaining("was not sent") });
  expect(dialled, url).toEqual([]);
  return outcome;
}

/** The probe's connector throws, so what passes every rule ends as not sent, having been dialled once. */
async function expectDialled(url: string, options?: ProbeOptions): Promise<Place | undefined> {
  const { dialled, send } = probe(options);
  expect(await send(url), url).toMatchObject({ kind: "notSent" });
  expect(dialled, url).toHaveLength(1);
  return dialled[0];
}

describe("what an operator opens", () => {
  test.each([
    ["http://backend.local:4000/", "backend.local:4000", "10.1.2.3"],
    ["https://backend.local:4000/", "BACKEND.local:4000", "192.168.7.7"],
    ["https://backend.local/", "backend.local:443", "127.0.0.1"],
    ["http://backend.local/", "backend.local:80", "fd12::1"],
    ["http://backend.local:4000/", "backend.local:4000", "93.184.216.34"],
  ])("%s is reached when %s is open and resolves to %s", async (url, openHost, address) => {
    expect((await expectDialled(url, { openHosts: [openHost], addresses: [address] }))?.addresses).toEqual([address]);
  });

  test.each([
    ["http://127.0.0.1:4000/", "127.1:4000"],
    ["http://[::1]:4000/", "[::1]:4000"],
    ["http://0x7f000001:4000/", "127.0.0.1:4000"],
  ])("%s is reached when %s is open", async (url, openHost) => {
    await expectDialled(url, { openHosts: [openHost] });
  });

  test.each([
    "http://backend.local:4001/",
    "http://backend.local/",
    "https://backend.local/",
    "http://backend.local.:4000/",
    "http://x.backend.local:4000/",
    "http://127.0.0.1:4000/",
  ])("%s stays closed when only backend.local:4000 is open", async (url) => {
    await expectRefused(url, { openHosts: ["backend.local:4000"], addresses: ["127.0.0.1"] });
  });

  test.each([
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "fd00:ec2::254",
    "224.0.0.1",
    "0.0.0.0",
    "64:ff9b::a00:1",
    "fe80::1",
  ])("attacks 17, 18: an open host that resolves to %s stays closed", async (address) => {
    await expectRefused("http://backend.local:4000/", { openHosts: ["backend.local:4000"], addresses: [address] });
  });

  test.each([
    "localhost",
    "localhost:",
    "localhost:0",
    "localhost:70000",
    "http://localhost:80",
    "a/b:80",
    "a@b:80",
    "::1:80",
    ":80",
  ])("an open host written %j is refused at the start, by name", (entry) => {
    expect(() => createHttp({ clock: createFakeClock(), openHosts: [entry] })).toThrow(/host/);
  });

  test("attack 33: a URL of Usher itself is refused, whatever is open", async () => {
    const own = { ownHosts: ["usher.example.com"], openHosts: ["usher.example.com:8080"] };
    await expectRefused("https://usher.example.com/slack/events", own);
    await expectRefused("https://USHER.example.com./slack/events", own);
    await expectRefused("http://usher.example.com:8080/", own);
  });
});

describe("a path goes out as it was written", () => {
  const changed = [
    "..",
    ".",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "%2e",
    "a\\b",
    "\\",
    "a\tb",
    "a\nb",
    "a\rb",
    "\u0000",
    "\u007f",
  ];
  test.each(changed)(
    "attack 26: a path with the segment %j, which a parser would change, is refused",
    async (segment) => {
      await expectRefused(`https://api.example.com/orders/${segment}/status`);
      await expectRefused(`https://api.example.com/orders/${segment}`);
    },
  );

  test.each(["a%2Fb", "%5C", "%3Fx", "%23f", ";x", "%00", "a..b", "...", "%252e%252e", "a%20b"])(
    "attacks 26, 27: the encoded segment %j leaves as it is",
    async (segment) => {
      const server = await startRawServer((socket) => socket.write(answer(200, {}, "")));
      closers.push(server.close);
      const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
      const limits = {
        workspace: workspaceId("demo"),
        timeoutMs: 1000,
        maxBytes: 1000,
        startBefore: Number.POSITIVE_INFINITY,
      };
      const url = `http://127.0.0.1:${server.port}/orders/${segment}/status?q=1%26admin%3D1`;
      await http.send({ method: "GET", url, headers: {}, body: null }, limits);
      await http.close();
      expect(server.requests[0]).toMatch(/^GET \/orders\/(\S*)\/status\?q=1%26admin%3D1 HTTP\/1\.1\r\n/);
      expect(server.requests[0]).toContain(`/orders/${segment}/status`);
    },
  );

  test("attack 29: port 443 may be written out", async () => {
    await expectDialled("https://api.example.com:443/");
  });
});
