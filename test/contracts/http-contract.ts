import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { HttpMethod, HttpRequest } from "../../src/domain/http-request.ts";
import type { Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Http } from "../../src/ports/http.ts";
import { withoutText } from "../support/answered.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { answer, freePort, type RawServer, type Reply, startRawServer } from "../support/raw-server.ts";

/** What the contract needs to open an implementation: the clock it runs by and the loopback places it may reach. */
export interface OpenHttp {
  readonly clock: Clock;
  readonly openHosts: readonly string[];
}

const methods: readonly HttpMethod[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const hour = 3_600_000;

/** One row of guarantee G6: an answer, and the outcome that it is. */
type Row = readonly [
  status: number,
  headers: { readonly [name: string]: string },
  kind: string,
  retryAfterMs?: number | null,
];

const table: readonly Row[] = [
  [200, {}, "done"],
  [201, {}, "done"],
  [202, {}, "done"],
  [206, {}, "done"],
  [299, {}, "done"],
  ...[300, 301, 302, 303, 304, 307, 308].map((status): Row => [status, { location: "/elsewhere" }, "failed"]),
  ...[400, 401, 402, 403, 404, 405, 409, 410, 412, 413, 418, 422, 423, 428, 431, 451, 499].map(
    (status): Row => [status, {}, "failed"],
  ),
  [404, { "retry-after": "5" }, "failed"],
  ...[425, 429].flatMap((status): Row[] => [
    [status, {}, "notSent", null],
    [status, { "retry-after": "30" }, "notSent", 30_000],
    [status, { "retry-after": "soon" }, "notSent", null],
    [status, { "retry-after": "1.5" }, "notSent", null],
    [status, { "retry-after": "-5" }, "notSent", null],
  ]),
  [503, { "retry-after": "0" }, "notSent", limits.backoffFirstMs],
  [503, { "retry-after": "7" }, "notSent", 7000],
  [503, { "retry-after": "86400" }, "notSent", hour],
  [503, { "retry-after": "Sun, 22 Nov 2026 09:02:00 GMT" }, "notSent", 120_000],
  [503, { "retry-after": "Sunday, 22-Nov-26 09:02:00 GMT" }, "notSent", 120_000],
  [503, { "retry-after": "Sun, 22 Nov 2026 08:00:00 GMT" }, "notSent", limits.backoffFirstMs],
  [503, { "retry-after": "Sun, 22 Nov 2099 08:00:00 GMT" }, "notSent", hour],
  [503, { "retry-after": "later" }, "unknown"],
  [503, {}, "unknown"],
  ...[408, 500, 501, 502, 504, 505, 507, 508, 511, 520, 599].map((status): Row => [status, {}, "unknown"]),
  [500, { "retry-after": "5" }, "unknown"],
];

/** Whatever an implementation of the port Http must do, in one call per implementation. */
export function httpContract(name: string, open: (options: OpenHttp) => Http & { close(): Promise<void> }): void {
  describe(`http contract: ${name}`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0).reverse()) await close();
    });

    interface Scene {
      readonly server: RawServer;
      readonly clock: FakeClock;
      send(request?: Partial<HttpRequest>, more?: Partial<Limits>): Promise<Outcome>;
      close(): Promise<void>;
    }
    interface Limits {
      readonly timeoutMs: number;
      readonly maxBytes: number;
      readonly startBefore: number;
    }

    async function scene(reply: Reply): Promise<Scene> {
      const server = await startRawServer(reply);
      const clock = createFakeClock(Date.UTC(2026, 10, 22, 9));
      const http = open({ clock, openHosts: [`127.0.0.1:${server.port}`] });
      closers.push(server.close, () => http.close());
      const url = `http://127.0.0.1:${server.port}/orders/7?token=query-canary`;
      return {
        server,
        clock,
        close: () => http.close(),
        send: (request, more) => {
          const limits = {
            workspace: workspaceId("demo"),
            timeoutMs: 15_000,
            maxBytes: 1000,
            startBefore: Number.POSITIVE_INFINITY,
            ...more,
          };
          return withoutText(http.send({ method: "GET", url, headers: {}, body: null, ...request }, limits));
        },
      };
    }
    const say =
      (bytes: Buffer): Reply =>
      (socket: Socket) =>
        socket.write(bytes);

    describe("G6: one outcome per row of the table, R11", () => {
      for (const method of ["GET", "POST", "PUT", "DELETE"] as const) {
        for (const [status, headers, kind, retryAfterMs = null] of table) {
          test(`${method} answered ${status} with ${JSON.stringify(headers)} is ${kind}`, async () => {
            const { server, send } = await scene(say(answer(status, headers, '{"a":1}')));
            const outcome = await send({ method, body: method === "GET" ? null : "{}" });
            expect(outcome).toMatchObject({ kind, ...(kind === "notSent" ? { retryAfterMs } : {}) });
            if (kind === "done") expect(outcome).toEqual({ kind: "done", value: { a: 1 } });
            expect(server.requests).toHaveLength(1);
          });
        }
      }
    });

    test.each<readonly [string, string, Json]>([
      ["an object", '{"id":"00123","ok":true,"none":null}', { id: "00123", ok: true, none: null }],
      ["a list", "[1,2.5,-3]", [1, 2.5, -3]],
      ["a lone number", "17", 17],
      ["text that is no JSON", "<p>ok</p>", "<p>ok</p>"],
      ["nothing", "", null],
    ])("a 2xx body that is %s is done with it", async (_what, body, value) => {
      const { send } = await scene(say(answer(200, {}, body)));
      expect(await send()).toEqual({ kind: "done", value });
    });

    test("204 and the answer to HEAD are done with null", async () => {
      const { send } = await scene((socket, request) =>
        socket.end(request.startsWith("HEAD") ? answer(200, { "content-length": "99999" }, "") : answer(204, {}, "")),
      );
      expect(await send({ method: "HEAD" })).toEqual({ kind: "done", value: null });
      expect(await send({ method: "DELETE" })).toEqual({ kind: "done", value: null });
    });

    test.each(methods)("%s: its method, path, query, headers and body leave byte by byte", async (method) => {
      const { server, send } = await scene(say(answer(200, {}, "")));
      const body = method === "GET" || method === "HEAD" ? null : '{"note":"grüße \\n"}';
      await send({ method, headers: { "Idempotency-Key": "k-1", "X-Two": "b  c" }, body });
      const [head = "", sent] = (server.requests[0] ?? "").split("\r\n\r\n");
      expect(head.split("\r\n")[0]).toBe(`${method} /orders/7?token=query-canary HTTP/1.1`);
      expect(head).toMatch(/\r\nIdempotency-Key: k-1\r\n/);
      expect(head).toMatch(/\r\nX-Two: b {2}c\r\n/);
      expect(Buffer.from(sent ?? "", "latin1").toString("utf8")).toBe(body ?? "");
    });

    describe("G6: exactly one request on the wire, whatever the server does", () => {
      const cuts: readonly (readonly [string, Reply])[] = [
        ["resets before its answer", (socket) => socket.resetAndDestroy()],
        ["closes before its answer", (socket) => socket.end()],
        ["cuts inside the status line", (socket) => socket.end("HTTP/1.1 20")],
        ["cuts inside the headers", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le")],
        ["cuts inside a 200's body", (socket) => socket.end(answer(200, { "content-length": "50" }, '{"a"'))],
        [
          "resets inside a 200's body",
          (socket) => socket.write(answer(200, { "content-length": "50" }, "{"), () => socket.resetAndDestroy()),
        ],
        ["cuts inside a chunk", (socket) => socket.end(answer(200, { "transfer-encoding": "chunked" }, "5\r\nab"))],
        [
          "resets a 200 that ends with its connection",
          (socket) => socket.write(answer(200, { connection: "close" }, '{"a":1'), () => socket.resetAndDestroy()),
        ],
        ["answers what is no HTTP", (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")],
      ];
      for (const method of methods) {
        // The answer to HEAD has no body that could be cut.
        const rows = method === "HEAD" ? cuts.filter(([what]) => !/200|chunk/.test(what)) : cuts;
        test.each(rows)(
          `${method}: a server that %s leaves it unknown and is not asked again`,
          async (_what, reply) => {
            const { server, send } = await scene(reply);
            expect(await send({ method, body: method === "POST" ? "{}" : null })).toMatchObject({ kind: "unknown" });
            expect(server.requests).toHaveLength(1);
            expect(server.connections()).toBe(1);
          },
        );
      }

      test.each(methods)("%s after a good answer on the same origin is still sent once when cut", async (method) => {
        const { server, send } = await scene((socket, _request, count) =>
          count === 1 ? socket.write(answer(200, {}, "{}")) : socket.resetAndDestroy(),
        );
        expect(await send()).toMatchObject({ kind: "done" });
        expect(await send({ method })).toMatchObject({ kind: "unknown" });
        expect(server.requests).toHaveLength(2);
      });
    });

    test("a status that is an outcome counts although the rest of its answer is cut off", async () => {
      const { send } = await scene((socket) => socket.end(answer(409, { "content-length": "50" }, '{"a"')));
      expect(await send({ method: "POST", body: "{}" })).toMatchObject({ kind: "failed" });
    });

    test("G6: a refused connection is not sent", async () => {
      const port = await freePort();
      const http = open({ clock: createFakeClock(), openHosts: [`127.0.0.1:${port}`] });
      closers.push(() => http.close());
      const limits = {
        workspace: workspaceId("demo"),
        timeoutMs: 15_000,
        maxBytes: 1000,
        startBefore: Number.POSITIVE_INFINITY,
      };
      for (const method of methods) {
        const request = { method, url: `http://127.0.0.1:${port}/`, headers: {}, body: null };
        const outcome = await http.send(request, limits);
        expect(outcome).toMatchObject({ kind: "notSent", retryAfterMs: null });
      }
    });

    test.each(["GET", "POST"] as const)(
      "G6: %s without an answer is unknown when its time is over, by the clock port",
      async (method) => {
        const { server, clock, send } = await scene(() => {});
        const sending = send({ method });
        await server.arrived(1);
        clock.advance(14_999);
        clock.advance(1);
        expect(await sending).toMatchObject({ kind: "unknown", reason: expect.stringContaining("15000 ms") });
        expect(clock.pending()).toBe(0);
      },
    );

    test("attack 30: one byte a second is cut at the time limit", async () => {
      const { server, clock, send } = await scene((socket) => {
        socket.write(answer(200, { "content-length": "50" }, "{"));
        for (let second = 1; second < 20; second += 1) clock.after(second * 1000, () => socket.write(" "));
      });
      const sending = send();
      await server.arrived(1);
      clock.advance(15_000);
      expect(await sending).toMatchObject({ kind: "unknown" });
    });

    test("G4: nothing leaves once startBefore has come, and it may be tried again at once", async () => {
      const { server, clock, send } = await scene(say(answer(200, {}, "{}")));
      for (const startBefore of [clock.monotonic(), clock.monotonic() - 1]) {
        expect(await send({ method: "POST" }, { startBefore })).toMatchObject({ kind: "notSent", retryAfterMs: 0 });
      }
      expect(server.requests).toHaveLength(0);
      expect(await send({ method: "POST" }, { startBefore: clock.monotonic() + 1 })).toMatchObject({ kind: "done" });
    });

    test("closing leaves what is under way unknown, and sends nothing any more", async () => {
      const { server, send, close } = await scene(() => {});
      const sending = send({ method: "POST" });
      await server.arrived(1);
      await close();
      expect(await sending).toMatchObject({ kind: "unknown" });
      expect(await send({ method: "POST" })).toMatchObject({ kind: "notSent" });
      expect(server.requests).toHaveLength(1);
    });

    test("attack 22: a redirect is not followed, and nothing is forwarded", async () => {
      const elsewhere = await startRawServer(say(answer(200, {}, "{}")));
      closers.push(elsewhere.close);
      const locations = [`http://127.0.0.1:${elsewhere.port}/`, "/b", "file:///etc/passwd", "//10.0.0.1/"];
      for (const location of locations) {
        for (const status of [301, 302, 303, 307, 308]) {
          const { server, send } = await scene(say(answer(status, { location }, "")));
          expect(await send({ headers: { Authorization: "Bearer canary" } })).toMatchObject({ kind: "failed" });
          expect(server.requests).toHaveLength(1);
        }
      }
      expect(elsewhere.connections()).toBe(0);
    });

    test("attack 34: a cookie that a backend sets is never sent back", async () => {
      const { server, send } = await scene(say(answer(200, { "set-cookie": "session=canary; Path=/" }, "{}")));
      await send();
      await send();
      expect(server.requests[1]).not.toMatch(/cookie|canary;/i);
    });

    test("attack 101: no reason holds a query, a header's value, a body of either side, or a location", async () => {
      const echo = '{"error":"body-canary"}';
      for (const status of [302, 401, 429, 500]) {
        const { send } = await scene(
          say(answer(status, { location: "/location-canary", "x-a": "answer-canary" }, echo)),
        );
        const outcome = await send({
          method: "POST",
          headers: { Authorization: "header-canary" },
          body: "sent-canary",
        });
        expect(JSON.stringify(outcome)).not.toContain("canary");
        expect(outcome).toMatchObject({ reason: expect.stringMatching(/^POST 127\.0\.0\.1:\d+ answered \d+/) });
      }
    });

    describe("G13, attack 30: an answer that is too large is failed and never repeated", () => {
      const large = "x".repeat(1001);
      test.each<readonly [string, Buffer]>([
        ["says so", answer(200, {}, large)],
        ["lies about an endless body", answer(200, { "content-length": "1000000000" }, "x")],
        ["comes in chunks", answer(200, { "transfer-encoding": "chunked" }, `3e9\r\n${large}\r\n`)],
        ["ends with the connection", answer(200, { connection: "close" }, large)],
      ])("that %s", async (_what, bytes) => {
        const { server, send } = await scene(say(bytes));
        expect(await send({ method: "POST" })).toMatchObject({ kind: "failed" });
        expect(server.requests).toHaveLength(1);
      });

      test("1,000 of 1,000 bytes are read", async () => {
        const { send } = await scene(say(answer(200, {}, "x".repeat(1000))));
        expect(await send()).toEqual({ kind: "done", value: "x".repeat(1000) });
      });
    });
  });
}
