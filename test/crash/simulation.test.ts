import { beforeAll, describe, expect, test } from "vitest";
import type { Procedure } from "../../src/domain/procedure.ts";
import { play, shrink } from "./simulation.ts";
import { type Command, makeCommands } from "./simulation-commands.ts";
import { readExamples } from "./simulation-procedures.ts";
import { createRandom } from "./simulation-random.ts";
import { playAll } from "./simulation-scenario.ts";
import type { Sabotage } from "./simulation-world.ts";

let examples: readonly Procedure[] = [];
beforeAll(async () => {
  examples = await readExamples();
});

const commandCount = 200;
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe("seeded simulation", () => {
  test("whatever people, platforms, backends, disks and clocks do, every promise holds", async () => {
    const report = await playAll(range(1, 60), { examples, commandCount }, () => undefined, 0);
    expect(report.violations).toEqual([]);
    for (const progress of ["completed", "decisions", "verdicts", "boots"]) {
      expect(report.counts[progress]).toBeGreaterThan(60);
    }
  });

  // What seeds have found so far, cut down.
  test.each<[string, readonly Command[]]>([
    [
      "a message does not overtake one that was not sent, though a save marked it while that one failed",
      [
        { do: "fault", fault: { port: "channel", kind: "throttled" }, beats: null },
        { do: "go", conversation: "two", which: 0.4, beats: 7 },
        { do: "go", conversation: "two", which: 0.08, beats: null },
      ],
    ],
    [
      "when the channel refuses the question whether a step happened, people get the conversation",
      [
        { do: "send", conversation: "one", words: "please payout @token", bystander: false, beats: null },
        { do: "send", conversation: "one", words: "because @token", bystander: false, beats: null },
        { do: "fault", fault: { port: "http", kind: "slow", ms: 90_000 }, beats: null },
        { do: "go", conversation: "one", which: 0.2, beats: null },
        { do: "fault", fault: { port: "channel", kind: "refusedForGood" }, beats: null },
        { do: "fault", fault: { port: "channel", kind: "refusedForGood" }, beats: null },
        { do: "pass", ms: 20_000, beats: null },
      ],
    ],
  ])("%s", async (_what, commands) => {
    for (const seed of range(1, 25)) {
      const { findings } = await play(seed, { examples, commandCount, commands });
      expect({ seed, findings }).toEqual({ seed, findings: [] });
    }
  });

  test("a seed always plays the same", async () => {
    const [first, second] = [await play(7, { examples, commandCount }), await play(7, { examples, commandCount })];
    expect(second).toEqual(first);
  });
});

describe("the simulation itself can fail", () => {
  test.each<[Sabotage, RegExp]>([
    ["doublePost", /posted again as if it were new/],
    ["doubleRequest", /arrived 2 times/],
    ["otherBytes", /2 different contents/],
    ["lostTurn", /acknowledged and not stored/],
    ["everyPressCounts", /was decided \d times/],
  ])("a world with a %s is reported", async (sabotage, expected) => {
    const reports = await Promise.all(range(1, 12).map((seed) => play(seed, { examples, commandCount, sabotage })));
    const found = reports.flatMap(({ findings }) => findings.map(({ what }) => what));
    expect(found.filter((what) => expected.test(what))).not.toEqual([]);
  });

  test("a failing seed is cut down to a few commands, and its line says how to see it again", async () => {
    const options = { examples, commandCount, sabotage: "doubleRequest" as const };
    const played = await play(3, options);
    const commands = await shrink(played, options);
    expect(commands.length).toBeLessThan(20);
    const said: string[] = [];
    const report = await playAll([3], options, (line) => said.push(line));
    expect(report.violations[0]).toContain("npm run torture -- --only R3 --seed 3 ");
    expect(said[0]).toContain("seed 3 fails with these");
  });

  test("its commands follow from the seed alone", () => {
    expect(makeCommands(createRandom(5), 300)).toEqual(makeCommands(createRandom(5), 300));
    expect(makeCommands(createRandom(5), 300)).not.toEqual(makeCommands(createRandom(6), 300));
  });
});
