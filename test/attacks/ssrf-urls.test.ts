import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSocket } from "../../adapters/http/connector.ts";
import { createHttp } from "../../adapters/http/http.ts";
import { readConfig } from "../../src/config.ts";
import type { HttpMethod } from "../../src/domain/http-request.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { answer, type RawServer, startRawServer } from "../support/raw-server.ts";
import { bounds, createProbe, expectRefused } from "./probe.ts";
import { expectRefusedAtPublish } from "./publish.ts";
import { callStep } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

const stepTo = (url: string) => [{ id: "hostile", kind: "call", url }];

function expectNoConnection(url: string): void {
  const reading = readConfig({ USHER_CONNECTIONS: `shop=${url}` });
  expect(reading).toEqual({ kind: "bad", problems: [expect.stringMatching(/^USHER_CONNECTIONS must give /)] });
  // It may hold a password by mistake.
  expect(JSON.stringify(reading)).not.toContain("canary");
}

/** A URL that no procedure, no operator and no request may name. */
const urlSurfaces = new Map<string, (url: string) => Promise<unknown>>([
  ["a call step", (url) => expectRefusedAtPublish(stepTo(url))],
  ["a connection", async (url) => expectNoConnection(url)],
  ["the adapter", async (url) => expect(await expectRefused(url)).not.toMatch(/canary|evil/)],
]);

function attack(title: string, urls: readonly string[]): void {
  describe(title, () => {
    test.each(named(cross([...urlSurfaces.keys()], urls), (way, url) => `${shown(url)} in ${way}`))(
      "%s",
      async (_name, [way, url]) => {
        await urlSurfaces.get(way)?.(url);
      },
    );
  });
}

describe("attack 22 · a redirect is never followed, and nothing is forwarded", () => {
  let origin: RawServer;
  let elsewhere: RawServer;
  let status = 302;
  let location = "";
  beforeAll(async () => {
    elsewhere = await startRawServer((socket) => socket.end(answer(200, {}, "{}")));
    origin = await startRawServer((socket) => socket.end(answer(status, { location }, '{"a":1}')));
  });
  afterAll(() => Promise.all([origin.close(), elsewhere.close()]));

  const locations = new Map<string, () => string>([
    ["another port of this machine", () => `http://127.0.0.1:${elsewhere.port}/`],
    ["the same by name", () => `http://localhost:${elsewhere.port}/`],
    ["no scheme", () => `//127.0.0.1:${elsewhere.port}/`],
    ["this very server", () => `http://127.0.0.1:${origin.port}/again`],
    ["a path", () => "/again"],
    ["a private address", () => "http://10.0.0.1/"],
    ["credentials of the machine", () => "http://169.254.169.254/latest/meta-data/"],
    ["loopback in hex", () => `http://0x7f000001:${elsewhere.port}/`],
    ["a file", () => "file:///etc/passwd"],
    ["gopher", () => `gopher://127.0.0.1:${elsewhere.port}/_GET`],
    ["script", () => "javascript:alert(1)"],
    ["nothing", () => ""],
  ]);
  const methods: readonly HttpMethod[] = ["GET", "POST"];
  const rows = cross([300, 301, 302, 303, 304, 305, 307, 308], [...locations.keys()]).flatMap(([code, to]) =>
    methods.map((method) => [method, code, to] as const),
  );
  test.each(named(rows, (method, code, to) => `${method}, ${code} to ${to}`))(
    "%s",
    async (_name, [method, code, to]) => {
      status = code;
      location = locations.get(to)?.() ?? "";
      const before = origin.requests.length;
      const open = [`127.0.0.1:${origin.port}`, `127.0.0.1:${elsewhere.port}`, `localhost:${elsewhere.port}`];
      const http = createHttp({ clock: createFakeClock(), openHosts: open });
      const headers = { Authorization: "Bearer canary" };
      const request = {
        method,
        url: `http://127.0.0.1:${origin.port}/`,
        headers,
        body: method === "GET" ? null : "{}",
      };
      const outcome = await http.send(request, bounds);
      await http.close();
      expect(outcome).toMatchObject({
        kind: "failed",
        reason: expect.stringContaining("redirects are never followed"),
      });
      expect(JSON.stringify(outcome)).not.toContain("canary");
      expect(origin.requests.length - before).toBe(1);
      expect(elsewhere.connections()).toBe(0);
    },
  );
});

