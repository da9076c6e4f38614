import { type AddressInfo, createServer, Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Connect, openSocket } from "../../adapters/http/connector.ts";
import { type ClosableHttp, createHttp, type HttpOptions } from "../../adapters/http/http.ts";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { httpContract } from "../contracts/http-contract.ts";
import { withoutText } from "../support/answered.ts";
import { makeCertificate } from "../support/certificates.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { answer, type RawServer, type Reply, startRawServer } from "../support/raw-server.ts";
import { realClock } from "../support/real-clock.ts";

httpContract("undici", createHttp);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const close of closers.splice(0).reverse()) await close();
});

const endless = {
  workspace: workspaceId("demo"),
  timeoutMs: 15_000,
  maxBytes: 1_000_000,
  startBefore: Number.POSITIVE_INFINITY,
};
const ok: Reply = (socket) => socket.write(answer(200, {}, "{}"));

interface Scene {
  readonly server: RawServer;
  readonly clock: FakeClock;
  readonly http: ClosableHttp;
  send(request?: Partial<HttpRequest>, startBefore?: number): Promise<Outcome>;
}

async function scene(reply: Reply, more: Partial<HttpOptions> = {}): Promise<Scene> {
  const server = await startRawServer(reply);
  const clock = createFakeClock();
  const http = createHttp({ clock, openHosts: [`127.0.0.1:${server.port}`], ...more });
  closers.push(server.close, () => http.close());
  const url = `http://127.0.0.1:${server.port}/`;
  return {
    server,
    clock,
    http,
    send: (request, startBefore = endless.startBefore) =>
      withoutText(http.send({ method: "GET", url, headers: {}, body: null, ...request }, { ...endless, startBefore })),
  };
}

describe("the moment of the first byte", () => {
  test("G4: time that passes while connecting counts: the write is refused in its own tick", async () => {
    const clock = createFakeClock();
    // The clock moves on when the connection stands, which is after every check but the last.
    const connect: Connect = (place) => openSocket(place).once("connect", () => clock.advance(10));
    const { server, send } = await scene(ok, { clock, connect });
    const late = await send({ method: "POST", body: "{}" }, clock.monotonic() + 10);
    expect(late).toMatchObject({ kind: "notSent", retryAfterMs: 0 });
    expect(server.requests).toHaveLength(0);
    expect(await send({ method: "POST", body: "{}" }, clock.monotonic() + 11)).toMatchObject({ kind: "done" });
    expect(server.connections()).toBe(2);
  });

  test.each(["GET", "POST"] as const)(
    "G6: %s whose connection never stands is not sent when its time is over",
    async (method) => {
      const { clock, send } = await scene(ok, { connect: () => new Socket() });
      const sending = send({ method });
      await vi.waitFor(() => expect(clock.pending()).toBe(1));
      clock.advance(15_000);
      expect(await sending).toMatchObject({ kind: "notSent", retryAfterMs: null });
      expect(clock.pending()).toBe(0);
    },
  );

  test("G6: a name that is never resolved is not sent when its time is over; one that can't be is not sent", async () => {
    const hosts = { openHosts: ["slow.test:1", "none.test:1", "empty.test:1"] };
    const resolve = (host: string): Promise<readonly string[]> => {
      if (host === "slow.test") return new Promise(() => {});
      if (host === "empty.test") return Promise.resolve([]);
      return Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND canary"), { code: "ENOTFOUND" }));
    };
    const { clock, send } = await scene(ok, { ...hosts, resolve });
    const slow = send({ method: "POST", url: "http://slow.test:1/" });
    clock.advance(15_000);
    expect(await slow).toMatchObject({ kind: "notSent", reason: expect.stringContaining("15000 ms") });
    expect(await send({ url: "http://empty.test:1/" })).toMatchObject({ kind: "notSent" });
    const none = await send({ url: "http://none.test:1/" });
    expect(none).toMatchObject({ kind: "notSent", reason: expect.stringContaining("ENOTFOUND") });
    expect(JSON.stringify(none)).not.toContain("canary");
  });

  test("R11: with the real clock, a server that keeps silent leaves it unknown after 400 ms", async () => {
    const { server, http } = await scene(() => {}, { clock: realClock });
    const request = { method: "POST", url: `http://127.0.0.1:${server.port}/`, headers: {}, body: "{}" } as const;
    expect(await http.send(request, { ...endless, timeoutMs: 400 })).toMatchObject({ kind: "unknown" });
    expect(server.requests).toHaveLength(1);
  });

  test("closing leaves what was sent unknown, and sends nothing any more", async () => {
    const { server, clock, http, send } = await scene(() => {});
    const sending = send({ method: "POST" });
    await server.arrived(1);
    await http.close();
    expect(await sending).toMatchObject({ kind: "unknown" });
    expect(await send()).toMatchObject({ kind: "notSent" });
    expect(server.requests).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });
});

