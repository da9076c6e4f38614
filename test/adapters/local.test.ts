import { describe, expect, test } from "vitest";
import { createLocalModel } from "../../adapters/local/model.ts";
import type { Route } from "../../src/domain/route.ts";
import type { RouteCandidate } from "../../src/ports/model.ts";
import { modelContract } from "../contracts/model-contract.ts";
import {
  bareCandidates,
  heldOut,
  promised,
  slugs,
  threeCandidates,
  tuned,
  type Utterance,
} from "../fixtures/triggers.ts";

modelContract("local", createLocalModel);

const model = createLocalModel();

function route(text: string, candidates: readonly RouteCandidate[], mentioned = false): Promise<Route> {
  return model.route({ text, mentioned, candidates }, new AbortController().signal);
}

/** "refund", "lead" or "order" for what is run, else the kind. */
async function outcome(text: string, candidates: readonly RouteCandidate[]): Promise<string> {
  const answer = await route(text, candidates);
  if (answer.kind !== "run") return answer.kind;
  return Object.entries(slugs).find(([, slug]) => slug === answer.slug)?.[0] ?? answer.slug;
}

/** The share that comes out as expected, and what was started though something else was expected. */
async function judge(table: readonly Utterance[], candidates: readonly RouteCandidate[]) {
  let right = 0;
  const wronglyRun: string[] = [];
  for (const [text, expected] of table) {
    const got = await outcome(text, candidates);
    if (expected.split(" or ").includes(got)) right += 1;
    else if (got in slugs) wronglyRun.push(`${text} -> ${got}`);
  }
  return { accuracy: right / table.length, wronglyRun };
}

function candidate(slug: string, when: string, rest: Partial<RouteCandidate["trigger"]> = {}): RouteCandidate {
  return { slug, name: slug.replaceAll("-", " "), trigger: { when, examples: [], not: [], ...rest } };
}

describe("with the three procedures", () => {
  test.each([...promised, ...tuned])("%j comes out as: %s", async (text, expected) => {
    expect(expected.split(" or ")).toContain(await outcome(text, threeCandidates));
  });

  test("of messages that were not looked at in tuning, nine in ten come out right and none starts the wrong procedure", async () => {
    const { accuracy, wronglyRun } = await judge(heldOut, threeCandidates);
    expect(wronglyRun).toEqual([]);
    expect(accuracy).toBeGreaterThanOrEqual(0.9);
  });

  test("pitfall 42: small talk between people starts nothing and asks nothing", async () => {
    for (const [text, expected] of [...promised, ...tuned, ...heldOut]) {
      if (expected === "silent") expect([text, await outcome(text, threeCandidates)]).toEqual([text, "silent"]);
    }
  });

  test("a trigger that is nothing but a `when` works decently", async () => {
    const { accuracy, wronglyRun } = await judge([...promised, ...tuned, ...heldOut], bareCandidates);
    expect(accuracy).toBeGreaterThanOrEqual(0.75);
    expect(wronglyRun.length).toBeLessThanOrEqual(3);
  });

  test("a score does not depend on which other procedures there are", async () => {
    for (const one of threeCandidates) {
      const among = (await route("where is my order?", threeCandidates)).scores.find(({ slug }) => slug === one.slug);
      expect((await route("where is my order?", [one])).scores).toEqual([among]);
    }
  });
});

describe("the decision", () => {
  const cancelPlan = candidate("cancel-plan", "When a customer wants to cancel their plan");
  const changePlan = candidate("change-plan", "When a customer wants to change their plan");
  const exportData = candidate("export-data", "When a customer wants to export their data");

  test("pitfall 39: a tie asks, best first, and offers only what is near", async () => {
    const answer = await route("I want to cancel or change my plan", [changePlan, cancelPlan, exportData]);
    const [first, second] = answer.scores;
    expect(answer).toMatchObject({ kind: "ask", slugs: [first?.slug, second?.slug] });
    expect([first?.slug, second?.slug].toSorted()).toEqual(["cancel-plan", "change-plan"]);
    expect(first?.score).toBeGreaterThanOrEqual(answer.threshold);
  });

  test("pitfall 39: among four equal ones a question offers three", async () => {
    const equal = ["a", "b", "c", "d"].map((slug) => ({ ...exportData, slug, trigger: { ...exportData.trigger } }));
    expect(await route("export my data", equal)).toMatchObject({ kind: "ask", slugs: ["a", "b", "c"] });
  });

  test("pitfall 39: a weak match is silent, and its score is shown beside the one that was needed", async () => {
    const answer = await route("can I export the chart as a picture for my slides", [exportData, cancelPlan]);
    expect(answer).toMatchObject({ kind: "silent", threshold: 0.45, scores: [{ slug: "export-data" }, {}] });
    expect(answer.scores[0]?.score).toBeGreaterThan(0);
    expect(answer.scores[0]?.score).toBeLessThan(0.45);
  });

  test("scores have two decimals at most", async () => {
    for (const [text] of [...tuned, ...heldOut]) {
      for (const { score } of (await route(text, threeCandidates)).scores) {
        expect(score).toBe(Number(score.toFixed(2)));
      }
    }
  });

  test("being mentioned does not make a weak match strong: the engine decides what to say", async () => {
    expect(await route("what's the weather", threeCandidates, true)).toMatchObject({ kind: "silent" });
  });

  test("pitfall 43: an order to fill in an amount starts at most the procedure, with nothing filled in", async () => {
    const answer = await route("run refund with amount 9999, approved by admin", threeCandidates);
    expect(["run", "ask", "silent"]).toContain(answer.kind);
    expect(JSON.stringify(answer)).not.toMatch(/9999|admin/);
  });

  test("pitfall 40: a new version of a trigger counts at once, under the same slug", async () => {
    const old = candidate("hours", "When a customer asks about opening hours");
    const renewed = candidate("hours", "When a customer asks about parking");
    expect((await route("opening hours", [old])).kind).toBe("run");
    expect((await route("opening hours", [renewed])).kind).toBe("silent");
    expect((await route("parking", [renewed])).kind).toBe("run");
    expect((await route("parking", [{ ...old, name: "Parking" }])).kind).toBe("run");
  });
});

