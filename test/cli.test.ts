import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readManifest } from "../adapters/slack/manifest.ts";
import { temporaryFolder } from "./support/playground.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const secret = "0123456789abcdef0123456789abcdef";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as somebody does in an empty folder. */
async function usher(args: readonly string[], environment: { readonly [name: string]: string } = {}): Promise<Ended> {
  const env = { PATH: process.env["PATH"] ?? "", USHER_DATA: join(folder.path, "data"), ...environment };
  const child = spawn(process.execPath, [join(root, "src/cli.ts"), ...args], { cwd: folder.path, env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

describe("usher doctor", () => {
  test("says that nothing is missing, and ends with 0", async () => {
    const { code, stdout, stderr } = await usher(["doctor"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ok +Settings: .*\n(?:.*\n)*\nNothing is missing\.\n$/);
  });

  test("says what is missing and how to mend it, ends with 1, and repeats no secret", async () => {
    const { code, stdout } = await usher(["doctor"], { SLACK_SIGNING_SECRET: secret, SLACK_BOT_TOKN: "xoxb-secret" });
    expect(code).toBe(1);
    expect(stdout).toContain("MISSING  Settings: SLACK_BOT_TOKEN is missing");
    expect(stdout).toContain("Mend: ");
    expect(stdout).toContain("2 things are missing.");
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain("xoxb-secret");
  });

  test("what could not be checked is counted, and nothing is called complete", async () => {
    // Nobody answers at port 9.
    const slack = {
      SLACK_SIGNING_SECRET: secret,
      SLACK_BOT_TOKEN: "xoxb-1234567890",
      SLACK_API_URL: "http://127.0.0.1:9",
    };
    const { code, stdout } = await usher(["doctor"], slack);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nNothing is known to be missing; 3 things could not be checked\.\n$/);
    const bad = await usher(["doctor"], { ...slack, USHER_PROCEDURES: join(folder.path, "none") });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/\nOne thing is missing; 3 things could not be checked\.\n$/);
  });

  test("whoever closes the pipe early gets no stack", async () => {
    const child = spawn(process.execPath, [join(root, "src/cli.ts"), "doctor"], {
      cwd: folder.path,
      env: { PATH: process.env["PATH"] ?? "", USHER_DATA: join(folder.path, "data") },
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (part) => {
      stderr += part;
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("--json is one object and nothing else", async () => {
    const bad = await usher(["doctor", "--json"], { PORT: "many" });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, findings: [{ state: "missing", what: "Settings" }] });
    const good = await usher(["doctor", "--json"]);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true });
  });
});

describe("usher manifest", () => {
  test("is made for an address, for that of the settings, or for a socket", async () => {
    const given = JSON.parse((await usher(["manifest", "https://bot.example/"])).stdout);
    expect(readManifest(given).settings.event_subscriptions.request_url).toBe("https://bot.example/slack/events");
    const slack = { SLACK_SIGNING_SECRET: secret, SLACK_BOT_TOKEN: "xoxb-1234567890" };
    const set = await usher(["manifest"], { ...slack, USHER_URL: "https://set.example" });
    expect(set.stdout).toContain("https://set.example/slack/events");
    const socket = readManifest(JSON.parse((await usher(["manifest", "--socket"])).stdout));
    expect(socket.settings.socket_mode_enabled).toBe(true);
  });

  test.each([
    [["manifest"], "at which address"],
    [["manifest", "ftp://bot.example"], "The address"],
    [["manifest", "http://bot.example"], "https://"],
    [["manifest", "https://a.example", "b"], "is not a command"],
    [["doktor"], "is not a command"],
    [["doctor", "--fix"], "--fix"],
  ])("%j is refused with a reason", async (args, reason) => {
    const { code, stdout, stderr } = await usher(args);
    expect(code).toBeGreaterThan(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
  });
});

describe("the files for Slack's own command line", () => {
  const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));

  test("start Usher over a socket of its own, and give it the manifest for that", () => {
    expect(json(".slack/hooks.json")).toMatchObject({
      hooks: { "get-manifest": "npm run -s usher -- manifest --socket", start: "npm start" },
      config: { "sdk-managed-connection-enabled": true },
    });
    expect(json(".slack/config.json")).toEqual({ manifest: { source: "local" } });
    expect(json("package.json")).toMatchObject({ scripts: { usher: expect.stringContaining("src/cli.ts") } });
  });
});