describe("attack 34: connections that are used again", () => {
  test.each(["POST", "PUT", "PATCH", "DELETE"] as const)(
    "G6: each %s has a connection of its own, and says that it ends with it",
    async (method) => {
      const { server, send } = await scene(ok);
      await send();
      for (let turn = 1; turn <= 3; turn += 1) {
        expect(await send({ method, body: "{}" })).toMatchObject({ kind: "done" });
        expect(server.connections()).toBe(1 + turn);
      }
      expect(server.requests.slice(1)).toEqual(Array(3).fill(expect.stringContaining("connection: close\r\n")));
    },
  );

  test("reads of one workspace share one; another workspace never gets it", async () => {
    const { server, http, send } = await scene(ok);
    for (let turn = 1; turn <= 3; turn += 1) expect(await send()).toMatchObject({ kind: "done" });
    expect(server.connections()).toBe(1);
    const request = { method: "GET", url: `http://127.0.0.1:${server.port}/`, headers: {}, body: null } as const;
    const other = { ...endless, workspace: workspaceId("other") };
    expect(await http.send(request, other)).toMatchObject({ kind: "done" });
    expect(server.connections()).toBe(2);
  });

  test("a HEAD, and a GET with a body, have one of their own: what a server says too much is never the next answer", async () => {
    const { server, send } = await scene(ok);
    await send();
    await send({ method: "HEAD" });
    await send({ body: "{}" });
    expect(server.connections()).toBe(3);
  });

  test("two reads at once have two connections, and one answer never gets to the other", async () => {
    const { server, send } = await scene((socket, request) => {
      const path = request.split(" ")[1];
      socket.write(answer(200, {}, JSON.stringify({ path })));
    });
    const paths = Array.from({ length: 20 }, (_, n) => `/${n}`);
    for (let round = 0; round < 3; round += 1) {
      const outcomes = await Promise.all(paths.map((path) => send({ url: `http://127.0.0.1:${server.port}${path}` })));
      expect(outcomes).toEqual(paths.map((path) => ({ kind: "done", value: { path } })));
    }
    expect(server.connections()).toBe(20);
  });

  test.each<[string, Reply, string]>([
    ["says that it closes", (socket) => socket.end(answer(200, { connection: "close" }, "{}")), "done"],
    ["says more than was asked", (socket) => socket.write(`${answer(200, {}, "{}")}HTTP/1.1 200 OK\r\n`), "done"],
    ["answers too much", (socket) => socket.write(answer(200, {}, "x".repeat(1_000_001))), "failed"],
  ])("one whose server %s is not used again", async (_what, reply, kind) => {
    const { server, send } = await scene(reply);
    for (let turn = 1; turn <= 2; turn += 1) {
      expect(await send()).toMatchObject({ kind });
      expect(server.connections()).toBe(turn);
    }
  });

  test("one that the server has closed meanwhile costs nothing: the request goes over a new one", async () => {
    const gone = Promise.withResolvers<void>();
    const { server, send } = await scene(ok, {
      connect: (place) => openSocket(place).once("close", () => gone.resolve()),
    });
    await send();
    server.hangUp();
    await gone.promise;
    expect(await send()).toMatchObject({ kind: "done" });
    expect([server.connections(), server.requests.length]).toEqual([2, 2]);
  });

  test("one that is cut in the middle of a later answer leaves that read unknown, and nothing is repeated", async () => {
    const { server, send } = await scene((socket, _request, count) => {
      if (count === 1) socket.write(answer(200, {}, "{}"));
      else socket.destroy();
    });
    await send();
    expect(await send()).toMatchObject({ kind: "unknown" });
    expect([server.connections(), server.requests.length]).toEqual([1, 2]);
  });

  test("after a minute a new one is opened, for a service that has moved", async () => {
    const { server, clock, send } = await scene(ok);
    await send();
    clock.advance(60_000);
    await send();
    expect(server.connections()).toBe(2);
  });

  test("closing closes those that stand idle", async () => {
    const gone = Promise.withResolvers<void>();
    const { http, send } = await scene(ok, {
      connect: (place) => openSocket(place).once("close", () => gone.resolve()),
    });
    await send();
    await http.close();
    await gone.promise;
  });
});

