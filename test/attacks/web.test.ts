import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import { conversationId, openPlayground, type Playground } from "../support/web-playground.ts";
import { cross, named, shown } from "./variants.ts";

let playground: Playground;
const one = conversationId(1);
beforeAll(async () => {
  playground = await openPlayground();
  await playground.post("/api/conversations", { as: "customer-1" });
});
afterAll(() => playground.shut());
// Whatever was sent: nothing of it was taken in, nothing is polluted, and the next request works.
afterEach(async () => {
  expect(playground.inbound.reports).toEqual([]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  expect(Reflect.get({}, "x")).toBeUndefined();
  expect((await playground.get("/api/world")).status).toBe(200);
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Posts exactly this text. */
async function send(path: string, body: string | Uint8Array<ArrayBuffer>, type = "application/json"): Promise<Answer> {
  const response = await fetch(`${playground.url}${path}`, { method: "POST", headers: { "content-type": type }, body });
  return { status: response.status, text: await response.text() };
}

/** A refusal is one sentence of ours, without anything of what was sent, of the code or of the machine. */
function expectRefusal({ status, text }: Answer, wanted: readonly number[]): void {
  expect(wanted).toContain(status);
  const { error } = JSON.parse(text) as { error: string };
  expect(error).toMatch(/^[A-Za-z][^\n]{5,200}\.$/);
  expect(text).not.toMatch(/canary|\bat .*:\d+:\d+|node_modules|\/work\/|\.ts\b|Error:|SQLITE/);
}

const paths: Readonly<Record<string, string>> = {
  conversation: "/api/conversations",
  message: `/api/conversations/${one}/messages`,
  reply: `/api/conversations/${one}/reply`,
  handback: `/api/conversations/${one}/handback`,
  resolve: `/api/conversations/${one}/resolve`,
  reveal: `/api/conversations/${one}/reveal`,
  decision: "/api/approvals/a-1/decision",
  verdict: "/api/effects/a-1-1/verdict",
};
const good: Readonly<Record<string, { readonly [field: string]: Json }>> = {
  conversation: { as: "customer-1" },
  message: { id: "m1", as: "customer-1", text: "Hi" },
  reply: { id: "m1", as: "agent-1", text: "Hi" },
  handback: { as: "agent-1" },
  resolve: { as: "agent-1" },
  reveal: { as: "agent-1", variable: "x" },
  decision: { as: "agent-1", approve: true, reason: "because" },
  verdict: { as: "agent-1", verdict: "stop" },
};
const fields = Object.entries(good).flatMap(([route, body]) =>
  Object.keys(body).map((field) => [route, field] as const),
);

describe("attack 47 · a form's way to write objects, and JSON's way to reach prototypes", () => {
  const forms = [
    ...[
      "a[__proto__][x]=1",
      "__proto__[polluted]=1",
      "constructor[prototype][x]=1",
      "as=customer-1&text=canary&id=m1",
      "a.__proto__.x=1",
    ],
    ...["as[]=customer-1", "as[$ne]=x", "as=customer-1&as=agent-1", "%5F%5Fproto%5F%5F[x]=1", ""],
  ];
  const types = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/json; charset=utf-16",
    "application/x-ndjson",
  ];
  test.each(named(cross(types, forms), (type, form) => `${form || "nothing"} as ${type}`))(
    "%s",
    async (_name, [type, form]) => {
      expectRefusal(await send(paths["message"] ?? "", form, type), [415]);
    },
  );
  test.each([
    "a[__proto__][x]=1",
    "__proto__[x]=1",
    "status[__proto__][x]=1",
    "status[$ne]=pending",
    "status[]=pending",
    "status=pending&status=x",
    "constructor[prototype][x]=1",
  ])("?%s in an address is flat", async (query) => {
    const { status } = await playground.get(`/api/approvals?${query}`);
    expect(status).toBe(/^status=pending&|^status\[\]/.test(query) && !query.startsWith("status[]") ? 400 : 200);
  });
  const keys = ["__proto__", "constructor", "prototype", "\\u005f_proto__", "\\u0063onstructor"];
  test.each(named(cross(Object.keys(good), keys), (route, key) => `${key} in the JSON of a ${route}`))(
    "%s",
    async (_name, [route, key]) => {
      const body = JSON.stringify(good[route]);
      expectRefusal(await send(paths[route] ?? "", `{"${key}":{"polluted":1},${body.slice(1)}`), [400]);
      expectRefusal(await send(paths[route] ?? "", body.replace("}", `,"z":[{"${key}":{"x":1}}]}`)), [400]);
    },
  );
});

describe("attack 57 · an operator in the place of a text is refused by the schema, before any query", () => {
  const operators: readonly Json[] = [
    ...[
      { $ne: null },
      { $gt: "" },
      { $where: "1" },
      { $expr: { $eq: [1, 1] } },
      { $regex: ".*" },
      { $in: ["customer-1"] },
      { "": "" },
    ],
    ...[["customer-1"], [["x"]], { toString: "customer-1" }, { length: 1 }, 7, -0, null],
  ];
  const optional = new Set(["decision.reason", "reply.id"]);
  const rows = cross(fields, operators).filter(
    ([[route, field], value]) => !(value === null && optional.has(`${route}.${field}`)),
  );
  test.each(named(rows, ([route, field], value) => `${shown(value)} as ${field} of a ${route}`))(
    "%s",
    async (_name, [[route, field], value]) => {
      expectRefusal(await send(paths[route] ?? "", JSON.stringify({ ...good[route], [field]: value })), [400]);
    },
  );
  const extras = ["$where", "$or", "_id", "tenantId", "workspace", "role", "external", "isAdmin", "version", "nonce"];
  test.each(named(cross(Object.keys(good), extras), (route, extra) => `${extra} beside the fields of a ${route}`))(
    "%s",
    async (_name, [route, extra]) => {
      expectRefusal(await send(paths[route] ?? "", JSON.stringify({ ...good[route], [extra]: "canary" })), [400]);
    },
  );
  const ids = [
    "{%22$ne%22:null}",
    "[object%20Object]",
    "$where",
    "..",
    "%2e%2e",
    "a%2fb",
    "a%00",
    "a'--",
    "a%20b",
    "x".repeat(65),
    "%ff",
    "%",
    "é",
    "a:b",
    "__proto__.x",
  ];
  test.each(ids)("%s as an id in an address", async (id) => {
    for (const path of [
      `/api/conversations/${id}/messages`,
      `/api/approvals/${id}/decision`,
      `/api/effects/${id}/verdict`,
    ]) {
      const text = await rawPost(path, JSON.stringify(good["decision"]));
      expect(text).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|\.ts\b/);
    }
  });
});

/** As a client without manners sends it: fetch would tidy the address up first. */
async function rawPost(path: string, body: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(playground.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => resolve(text)).on("close", () => resolve(text));
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${playground.port}\r\nConnection: close\r\nContent-Type: application/json`;
  socket.write(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return promise;
}

describe("attack 49 · a body that readers of JSON disagree about", () => {
  const rest = '"id":"m1","as":"customer-1"';
  const bodies = [
    ...[
      "",
      " ",
      "null",
      "[]",
      "1",
      '"x"',
      "NaN",
      "undefined",
      "{id:1}",
      "{'id':1}",
      `{${rest},"text":"canary",}`,
      `{${rest},"text":canary}`,
    ],
    ...[
      `{${rest},"text":"canary"}{}`,
      `{${rest},"text":0x10}`,
      `{${rest},"text":Infinity}`,
      `{${rest},"text":"a\nb"}`,
      `{${rest},"text":"\\x41"}`,
    ],
    ...[
      `)]}',\n{${rest},"text":"canary"}`,
      `{${rest},"text":"canary"`,
      `{${rest},"text":"canary" /* c */}`,
      `<xml>canary</xml>`,
      `{${rest},"text":01}`,
    ],
  ];
  test.each(named(bodies.map((body) => [body] as const)))("%s", async (_name, [body]) => {
    expectRefusal(await send(paths["message"] ?? "", body), [400]);
  });
  const bytes = new Map<string, readonly number[]>([
    ["invalid UTF-8", [0xff, 0xfe]],
    ["overlong UTF-8", [0xc0, 0xaf]],
    ["half a character in UTF-8", [0xed, 0xa0, 0x80]],
    ["a cut character", [0xf0, 0x9f, 0x98]],
  ]);
  test.each([...bytes.keys()])("%s", async (what) => {
    const start = new TextEncoder().encode(`{${rest},"text":"`);
    const body = new Uint8Array([...start, ...(bytes.get(what) ?? []), 0x22, 0x7d]);
    expectRefusal(await send(paths["message"] ?? "", body), [400]);
  });
});

