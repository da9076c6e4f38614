import { describe, expect, test } from "vitest";
import { openSocket } from "../../adapters/http/connector.ts";
import { readConfig } from "../../src/config.ts";
import { answer, startRawServer } from "../support/raw-server.ts";
import { closedAddresses, disguisesOf, loopbackNames, publicAddresses, spellingsOf } from "../support/spellings.ts";
import { createProbe, expectRefused, publicAddress } from "./probe.ts";
import { expectRefusedAtPublish, fileOf, publish } from "./publish.ts";
import { callStep, handOffReason } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

// One request to a closed place, by every way that a host can come in: written into a step, set by the operator as the
// base URL of a connection, handed to the adapter, answered by a resolver.

/** A URL in a step: refused at publish, or refused when it is called; nothing is ever dialled. */
async function expectStepBlocked(host: string, addresses?: readonly string[]): Promise<void> {
  const steps = [{ id: "hostile", kind: "call", method: "POST", url: `https://${host}/`, body: {} }];
  if ((await publish("a.json", fileOf(steps))).problems.length > 0) return expectRefusedAtPublish(steps, /host/);
  const { chat, outcome, dialled } = await callStep(`https://${host}/`, addresses === undefined ? {} : { addresses });
  expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("was not sent: ") });
  expect(dialled).toEqual([]);
  expect(handOffReason(chat)).toContain("was not sent: ");
}

/** A base URL that the operator sets: refused at the start by name, or refused when it is called. */
async function expectConnectionBlocked(host: string, addresses?: readonly string[]): Promise<void> {
  const reading = readConfig({ USHER_CONNECTIONS: `shop=https://${host}/v1` });
  if (reading.kind === "bad") {
    expect(reading.problems).toEqual([expect.stringMatching(/^USHER_CONNECTIONS must give .+; for example shop=/)]);
    return;
  }
  const { connections } = reading.config;
  const options = { connections, ...(addresses === undefined ? {} : { addresses }) };
  const { outcome, dialled } = await callStep("{{connections.shop}}/orders", options);
  expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("was not sent: ") });
  expect(dialled).toEqual([]);
}

const surfaces = new Map<string, (host: string) => Promise<unknown>>([
  ["a call step", (host) => expectStepBlocked(host)],
  ["a connection", (host) => expectConnectionBlocked(host)],
  [
    "the adapter",
    async (host) => {
      const { resolved, dialled, send } = createProbe();
      expect(await send(`https://${host}/`)).toMatchObject({ kind: "failed" });
      expect([...resolved, ...dialled]).toEqual([]);
    },
  ],
  // Whatever a resolver says that is no plain address is refused, too.
  ["a resolver", (host) => expectRefused("https://api.example.com/", { addresses: [host.replace(/^\[|\]$/g, "")] })],
]);

function attack(title: string, hosts: readonly string[], ways: readonly string[] = [...surfaces.keys()]): void {
  describe(title, () => {
    test.each(named(cross(ways, hosts), (way, host) => `${shown(host)} in ${way}`))(
      "%s",
      async (_name, [way, host]) => {
        await surfaces.get(way)?.(host);
      },
    );
  });
}

attack("attack 16 · loopback, in every spelling", [
  ...["127.0.0.1", "127.9.8.7", "0.0.0.0"].flatMap(spellingsOf),
  ...["[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::0.0.0.1]", "[0::0]", "[::FFFF:7F00:1]"],
]);

describe("attack 16 · loopback, by a name", () => {
  const rows = cross(loopbackNames, [["127.0.0.1"], ["::1"], ["::1", "127.0.0.1"], ["::ffff:127.0.0.1"]]);
  test.each(named(rows, (name, found) => `${shown(name)} is ${found}`))("%s", async (_name, [host, addresses]) => {
    await expectStepBlocked(host, addresses);
    await expectConnectionBlocked(host, addresses);
    await expectRefused(`https://${host}/`, { addresses });
  });
});

const privates = [
  "10.0.0.1",
  "172.16.5.4",
  "192.168.1.1",
  "100.64.0.9",
  "169.254.169.254",
  "224.0.0.1",
  "240.0.0.1",
].concat("255.255.255.255");
attack("attack 17 · private, link-local, multicast and reserved, in every spelling", privates.flatMap(spellingsOf), [
  "a call step",
  "the adapter",
]);

describe("attack 16 · what a resolver answers that is no address", () => {
  test.each(["no address", "999.1.1.1", "2606:4700::1%eth0", "", "api.example.com"])("%j", async (address) => {
    await expectRefused("https://api.example.com/", { addresses: [address] });
  });
});

describe("attack 17 · every closed block, by its edges", () => {
  const ways = ["a name", "a literal", "a connection"] as const;
  test.each(named(cross(ways, closedAddresses), (way, address) => `${address} by ${way}`))(
    "%s",
    async (_name, [way, address]) => {
      const literal = address.includes(":") ? `[${address}]` : address;
      if (way === "a name") await expectStepBlocked("api.example.com", [address]);
      else if (way === "a connection") await expectConnectionBlocked(literal);
      else await expectStepBlocked(literal);
    },
  );
});

