import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";
import type { Store } from "../../src/ports/store.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { keyNamed, ringOf } from "../support/keys.ts";
import { startPlayground, temporaryFolder } from "../support/playground.ts";
import { spawnUsher } from "../support/process.ts";
import { anInstallation } from "../support/records.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, "data");
});
afterEach(() => folder.remove());

const setting = (...names: readonly string[]) => ({
  USHER_KEYS: names.map((name) => `${name}:${keyNamed(name).secret}`).join(),
});

/** Does something with the store of the data folder, while no Usher has it. */
async function during<Result>(keyRing: KeyRing, use: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore({ folder: data, clock: createFakeClock(), keyRing });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
const tokenWith = (keyRing: KeyRing) =>
  during(keyRing, async ({ installations }) => (await installations.load(workspaceId("demo"), "slack"))?.botToken);

describe("attack 103 · the keys of tokens that are stored", () => {
  beforeEach(() => during(ringOf("winter"), (store) => store.installations.put(anInstallation())));

  const wrong = { USHER_KEYS: `winter:${keyNamed("impostor").secret}` };
  test.each([
    ["another key of the same name", wrong, "does not open with the key winter of USHER_KEYS"],
    ["another key only", setting("spring"), "encrypted with the key winter, which USHER_KEYS does not have"],
    ["no key at all", {}, "Set USHER_KEYS to id:key"],
  ])("with %s Usher does not start, and says why", async (_, environment, why) => {
    const started = await spawnUsher({ USHER_DATA: data, ...environment });
    if (started.kind === "ready") await started.usher.kill("SIGKILL");
    expect(started).toMatchObject({ kind: "ended", ended: { code: 1, stderr: expect.stringContaining(why) } });
    const printed = JSON.stringify(started);
    for (const secret of ["xoxb", ...["winter", "impostor", "spring"].map((name) => keyNamed(name).secret)]) {
      expect(printed).not.toContain(secret);
    }
    // Nothing was changed.
    expect(await tokenWith(ringOf("winter"))).toBe(anInstallation().botToken);
  });

  test("a start with a new first key encrypts the tokens anew, so that the old key may go", async () => {
    const usher = await startPlayground(data, setting("spring", "winter"));
    await usher.stop();
    expect(usher.log.lines.filter(({ message }) => message.includes("first key of USHER_KEYS"))).toEqual([
      expect.objectContaining({ level: "info", fields: { renewed: 1 } }),
    ]);
    expect(await tokenWith(ringOf("spring"))).toBe(anInstallation().botToken);
    const again = await startPlayground(data, setting("spring"));
    await again.stop();
    expect(again.log.lines.filter(({ message }) => message.includes("first key of USHER_KEYS"))).toEqual([]);
  });
});
