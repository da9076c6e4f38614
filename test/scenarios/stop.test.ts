import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { startProcess, type UsherProcess } from "../support/process.ts";
import { realClock } from "../support/real-clock.ts";
import { company, startCompany } from "../support/slack/company.ts";
import { createDeliverer, signatureOf } from "../support/slack/deliver.ts";
import { readFixture } from "../support/slack/fixtures.ts";

// The real process, told to stop while others hold connections to it.

const signingSecret = "0123456789abcdef0123456789abcdef";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let slack: Awaited<ReturnType<typeof startCompany>>;
let usher: UsherProcess;
const open: Socket[] = [];
const agent = new Agent({ keepAlive: true });

beforeEach(async () => {
  folder = await temporaryFolder();
  slack = await startCompany({ app: { signingSecret } });
  usher = await startProcess({
    USHER_DATA: folder.path,
    LOG_LEVEL: "error",
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: company.token,
    SLACK_API_URL: slack.apiUrl,
  });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  agent.destroy();
  await usher.kill("SIGKILL");
  await slack.close();
  await folder.remove();
});

/** A connection on which these bytes were sent, and everything that comes back on it. */
async function connected(bytes: string) {
  const { hostname, port } = new URL(usher.url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  let said = "";
  socket.on("data", (part: Buffer) => {
    said += part.toString();
  });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  await once(socket, "connect");
  socket.write(bytes);
  return { socket, closed, said: () => said };
}

/** The head of a request of Slack's, and its body. */
function signedEvent(): readonly [string, string] {
  const body = JSON.stringify(readFixture("message-channel"));
  const timestamp = String(Math.floor(realClock.now() / 1000));
  const head = [
    "POST /slack/events HTTP/1.1",
    `host: ${new URL(usher.url).host}`,
    "connection: keep-alive",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-slack-request-timestamp: ${timestamp}`,
    `x-slack-signature: ${signatureOf(signingSecret, timestamp, body)}`,
  ];
  return [`${head.join("\r\n")}\r\n\r\n`, body];
}

test("SIGTERM ends it in order within ten seconds, whatever connections are open: idle, half sent, or never read", async () => {
  const bot = createDeliverer({ url: `${usher.url}/slack/events`, signingSecret });
  expect((await bot.event(readFixture("url-verification"))).status).toBe(200);
  await new Promise((resolve) =>
    get(`${usher.url}/api/world`, { agent }, (response) => response.resume().on("end", resolve)),
  );
  const [head, body] = signedEvent();
  const idle = await connected(`${head}${body}`);
  await once(idle.socket, "data");
  expect(idle.said()).toContain("HTTP/1.1 200");
  await connected("POST /slack/events HTTP/1.1\r\nhost: x\r\n");
  await connected(`${head}${body.slice(0, 10)}`);
  const stream = await connected(`GET /api/events HTTP/1.1\r\nhost: ${new URL(usher.url).host}\r\n\r\n`);
  await once(stream.socket, "data");
  stream.socket.pause();
  const busy = await connected(`${head}${body.slice(0, -1)}`);

  const asked = realClock.monotonic();
  const ended = usher.kill("SIGTERM");
  busy.socket.write(body.slice(-1));
  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(realClock.monotonic() - asked).toBeLessThan(10_000);
  await busy.closed;
  // Stored, or sent again by Slack: never taken and lost.
  expect(busy.said()).toMatch(/^HTTP\/1\.1 (?:200|503) /);
  bot.close();
});
