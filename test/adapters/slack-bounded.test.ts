import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBackground } from "../../adapters/slack/background.ts";
import { createBoundedFetch, readApiAnswer, readWhole } from "../../adapters/slack/bounded-fetch.ts";
import { limits } from "../../src/domain/limits.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { createLogBook } from "../support/playground.ts";

let server: Server;
let url: string;
let answer: RequestListener;
beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const clock = createFakeClock();

test("a request that is never answered ends in time", async () => {
  const asked = Promise.withResolvers<void>();
  answer = () => asked.resolve();
  const sent = createBoundedFetch(clock, readWhole)(url).catch((error: Error) => error.name);
  await asked.promise;
  clock.advance(limits.sendTimeoutMs);
  expect(await sent).toBe("AbortError");
});

test("an answer is read whole, with its headers, and not beyond the limit", async () => {
  answer = (_, response) => response.writeHead(201, { "x-oauth-scopes": "a,b" }).end('{"ok":true}');
  const fine = await createBoundedFetch(clock, readApiAnswer)(url);
  expect([fine.status, fine.headers.get("x-oauth-scopes"), await fine.json()]).toEqual([201, "a,b", { ok: true }]);
  answer = (_, response) => response.end("x".repeat(limits.slackAnswerBytes + 1));
  await expect(createBoundedFetch(clock, readWhole)(url)).rejects.toThrow("too large");
});

test.each(['"xoxb-kestrel"', "5", "true", "null", ' [1, "xoxb-kestrel"]'])(
  "an answer of the Web API that is %s is refused without a word of it",
  async (body) => {
    answer = (_, response) => response.end(body);
    const refused = await createBoundedFetch(clock, readApiAnswer)(url).catch((error: Error) => error.message);
    expect(refused).toBe("Slack's answer is of another form.");
  },
);

test("what hangs in the background keeps nobody from stopping, and what throws at once is logged", async () => {
  const log = createLogBook();
  const background = createBackground(clock, log);
  background.run("what throws", () => {
    throw new Error("at once");
  });
  background.run("what hangs", () => new Promise(() => {}));
  const drained = background.drain();
  clock.advance(limits.stopMs);
  await drained;
  expect(log.lines).toMatchObject([{ level: "warn", fields: { what: "what throws" } }]);
});
