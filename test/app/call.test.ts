import { describe, expect, test } from "vitest";
import { type CallOptions, call } from "../../src/app/call.ts";
import type { Outgoing } from "../../src/domain/effect.ts";
import type { Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Answer } from "../../src/ports/store.ts";
import { withText } from "../support/answered.ts";
import { aConversation, aRun } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { housesOf } from "../support/house.ts";
import { createLogBook } from "../support/playground.ts";
import { aProcedure } from "../support/procedures.ts";

const request = { method: "GET" as const, url: "https://shop.example/orders/1", headers: {}, body: null };
const of: Outgoing = {
  id: "0123456789abcdef0123456789abcdef-7",
  lane: "work",
  effect: { kind: "call", request, repeatable: true, keep: [] },
  hash: null,
  attempt: 1,
  firstAt: 0,
  tries: 1,
  mayHaveHappened: false,
  started: true,
  dueAt: 0,
};

/** Makes one call that is answered like this, and tells what later steps get and what is kept for the inspector. */
async function answered(
  answer: Outcome,
  keep: readonly (readonly string[])[],
  put: (answer: Answer) => Promise<void> = () => Promise.resolve(),
) {
  const kept: Answer[] = [];
  const answers = {
    put: (one: Answer) => {
      kept.push(one);
      return put(one);
    },
    load: () => Promise.resolve(null),
    prune: () => Promise.resolve(),
  };
  const log = createLogBook();
  const options: CallOptions = {
    http: { send: () => Promise.resolve(withText(answer)) },
    store: { answers },
    clock: createFakeClock(),
    log,
  };
  const effect = { kind: "call" as const, request, repeatable: true, keep };
  const outcome = await call(options, aConversation({ run: aRun() }), of, effect, 0);
  return { outcome, kept, log };
}

function done(value: Json): Outcome {
  return { kind: "done", value };
}

describe("what later steps get of an answer", () => {
  test("is what they read, and nothing else", async () => {
    const { outcome } = await answered(done({ id: 7, owner: { name: "Maria", mail: "m@example.com" }, rest: "x" }), [
      ["id"],
      ["owner", "name"],
    ]);
    expect(outcome).toEqual(done({ id: 7, owner: { name: "Maria" } }));
  });

  // {"id":"…"} has nine characters around the text.
  const around = 9;
  test.each([
    ["32 KiB of it are kept", "a".repeat(limits.keptPathBytes - around), "done"],
    ["one byte more fails", "a".repeat(limits.keptPathBytes - around + 1), "failed"],
    ["bytes count, not characters", "€".repeat(Math.ceil((limits.keptPathBytes - around + 1) / 3)), "failed"],
  ])("is bounded: %s", async (_what, id, kind) => {
    const { outcome } = await answered(done({ id, rest: "y".repeat(100_000) }), [["id"]]);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === "done") expect(outcome.value).toEqual({ id });
    if (outcome.kind === "failed") expect(outcome.reason).toContain("32 KiB");
  });

  test("is bounded also where a step uses the whole answer", async () => {
    expect((await answered(done("a".repeat(limits.keptPathBytes)), [[]])).outcome.kind).toBe("failed");
    expect((await answered(done("plain text"), [[]])).outcome).toEqual(done("plain text"));
  });

  test.each([["<html>"], [null], [7]])(
    "an answer that is not JSON with the fields used has failed: %j",
    async (value) => {
      const { outcome } = await answered(done(value), [["id"]]);
      expect(outcome).toEqual({ kind: "failed", reason: expect.stringContaining("not JSON with the fields") });
    },
  );

  test("an answer of which nothing is read may be anything", async () => {
    expect((await answered(done("<html>"), [])).outcome.kind).toBe("done");
  });
});

describe("what the inspector gets of an answer", () => {
  test("is the whole, also when later steps read little or too much of it", async () => {
    const value = { id: 7, rest: "x".repeat(limits.keptPathBytes) };
    for (const keep of [[["id"]], [[]]]) {
      const { kept } = await answered(done(value), keep);
      const run = { workspace: "demo", runId: aRun().id, effectId: of.id };
      expect(kept).toMatchObject([{ ...run, body: JSON.stringify(value), cut: false }]);
    }
  });

  test.each([
    ["letters", "a".repeat(limits.keptAnswerBytes + 1)],
    ["three bytes each", "€".repeat(limits.keptAnswerBytes)],
    ["surrogate pairs", "😀".repeat(limits.keptAnswerBytes)],
    ["surrogate pairs, one byte off", `a${"😀".repeat(limits.keptAnswerBytes)}`],
    ["surrogate pairs, two bytes off", `aa${"😀".repeat(limits.keptAnswerBytes)}`],
    ["surrogate pairs, three bytes off", `aaa${"😀".repeat(limits.keptAnswerBytes)}`],
  ])("is cut to 256 KiB between characters, and marked: %s", async (_what, text) => {
    const { outcome, kept } = await answered(done(text), []);
    expect(outcome.kind).toBe("done");
    const [answer] = kept;
    const body = answer?.body ?? "";
    expect(answer?.cut).toBe(true);
    expect(text.startsWith(body)).toBe(true);
    expect(body.isWellFormed()).toBe(true);
    const bytes = Buffer.byteLength(body);
    expect(bytes).toBeLessThanOrEqual(limits.keptAnswerBytes);
    // Not a whole character more would fit.
    expect(bytes).toBeGreaterThan(limits.keptAnswerBytes - 4);
  });

  test.each([
    ["letters", "a".repeat(limits.keptAnswerBytes)],
    ["surrogate pairs", "😀".repeat(limits.keptAnswerBytes / 4)],
  ])("of exactly 256 KiB is whole: %s", async (_what, text) => {
    const { kept } = await answered(done(text), []);
    expect(kept).toMatchObject([{ body: text, cut: false }]);
  });

  test("is nothing when there was no answer", async () => {
    expect((await answered({ kind: "unknown", reason: "too late" }, [["id"]])).kept).toEqual([]);
  });

  test("is not needed: the run goes on when it cannot be kept", async () => {
    const { outcome, log } = await answered(done({ id: 7 }), [["id"]], () =>
      Promise.reject(new TransientError("the disk is full")),
    );
    expect(outcome).toEqual(done({ id: 7 }));
    expect(log.lines).toMatchObject([{ level: "warn" }]);
  });
});

describe("the key of a call", () => {
  const houses = housesOf(aProcedure([{ id: "pay", kind: "call", method: "POST", url: "https://shop.example/pay" }]));

  test("is the effect's id, the same with every attempt", async () => {
    houses.world.answer = () =>
      houses.world.requests.length < 3 ? { kind: "notSent", reason: "busy", retryAfterMs: 1000 } : done({});
    const house = await houses.open();
    await house.say("c1", "refund");
    const waiting = await house.until("c1", ({ outbox, lease }) => lease === null && outbox.length === 1);
    for (const _ of [1, 2]) {
      await house.pass(limits.backoffMostMs);
      await house.settled("c1");
    }
    await house.until("c1", ({ run, lease }) => run === null && lease === null);
    const id = waiting.outbox[0]?.id;
    expect(houses.world.requests.map(({ key }) => key)).toEqual([id, id, id]);
  });
});
