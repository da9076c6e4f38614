import { mkdirSync, writeFileSync } from "node:fs";
import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startServer } from "../../adapters/web/server.ts";
import { limits } from "../../src/domain/limits.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import { conversationId, openPlayground, type Playground } from "../support/web-playground.ts";

const one = conversationId(1);
const messages = `/api/conversations/${one}/messages`;
const message = '{"id":"m1","as":"customer-1","text":"Hi"}';
const json = { "content-type": "application/json" };

let playground: Playground;
beforeEach(async () => {
  playground = await openPlayground();
  await playground.post("/api/conversations", { as: "customer-1" });
});
afterEach(() => playground.shut());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends exactly these headers, which fetch would not. */
async function send(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { port: playground.port, host: "127.0.0.1", method, path, headers, agent: false };
  const sent = httpRequest(options, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
  });
  sent.on("error", reject).end(body);
  return promise;
}

/** Sends bytes as they are; answers what comes back until the server hangs up. */
async function raw(bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(playground.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => resolve(text)).on("close", () => resolve(text));
  socket.write(bytes);
  return promise;
}

const error = ({ text }: Answer): string => (JSON.parse(text) as { error: string }).error;
const post = (headers: OutgoingHttpHeaders) => send("POST", messages, { ...json, ...headers }, message);
const host = () => `127.0.0.1:${playground.port}`;

