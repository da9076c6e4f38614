import { describe, expect, test } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

describe("the fake clock", () => {
  test("stands still until it is moved, then moves wall and monotonic time together", () => {
    const clock = createFakeClock(5000);
    const start = clock.monotonic();
    expect(clock.now()).toBe(5000);
    clock.advance(250);
    expect([clock.now(), clock.monotonic() - start]).toEqual([5250, 250]);
  });

  test("fires timers in the order they are due, equals in the order they were set, each at its own time", () => {
    const clock = createFakeClock(0);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} at ${clock.now()}`);
    clock.after(30, note("late"));
    clock.after(10, note("first"));
    clock.after(10, note("second"));
    clock.after(31, note("never"));
    clock.advance(30);
    expect(fired).toEqual(["first at 10", "second at 10", "late at 30"]);
    expect(clock.pending()).toBe(1);
  });

  test("fires what a timer sets if it is due by then, and not what was cancelled", () => {
    const clock = createFakeClock(0);
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.after(5, () => fired.push(-1))();
    clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
  });

  test("a timer of 0 ms waits for the next advance, also of 0 ms", () => {
    const clock = createFakeClock();
    let fired = false;
    clock.after(0, () => {
      fired = true;
    });
    expect(fired).toBe(false);
    clock.advance(0);
    expect(fired).toBe(true);
  });

  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY])("refuses to advance by %d", (ms) => {
    const clock = createFakeClock(0);
    expect(() => clock.advance(ms)).toThrow(RangeError);
    expect(clock.now()).toBe(0);
  });

  test("G12: a jump moves the wall time alone, in either direction, and fires nothing", () => {
    const clock = createFakeClock(1000);
    const start = clock.monotonic();
    let fired = 0;
    clock.after(10, () => {
      fired += 1;
    });
    clock.jump(-600);
    expect([clock.now(), clock.monotonic() - start, fired]).toEqual([400, 0, 0]);
    clock.jump(86_400_000);
    expect(fired).toBe(0);
    clock.advance(10);
    expect([clock.now(), clock.monotonic() - start, fired]).toEqual([86_400_410, 10, 1]);
  });
});