describe("attack 32: TLS", () => {
  const authority = makeCertificate({ name: "Test authority" });
  const trusted: Connect = (place) => openSocket(place, { ca: authority.cert });
  const good = makeCertificate({ name: "backend.test", issuer: authority });
  const bad: readonly (readonly [string, ReturnType<typeof makeCertificate>])[] = [
    ["is signed by itself", makeCertificate({ name: "backend.test" })],
    [
      "is signed by another authority",
      makeCertificate({ name: "backend.test", issuer: makeCertificate({ name: "Other" }) }),
    ],
    ["has expired", makeCertificate({ name: "backend.test", issuer: authority, days: 0.5 })],
    ["has another name", makeCertificate({ name: "other.test", issuer: authority })],
  ];

  async function secureScene(reply: Reply, tls: ReturnType<typeof makeCertificate>, connect: Connect = trusted) {
    const names: string[] = [];
    const SNICallback: TlsOptions["SNICallback"] = (name, callback) => {
      names.push(name);
      callback(null);
    };
    const server = await startRawServer(reply, { cert: tls.cert, key: tls.key, SNICallback });
    const openHosts = [`backend.test:${server.port}`, `backend.test.:${server.port}`];
    const http = createHttp({ clock: createFakeClock(), openHosts, resolve: async () => ["127.0.0.1"], connect });
    closers.push(server.close, () => http.close());
    return {
      server,
      names,
      send: (host = "backend.test") => {
        const request = { method: "POST", url: `https://${host}:${server.port}/`, headers: {}, body: "{}" } as const;
        return withoutText(http.send(request, endless));
      },
    };
  }

  test("a certificate of a trusted authority for this name is accepted, also with a dot behind the name", async () => {
    const { names, send } = await secureScene(ok, good);
    expect(await send()).toEqual({ kind: "done", value: {} });
    expect(await send("backend.test.")).toEqual({ kind: "done", value: {} });
    expect(names).toEqual(["backend.test", "backend.test"]);
  });

  test.each(bad)("a certificate that %s is not sent to", async (_what, certificate) => {
    const { server, send } = await secureScene(ok, certificate);
    expect(await send()).toMatchObject({ kind: "notSent", reason: expect.stringMatching(/\([A-Z_]+\)$/) });
    expect(server.requests).toHaveLength(0);
  });

  test("NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue(); // Node warns of the variable, and rightly
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const { server, send } = await secureScene(ok, makeCertificate({ name: "backend.test" }), openSocket);
    expect(await send()).toMatchObject({ kind: "notSent" });
    expect(server.requests).toHaveLength(0);
  });

  test("G6: a server that speaks no TLS is not sent to, and a cut after the handshake is unknown", async () => {
    const plain = createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("220 mail.test ESMTP\r\n"),
    );
    const port = await new Promise<number>((resolve) => {
      plain.listen(0, "127.0.0.1", () => resolve((plain.address() as AddressInfo).port));
    });
    closers.push(() => new Promise((resolve) => plain.close(() => resolve())));
    const other = await scene(ok, { openHosts: [`127.0.0.1:${port}`] });
    const toPlain = { method: "POST", url: `https://127.0.0.1:${port}/` } as const;
    expect(await other.send(toPlain)).toMatchObject({ kind: "notSent" });
    const { server, send } = await secureScene((socket) => socket.destroy(), good);
    expect(await send()).toMatchObject({ kind: "unknown" });
    expect(server.requests).toHaveLength(1);
  });
});