describe("a page elsewhere", () => {
  test("cannot use the playground under a name that it made mean this machine (109)", async () => {
    const names = [
      "evil.test",
      `evil.test:${playground.port}`,
      `localhost.evil.test:${playground.port}`,
      "localhost:1",
    ];
    names.push("localhost", `127.0.0.1.nip.io:${playground.port}`, `user@${host()}`, `${host()}/`, "[::2]:1");
    for (const name of names) {
      for (const path of ["/", "/api/world", "/api/nothing"]) {
        expect([name, path, (await send("GET", path, { host: name })).status]).toEqual([name, path, 421]);
      }
      expect((await post({ host: name })).status).toBe(421);
    }
    expect(playground.inbound.reports).toEqual([]);
  });

  test("cannot hide behind a second Host header", async () => {
    const text = await raw(
      `GET /api/world HTTP/1.1\r\nHost: ${host()}\r\nHost: evil.test\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 4(00|21) /);
  });

  test("cannot post, and cannot read, with its own Origin", async () => {
    const origins = [
      "http://evil.test",
      `http://evil.test:${playground.port}`,
      "http://127.0.0.1:1",
      "null",
      "file://",
    ];
    origins.push(`http://localhost:${playground.port}`, `ftp://${host()}`, `http://${host()}.evil.test`, "");
    for (const origin of origins) {
      expect([origin, (await post({ origin })).status]).toEqual([origin, 403]);
      expect((await send("GET", "/api/tickets", { origin })).status).toBe(403);
      expect((await send("GET", "/api/events", { origin })).status).toBe(403);
      expect((await send("OPTIONS", messages, { origin, "access-control-request-method": "POST" })).status).toBe(403);
    }
    expect(playground.inbound.reports).toEqual([]);
  });

  test("cannot post, and cannot read the API, when the browser says that it is elsewhere", async () => {
    for (const site of ["cross-site", "same-site", "unheard-of"]) {
      expect((await post({ "sec-fetch-site": site })).status).toBe(403);
      expect((await post({ "sec-fetch-site": site, origin: "null" })).status).toBe(403);
      expect((await send("GET", "/api/tickets", { "sec-fetch-site": site })).status).toBe(403);
      expect((await send("GET", "/API/tickets", { "sec-fetch-site": site })).status).toBe(403);
    }
    expect((await post({ referer: "http://evil.test/page" })).status).toBe(403);
    expect((await post({ referer: "nonsense" })).status).toBe(403);
  });

  test("cannot post with what a form or a simple request can send", async () => {
    const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""];
    types.push("text/plain; application/json", "application/jsonp");
    for (const type of types) {
      const answer = await send("POST", messages, { "content-type": type }, message);
      expect([type, answer.status]).toEqual([type, 415]);
    }
    expect((await send("POST", messages, {}, message)).status).toBe(415);
    expect(playground.inbound.reports).toEqual([]);
  });

  test("is never told by CORS that it may", async () => {
    const answers = [await post({}), await send("OPTIONS", messages, {}), await send("GET", "/api/world", {})];
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("may link to the page", async () => {
    const answer = await send("GET", "/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("not built");
  });
});

describe("the own page, and a program", () => {
  test("may post", async () => {
    const origin = `http://${host()}`;
    const allowed: OutgoingHttpHeaders[] = [
      {},
      { origin },
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      { origin, "sec-fetch-site": "same-origin", referer: `${origin}/` },
      { origin: "null", "sec-fetch-site": "same-origin" },
      { referer: `${origin}/?conversation=1` },
      { host: `localhost:${playground.port}`, origin: `http://localhost:${playground.port}` },
      { host: `[::1]:${playground.port}` },
      { host: `LOCALHOST:${playground.port}` },
      { "content-type": "Application/JSON; charset=utf-8" },
    ];
    for (const headers of allowed) expect([headers, (await post(headers)).status]).toEqual([headers, 202]);
  });

  test("may use a name that the configuration allows, with one port or any", async () => {
    const other = await openPlayground({ allowedHosts: ["Usher.Example", "play.example:8443"] });
    const ask = async (name: string) => {
      const text = await rawTo(other.port, `GET /api/world HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
      return text.slice(9, 12);
    };
    expect(await ask("usher.example")).toBe("200");
    expect(await ask("usher.example:9999")).toBe("200");
    expect(await ask("play.example:8443")).toBe("200");
    expect(await ask("play.example")).toBe("421");
    expect(await ask("evil.example")).toBe("421");
    await other.shut();
  });
});

async function rawTo(port: number, bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  socket.on("close", () => resolve(text));
  socket.write(bytes);
  return promise;
}

describe("a bad body", () => {
  const refused = async (body: string | Buffer, path = messages) => {
    const answer = await send("POST", path, json, body);
    expect(playground.inbound.reports).toEqual([]);
    return [answer.status, error(answer)];
  };

  test("that is not JSON is 400", async () => {
    const sentence = "The body is not valid JSON: mend it and send it again.";
    for (const body of ["", "{", "nonsense", "{'a':1}", "\u0000", '{"a":1}{"b":2}', Buffer.from([34, 255, 34])]) {
      expect(await refused(body)).toEqual([400, sentence]);
    }
    for (const body of ["[]", '"text"', "12", "null"]) {
      expect(await refused(body)).toEqual([400, "Send a JSON object with these fields and no others: id, as, text."]);
    }
  });

  test("with names out of JavaScript's objects is 400 and changes no object (47)", async () => {
    const bodies = [
      '{"id":"m1","as":"customer-1","text":"Hi","__proto__":{"polluted":1}}',
      '{"id":"m1","as":"customer-1","text":"Hi","constructor":{"prototype":{"polluted":1}}}',
      '{"__proto__":{"id":"m1","as":"customer-1","text":"Hi"}}',
    ];
    for (const body of bodies) expect((await refused(body))[0]).toBe(400);
    const verdict = '{"as":"agent-1","verdict":"happened","value":{"a":[{"__proto__":{"polluted":1}}]}}';
    expect(await refused(verdict, `/api/effects/${one}/verdict`)).toEqual([
      400,
      "The name __proto__ is never allowed in a body: take it out.",
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("with an id that is no plain text is 400 (57)", async () => {
    const sentence = "id must be 1 to 64 letters, digits, hyphens or underscores.";
    const ids = ['{"$ne":null}', '["m1"]', "1", "null", "true", '""', '"a.b"', '"a:b"', '"a b"', '"é"', '"m1\\n"'];
    for (const id of [...ids, `"${"m".repeat(65)}"`]) {
      expect(await refused(`{"id":${id},"as":"customer-1","text":"Hi"}`)).toEqual([400, sentence]);
    }
    expect(await refused('{"as":"customer-1","text":"Hi"}')).toEqual([400, sentence]);
    const as = "as must be one of customer-1, customer-2, agent-1, agent-2, admin-1.";
    for (const who of ['{"$gt":""}', '["customer-1"]', '"toString"', "null", '"CUSTOMER-1"']) {
      expect(await refused(`{"id":"m1","as":${who},"text":"Hi"}`)).toEqual([400, as]);
    }
    for (const text of ['{"$ne":1}', "5", '["a"]', `"${"x".repeat(limits.turnLength + 1)}"`]) {
      const sentences = await refused(`{"id":"m1","as":"customer-1","text":${text}}`);
      expect(sentences).toEqual([400, "text must be a text of at most 10000 characters."]);
    }
  });

  test("with a field too many is 400, and the answer repeats nothing of it", async () => {
    const [status, sentence] = await refused('{"id":"m1","as":"customer-1","text":"Hi","<script>":1}');
    expect([status, sentence]).toEqual([400, "Send a JSON object with these fields and no others: id, as, text."]);
  });

  test("that is nested too deep or has too many values is 400, however deep it is", async () => {
    const path = `/api/effects/${one}/verdict`;
    const verdict = (value: string) => refused(`{"as":"agent-1","verdict":"happened","value":${value}}`, path);
    for (const depth of [70, 400_000]) {
      expect(await verdict("[".repeat(depth) + "]".repeat(depth))).toEqual([400, "The body is nested deeper than 64."]);
    }
    expect(await verdict(`[${"1,".repeat(20_000)}1]`)).toEqual([400, "The body has more than 20000 values."]);
  });

  test("that is too large is 413, announced or not (6)", async () => {
    const big = JSON.stringify({ id: "m1", as: "customer-1", text: "x".repeat(2 * 1024 * 1024) });
    const announced = await send("POST", messages, { ...json, "content-length": big.length }, big).catch(() => null);
    const chunked = await send("POST", messages, { ...json, "transfer-encoding": "chunked" }, big).catch(() => null);
    for (const answer of [announced, chunked]) {
      // The server may hang up before it has read everything; what it must not do is take it in.
      if (answer !== null)
        expect([answer.status, error(answer)]).toEqual([413, "The body is larger than 1 MB: send less."]);
    }
    const head = `POST ${messages} HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/json\r\n`;
    expect(await raw(`${head}Content-Length: 2000000\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 413 /);
    const endless = `100001\r\n${"x".repeat(0x100001)}\r\n`;
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${endless}`)).toMatch(/^HTTP\/1\.1 413 |^$/);
    expect(playground.inbound.reports).toEqual([]);
  });

  test("that is compressed is 415 before it is unpacked (6)", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, " "));
    const answer = await send("POST", messages, { ...json, "content-encoding": "gzip" }, bomb);
    expect([answer.status, error(answer)]).toEqual([
      415,
      "The body is compressed: send it as it is, without content-encoding.",
    ]);
  });

  test("that is shorter than it says is never taken in (6)", async () => {
    const head = `POST ${messages} HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/json\r\n`;
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const socket = connect(playground.port, "127.0.0.1");
    socket
      .resume()
      .on("error", () => {})
      .on("close", () => resolve());
    socket.end(`${head}Content-Length: 500\r\n\r\n${message}`);
    await gone;
    const longer = await raw(`${head}Content-Length: 3\r\nConnection: close\r\n\r\n${message}`);
    expect(longer).toMatch(/^HTTP\/1\.1 400 /);
    expect(playground.inbound.reports).toEqual([]);
  });
});

describe("an address", () => {
  test("with an unsafe id is 400 (57, 58)", async () => {
    const sentence = "The id of the conversation must be 1 to 64 letters, digits, hyphens or underscores.";
    for (const id of [
      "a.b",
      "%7B%22$ne%22:null%7D",
      "a%00b",
      "'%20OR%201=1--",
      "..%2f..%2fetc",
      "a".repeat(65),
      "%F0%9F%98%80",
    ]) {
      const answer = await send("GET", `/api/conversations/${id}`, {});
      expect([id, answer.status, error(answer)]).toEqual([id, 400, sentence]);
    }
    expect((await send("GET", "/api/conversations/%E0%A4%A", {})).status).toBe(400);
    const approval = await send("POST", "/api/approvals/a.b/decision", json, '{"as":"agent-1","approve":true}');
    expect(error(approval)).toContain("The id of the approval");
  });

  test("that is unknown is 404, as JSON under /api (110)", async () => {
    for (const path of ["/api", "/api/", "/api/nothing", "/api/conversations/a/b/c", "/api/../api/nothing"]) {
      const answer = await send("GET", path, {});
      expect([path, answer.status]).toEqual([path, 404]);
      expect(error(answer)).toContain("docs/playground-api.md");
    }
    expect((await send("POST", "/api/nothing", {})).status).toBe(404);
    for (const path of ["/nothing", "/..%2f..%2fpackage.json", "/../package.json", "/assets/..%2f..%2fpackage.json"]) {
      expect([path, (await send("GET", path, {})).status]).toEqual([path, 404]);
    }
  });

  test("that takes another method is 405 and says which (110)", async () => {
    const cases = [
      ["/api/conversations", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"], "GET, HEAD, POST"],
      [`/api/conversations/${one}`, ["POST", "DELETE", "OPTIONS"], "GET, HEAD"],
      [messages, ["GET", "PUT", "HEAD"], "POST"],
      [`/api/approvals/${one}/decision`, ["GET"], "POST"],
      ["/api/events", ["POST", "HEAD", "OPTIONS"], "GET"],
      ["/", ["POST", "PUT", "OPTIONS", "TRACE"], "GET, HEAD"],
    ] as const;
    for (const [path, methods, allow] of cases) {
      for (const method of methods) {
        const answer = await send(method, path, {});
        expect([path, method, answer.status, answer.headers["allow"]]).toEqual([path, method, 405, allow]);
      }
    }
  });
});

describe("an answer", () => {
  test("tells the browser what it may do with it, whatever it is", async () => {
    const answers = [
      await send("GET", "/", {}),
      await send("GET", "/nothing", {}),
      await send("GET", "/api/world", {}),
      await send("GET", "/api/nothing", {}),
      await send("GET", "/", { host: "evil.test" }),
    ];
    for (const { headers } of answers) {
      expect(headers["content-security-policy"]).toMatch(/^default-src 'self';.* frame-ancestors 'none'$/);
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-powered-by"]).toBeUndefined();
    }
    expect(answers[2]?.headers["cache-control"]).toBe("no-store");
  });

  test("never holds a stack trace or an error's own words (106)", async () => {
    playground.inbound.failWith(new Error("secret-canary in /srv/usher"));
    const answer = await post({});
    expect([answer.status, error(answer)]).toEqual([500, "Something failed inside Usher: its log says what."]);
    const all = [answer, await send("POST", messages, json, "{"), await send("GET", "/api/conversations/%E0%A4%A", {})];
    for (const { text } of all) expect(text).not.toMatch(/ at |canary|node_modules|\.ts/);
  });
});

describe("the built page", () => {
  const put = (name: string, content: string) => {
    mkdirSync(join(playground.pageFolder, name, ".."), { recursive: true });
    writeFileSync(join(playground.pageFolder, name), content);
  };

  test("is asked for by a plain sentence while it is not built, and served as soon as it is", async () => {
    const before = await send("GET", "/", {});
    expect([before.status, before.headers["content-type"]]).toEqual([503, "text/plain; charset=utf-8"]);
    expect(before.text).toContain("Run `npx vite build adapters/web/page`");
    put("index.html", "<!doctype html>");
    put("assets/index-abc123.js", "let a");
    put("icon.svg", "<svg/>");
    const after = await send("GET", "/?conversation=web-1", {});
    expect([after.status, after.text, after.headers["cache-control"]]).toEqual([200, "<!doctype html>", "no-cache"]);
    const asset = await send("GET", "/assets/index-abc123.js", {});
    expect([asset.status, asset.headers["cache-control"]]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect((await send("GET", "/icon.svg", {})).headers["cache-control"]).toBe("no-cache");
    expect((await send("HEAD", "/", {})).text).toBe("");
  });

  test("does not bring along what lies beside it", async () => {
    put("index.html", "<!doctype html>");
    put(".env", "SECRET=1");
    for (const path of [
      "/.env",
      "/../playground.db",
      "/%2e%2e/playground.db",
      "/..%5cplayground.db",
      "/index.html%00.js",
    ]) {
      expect([path, (await send("GET", path, {})).status]).toEqual([path, 404]);
    }
  });
});

describe("the server", () => {
  test("hangs up on heads that never end, and serves others meanwhile (15)", async () => {
    const other = await openPlayground({ headersMs: 200 });
    const hung = Array.from({ length: 50 }, (_, n) =>
      rawTo(other.port, n % 2 === 0 ? "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: " : ""),
    );
    expect((await other.get("/api/world")).status).toBe(200);
    await Promise.all(hung);
    await other.shut();
  });

  test("refuses a head that is too large or that can be read in two ways (15)", async () => {
    const big = `GET / HTTP/1.1\r\nHost: ${host()}\r\nX-Big: ${"x".repeat(64 * 1024)}\r\n\r\n`;
    expect(await raw(big)).toMatch(/^HTTP\/1\.1 431 /);
    const head = `POST ${messages} HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/json\r\n`;
    const both = await raw(
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    );
    expect(both).toMatch(/^HTTP\/1\.1 400 /);
    expect(both.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(await raw(`GET / HTTP/1.1\r\nHost : ${host()}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw("GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw("GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
    expect(await raw("GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
  });

  test("says what to change when it cannot listen", async () => {
    const options = { host: "127.0.0.1", port: playground.port, clock: playground.clock, report: () => {} };
    const taken = startServer([playground.router], options);
    await expect(taken).rejects.toBeInstanceOf(PermanentError);
    await expect(startServer([playground.router], options)).rejects.toThrow(
      "the port is in use; set PORT to another one",
    );
    const elsewhere = startServer([playground.router], { ...options, host: "192.0.2.1", port: 0 });
    await expect(elsewhere).rejects.toThrow("this machine has no such address; set HOST to one that it has");
  });

  test("closes with idle connections at once, and after 5 s with whatever is still open", async () => {
    const other = await openPlayground();
    const kept = connect(other.port, "127.0.0.1");
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    kept.once("data", () => resolve());
    kept.write(`GET /api/world HTTP/1.1\r\nHost: 127.0.0.1:${other.port}\r\n\r\n`);
    await answered;
    await other.server.close();
    other.close();
    const stuck = await openPlayground();
    await stuck.post("/api/conversations", { as: "customer-1" });
    stuck.inbound.hold();
    const lost = stuck.post(messages, JSON.parse(message)).catch(() => "cut off");
    await stuck.inbound.arrived(1);
    const stream = await fetch(`${stuck.url}/api/events`);
    let closed = false;
    const closing = stuck.server.close().then(() => {
      closed = true;
    });
    stuck.clock.advance(2499);
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    stuck.clock.advance(2501);
    await closing;
    await expect(stream.text()).rejects.toThrow();
    await lost;
    stuck.close();
  });

  test("lets a request under way end while it closes, and does not keep its connection", async () => {
    const other = await openPlayground();
    await other.post("/api/conversations", { as: "customer-1" });
    const release = other.inbound.hold();
    const head = `POST ${messages} HTTP/1.1\r\nHost: 127.0.0.1:${other.port}\r\nContent-Type: application/json\r\n`;
    const answer = rawTo(other.port, `${head}Content-Length: ${message.length}\r\n\r\n${message}`);
    await other.inbound.arrived(1);
    const closing = other.server.close();
    release();
    expect(await answer).toMatch(/^HTTP\/1\.1 202 .*\r\nconnection: close\r\n/is);
    await closing;
    other.close();
  });
});
