import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttp } from "../../adapters/http/http.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { answer, type RawServer, startRawServer } from "../support/raw-server.ts";
import { lineTexts } from "./hostile-texts.ts";
import { bounds, createProbe } from "./probe.ts";
import { expectRefusedAtPublish, fileOf, publish } from "./publish.ts";
import { callsOf, chatWith, handOffReason, performCall } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

const step = (headers: object) => [{ id: "hostile", kind: "call", url: "https://api.example.com/", headers }];

describe("attack 28 · a header that steers the connection, the framing or the repeat", () => {
  const reserved = ["Host", "Content-Length", "Transfer-Encoding", "Connection", "Cookie", "Idempotency-Key"];
  const more = ["Upgrade", "TE", "Trailer", "Expect", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection"];
  const old = ["Cookie2", "HTTP2-Settings"];
  const cases = new Map<string, (name: string) => string>([
    ["as it is", (name) => name],
    ["lower", (name) => name.toLowerCase()],
    ["upper", (name) => name.toUpperCase()],
  ]);
  const rows = cross([...reserved, ...more, ...old], [...cases.keys()]);
  test.each(named(rows, (name, how) => `${name}, ${how}`))("%s, at publish", async (_name, [name, how]) => {
    const written = cases.get(how)?.(name) ?? "";
    await expectRefusedAtPublish(step({ [written]: "{{ customer.name }}" }), /cannot be set/);
    await expectRefusedAtPublish(step({ [written]: "fixed" }), /cannot be set/);
  });
  test.each(named(rows, (name, how) => `${name}, ${how}`))(
    "%s, in the adapter: refused, or for the key overwritten by no one else",
    async (_name, [name, how]) => {
      const probe = createProbe();
      const written = cases.get(how)?.(name) ?? "";
      const outcome = await probe.send("https://api.example.com/", { headers: { [written]: "canary" } });
      // The key is set by the use case on each attempt, so that the adapter must take it.
      expect(outcome.kind).toBe(name === "Idempotency-Key" ? "notSent" : "failed");
      expect(probe.resolved).toHaveLength(name === "Idempotency-Key" ? 1 : 0);
      expect(JSON.stringify(outcome)).not.toContain("canary");
    },
  );
  const names = [
    "",
    " ",
    "X Y",
    "X:Y",

    "Ünicode",
    "X\u0000",
    "X\t",
    "(x)",
    "x{y}",
    '"x"',
    "x".repeat(101),
  ];
  test.each(named(names.map((name) => [name] as const)))("the name %s", async (_name, [name]) => {
    await expectRefusedAtPublish(step({ [name]: "v" }));
    if (name.length > 100) return;
    const probe = createProbe();
    expect(await probe.send("https://api.example.com/", { headers: { [name]: "v" } })).toMatchObject({
      kind: "failed",
    });
    expect(probe.resolved).toEqual([]);
  });
  test.each(["X\r\nY", "X\nEvil: 1", "X\u001b[31m", "X\u202eY", "X\tY"])(
    "the name %j is refused, and the error repeats it without its line end or escape",
    async (name) => {
      const { message, problems } = await publish("attack.json", fileOf(step({ [name]: "v" })));
      expect(problems).toHaveLength(1);
      expect(message.replace("\n", " ")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(message).toMatch(/“X⟨U\+/);
      const outcome = await createProbe().send("https://api.example.com/", { headers: { [name]: "v" } });
      expect(outcome).toMatchObject({ kind: "failed" });
      expect(JSON.stringify(outcome)).not.toContain(JSON.stringify(name).slice(1, -1));
    },
  );
  test.each([
    ["X-Note", "x-note"],
    ["Authorization", "AUTHORIZATION"],
    ["Content-Type", "content-type"],
  ])("%s beside %s", async (one, other) => {
    await expectRefusedAtPublish(step({ [one]: "a", [other]: "b" }), /stands here twice/);
    const probe = createProbe();
    const outcome = await probe.send("https://api.example.com/", { headers: { [one]: "a", [other]: "b" } });
    expect([outcome.kind, probe.resolved]).toEqual(["failed", []]);
  });
});

describe("attack 28 · a line that begins another one, in the value of a header", () => {
  let server: RawServer;
  beforeAll(async () => {
    server = await startRawServer((socket) => socket.end(answer(200, {}, "{}")));
  });
  afterAll(() => server.close());

  const templates = [
    "{{ data.x }}",
    "Bearer {{ data.x }}",
    "{{ data.x }} end",
    "{{ data.x | upper }}",
    "{{ data.x | json }}",
  ];
  test.each(named(cross(templates, lineTexts), (template, value) => `${shown(value)} as ${template}`))(
    "%s",
    async (_name, [template, value]) => {
      const before = server.requests.length;
      const url = `http://127.0.0.1:${server.port}/`;
      const chat = chatWith(value, [{ id: "hostile", kind: "call", url, headers: { "X-Note": template } }]);
      if (callsOf(chat).length === 0) {
        expect(handOffReason(chat)).toMatch(/^Step hostile could not be done: the header X-Note would /);
        expect(handOffReason(chat)).not.toContain("Evil");
        expect(server.requests.length).toBe(before);
        return;
      }
      const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
      await performCall(chat, http);
      await http.close();
      const head = (server.requests.at(-1) ?? "").split("\r\n");
      // JSON has its own way to write a line end: then it is one line of printable letters.
      expect(server.requests.length).toBe(before + 1);
      expect(head.filter((line) => /^x-note:/i.test(line))).toHaveLength(1);
      expect(head.filter((line) => /^x-evil/i.test(line))).toEqual([]);
      expect(head.find((line) => /^x-note:/i.test(line))).toMatch(/^[\x20-\x7e]+$/);
    },
  );
  test.each(named(lineTexts.map((value) => [value] as const)))(
    "%s, written into the procedure",
    async (_name, [value]) => {
      const fixed = `a${value}b`;
      await expectRefusedAtPublish(step({ "X-Note": fixed }));
    },
  );
  const c1 = ["\u0080", "a\u0085b", "\u009b31m", "\u009f"];
  test.each(named([...lineTexts, ...c1].map((value) => [value] as const)))(
    "%s, in the adapter",
    async (_name, [value]) => {
      const probe = createProbe();
      const headers = { "X-Note": `canary${value}` };
      const outcome = await probe.send("https://api.example.com/", { headers });
      // One byte a letter, as in é, is no line end to anybody and may go out.
      if (/^[\x20-\x7e\xa0-\xff]*$/.test(value)) return expect(outcome.kind).toBe("notSent");
      expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("x-note") });
      expect(JSON.stringify(outcome)).not.toContain("canary");
      expect(probe.resolved).toEqual([]);
    },
  );
});

