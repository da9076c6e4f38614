import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { createKeyRing } from "../../src/key-ring.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";
import type { Store } from "../../src/ports/store.ts";
import { someMoment, workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { keyNamed, ringOf } from "../support/keys.ts";
import { anInstallation } from "../support/records.ts";
import { sqliteFiles } from "../support/sqlite-file.ts";

const demo = workspaceId("demo");
const other = workspaceId("other");
const token = "xoxb-canary-token-of-the-bot";

const { folder, raw } = sqliteFiles();
const open = (keyRing: KeyRing | null) => openSqliteStore({ folder: folder(), clock: createFakeClock(), keyRing });

/** Does something with a store that has these keys, and closes it. */
async function during<Result>(keyRing: KeyRing | null, use: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await open(keyRing);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const everyByte = (): Buffer => Buffer.concat(readdirSync(folder()).map((name) => readFileSync(join(folder(), name))));
const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  const reason: unknown = await work.then(
    () => "it worked",
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(PermanentError);
  return reason instanceof Error ? reason.message : "";
};

describe("the tokens of an installation (G17)", () => {
  test("stand in clear neither in the database nor in its log, before and after they are removed", async () => {
    const first = await open(ringOf("a"));
    await first.installations.put(anInstallation({ botToken: token, name: "Canary team" }));
    const inLog = readFileSync(join(folder(), "usher.db-wal"));
    expect(inLog.length).toBeGreaterThan(0);
    for (const secret of [token, "Canary team", "xoxb"]) expect(inLog.includes(secret)).toBe(false);
    await first.close();
    expect(everyByte().includes("xoxb")).toBe(false);
    await during(ringOf("a"), async (store) => {
      expect((await store.installations.load(demo, "slack"))?.botToken).toBe(token);
      await store.installations.remove(demo, "slack", someMoment);
    });
    expect(everyByte().includes("xoxb")).toBe(false);
  });

  const short = anInstallation({ botToken: token });
  const long = anInstallation({ botToken: token.padEnd(2000, "x"), scopes: Array.from({ length: 200 }, String) });
  const ways: readonly (readonly [string, typeof short, (store: Store) => Promise<unknown>])[] = [
    ["removed", short, (store) => store.installations.remove(demo, "slack", someMoment)],
    ["removed, being long,", long, (store) => store.installations.remove(demo, "slack", someMoment)],
    ["replaced", short, (store) => store.installations.put(anInstallation({ botToken: "xoxb-2" }))],
    ["replaced, being long,", long, (store) => store.installations.put(anInstallation({ botToken: "xoxb-2" }))],
    ["encrypted by another key", short, (store) => store.installations.renew()],
  ];
  test.each(ways)("that are %s leave not even their ciphertext, at once (G18)", async (_, installation, end) => {
    await during(ringOf("a"), async (store) => {
      await store.installations.put(anInstallation({ workspace: other }));
      await store.installations.put(installation);
    });
    const { sealed } = raw((database) =>
      database.prepare("SELECT sealed FROM installations ORDER BY length(sealed) DESC").get(),
    ) ?? { sealed: null };
    const ciphertext = Buffer.from(sealed instanceof Uint8Array ? sealed : []);
    const pieces = [ciphertext.subarray(3, 60), ciphertext.subarray(-60)];
    for (const piece of pieces) expect(everyByte().includes(piece)).toBe(true);
    const store = await open(ringOf("b", "a"));
    await end(store);
    // No time has passed, and the store is not closed. Reading the file gives up the lock, which nobody needs any more.
    for (const piece of pieces) expect(everyByte().includes(piece)).toBe(false);
    expect((await store.installations.load(other, "slack"))?.workspace).toBe(other);
    await store.close();
  });
});

describe("attack 102: an encrypted installation that was copied to another place", () => {
  test.each([
    ["another workspace", "workspace = (SELECT key FROM workspaces WHERE name = 'other')"],
    ["another platform", "platform = 'teams'"],
  ])("does not open in %s, and still opens where it was", async (_, target) => {
    await during(ringOf("a"), async ({ installations }) => {
      await installations.put(anInstallation({ botToken: token }));
      await installations.put(anInstallation({ workspace: other }));
      await installations.put(anInstallation({ platform: "teams" }));
    });
    const source = "platform = 'slack' AND workspace = (SELECT key FROM workspaces WHERE name = 'demo')";
    raw((database) =>
      database.exec(
        `UPDATE installations SET sealed = (SELECT sealed FROM installations WHERE ${source}) WHERE ${target}`,
      ),
    );
    await during(ringOf("a"), async ({ installations }) => {
      const wrong = target.startsWith("workspace")
        ? installations.load(other, "slack")
        : installations.load(demo, "teams");
      const reason = await reasonOf(wrong);
      expect(reason).toContain("copied from another place");
      expect(reason).not.toContain("xoxb");
      expect((await installations.load(demo, "slack"))?.botToken).toBe(token);
      expect(await reasonOf(installations.renew())).toContain("copied from another place");
    });
  });
});

describe("attack 103: keys", () => {
  const put = (keyRing: KeyRing) =>
    during(keyRing, (store) => store.installations.put(anInstallation({ botToken: token })));
  const wrongKey = createKeyRing([{ id: "a", secret: keyNamed("another").secret }]);

  test.each([
    ["another key of the same name", wrongKey, "with the key a of USHER_KEYS"],
    ["another key only", ringOf("b"), "with the key a, which USHER_KEYS does not have"],
    ["no key at all", null, "Set USHER_KEYS"],
  ])("with %s an installation is not read, and may still be removed", async (_, keyRing, why) => {
    await put(ringOf("a"));
    await during(keyRing, async ({ installations }) => {
      for (const work of [installations.load(demo, "slack"), installations.renew()]) {
        const reason = await reasonOf(work);
        expect(reason).toContain(why);
        for (const secret of [token, keyNamed("a").secret, keyNamed("another").secret]) {
          expect(reason).not.toContain(secret);
        }
      }
      // Uninstalled is uninstalled, whatever the keys.
      expect(await installations.workspaces("slack")).toStrictEqual([demo]);
      await installations.remove(demo, "slack", someMoment);
      expect(await installations.load(demo, "slack")).toBeNull();
      expect(await installations.renew()).toBe(0);
    });
  });

  test("without a key nothing is installed, nothing is read, and everything else works", async () => {
    await during(null, async ({ installations, roles }) => {
      expect(await reasonOf(installations.put(anInstallation()))).toContain("Set USHER_KEYS");
      expect(await installations.workspaces("slack")).toStrictEqual([]);
      expect(await installations.load(demo, "slack")).toBeNull();
      expect(await installations.renew()).toBe(0);
      await roles.set(demo, "slack", "U1", "owner");
    });
  });

  test("a new first key takes over what the older ones have encrypted, and these may go then", async () => {
    await put(ringOf("a"));
    await during(ringOf("b", "a"), (store) =>
      store.installations.put(anInstallation({ workspace: other, botToken: "xoxb-other" })),
    );
    await during(ringOf("c", "b", "a"), async ({ installations }) => {
      expect(await installations.renew()).toBe(2);
      expect(await installations.renew()).toBe(0);
    });
    await during(ringOf("c"), async ({ installations }) => {
      expect((await installations.load(demo, "slack"))?.botToken).toBe(token);
      expect((await installations.load(other, "slack"))?.botToken).toBe("xoxb-other");
    });
  });

  test("an installation that is removed while all are encrypted anew does not come back", async () => {
    await put(ringOf("a"));
    await during(ringOf("b", "a"), async ({ installations }) => {
      const renewed = installations.renew();
      const removed = installations.remove(demo, "slack", someMoment);
      await Promise.all([renewed, removed]);
      expect(await installations.workspaces("slack")).toStrictEqual([]);
    });
  });

  test("after kill -9 in the middle of a change of keys every installation opens, and the change goes on", async () => {
    const names = Array.from({ length: 600 }, (_, n) => workspaceId(`T${n}`));
    await during(ringOf("a"), async ({ installations }) => {
      const all = names.map((workspace) =>
        installations.put(anInstallation({ workspace, botToken: `t-${workspace}` })),
      );
      await Promise.all(all);
    });
    const script = fileURLToPath(new URL("../support/sqlite-process.ts", import.meta.url));
    const child = spawn(process.execPath, [script, folder(), "renew"], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const begun: unknown[] = [];
    // Twice to "b" and back, and into the third time.
    while (begun.length < 5) begun.push((await lines.next()).value);
    child.kill("SIGKILL");
    await exited;
    expect(begun).toStrictEqual(["b", "a", "b", "a", "b"]);

    const tokens = async ({ installations }: Store) =>
      Promise.all(names.map(async (workspace) => (await installations.load(workspace, "slack"))?.botToken));
    const expected = names.map((workspace) => `t-${workspace}`);
    await during(ringOf("c", "a", "b"), async (store) => {
      expect(await tokens(store)).toStrictEqual(expected);
      expect(await store.installations.renew()).toBe(600);
    });
    await during(ringOf("c"), async (store) => expect(await tokens(store)).toStrictEqual(expected));
  });
});
