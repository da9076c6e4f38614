import { describe, expect, test } from "vitest";
import { type MethodName, slackMethods } from "../../adapters/slack/methods.ts";
import { type ApiCall, createPace, type Pace } from "../../adapters/slack/pace.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const shop = workspaceIdSchema.parse("shop");
const bank = workspaceIdSchema.parse("bank");

const post = (channel: string, workspace = shop): ApiCall => ({ workspace, method: "chat.postMessage", channel });
const call = (method: MethodName, workspace = shop): ApiCall => ({ workspace, method, channel: null });

/** The waits of so many calls in the same moment; those that are refused are left out. */
function waits(pace: Pace, of: ApiCall, count: number, patienceMs: number): readonly number[] {
  return Array.from({ length: count }, () => pace.admit(of, patienceMs)).flatMap((admission) =>
    admission.kind === "go" ? [Math.round(admission.waitMs)] : [],
  );
}

/** The most of these moments that any minute holds. */
function mostInAMinute(moments: readonly number[]): number {
  return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + 60_000 - 0.001).length));
}

describe("guarantee G15: a channel takes a message a second", () => {
  test("three go at once, and those after them one after another, in the order in which they asked", () => {
    const pace = createPace(createFakeClock());
    expect(waits(pace, post("C1"), 6, 10_000)).toEqual([0, 0, 0, 1053, 2106, 3159]);
  });

  test("channels and workspaces do not wait for each other", () => {
    const pace = createPace(createFakeClock());
    waits(pace, post("C1"), 9, 10_000);
    expect(waits(pace, post("C2"), 1, 0)).toEqual([0]);
    expect(waits(pace, post("C1", bank), 1, 0)).toEqual([0]);
  });

  test("who is refused holds up nobody, and is told when to come back, each at another moment", () => {
    const pace = createPace(createFakeClock());
    expect(waits(pace, post("C1"), 100, 2500)).toHaveLength(5);
    const again = Array.from({ length: 3 }, () => pace.admit(post("C1"), 2500));
    const times = again.map((admission) => (admission.kind === "refused" ? admission.retryAfterMs : -1));
    const first = times[0] ?? 0;
    // 95 were refused before them.
    expect(Math.round(first / 1000)).toBeGreaterThan(90);
    expect(times.map((ms) => Math.round(ms - first))).toEqual([0, 1053, 2106]);
    expect(waits(pace, post("C1"), 1, 10_000)).toEqual([3159]);
  });

  test("a burst is there again when nothing was sent for a while", () => {
    const clock = createFakeClock();
    const pace = createPace(clock);
    waits(pace, post("C1"), 3, 0);
    clock.advance(3200);
    expect(waits(pace, post("C1"), 4, 0)).toEqual([0, 0, 0]);
  });
});

describe("guarantee G15: methods have tiers", () => {
  test.each(Object.entries(slackMethods))("%s stays within its share in every minute", (method, { perWorkspace }) => {
    const clock = createFakeClock();
    const pace = createPace(clock);
    const moments: number[] = [];
    // Somebody asks all the time, and now and then not at all, so that bursts build up.
    for (let step = 0; step < 3000; step += 1) {
      clock.advance(100);
      if (step % 700 < 200) continue;
      const admission = pace.admit(call(method as MethodName), 5000);
      if (admission.kind === "go") moments.push(clock.monotonic() + admission.waitMs);
    }
    expect(mostInAMinute(moments)).toBeLessThanOrEqual(perWorkspace.perMinute);
    expect(mostInAMinute(moments)).toBeGreaterThan(perWorkspace.perMinute * 0.8);
  });

  test("posts in many channels share the workspace's share", () => {
    const pace = createPace(createFakeClock());
    const free = Array.from({ length: 50 }, (_, n) => pace.admit(post(`C${n}`), 0)).filter(({ kind }) => kind === "go");
    expect(free).toHaveLength(slackMethods["chat.postMessage"].perWorkspace.burst);
  });

  test("what people wait for does not stand in line behind posts", () => {
    const pace = createPace(createFakeClock());
    waits(pace, post("C1"), 1000, 100_000);
    for (const method of ["views.open", "chat.postEphemeral", "views.publish", "chat.update"] as const) {
      expect(pace.admit({ workspace: shop, method, channel: "C1" }, 0)).toEqual({ kind: "go", waitMs: 0 });
    }
  });
});

describe("guarantee G15: after a 429", () => {
  test.each([1, 30, 3600])("R12: for %d s nothing of that method goes out for that workspace", (seconds) => {
    const clock = createFakeClock();
    const pace = createPace(clock);
    pace.hold(post("C1"), seconds * 1000);
    expect(pace.heldMs(post("C2"))).toBe(seconds * 1000);
    expect(pace.admit(post("C2"), 0)).toMatchObject({ kind: "refused", retryAfterMs: seconds * 1000 });
    expect(pace.admit(post("C1", bank), 0)).toMatchObject({ kind: "go" });
    expect(pace.admit(call("chat.update"), 0)).toMatchObject({ kind: "go" });
    clock.advance(seconds * 1000 - 1);
    expect(pace.admit(post("C2"), 0)).toMatchObject({ kind: "refused" });
    clock.advance(1);
    expect([pace.heldMs(post("C2")), pace.admit(post("C2"), 0).kind]).toEqual([0, "go"]);
  });

  test("no burst follows, although the time would have allowed one", () => {
    const clock = createFakeClock();
    const pace = createPace(clock);
    pace.hold(call("chat.update"), 60_000);
    clock.advance(60_000);
    expect(waits(pace, call("chat.update"), 3, 10_000)).toEqual([0, 1500, 3000]);
  });

  test("a shorter time named later does not shorten a longer one", () => {
    const pace = createPace(createFakeClock());
    pace.hold(post("C1"), 30_000);
    pace.hold(post("C1"), 1000);
    expect(pace.heldMs(post("C1"))).toBe(30_000);
  });
});

test("what nobody uses any more is forgotten: memory follows the pace, not the number of channels", () => {
  const clock = createFakeClock();
  const pace = createPace(clock);
  for (let n = 0; n < 20_000; n += 1) {
    clock.advance(250);
    pace.admit(post(`C${n}`), 0);
  }
  expect(pace.size()).toBeLessThan(1100);
  pace.hold(post("C1"), 3_600_000);
  for (let n = 0; n < 5000; n += 1) {
    clock.advance(250);
    pace.admit(post(`D${n}`, bank), 0);
  }
  // What Slack has asked for is not forgotten before its time.
  expect(pace.heldMs(post("C1"))).toBe(3_600_000 - 5000 * 250);
});

test("attack 112: what gives way leaves half of what goes at once to what does not, however much of it there is", () => {
  const clock = createFakeClock();
  const pace = createPace(clock);
  const names = { ...call("users.info"), givesWay: true };
  for (let second = 0; second < 60; second += 1) {
    waits(pace, names, 50, 500);
    clock.advance(1000);
  }
  expect(waits(pace, names, 50, 500).length).toBeLessThan(3);
  expect(waits(pace, call("users.info"), 9, 0)).toHaveLength(9);
  expect(waits(pace, names, 1, 500)).toEqual([]);
});