describe("attack 34 · a cookie from a backend is never kept", () => {
  const cookies = [
    ...[
      "session=canary",
      "session=canary; Path=/",
      "session=canary; Domain=127.0.0.1; Secure",
      "__Host-s=canary; Path=/",
    ],
    ...["session=canary; Max-Age=999999; SameSite=None", "a=canary, b=canary", "canary", "session=canary; HttpOnly"],
  ];
  const names = ["set-cookie", "Set-Cookie", "set-cookie2"];
  const methods = ["GET", "POST"] as const;
  const rows = cross(names, cookies).flatMap(([name, cookie]) =>
    methods.map((method) => [method, name, cookie] as const),
  );
  test.each(named(rows, (method, name, cookie) => `${method}, ${name}: ${cookie}`))(
    "%s",
    async (_name, [method, name, cookie]) => {
      const server = await startRawServer((socket) =>
        socket.write(answer(200, { [name]: cookie, "content-length": "7" }, '{"a":1}')),
      );
      const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
      const request = { method, url: `http://127.0.0.1:${server.port}/`, headers: {}, body: null };
      const outcomes = [await http.send(request, bounds), await http.send(request, bounds)];
      await http.close();
      await server.close();
      expect(outcomes).toEqual([1, 2].map(() => ({ kind: "done", value: { a: 1 }, text: '{"a":1}' })));
      for (const sent of server.requests) expect(sent).not.toMatch(/canary|cookie/i);
    },
  );
});

describe("attack 34 · no connection is shared between workspaces, or used twice by what may change something", () => {
  const one = { ...bounds, workspace: workspaceId("one") };
  const evils = ['","two', "two", "one ", "ONE", "one\u0000", "", '"]', "one,http://127.0.0.1"];
  test.each(cross(["GET", "HEAD"] as const, evils))("%s of the workspace one, then of %j", async (method, other) => {
    const server = await startRawServer((socket) => socket.write(answer(200, { "content-length": "0" }, "")));
    const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
    const request = { method, url: `http://127.0.0.1:${server.port}/`, headers: {}, body: null };
    await http.send(request, one);
    await http.send(request, { ...bounds, workspace: workspaceIdSchema.safeParse(other).data ?? workspaceId("two") });
    await http.close();
    await server.close();
    expect([server.requests.length, server.connections()]).toEqual([2, 2]);
  });
  test.each(["POST", "PUT", "PATCH", "DELETE"] as const)("%s, three times, also after a GET", async (method) => {
    const server = await startRawServer((socket) => socket.write(answer(200, {}, "{}")));
    const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
    const request = { url: `http://127.0.0.1:${server.port}/`, headers: {}, body: null };
    for (const each of ["GET", method, method, method] as const) await http.send({ ...request, method: each }, one);
    await http.close();
    await server.close();
    expect([server.requests.length, server.connections()]).toEqual([4, 4]);
  });
  const smuggled = [
    'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"e":66}',
    "HTTP/1.1 302 Found\r\n\r\n",
    "garbage",
    "\r\n\r\n",
    "0\r\n\r\n",
  ];
  test.each(named(smuggled.map((extra) => [extra] as const)))(
    "%s behind an answer is not the answer to the next request",
    async (_name, [extra]) => {
      const good = answer(200, {}, '{"a":1}');
      const server = await startRawServer((socket) => socket.write(Buffer.concat([good, Buffer.from(extra)])));
      const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
      const request = { method: "GET", url: `http://127.0.0.1:${server.port}/`, headers: {}, body: null } as const;
      const outcomes = [];
      for (let count = 0; count < 3; count += 1) outcomes.push(await http.send(request, one));
      await http.close();
      await server.close();
      for (const outcome of outcomes) if (outcome.kind === "done") expect(outcome.value).toEqual({ a: 1 });
      expect(JSON.stringify(outcomes)).not.toContain("66");
    },
  );
});
