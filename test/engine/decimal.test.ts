import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareDecimals, numberText, parseDecimal, roundTo } from "../../src/engine/decimal.ts";

function order(a: string | number, b: string | number): number {
  const x = parseDecimal(a);
  const y = parseDecimal(b);
  if (x === null || y === null) throw new Error("not a decimal");
  return Math.sign(compareDecimals(x, y));
}

describe("parseDecimal", () => {
  it.each([
    "",
    " ",
    "-",
    ".",
    "5.",
    ".5",
    "+5",
    "007",
    "00",
    "-01",
    "0x10",
    "0b1",
    "1e3",
    "1e309",
    "Infinity",
    "NaN",
    "1,000",
    "1 000",
    "1_000",
    "٣",
    "１",
    "5 EUR",
    "--5",
    "1.2.3",
    null,
    true,
    undefined,
  ])("attack 51, pitfall 23: %j is no strict decimal", (value) => {
    expect(parseDecimal(value)).toBeNull();
  });

  it.each(["0", "-0", "0.0", " 12 ", "-3.50", "12345678901234567890123"])("%j is one", (value) => {
    expect(parseDecimal(value)).not.toBeNull();
  });
});

describe("compareDecimals", () => {
  it("orders numbers as numbers, whatever their length", () => {
    expect(order("10", "9")).toBe(1);
    expect(order("-10", "9")).toBe(-1);
    expect(order("-10", "-9")).toBe(-1);
    expect(order("1.10", "1.1")).toBe(0);
    expect(order("1.09", "1.1")).toBe(-1);
    expect(order("0", "-0.0")).toBe(0);
    expect(order("0.5", "0.45")).toBe(1);
    expect(order(1e21, "1000000000000000000000")).toBe(0);
    expect(order("12345678901234567890", "12345678901234567891")).toBe(-1);
    expect(order(0.1 + 0.2, "0.3")).toBe(1);
  });

  it("agrees with JavaScript on what JavaScript keeps exactly", () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(order(a, b) + 0).toBe(Math.sign(a === b ? 0 : a < b ? -1 : 1) + 0);
        expect(order(numberText(a), a) + 0).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it("agrees with BigInt on whole numbers of any length", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
        expect(order(a.toString(), b.toString()) + 0).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
    );
  });
});

describe("numberText", () => {
  it("writes no exponent and loses nothing", () => {
    expect(numberText(1.5e-10)).toBe("0.00000000015");
    expect(numberText(-1.25e25)).toBe("-12500000000000000000000000");
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = numberText(value);
        expect(text).not.toContain("e");
        expect(Number(text)).toBe(value + 0);
      }),
    );
  });
});

describe("roundTo", () => {
  it("is never further off than half a unit", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 4 }), (value, digits) => {
        const rounded = roundTo(value, digits);
        expect(Math.abs(Number(rounded) - value)).toBeLessThanOrEqual(
          0.5 * 10 ** -digits * (1 + 1e-6) + 1e-6 * 10 ** -digits,
        );
      }),
    );
  });
});