attack("attack 23 · a scheme that is not http", [
  ...["file:///etc/passwd", "file://localhost/etc/passwd", "FILE:///etc/passwd", "ftp://example.com/", "gopher://x/_y"],
  ...["data:text/plain,x", "data:application/json;base64,e30=", "javascript:alert(1)", "JaVaScRiPt:alert(1)"],
  ...["ws://example.com/", "wss://example.com/", "blob:https://example.com/1", "about:blank", "mailto:a@example.com"],
  ...["jar:https://example.com/a!/b", "dict://127.0.0.1:11211/stat", "ldap://127.0.0.1/", "tftp://127.0.0.1/a"],
  ...[
    "sftp://example.com/",
    "ssh://example.com/",
    "smb://example.com/a",
    "netdoc:///etc/passwd",
    "view-source:https://x/",
  ],
  ...["unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "//example.com/", "/orders", "orders"],
  ...["https:example.com", "https:/example.com/", "https//example.com/", "http:", "https://"],
  ...[
    "\\\\example.com\\share",
    "https:\\\\example.com\\",
    "ht tps://example.com/",
    "https ://example.com/",
    "://example.com",
  ],
]);

describe("attack 23 · no host at all", () => {
  test("https:///example.com/ in a step", async () => {
    await expectRefusedAtPublish(stepTo("https:///example.com/"), /is not a host/);
  });
  test.each([
    "https:///example.com/",
    "https:////example.com/",
    "http:///127.0.0.1/",
    "",
    " https://example.com/",
    "https://[::1",
  ])("%s in the adapter", async (url) => {
    await expectRefused(url);
  });
});

attack("attack 24 · a user name or a password in the URL", [
  ...[
    "https://user:canary@example.com/",
    "https://user@example.com/",
    "https://@example.com/",
    "https://:@example.com/",
  ],
  ...["https://:canary@example.com/", "https://api.example.com@evil.test/", "https://api.example.com:443@evil.test/"],
  ...[
    "https://api.example.com\\@evil.test/",
    "https://evil.test\\.api.example.com@10.0.0.1/",
    "https://a@b@evil.test/",
  ],
  ...[
    "https://user%3Acanary@example.com/",
    "https://api.example.com%40evil.test/",
    "https://api.example.com＠evil.test/",
  ],
  ...["http://user:canary@example.com:443/", "HTTPS://user:canary@EXAMPLE.com/", "https://u:p@[2606:4700::1111]/"],
]);

describe("attack 25 · a variable before the path", () => {
  const spellings = ["{{x}}", "{{ x }}", "{{- x -}}", "{{ x | lower }}", '{{ "evil" }}', "{{ x.y }}", "{{ 443 }}"];
  const places = new Map<string, (variable: string) => string>([
    ["the whole URL", (v) => v],
    ["the scheme", (v) => `${v}://api.example.com/`],
    ["half of the scheme", (v) => `http${v}://api.example.com/`],
    ["the host", (v) => `https://${v}/orders`],
    ["a label of the host", (v) => `https://${v}.example.com/orders`],
    ["the end of the host", (v) => `https://api.example.${v}/orders`],
    ["directly after the host", (v) => `https://api.example.com${v}`],
    ["directly after the host, with a path", (v) => `https://api.example.com${v}/orders`],
    ["the port", (v) => `https://api.example.com:${v}/orders`],
    ["the end of the port", (v) => `https://api.example.com:44${v}/orders`],
    ["the user", (v) => `https://${v}@api.example.com/orders`],
    ["an IPv6 address", (v) => `https://[${v}]/orders`],
    ["directly after a connection", (v) => `{{connections.shop}}${v}`],
    ["before a connection", (v) => `${v}{{connections.shop}}/orders`],
    ["the port of a connection", (v) => `{{connections.shop}}:${v}/orders`],
    ["the name of a query's parameter", (v) => `https://api.example.com/?${v}=1`],
  ]);
  const rows = cross([...places.keys()], spellings);
  test.each(named(rows, (place, variable) => `${variable} as ${place}`))("%s", async (_name, [place, variable]) => {
    await expectRefusedAtPublish(stepTo(places.get(place)?.(variable) ?? ""));
  });
  const tricks = [
    ...[
      "https://api.example.com{# c #}/x",
      "https://api.example.com{% raw %}@evil.test{% endraw %}/",
      "{{ connections }}/x",
    ],
    ...[
      "{{connections['shop']}}/x",
      "{{connections.shop | lower}}/x",
      "{{connections.shop.evil}}/x",
      "{{connections.shop}}.evil.test",
    ],
    ...[
      "{{connections.shop}}@evil.test/",
      "{{connections.shop}}evil",
      "{{connections.__proto__}}/x",
      "{{connections.}}/x",
    ],
    ...[
      "https://api.example.com/{{connections.shop}}",
      "https://api.example.com/?u={{connections.shop}}",
      "{{secret.x}}/y",
    ],
  ];
  test.each(named(tricks.map((url) => [url] as const)))("%s", async (_name, [url]) => {
    await expectRefusedAtPublish(stepTo(url));
  });
});

describe("attack 29 · a port that the operator has not opened", () => {
  const ports = [1, 20, 21, 22, 23, 25, 53, 80, 110, 143, 389, 444, 445, 465, 587, 993, 1433, 2375, 3306, 3389, 4430];
  const more = [5432, 5984, 6379, 8000, 8080, 8443, 9000, 9200, 10250, 11211, 27017, 65535];
  const ways = ["https in a step", "http in a step", "https by a connection", "http by a connection"] as const;
  test.each(named(cross(ways, [...ports, ...more]), (way, port) => `${port} by ${way}`))(
    "%s",
    async (_name, [way, port]) => {
      const scheme = way.startsWith("https") ? "https" : "http";
      const base = `${scheme}://api.example.com:${port}`;
      const options = { connections: { shop: base }, openHosts: ["api.example.com:81"] };
      const { outcome, dialled } = await callStep(
        way.endsWith("step") ? `${base}/x` : "{{connections.shop}}/x",
        options,
      );
      expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringMatching(/USHER_OPEN_HOSTS/) });
      expect(dialled).toEqual([]);
    },
  );
  test.each(["http://api.example.com/", "http://api.example.com:443/", "HTTP://api.example.com/"])(
    "%s: http without an opt-in",
    async (url) => {
      expect(await expectRefused(url)).toContain("only https is allowed");
    },
  );
});

