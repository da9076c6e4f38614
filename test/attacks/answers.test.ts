import type { Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ClosableHttp, createHttp } from "../../adapters/http/http.ts";
import type { Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { answer, type RawServer, type Reply, startRawServer } from "../support/raw-server.ts";
import { bounds } from "./probe.ts";
import { callsOf, chatWith, performCall } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

// One server for all: each test sets what it answers with.
let server: RawServer;
let reply: Reply;
let clock: FakeClock;
let http: ClosableHttp;
beforeAll(async () => {
  server = await startRawServer((socket, request, count) => reply(socket, request, count));
  clock = createFakeClock();
  http = createHttp({ clock, openHosts: [`127.0.0.1:${server.port}`] });
});
afterAll(async () => {
  await http.close();
  await server.close();
});
// Whatever a backend did: the next request works, and no timer is left.
afterEach(async () => {
  reply = (socket) => socket.end(answer(200, {}, '{"alive":true}'));
  expect(await http.send(plain(), bounds)).toMatchObject({ kind: "done", value: { alive: true } });
  expect(clock.pending()).toBe(0);
});

// Each request that may change something has a connection of its own, so that no test meets what another one left.
const plain = () => ({ method: "POST", url: `http://127.0.0.1:${server.port}/`, headers: {}, body: null }) as const;

/** What a body comes to for the steps after the call: the value that they read, or why there is none. */
async function answered(body: string | Buffer, content = "{{ data.y }}"): Promise<Json> {
  reply = (socket) => socket.end(answer(200, {}, body));
  const call = { id: "call", kind: "call", method: "POST", url: plain().url, response: "data" };
  const chat = chatWith("", [call, { id: "read", kind: "set", variable: "read", value: content }, wait]);
  const { outcome } = await performCall(chat, http);
  if (outcome.kind !== "done") return outcome.kind === "failed" ? `failed: ${outcome.reason}` : outcome.kind;
  return chat.conversation.run?.variables["read"] ?? "nothing";
}
const wait = { id: "wait", kind: "collect", variable: "last", prompt: "And now?" };

describe("attack 30 · an answer made to cost much", () => {
  const size = 64 * 1024 * 1024;
  const bomb = Buffer.alloc(size);
  const text = Buffer.from(`"${"a".repeat(4 * limits.answerBytes)}"`);
  const codings = new Map<string, (bytes: Buffer) => Buffer>([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZIP", gzipSync],
    ["deflate", deflateSync],
    ["br", (bytes) => brotliCompressSync(bytes.subarray(0, size / 4))],
    ["zstd", (bytes) => zstdCompressSync(bytes)],
  ]);
  const packed = new Map([...codings].map(([coding, pack]) => [coding, { zeros: pack(bomb), text: pack(text) }]));
  const framings = ["content-length", "chunked", "end of the connection"] as const;
  const framed = (coding: string, bytes: Buffer, framing: (typeof framings)[number]): Buffer => {
    const headers = { "content-encoding": coding };
    if (framing === "content-length") return answer(200, headers, bytes);
    if (framing === "end of the connection") return answer(200, { ...headers, connection: "close" }, bytes);
    const chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n0\r\n\r\n")]);
    return answer(200, { ...headers, "transfer-encoding": "chunked" }, chunk);
  };
  const rows = cross([...packed.keys()], framings).flatMap(([coding, framing]) =>
    (["zeros", "text"] as const).map((what) => [coding, framing, what] as const),
  );
  test.each(named(rows, (coding, framing, what) => `a ${coding} bomb of ${what}, framed by ${framing}`))(
    "%s",
    async (_name, [coding, framing, what]) => {
      const bytes = packed.get(coding)?.[what] ?? Buffer.alloc(0);
      reply = (socket) => socket.end(framed(coding, bytes, framing));
      expect(await http.send(plain(), bounds)).toMatchObject({
        kind: "failed",
        reason: expect.stringContaining(`larger than ${limits.answerBytes} bytes`),
      });
    },
  );
  test.each([
    "gzip, gzip",
    "gzip,br",
    "compress",
    "lzma",
    "identity, gzip",
    "snappy",
    "exi",
    "aes128gcm",
    "x",
    "gzip;q=1",
  ])("the unknown coding %s is not unpacked", async (coding) => {
    reply = (socket) => socket.end(answer(200, { "content-encoding": coding }, gzipSync(gzipSync("{}"))));
    expect(await http.send(plain(), bounds)).toMatchObject({ kind: "failed" });
  });
  test.each(["gzip", "deflate", "br", "zstd"])("%s that is none at all", async (coding) => {
    reply = (socket) => socket.end(answer(200, { "content-encoding": coding }, "not compressed"));
    expect(await http.send(plain(), bounds)).toMatchObject({ kind: "failed" });
  });

  const forEver = (first: string, piece: string) => (socket: Socket) => {
    socket.write(first);
    const go = (): void => {
      if (!socket.destroyed) socket.write(piece, () => setImmediate(go));
    };
    go();
  };
  const head = "HTTP/1.1 200 OK\r\n";
  const floods = new Map<string, [Reply, "failed" | "unknown"]>([
    [
      "a gigabyte that is announced",
      [forEver(`${head}content-length: 1000000000\r\n\r\n`, "x".repeat(65_536)), "failed"],
    ],
    ["a body without an end", [forEver(`${head}\r\n`, "x".repeat(65_536)), "failed"]],
    [
      "chunks without an end",
      [forEver(`${head}transfer-encoding: chunked\r\n\r\n`, "1000\r\n".concat("x".repeat(4096), "\r\n")), "failed"],
    ],
    ["headers without an end", [forEver(head, `x-a: ${"b".repeat(1000)}\r\n`), "unknown"]],
    ["one header without an end", [forEver(`${head}x-a: `, "b".repeat(1000)), "unknown"]],
    ["a reason without an end", [forEver("HTTP/1.1 200 ", "O".repeat(1000)), "unknown"]],
    [
      "trailers without an end",
      [forEver(`${head}transfer-encoding: chunked\r\n\r\n0\r\n`, `x-a: ${"b".repeat(1000)}\r\n`), "unknown"],
    ],
    [
      "the extension of a chunk without an end",
      [forEver(`${head}transfer-encoding: chunked\r\n\r\n1;`, "e".repeat(1000)), "unknown"],
    ],
    [
      "a size of a chunk without an end",
      [forEver(`${head}transfer-encoding: chunked\r\n\r\n`, "0".repeat(1000)), "unknown"],
    ],
    [
      "both framings at once",
      [
        (socket) => socket.end(`${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
        "unknown",
      ],
    ],
    ["two lengths", [(socket) => socket.end(`${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}x`), "unknown"]],
    ["a negative length", [(socket) => socket.end(`${head}content-length: -2\r\n\r\n{}`), "unknown"]],
    ["no HTTP at all", [forEver("220 mail.example.com ESMTP\r\n", "x".repeat(1000)), "unknown"]],
  ]);
  const endless = new Set([
    "a reason without an end",
    "the extension of a chunk without an end",
    "a size of a chunk without an end",
  ]);
  test.each([...floods.keys()])("%s", async (name) => {
    const [flood, kind] = floods.get(name) ?? [() => {}, "failed"];
    reply = flood;
    const count = server.requests.length;
    const sending = http.send(plain(), bounds);
    if (endless.has(name)) {
      // What of an answer nobody keeps has no limit in bytes: there the time limit ends it.
      await server.arrived(count + 1);
      clock.advance(limits.callTimeoutMs);
    }
    expect((await sending).kind).toBe(kind);
  });

  const drips = [
    "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n",
    "HTTP/1.1 200 OK\r\nx-a: ",
    "HTTP/1.1 2",
    "",
    "HTTP/1.1 100 Continue\r\n\r\n",
  ];
  test.each(
    named(
      drips.map((first) => [first] as const),
      (first) => `one byte a second after ${shown(first)}`,
    ),
  )("%s is cut when the time of the call is over", async (_name, [first]) => {
    reply = (socket) => {
      socket.write(first === "" ? "H" : first);
      for (let second = 1; second < 20; second += 1) clock.after(second * 1000, () => socket.write(" "));
    };
    const count = server.requests.length;
    const sending = http.send(plain(), bounds);
    await server.arrived(count + 1);
    clock.advance(limits.callTimeoutMs);
    expect(await sending).toMatchObject({ kind: "unknown", reason: expect.stringContaining("15000 ms") });
    clock.advance(20_000);
  });
});

describe("attack 46 · names in an answer that reach for prototypes", () => {
  const names = ["__proto__", "constructor", "prototype", "\\u005f\\u005fproto\\u005f\\u005f", "\\u0063onstructor"];
  const shapes = new Map<string, (name: string) => string>([
    ["an object", (name) => `{"y":{"${name}":{"polluted":1},"a":1}}`],
    ["a text", (name) => `{"y":{"${name}":"polluted","a":1}}`],
    ["a list", (name) => `{"y":{"a":1,"${name}":["polluted"]}}`],
    ["nested in itself", (name) => `{"y":{"a":1,"${name}":{"${name}":{"polluted":1}}}}`],
    ["twice", (name) => `{"y":{"${name}":{"polluted":1},"${name}":{"polluted":2},"a":1}}`],
    ["at the top too", (name) => `{"${name}":{"polluted":1},"y":{"a":1}}`],
  ]);
  test.each(named(cross(names, [...shapes.keys()]), (name, shape) => `${name}, ${shape}`))(
    "%s",
    async (_name, [name, shape]) => {
      const value = await answered(shapes.get(shape)?.(name) ?? "");
      expect(JSON.stringify(value)).toBe('{"a":1}');
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Reflect.get({}, "polluted")).toBeUndefined();
      expect(Object.assign({}, value)).not.toHaveProperty("polluted");
    },
  );
});

describe("attack 48 · an id that no number can hold keeps every digit, wherever it goes next", () => {
  const ids = [
    "12345678901234567890",
    "9007199254740993",
    "-9007199254740993",
    "18446744073709551615",
    "9007199254740992",
  ];
  const more = [
    "10000000000000000000000000000000000001",
    "99999999999999999999",
    "123456789012345678901234567890123456789",
  ];
  const wheres = new Map<string, (url: string) => object>([
    ["the path of the next URL", (url) => ({ url: `${url}orders/{{ data.x }}` })],
    ["the query of the next URL", (url) => ({ url: `${url}orders?id={{ data.x }}` })],
    ["a header", (url) => ({ url, headers: { "X-Id": "{{ data.x }}" } })],
    ["a body", (url) => ({ url, method: "POST", body: { id: "{{ data.x }}" } })],
    ["a body with words", (url) => ({ url, method: "POST", body: { id: "no. {{ data.x }}." } })],
  ]);
  test.each(named(cross([...wheres.keys()], [...ids, ...more]), (where, id) => `${id} in ${where}`))(
    "%s",
    async (_name, [where, id]) => {
      const read = await answered(`{"y":${id}}`);
      expect(read).toBe(id);
      const next = { id: "next", kind: "call", method: "POST", ...wheres.get(where)?.(plain().url) };
      const chat = chatWith(read, [next]);
      expect(callsOf(chat)).toHaveLength(1);
      await performCall(chat, http);
      expect(server.requests.at(-1)).toMatch(new RegExp(`(?<!\\d)${id}(?!\\d)`));
    },
  );
});

describe("attack 49 · JSON that readers disagree about has one documented result", () => {
  const bad = Buffer.from([0x7b, 0x22, 0x79, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
  const rows: readonly (readonly [string, string | Buffer, string | RegExp])[] = [
    ["equal names: the last wins", '{"y":"a","y":"b"}', "b"],
    ["equal names in different spellings: the last wins", '{"y":"a","\\u0079":"b"}', "b"],
    ["a byte order mark is taken off", '\ufeff{"y":"a"}', "a"],
    ["half of a character becomes U+FFFD", '{"y":"\\ud800"}', "\ufffd"],
    ["the other half, too", '{"y":"a\\udc00b"}', "a\ufffdb"],
    ["both halves in the wrong order", '{"y":"\\udc00\\ud800"}', "\ufffd\ufffd"],
    ["a number beyond every double is its text", '{"y":1e309}', "1e309"],
    ["a tiny number is nought", '{"y":"x","z":1e-400}', "x"],
    ["an escaped NUL stays", '{"y":"a\\u0000b"}', "a\u0000b"],
    ["invalid UTF-8", bad, /^failed: .*not valid UTF-8$/],
    ["overlong UTF-8", Buffer.from([0x22, 0xc0, 0xae, 0x22]), /^failed: .*not valid UTF-8$/],
    ["UTF-16", Buffer.from('\ufeff{"y":"a"}', "utf16le"), /^failed: .*not valid UTF-8$/],
    ["a half character in UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /^failed: .*not valid UTF-8$/],
    ...[
      "NaN",
      "{y:1}",
      "{'y':'a'}",
      '{"y":"a",}',
      "[1,]",
      '{"y":Infinity}',
      '{"y":0x10}',
      '{"y":01}',
      '{"y":+1}',
      '{"y":.5}',
    ].map((text) => [`no JSON: ${text}`, text, /^failed: the answer is not JSON/] as const),
    ...[
      '{"y":1}{"y":2}',
      '{"y":"a"}x',
      '{"y":"a\nb"}',
      '{"y":"a"',
      '/*c*/{"y":1}',
      '{"y":undefined}',
      '{"y":"\\x41"}',
      ")]}',\n{}",
    ].map((text) => [`no JSON: ${shown(text)}`, text, /^failed: the answer is not JSON/] as const),
  ];
  test.each(rows)("%s", async (_name, body, wanted) => {
    const value = await answered(body);
    if (typeof wanted === "string") expect(value).toBe(wanted);
    else expect(value).toMatch(wanted);
  });
});

describe("attack 50 · JSON that is too deep or too wide is a step error, and the worker lives", () => {
  const depths = [limits.jsonDepth + 1, 1000, 10_000, 100_000];
  const deep = new Map<string, (depth: number) => string>([
    ["lists", (depth) => "[".repeat(depth) + "]".repeat(depth)],
    ["objects", (depth) => `${'{"y":'.repeat(depth)}1${"}".repeat(depth)}`],
    ["both by turns", (depth) => `${'{"y":['.repeat(depth / 2)}1${"]}".repeat(depth / 2)}[]`],
    ["lists that are never closed", (depth) => "[".repeat(depth)],
    ["lists after a text with brackets", (depth) => `["]]]]]",${"[".repeat(depth)}1${"]".repeat(depth)}]`],
  ]);
  test.each(named(cross([...deep.keys()], depths), (what, depth) => `${depth} ${what}`))(
    "%s",
    async (_name, [what, depth]) => {
      const body = deep.get(what)?.(depth) ?? "";
      if (body.length > limits.answerBytes) return expect(await answered(body)).toMatch(/^failed: .*larger than/);
      expect(await answered(body)).toMatch(/^failed: .*(?:nested too deeply|not JSON)/);
    },
  );
  const wide = new Map<string, string>([
    ["20,001 numbers", `[${"1,".repeat(limits.jsonNodes)}1]`],
    ["500,000 numbers", `[${"1,".repeat(500_000)}1]`],
    ["a million numbers", `[${"1,".repeat(1_000_000)}1]`],
    ["300,000 empty lists", `[${"[],".repeat(300_000)}[]]`],
    ["80,000 names", `{${Array.from({ length: 80_000 }, (_, at) => `"k${at}":1`).join(",")}}`],
    ["100,000 times one name", `{${'"y":1,'.repeat(100_000)}"y":1}`],
  ]);
  test.each([...wide.keys()])("%s", async (what) => {
    expect(await answered(wide.get(what) ?? "")).toMatch(/^failed: .*(?:too many values|larger than)/);
  });
  test.each([
    ["64 levels are read", `${"[".repeat(63)}1${"]".repeat(63)}`],
    ["19,998 values are read", `{"y":"a","z":[${"1,".repeat(19_996)}1]}`],
  ])("control: %s", async (_name, body) => {
    const value = await answered(body.startsWith("{") ? body : `{"y":${body}}`);
    expect(JSON.stringify(value)).not.toMatch(/^"failed/);
  });
});