describe("attack 50 · a body that is too deep or too wide", () => {
  const deep = new Map<string, string>([
    ["10,000 lists", "[".repeat(10_000) + "]".repeat(10_000)],
    ["100,000 lists", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["10,000 objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
    ["65 lists", `${"[".repeat(limits.jsonDepth + 1)}${"]".repeat(limits.jsonDepth + 1)}`],
    ["20,001 values", `[${"1,".repeat(limits.jsonNodes)}1]`],
    ["500,000 values", `[${"1,".repeat(500_000)}1]`],
    ["60,000 names", `{${Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`).join(",")}}`],
  ]);
  test.each(named(cross(Object.keys(good), [...deep.keys()]), (route, what) => `${what} to a ${route}`))(
    "%s",
    async (_name, [route, what]) => {
      expectRefusal(await send(paths[route] ?? "", deep.get(what) ?? ""), [400]);
      const pasted = JSON.stringify({ as: "agent-1", verdict: "happened", value: 0 }).replace(
        "0}",
        `${deep.get(what)}}`,
      );
      if (route === "verdict") expectRefusal(await send(paths[route] ?? "", pasted), [400]);
    },
  );
});

describe("attack 109 · a proxy that leads the internet here, and writes the Host itself", () => {
  const marks = [
    ...["Forwarded: for=8.8.8.8;host=usher.example.com", "X-Forwarded-For: 8.8.8.8", "X-Forwarded-Host: 127.0.0.1"],
    ...["X-Forwarded-Proto: https", "X-Forwarded-Ssl: on", "x-FORWARDED-anything: 1", "X-Forwarded-For:"],
    ...["X-Real-IP: 127.0.0.1", "Via: 1.1 proxy", "Via:", "Forwarded:"],
  ];
  const hosts = ["127.0.0.1", "localhost", "[::1]"];
  const requests = ["GET /", "GET /api/world", "POST /api/conversations", "GET /nothing"];
  test.each(named(cross(requests, marks), (request, mark) => `${request} with ${mark}`))(
    "%s",
    async (_name, [request, mark]) => {
      for (const host of hosts) {
        const status = await statusOf(request, `Host: ${host}:${playground.port}\r\n${mark}`);
        expect([host, status]).toEqual([host, 403]);
      }
    },
  );
  test.each(requests)("%s in HTTP/1.0, as nginx passes it on", async (request) => {
    expect(await statusOf(request, `Host: 127.0.0.1:${playground.port}`, playground.port, "1.0")).toBe(403);
  });
  test("control: without any mark of a proxy, the same requests are answered", async () => {
    expect(await statusOf("GET /api/world", `Host: 127.0.0.1:${playground.port}`)).toBe(200);
  });
  test("control: under a name that the operator has allowed, a proxy may lead here", async () => {
    const allowing = await openPlayground({ allowedHosts: ["usher.example.com"] });
    const host = `Host: usher.example.com\r\nX-Forwarded-For: 10.0.0.9\r\nVia: 1.1 proxy`;
    expect(await statusOf("GET /api/world", host, allowing.port)).toBe(200);
    expect(await statusOf("GET /api/world", `Host: localhost:${allowing.port}\r\nVia: 1.1 proxy`, allowing.port)).toBe(
      403,
    );
    await allowing.shut();
  });
  test("control: the refusal names the mend", async () => {
    const response = await fetch(`${playground.url}/api/world`, { headers: { "x-forwarded-for": "8.8.8.8" } });
    expect(response.status).toBe(403);
    expect(await response.text()).toMatch(/\/slack\/.*USHER_ALLOWED_HOSTS/);
  });
});

async function statusOf(request: string, head: string, port = playground.port, version = "1.1"): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => resolve(text)).on("close", () => resolve(text));
  const body = '{"as":"customer-1"}';
  const type = `Content-Type: application/json\r\nContent-Length: ${request.startsWith("POST") ? body.length : 0}`;
  socket.write(
    `${request} HTTP/${version}\r\n${head}\r\nConnection: close\r\n${type}\r\n\r\n${request.startsWith("POST") ? body : ""}`,
  );
  return Number((await promise).split(" ")[1]);
}
