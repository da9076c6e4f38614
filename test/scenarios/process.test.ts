import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ticket } from "../../src/domain/ticket.ts";
import { openClient, temporaryFolder } from "../support/playground.ts";
import { spawnUsher, startProcess, type UsherProcess } from "../support/process.ts";

// The real process, started and ended as an operator does it.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const running = new Set<UsherProcess>();

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const usher of running) await usher.kill("SIGKILL");
  running.clear();
  await folder.remove();
});

async function start(environment: { readonly [name: string]: string } = {}): Promise<UsherProcess> {
  const usher = await startProcess({ USHER_DATA: folder.path, LOG_LEVEL: "error", ...environment });
  running.add(usher);
  return usher;
}

async function end(usher: UsherProcess, signal: NodeJS.Signals) {
  running.delete(usher);
  return usher.kill(signal);
}

describe("the process", () => {
  test("killed while an approval waits, it goes on after the restart: the decision still fits, and nothing happened twice", async () => {
    const first = await start();
    const before = await openClient(first.url);
    const id = await before.begin();
    await before.say(id, "I want a refund");
    await before.hear(id, "order number");
    await before.say(id, "1001");
    await before.hear(id, "why would you like");
    await before.say(id, "It broke");
    const approval = await before.approval(id);
    await end(first, "SIGKILL");
    await before.close();

    const second = await start();
    const after = await openClient(second.url);
    expect(await after.decide(approval.id, true)).toMatchObject({ outcome: "accepted" });
    const done = await after.hear(id, "2 business days");
    const texts = done.messages.map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(await after.get<Ticket[]>("/api/tickets")).toHaveLength(1);
    expect(await after.decide(approval.id, false, "agent-2")).toMatchObject({ outcome: "decided", by: "agent-1" });
    await after.close();
  });

  test("SIGTERM ends it in order with code 0", async () => {
    const usher = await start();
    expect(await end(usher, "SIGTERM")).toMatchObject({ code: 0, signal: null });
  });

  test("a second one on the same data folder is refused with the first one's pid, and harms nothing", async () => {
    const first = await start();
    const second = await spawnUsher({ USHER_DATA: folder.path });
    if (second.kind === "ready") throw new Error("it was not refused");
    expect(second.ended.code).toBe(1);
    expect(second.ended.stderr).toContain(`${first.pid}`);
    expect((await fetch(`${first.url}/api/world`)).status).toBe(200);
  });

  test("after kill -9 the data folder is free again", async () => {
    await end(await start(), "SIGKILL");
    await end(await start(), "SIGTERM");
  });

  test("bad settings: all problems at once, code 78, nothing started", async () => {
    const result = await spawnUsher({
      USHER_DATA: folder.path,
      PORT: "99999",
      USHER_REGION: "Europe",
      USHER_OPEN_HOST: "x",
    });
    if (result.kind === "ready") throw new Error("it started");
    expect(result.ended.code).toBe(78);
    for (const name of ["PORT", "USHER_REGION", "USHER_OPEN_HOST"]) expect(result.ended.stderr).toContain(name);
  });

  test("a folder of procedures that is not there: one sentence, code 78", async () => {
    const result = await spawnUsher({ USHER_DATA: folder.path, USHER_PROCEDURES: join(folder.path, "none") });
    if (result.kind === "ready") throw new Error("it started");
    expect(result.ended).toMatchObject({ code: 78, stdout: "" });
    expect(result.ended.stderr).toMatch(/^The folder of procedures .*none cannot be read \(ENOENT\); .*\n$/);
  });

  test("Slack out of reach: its name, the address and the mend stand in one sentence", async () => {
    const result = await spawnUsher({
      ...{ USHER_DATA: folder.path, SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef" },
      ...{ SLACK_BOT_TOKEN: "xoxb-1234567890", SLACK_API_URL: "http://127.0.0.1:9/api", LOG_LEVEL: "silent" },
    });
    if (result.kind === "ready") throw new Error("it started");
    expect(result.ended.code).toBe(1);
    expect(result.ended.stderr).toMatch(
      /^Slack could not be asked .* at http:\/\/127\.0\.0\.1:9\/api\/: .*SLACK_API_URL.*\n$/,
    );
    expect(result.ended.stderr).not.toContain("xoxb-");
  });

  test("a procedure file with problems: each with line, column, step and mend; nothing is loaded", async () => {
    const file = join(folder.path, "refund.yaml");
    await writeFile(
      file,
      [
        "slug: refund",
        "name: Refund",
        "trigger: { when: refund }",
        "steps:",
        "  - id: ask",
        "    kind: collect",
        "    variable: constructor",
        "    prompt: '{{ x.constructor }}'",
        "  - id: go",
        "    kind: message",
        "    content: Hi",
        "    next: gone",
        "",
      ].join("\n"),
    );
    const result = await spawnUsher({ USHER_DATA: join(folder.path, "data"), USHER_PROCEDURES: folder.path });
    if (result.kind === "ready") throw new Error("it started");
    expect(result.ended.code).toBe(78);
    expect(result.ended.stderr).toMatch(/refund\.yaml:7:\d+ step ask/);
    expect(result.ended.stderr).toMatch(/refund\.yaml:12:\d+ step go: .*gone/);
    expect(result.ended.stderr).toContain("Mend:");
    expect(await readFile(file, "utf8")).toContain("slug: refund");
  });

  test.each([
    ["where no folder can ever be made", async () => "/proc/usher/data", "choose another with USHER_DATA"],
    ["below a regular file", async (path: string) => join(await aFile(path), "data"), "move it away"],
    ["where a file has that name", aFile, "ENOTDIR. A file has that name"],
    [
      "where the database is no file",
      async (path: string) => aFolder(path, "usher.db"),
      "the database file cannot be opened",
    ],
  ])("a data folder that cannot be used, %s: one sentence, code 1, no stack", async (_what, make, why) => {
    const result = await spawnUsher({ USHER_DATA: await make(folder.path) });
    if (result.kind === "ready") throw new Error("it started");
    expect(result.ended).toMatchObject({ code: 1, stdout: "" });
    expect(result.ended.stderr).toContain(why);
    expect(result.ended.stderr.trimEnd()).not.toContain("\n");
  });

  test("a port that is taken: one sentence with what to do, and the data folder is free again", async () => {
    const first = await start();
    const { port } = new URL(first.url);
    const other = await temporaryFolder();
    const second = await spawnUsher({ USHER_DATA: other.path, PORT: port });
    if (second.kind === "ready") throw new Error("it started");
    expect(second.ended.stderr).toContain("set PORT");
    await other.remove();
  });
});

async function aFile(folderPath: string): Promise<string> {
  const file = join(folderPath, "a-file");
  await writeFile(file, "");
  return file;
}

/** Makes a folder with another one of this name in it. */
async function aFolder(folderPath: string, inner: string): Promise<string> {
  const made = join(folderPath, "data");
  await mkdir(join(made, inner), { recursive: true });
  return made;
}