describe("attack 33 · a call that leads back to Usher itself", () => {
  const own = ["usher.example.com", "xn--bcher-kva.example"];
  const urls = [
    ...["https://usher.example.com/", "https://usher.example.com/api/conversations", "https://USHER.Example.Com/x"],
    ...["https://usher.example.com./x", "https://usher.example.com:443/x", "http://usher.example.com:8080/x"],
    ...[
      "https://ｕｓｈｅｒ.example.com/x",
      "https://usher。example.com/x",
      "https://%75sher.example.com/x",
      "https://bücher.example/",
    ],
  ];
  const openHosts = ["usher.example.com:8080", "usher.example.com:443"];
  test.each(named(urls.map((url) => [url] as const)))("%s", async (_name, [url]) => {
    expect(await expectRefused(url, { ownHosts: own, openHosts })).toContain("leads back to Usher itself");
  });
  test("control: a neighbour of that name is reached", async () => {
    const here = await startRawServer((socket) => socket.end(answer(200, {}, "{}")));
    const openHost = `not-usher.example.com:${here.port}`;
    const probe = createProbe({ ownHosts: own, openHosts: [openHost], addresses: ["127.0.0.1"], connect: openSocket });
    expect(await probe.send(`http://${openHost}/`)).toMatchObject({ kind: "done" });
    await here.close();
  });
});
