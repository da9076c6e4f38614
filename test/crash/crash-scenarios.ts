import { caseOf, crashesOf, inSlackPrefix, openCrashLab, openSlackCrashLab, spread } from "./crash-points.ts";
import type { Counts, Scenario, ScenarioOptions, ScenarioReport } from "./scenario.ts";

const secondOrderWhenShort = 60;
const mixedSeed = 1;
const mixedRuns = 20_000;
const mixedRunsWhenShort = 2000;

/** Every point of every script, with every kind of fault. */
export const firstOrderScenario: Scenario = {
  key: "R1",
  keepsBusy: "one thread",
  title: "crash points, first order",
  async run({ say }) {
    const lab = await openCrashLab();
    const cases = [...lab.undisturbed, ...lab.firstOrder];
    const report = await lab.play(cases, { tell: (runs) => say(`${runs} of ${cases.length} runs`) });
    await lab.close();
    return { ...report, counts: { points: lab.points, ...report.counts } };
  },
};

/** After every crash, a second one at each of the first points of the recovery. */
export const secondOrderScenario: Scenario = {
  key: "R2",
  keepsBusy: "one thread",
  title: "crash points, second order",
  async run({ short, say }: ScenarioOptions) {
    const lab = await openCrashLab();
    const all = crashesOf(lab.firstOrder);
    const firsts = short ? spread(all, secondOrderWhenShort) : all;
    const reports: ScenarioReport[] = [];
    for (const [index, first] of firsts.entries()) {
      reports.push(await lab.play(await lab.secondOrder(first)));
      if (index % 100 === 99) say(`${index + 1} of ${firsts.length} first crashes`);
    }
    await lab.close();
    const report = sumOf(reports);
    return { ...report, counts: { firstCrashes: firsts.length, ...report.counts } };
  },
};

/** Two or three faults of any kind in one run, by a seed. */
export const mixedFaultsScenario: Scenario = {
  key: "faults",
  keepsBusy: "one thread",
  title: "two and three faults in one run",
  async run({ short, say }) {
    const lab = await openCrashLab();
    const cases = lab.mixed(mixedSeed, short ? mixedRunsWhenShort : mixedRuns);
    const report = await lab.play(cases, {
      mustFire: false,
      tell: (runs) => say(`${runs} of ${cases.length} runs`),
    });
    await lab.close();
    return report;
  },
};

const slackRunsWhenShort = 100;
const slackFirstCrashes = 120;
const slackFirstCrashesWhenShort = 1;

/** Every point of every script with Slack in between, its own calls among them; in the short form a sample. */
export const slackFirstOrderScenario: Scenario = {
  key: "R1-slack",
  keepsBusy: "one thread",
  title: "crash points with Slack in place, first order",
  async run({ short, say }) {
    const lab = await openSlackCrashLab();
    const faults = short ? spread(lab.firstOrder, slackRunsWhenShort) : lab.firstOrder;
    const cases = [...lab.undisturbed, ...faults];
    const report = await lab.play(cases, { tell: (runs) => say(`${runs} of ${cases.length} runs`) });
    await lab.close();
    return { ...report, counts: { points: lab.points, ...report.counts } };
  },
};

/** After a sample of these crashes, a second one at each of the first points of the recovery. */
export const slackSecondOrderScenario: Scenario = {
  key: "R2-slack",
  keepsBusy: "one thread",
  title: "crash points with Slack in place, second order",
  async run({ short, say }) {
    const lab = await openSlackCrashLab();
    const firsts = spread(crashesOf(lab.firstOrder), short ? slackFirstCrashesWhenShort : slackFirstCrashes);
    const reports: ScenarioReport[] = [];
    for (const [index, first] of firsts.entries()) {
      reports.push(await lab.play(await lab.secondOrder(first)));
      if (index % 20 === 19) say(`${index + 1} of ${firsts.length} first crashes`);
    }
    await lab.close();
    const report = sumOf(reports);
    return { ...report, counts: { firstCrashes: firsts.length, ...report.counts } };
  },
};

/** One run of these again: "refund/approve conversations.save#7 crash-after", with "slack: " before it where Slack was in place. Throws RangeError for no such key. */
export function replayScenario(key: string): Scenario {
  const inSlack = key.startsWith(inSlackPrefix);
  const one = caseOf(inSlack ? key.slice(inSlackPrefix.length) : key);
  return {
    key: "replay",
    keepsBusy: "one thread",
    title: key,
    async run() {
      const lab = inSlack ? await openSlackCrashLab() : await openCrashLab();
      const report = await lab.play([one], { mustFire: one.faults.length === 1 });
      await lab.close();
      return report;
    },
  };
}

function sumOf(reports: readonly ScenarioReport[]): ScenarioReport {
  const total = (figure: (report: ScenarioReport) => number) =>
    reports.reduce((sum, report) => sum + figure(report), 0);
  return {
    counts: added(reports.map(({ counts }) => counts)),
    injected: added(reports.map(({ injected }) => injected)),
    lost: total(({ lost }) => lost),
    unsafeRepeats: total(({ unsafeRepeats }) => unsafeRepeats),
    doubleDecisions: total(({ doubleDecisions }) => doubleDecisions),
    stranded: total(({ stranded }) => stranded),
    violations: reports.flatMap(({ violations }) => violations),
  };
}

function added(all: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
