import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Place } from "../../adapters/http/connector.ts";
import { openSocket } from "../../adapters/http/connector.ts";
import { addressProblem } from "../../adapters/http/guard.ts";
import { createHttp } from "../../adapters/http/http.ts";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { answer, startRawServer } from "../support/raw-server.ts";
import { closedAddresses, publicAddresses, spellingsOf } from "../support/spellings.ts";

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
  readonly addresses?: readonly string[] | ((host: string) => Promise<readonly string[]>);
  readonly openHosts?: readonly string[];
  readonly ownHosts?: readonly string[];
  readonly connect?: (place: Place) => Socket;
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
      return typeof addresses === "function" ? addresses(host) : addresses;
    },
    connect: (place) => {
      dialled.push(place);
      if (options.connect !== undefined) return options.connect(place);
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

describe("addresses", () => {
  test("attacks 16, 17, 18, 19: every closed address is refused, as a literal and as what a name resolves to", async () => {
    for (const address of closedAddresses) {
      expect(addressProblem(address, false), address).not.toBeNull();
      await expectRefused("https://api.example.com/", { addresses: [address] });
      if (address.includes("%")) continue; // no URL can carry a zone
      await expectRefused(`https://${address.includes(":") ? `[${address}]` : address}/`);
    }
  });

  const targets = ["127.0.0.1", "127.9.8.7", "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.9", "169.254.169.254"];
  const inside = [...targets, "168.63.129.16", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255"];
  test.each(inside)(
    "attacks 16, 17, 18, 19: no spelling of %s is dialled, and none is asked of the resolver",
    async (address) => {
      for (const host of spellingsOf(address)) {
        const { resolved, dialled, send } = probe();
        expect(await send(`https://${host}/`), host).toMatchObject({ kind: "failed" });
        expect([...resolved, ...dialled], host).toEqual([]);
      }
    },
  );

  test.each(["localhost", "localhost.", "LOCALHOST", "foo.localhost", "api.internal"])(
    "attack 16: the name %s is refused by what it resolves to",
    async (host) => {
      await expectRefused(`https://${host}/`, { addresses: ["::1", "127.0.0.1"] });
    },
  );

  test("public addresses may be dialled, by name and as literals", async () => {
    for (const address of publicAddresses) {
      expect(addressProblem(address, false), address).toBeNull();
      const place = await expectDialled("https://api.example.com/", { addresses: [address] });
      expect(place?.addresses).toEqual([address]);
      await expectDialled(`https://${address.includes(":") ? `[${address}]` : address}/`);
    }
  });

  test.each(["no address", "999.1.1.1", "2606:4700::1%eth0", "0x7f.1", "2130706433", "", "api.example.com", "127.1"])(
    "attack 16: a resolver's answer %j is refused",
    async (address) => {
      await expectRefused("https://api.example.com/", { addresses: [address] });
    },
  );

  test("attack 20: a name with one public and one closed record is refused, in either order", async () => {
    for (const closed of closedAddresses) {
      await expectRefused("https://api.example.com/", { addresses: ["93.184.216.34", closed] });
      await expectRefused("https://api.example.com/", { addresses: [closed, "2606:4700::1111"] });
    }
  });

  test("attack 21: a name is resolved once, and only what was checked is dialled, however it resolves next", async () => {
    let asked = 0;
    const rebinding = async (): Promise<readonly string[]> => {
      asked += 1;
      return asked === 1 ? ["93.184.216.34"] : ["127.0.0.1"];
    };
    const place = await expectDialled("https://rebind.example.com/", { addresses: rebinding });
    expect(asked).toBe(1);
    const expected = { host: "rebind.example.com", port: 443, secure: true, addresses: ["93.184.216.34"] };
    expect(place).toEqual(expected);
  });

  test("attack 21: the real connector asks no resolver for the name, it takes the checked address", async () => {
    const server = await startRawServer((socket) => socket.write(answer(200, {}, "{}")));
    closers.push(server.close);
    const options = {
      addresses: ["127.0.0.1"],
      openHosts: [`no-such-name.invalid:${server.port}`],
      connect: openSocket,
    };
    const outcome = await probe(options).send(`http://no-such-name.invalid:${server.port}/`);
    expect(outcome).toEqual({ kind: "done", value: {} });
    expect(server.requests[0]).toContain(`host: no-such-name.invalid:${server.port}\r\n`);
  });
});

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

describe("URLs", () => {
  test.each([
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "ws://example.com/",
    "//example.com/",
    "/orders",
    "",
    "https://",
    "https://[::1",
    "https:example.com",
    "https:/example.com/",
    " https://example.com/",
    "https://exa mple.com/",
  ])("attack 23: %j is refused", async (url) => {
    await expectRefused(url);
  });

  test.each([
    "https://user:canary@example.com/",
    "https://user@example.com/",
    "https://@example.com/",
    "https://:@example.com/",
    "https://example.com\\@evil.test/",
    "https://api.example.com@evil.test/",
  ])("attack 24: %j is refused, and no reason repeats it", async (url) => {
    const outcome = await expectRefused(url);
    expect(JSON.stringify(outcome)).not.toMatch(/canary|evil/);
  });

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

  test.each([21, 22, 25, 80, 110, 444, 3306, 5432, 6379, 8080, 8443, 9200, 11211, 27017])(
    "attack 29: port %i is refused",
    async (port) => {
      await expectRefused(`https://api.example.com:${port}/`);
      await expectRefused(`http://api.example.com:${port}/`);
    },
  );

  test("attack 29: http is refused without an opt-in; port 443 may be written out", async () => {
    await expectRefused("http://api.example.com/");
    await expectRefused("http://api.example.com:443/");
    await expectDialled("https://api.example.com:443/");
  });
});

describe("headers", () => {
  const names = ["Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "Cookie", "COOKIE", "Expect"];
  test.each([...names, "Keep-Alive", "Upgrade", "TE", "Trailer", "Proxy-Authorization", "Proxy-Connection"])(
    "attack 28: the header %s is refused before anything is resolved",
    async (name) => {
      const { resolved, send } = probe();
      expect(await send("https://api.example.com/", { headers: { [name]: "canary" } })).toMatchObject({
        kind: "failed",
        reason: expect.not.stringContaining("canary"),
      });
      expect(resolved).toEqual([]);
    },
  );

  test.each(["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u0000b", "a\u007fb", "\u0085\u0100", "snowman ☃", "a\u2028b"])(
    "attack 28: the value %j is refused and not repeated",
    async (value) => {
      const outcome = await expectRefused("https://api.example.com/", {}, { headers: { "X-Note": `canary${value}` } });
      expect(outcome).toMatchObject({ reason: expect.stringContaining("x-note") });
      expect(JSON.stringify(outcome)).not.toContain("canary");
    },
  );

  test.each(["", "X Y", "X:Y", "X\r\nY", "Ünicode", "X\u0000"])("attack 28: the name %j is refused", async (name) => {
    await expectRefused("https://api.example.com/", {}, { headers: { [name]: "v" } });
  });

  test("attack 28: one name in two spellings is refused", async () => {
    await expectRefused("https://api.example.com/", {}, { headers: { Authorization: "a", authorization: "b" } });
  });
});
