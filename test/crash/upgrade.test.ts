import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resumeState } from "./upgrade.ts";
import { recordState } from "./upgrade-record.ts";
import { keptStates, releaseStates, stages } from "./upgrade-state.ts";

const good = { lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, problems: [] };

describe("R19: states of earlier releases", async () => {
  test.each(await keptStates())("what %s left in the middle of everything comes to its end", async (release) => {
    expect(await resumeState(join(releaseStates, release))).toMatchObject({ ...good, resumed: stages.length });
  });

  test("a state that is kept is never overwritten", async () => {
    await expect(recordState(join(releaseStates, "0.1.0"))).rejects.toThrow("none is ever overwritten");
  });

  test("so does what this code leaves, which is what the next release's folder is made of", async () => {
    const folder = await mkdtemp(join(tmpdir(), "usher-state-"));
    try {
      await recordState(folder);
      expect(await resumeState(folder)).toMatchObject({ ...good, resumed: stages.length });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
