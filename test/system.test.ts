import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nonceSchema } from "../src/domain/ids.ts";
import { systemClock, systemIds } from "../src/system.ts";

describe("the machine's clock", () => {
  test("its wall time is the machine's, and its monotonic time goes on", () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    const first = systemClock.monotonic();
    const second = systemClock.monotonic();
    expect(second).toBeGreaterThanOrEqual(first);
    // A moment of this process, and not of the calendar.
    expect(second).toBeLessThan(24 * 60 * 60 * 1000);
  });

  describe("its timers", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test("run once, when their time has come", () => {
      const run = vi.fn();
      systemClock.after(50, run);
      vi.advanceTimersByTime(49);
      expect(run).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(run).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(1000);
      expect(run).toHaveBeenCalledTimes(1);
    });

    test("do not run after they were cancelled", () => {
      const run = vi.fn();
      const cancel = systemClock.after(50, run);
      cancel();
      vi.advanceTimersByTime(100);
      expect(run).not.toHaveBeenCalled();
    });

    test("wait for longer than a timer of the machine can", () => {
      const run = vi.fn();
      const month = 31 * 24 * 60 * 60 * 1000;
      systemClock.after(month, run);
      vi.advanceTimersByTime(month - 1);
      expect(run).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(run).toHaveBeenCalledTimes(1);
    });

    test("are cancelled in their second piece as well", () => {
      const run = vi.fn();
      const month = 31 * 24 * 60 * 60 * 1000;
      const cancel = systemClock.after(month, run);
      vi.advanceTimersByTime(month - 1000);
      cancel();
      vi.advanceTimersByTime(month);
      expect(run).not.toHaveBeenCalled();
    });

    test("do not run within the call that sets them, not even for no time at all", () => {
      const run = vi.fn();
      systemClock.after(0, run);
      systemClock.after(-5, run);
      expect(run).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(run).toHaveBeenCalledTimes(2);
    });
  });
});

describe("the machine's random numbers", () => {
  test("are nonces of 128 bits that do not repeat", () => {
    const nonces = Array.from({ length: 1000 }, () => systemIds.nonce());
    for (const nonce of nonces) expect(nonceSchema.safeParse(nonce).success).toBe(true);
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});