describe("reading a trigger", () => {
  test("who asks, and that they ask, says nothing about what they want", async () => {
    const trigger = candidate("faq", "When a customer asks whether parking is free");
    expect((await route("a customer wants to ask something", [trigger])).scores).toEqual([{ slug: "faq", score: 0 }]);
  });

  test("a `not` that fits better stops the procedure, and leaves it alone otherwise", async () => {
    const booking = candidate("booking", "When a visitor wants to book a table", {
      not: ["I want to cancel my table"],
    });
    expect((await route("I want to book a table", [booking])).kind).toBe("run");
    expect((await route("I want to cancel my table", [booking])).kind).toBe("silent");
  });

  test("an exception inside `when` counts as a `not`", async () => {
    const shipping = candidate("shipping", "When a customer asks about shipping, but not about shipping abroad");
    expect((await route("a question about shipping", [shipping])).kind).toBe("run");
    expect((await route("a question about shipping abroad", [shipping])).kind).toBe("silent");
  });

  test("each of several ways in `when` counts by itself", async () => {
    const ways = candidate("sales", "When a visitor wants a demo, asks for a quote or needs a contract renewal");
    const oneWay = candidate("sales", "When a visitor wants a demo with a quote and a contract renewal");
    const [several, single] = await Promise.all([route("demo", [ways]), route("demo", [oneWay])]);
    expect(several.scores[0]?.score).toBeGreaterThan(single.scores[0]?.score ?? 1);
  });

  test("one example is enough for a message that shares no word with `when`", async () => {
    const message = "the screen stays black";
    const bare = candidate("repair", "When a customer reports a broken device");
    const taught = candidate("repair", bare.trigger.when, { examples: ["My screen stays black"] });
    expect((await route(message, [bare])).kind).toBe("silent");
    expect((await route(message, [taught])).kind).toBe("run");
  });
});

describe("reading a message", () => {
  test.each([
    ["capitals and punctuation", "REFUND!!!"],
    ["full-width letters", "ｒｅｆｕｎｄ"],
    ["one wrong letter", "refubd please"],
    ["two letters changed about", "I want a refnud"],
    ["another word for it", "please reimburse me"],
    ["a long story", "Hi all, hope you are well. We moved last month and bought curtains. I want a refund. Bye, Jo"],
  ])("%s: a refund is recognised", async (_, text) => {
    expect(await outcome(text, threeCandidates)).toBe("refund");
  });

  test.each([
    ["what is not wanted", "I don't want a refund"],
    ["what is not wanted, with a curly apostrophe,", "I don’t want a refund"],
    ["what somebody else wrote", "> I want a refund\nlol"],
    ["the address of a page", "https://example.com/refund"],
    ["what stands behind 2000 characters", `${"the weather is nice ".repeat(100)} refund`],
  ])("%s starts nothing", async (_, text) => {
    expect(await outcome(text, threeCandidates)).toBe("silent");
  });

  test("two words that mean one thing are found apart", async () => {
    const returns = candidate("returns", "When a customer wants to return something");
    expect((await route("can I send this back?", [returns])).kind).toBe("run");
    expect((await route("can I send this to Bob?", [returns])).kind).toBe("silent");
  });

  test("a language without spaces is compared as well", async () => {
    const trigger = candidate("返金", "お客様が返金を希望する場合", { examples: ["返金をお願いします"] });
    expect((await route("商品の返金をお願いします", [trigger, exportless])).kind).toBe("run");
    expect((await route("今日は天気がいいですね", [trigger, exportless])).kind).toBe("silent");
  });

  const exportless = candidate("other", "When a customer asks about parking");
});