test("attack 31: a proxy in the environment is ignored", async () => {
  const proxy = await startRawServer(ok);
  closers.push(proxy.close);
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]) {
    vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
  }
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  const { server, send } = await scene(ok);
  expect(await send()).toMatchObject({ kind: "done" });
  expect(server.requests).toHaveLength(1);
  expect(proxy.connections()).toBe(0);
});

describe("attack 30: answers that will not end", () => {
  const repeat = (socket: Socket, text: string): void => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(text));
    };
    socket.on("drain", more);
    more();
  };

  test("endless headers are cut, and what happened is unknown", async () => {
    const { send } = await scene((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      repeat(socket, `x-filler: ${"x".repeat(1000)}\r\n`);
    });
    expect(await send({ method: "POST" })).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining("OVERFLOW"),
    });
  });

  test("one endless header is cut", async () => {
    const { send } = await scene((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-filler: ");
      repeat(socket, "x".repeat(10_000));
    });
    expect(await send()).toMatchObject({ kind: "unknown" });
  });

  test("an endless body is cut at the cap and failed", async () => {
    const { send } = await scene((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
      repeat(socket, "x".repeat(10_000));
    });
    expect(await send()).toMatchObject({ kind: "failed" });
  });

  test("endless interim answers (103) end at the time limit", async () => {
    const { clock, send } = await scene((socket) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(500));
      clock.advance(15_000);
    });
    expect(await send({ method: "POST" })).toMatchObject({ kind: "unknown" });
  });

  test("an interim answer is no answer: the one behind it counts", async () => {
    const { send } = await scene((socket) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nretry-after: 5\r\n\r\n");
      socket.write(answer(200, {}, '{"a":1}'));
    });
    expect(await send()).toEqual({ kind: "done", value: { a: 1 } });
  });
});

describe("compression, which is never asked for", () => {
  test("the request asks for none, whatever its headers say", async () => {
    const { server, send } = await scene(ok);
    await send({ headers: { "Accept-Encoding": "gzip, br" } });
    expect(server.requests[0]).toMatch(/\r\naccept-encoding: identity\r\n/);
    expect(server.requests[0]).not.toContain("gzip");
  });

  const packers = {
    gzip: gzipSync,
    "x-gzip": gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  };
  for (const [coding, pack] of Object.entries(packers)) {
    test(`an answer packed with ${coding} is read all the same`, async () => {
      const { send } = await scene((socket) =>
        socket.write(answer(200, { "content-encoding": coding }, pack('{"a":1}'))),
      );
      expect(await send()).toEqual({ kind: "done", value: { a: 1 } });
    });

    test(`attack 30: a ${coding} bomb of 1000:1 stops at the cap and is failed`, async () => {
      const bomb = pack(Buffer.alloc(50_000_000, 32));
      expect(bomb.length).toBeLessThan(100_000);
      const { send } = await scene((socket) => socket.write(answer(200, { "content-encoding": coding }, bomb)));
      expect(await send()).toMatchObject({
        kind: "failed",
        reason: expect.stringContaining("larger than 1000000 bytes"),
      });
    });
  }

  test.each([
    ["a coding that nobody knows", "compress", Buffer.from("{}")],
    ["two codings", "gzip, gzip", gzipSync(gzipSync("{}"))],
    ["bytes that are not packed", "gzip", Buffer.from('{"a":1}')],
    ["packed bytes that break off", "gzip", gzipSync('{"a":1}').subarray(0, 15)],
  ])("%s is failed", async (_what, coding, bytes) => {
    const { send } = await scene((socket) => socket.write(answer(200, { "content-encoding": coding }, bytes)));
    expect(await send()).toMatchObject({ kind: "failed" });
  });
});
