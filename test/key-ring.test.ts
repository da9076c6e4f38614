import { describe, expect, test } from "vitest";
import { createKeyRing } from "../src/key-ring.ts";
import { PermanentError } from "../src/ports/errors.ts";
import { keyNamed, ringOf } from "./support/keys.ts";

const context = "T1|installation|slack";
const text = '{"botToken":"xoxb-canary","name":"Grüße 🫖"}';

/** What opening it throws. */
function refusal(open: () => string): PermanentError {
  try {
    open();
  } catch (error) {
    if (error instanceof PermanentError) return error;
    throw error;
  }
  throw new Error("It opened.");
}

describe("a key ring", () => {
  test.each(["", "a", text, "\u0000\n", "x".repeat(100_000)])("opens what it has sealed: %#", (one) => {
    const ring = ringOf("a");
    const sealed = ring.seal(one, context);
    expect(ring.open(sealed, context)).toBe(one);
  });

  test("shows nothing of what it has sealed but the name of the key", () => {
    const sealed = Buffer.from(ringOf("a").seal(text, context));
    for (const word of ["bot", "xoxb", "canary", "T1"]) expect(sealed.includes(word)).toBe(false);
  });

  test("never seals the same text to the same bytes", () => {
    const ring = ringOf("a");
    const sealed = Array.from({ length: 500 }, () => Buffer.from(ring.seal(text, context)).toString("hex"));
    expect(new Set(sealed).size).toBe(500);
    // Behind the format, the length of the name and the name: the nonce.
    expect(new Set(sealed.map((one) => one.slice(6, 6 + 24))).size).toBe(500);
  });

  test("opens what the first release that had one has sealed", () => {
    const recorded =
      "0101616d8c0641de6d24a078ff716e558df04938535ad8a7f15fca83618713775b070d523ac59824f4d6db66d445b72af3120f5cba66a36c8a0c69ddce55e4acd80d03c1a2dcecf632a14e39c6d05b";
    expect(ringOf("b", "a").open(Buffer.from(recorded, "hex"), context)).toBe(text);
  });

  test("seals with its first key and opens with every one", () => {
    const old = ringOf("a").seal(text, context);
    const ring = ringOf("b", "a");
    expect(ring.open(old, context)).toBe(text);
    expect([ring.isCurrent(old), ring.isCurrent(ring.seal(text, context))]).toEqual([false, true]);
    expect(ringOf("b").open(ring.seal(text, context), context)).toBe(text);
    expect(ring.isCurrent(Buffer.from("something else"))).toBe(false);
  });

  test("of no keys is none", () => {
    expect(createKeyRing([])).toBeNull();
  });

  test.each(["T2|installation|slack", "T1|installation|teams", "T1|installation|slack ", "T1|installation|slac", ""])(
    "attack 102: does not open what was sealed for another place, such as “%s”",
    (place) => {
      const sealed = ringOf("a").seal(text, context);
      const error = refusal(() => ringOf("a").open(sealed, place));
      expect(error.message).toContain("copied from another place");
      expect(error.message).toContain(place);
    },
  );

  test("does not open what was changed in any byte, cut off or made longer", () => {
    const ring = ringOf("a", "c");
    const sealed = ring.seal(text, context);
    for (let at = 0; at < sealed.length; at += 1) {
      for (const bit of [1, 2, 128]) {
        const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ bit : byte));
        expect(refusal(() => ring.open(changed, context)).message).not.toContain("canary");
      }
      expect(refusal(() => ring.open(sealed.subarray(0, at), context)).message).not.toContain("canary");
    }
    refusal(() => ring.open(Buffer.concat([sealed, Buffer.of(0)]), context));
  });

  test("attack 103: says which key is missing and what to do, and nothing of the keys or the text", () => {
    const sealed = ringOf("spring-26").seal(text, context);
    const impostor = createKeyRing([{ id: "spring-26", secret: keyNamed("impostor").secret }]);
    const missing = refusal(() => ringOf("other").open(sealed, context));
    const wrong = refusal(() => impostor?.open(sealed, context) ?? "");
    expect(missing.message).toContain("the key spring-26, which USHER_KEYS does not have");
    expect(missing.message).toContain("Add that key again");
    expect(wrong.message).toContain("does not open with the key spring-26 of USHER_KEYS");
    expect(wrong.message).toContain("Give the name its old key back");
    for (const { message, cause } of [missing, wrong]) {
      for (const secret of [
        keyNamed("spring-26").secret,
        keyNamed("impostor").secret,
        keyNamed("other").secret,
        "xoxb",
      ]) {
        expect(`${message} ${String(cause)}`).not.toContain(secret);
      }
    }
  });

  test("names no key where what is stored is no such thing, so that no strange text gets into an error", () => {
    for (const odd of ["", "\u0001", "\u0001\u0005ab\nc", `\u0001\u0003a b${"x".repeat(60)}`, `{"botToken":"xoxb"}`]) {
      const { message } = refusal(() => ringOf("a").open(Buffer.from(odd, "latin1"), context));
      expect(message).toContain("is not what a key has encrypted");
      expect(message).not.toMatch(/a b|ab\n|xoxb/);
    }
  });
});
