import { beforeEach, describe, expect, test } from "vitest";
import { addressOf } from "../../adapters/slack/address.ts";
import { createBackground } from "../../adapters/slack/background.ts";
import { createWorking } from "../../adapters/slack/working.ts";
import { addressSchema } from "../../src/domain/ids.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { settled } from "../support/memory-slack.ts";
import { createLogBook } from "../support/playground.ts";

const workspace = workspaceId("T1");
const address = addressOf({ workspace, channel: "C1", thread: "1.000002" });
const other = addressOf({ workspace, channel: "C1", thread: "1.000003" });
let clock: ReturnType<typeof createFakeClock>;
let told: string[];
let held: Promise<void> | undefined;
let working: ReturnType<typeof createWorking>;

beforeEach(() => {
  clock = createFakeClock();
  told = [];
  held = undefined;
  working = createWorking({
    clock,
    background: createBackground(clock, createLogBook()),
    client: {
      setStatus: async ({ channel, threadTs, status }) => {
        told.push(`${channel} ${threadTs} ${status}`);
        await held;
      },
    },
  });
});

describe("the status under a customer's thread", () => {
  test("is shown when the work takes a while, once, and taken away with its end", async () => {
    for (const step of [1, 2, 3]) {
      working.saved({ address, working: true });
      clock.advance(step * 100);
    }
    expect(told).toEqual([]);
    clock.advance(100);
    expect(told).toEqual(["C1 1.000002 is working on it…"]);
    working.saved({ address, working: true });
    clock.advance(5000);
    await settled();
    working.saved({ address, working: false });
    expect(told).toEqual(["C1 1.000002 is working on it…", "C1 1.000002 "]);
    expect(clock.pending()).toBe(0);
  });

  test("is taken away only when Slack has taken it, or the word that came first would stand", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    for (const one of [address, other]) working.saved({ address: one, working: true });
    clock.advance(1000);
    for (const one of [address, other]) working.saved({ address: one, working: false });
    await settled();
    expect(told).toEqual(["C1 1.000002 is working on it…", "C1 1.000003 is working on it…"]);
    resolve();
    await settled();
    expect(told.slice(2)).toEqual(["C1 1.000002 ", "C1 1.000003 "]);
  });

  test("is not worth a call for what is done at once, and one thread knows nothing of another", () => {
    working.saved({ address, working: true });
    working.saved({ address: other, working: true });
    working.saved({ address, working: false });
    clock.advance(1000);
    expect(told).toEqual(["C1 1.000003 is working on it…"]);
  });

  test("is nothing for other platforms, nor for a place that is no thread", () => {
    working.saved({ address: addressSchema.parse("web:1"), working: true });
    working.saved({ address: addressOf({ workspace, channel: "C1", thread: null }), working: true });
    clock.advance(1000);
    expect(told).toEqual([]);
  });

  test("that nobody ends is forgotten, as Slack itself does; and nothing is left after a stop", () => {
    working.saved({ address, working: true });
    clock.advance(200_000);
    expect(clock.pending()).toBe(0);
    working.saved({ address, working: true });
    working.stop();
    expect(clock.pending()).toBe(0);
  });
});