describe("attack 18 · what hands out a machine's credentials, also where the operator opened the host", () => {
  const metadata = ["168.63.129.16", "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192"];
  const openHosts = ["backend.local:4000", "backend.local:443"];
  const rows = metadata.flatMap((address) => [address, `::ffff:${address}`, ...disguisesOf(address)]);
  test.each([...rows, "fd00:ec2::254", "fe80::1", "fe80::a9fe:a9fe"])("%s behind an open host", async (address) => {
    await expectRefused("http://backend.local:4000/", { openHosts, addresses: [address] });
    await expectRefused("https://backend.local/", { openHosts, addresses: ["10.0.0.1", address] });
  });
  const literals = metadata.flatMap(spellingsOf).concat("[fd00:ec2::254]", "[fe80::1]");
  test.each(
    named(
      literals.map((host) => [host] as const),
      (host) => `${shown(host)} opened by itself`,
    ),
  )("%s", async (_name, [host]) => {
    const open = readConfig({ USHER_OPEN_HOSTS: `${host}:80` });
    // What the configuration refuses is not open at all; what it takes opens nothing.
    const opened = open.kind === "ok" ? open.config.openHosts : [];
    if (open.kind === "bad") expect(open.problems).toEqual([expect.stringMatching(/^USHER_OPEN_HOSTS must be /)]);
    await expectRefused(`http://${host}/`, { openHosts: opened });
  });
});

describe("attack 19 · an IPv4 address in the disguise of an IPv6 one", () => {
  const inside = ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "168.63.129.16", "8.8.8.8"];
  const rows = inside.flatMap((address) => disguisesOf(address).map((disguise) => [address, disguise] as const));
  // ipaddr.js alone reads the outdated "::8.8.8.8" as if it were "::ffff:8.8.8.8".
  test.each(["::8.8.8.8", "::808:808", "0:0:0:0:0:0:8.8.8.8"])("%s is not 8.8.8.8", async (address) => {
    await expectRefused("https://api.example.com/", { addresses: [address] });
  });
  test.each(named(rows, (address, disguise) => `${address} as ${disguise}`))("%s", async (_name, [, disguise]) => {
    await expectStepBlocked(`[${disguise}]`);
    await expectStepBlocked("api.example.com", [disguise]);
    await expectRefused(`http://[${disguise}]:4000/`, { openHosts: [`[${disguise}]:4000`] });
  });
});

describe("attack 20 · a name with one closed address among public ones", () => {
  const open = ["8.8.8.8", "2606:4700:4700::1111"];
  test.each(closedAddresses)("%s, first, last and in the middle", async (closed) => {
    for (const addresses of [
      [closed, ...open],
      [...open, closed],
      [open[0] ?? "", closed, open[1] ?? ""],
    ]) {
      await expectRefused("https://api.example.com/", { addresses });
    }
    await expectStepBlocked("api.example.com", [...open, closed]);
  });
  test.each(publicAddresses)("control: %s alone may be dialled", async (address) => {
    const { dialled, send } = createProbe({ addresses: [address] });
    expect(await send("https://api.example.com/")).toMatchObject({ kind: "notSent" });
    expect(dialled).toEqual([{ host: "api.example.com", port: 443, secure: true, addresses: [address] }]);
    const literal = createProbe();
    await literal.send(`https://${address.includes(":") ? `[${address}]` : address}/`);
    expect(literal.resolved).toEqual([]);
    expect(literal.dialled).toMatchObject([{ addresses: [expect.any(String)] }]);
  });
});

describe("attack 21 · a name that resolves to something else the second time", () => {
  const second = ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "168.63.129.16", "::ffff:7f00:1", "fd00:ec2::254"];
  const first = [publicAddress, "2606:4700::1111"];
  test.each(named(cross(first, second), (a, b) => `${a}, then ${b}`))("%s", async (_name, [checked, rebound]) => {
    const { resolved, dialled, send } = createProbe({ addresses: (_, count) => (count === 1 ? [checked] : [rebound]) });
    expect(await send("https://rebind.example.com/")).toMatchObject({ kind: "notSent" });
    // Asked once, and only what was checked is dialled: the connector gets addresses and never asks for the name.
    expect(resolved).toEqual(["rebind.example.com"]);
    expect(dialled.map(({ addresses }) => addresses)).toEqual([[checked]]);
    expect(await send("https://rebind.example.com/")).toMatchObject({ kind: "failed" });
    expect(dialled).toHaveLength(1);
  });
  test("the real connector asks no resolver for the name, it takes the checked address", async () => {
    const server = await startRawServer((socket) => socket.end(answer(200, {}, "{}")));
    const openHosts = [`no-such-name.invalid:${server.port}`];
    const probe = createProbe({ addresses: ["127.0.0.1"], openHosts, connect: openSocket });
    const outcome = await probe.send(`http://no-such-name.invalid:${server.port}/`);
    await server.close();
    expect(outcome).toMatchObject({ kind: "done", value: {} });
    expect(server.requests[0]).toContain(`host: no-such-name.invalid:${server.port}\r\n`);
  });
});
