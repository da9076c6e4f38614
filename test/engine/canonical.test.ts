import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { hashOf } from "../../src/engine/canonical.ts";

describe("hashOf", () => {
  it("is SHA-256 over the canonical JSON of RFC 8785", () => {
    // printf '{"a":[1,1e+21,"é"],"b":null}' | sha256sum
    expect(hashOf({ b: null, a: [1.0, 1e21, "é"] })).toBe(
      "0dcd301d62377651e329e36ed37991375a5ac63d7be6012fd37decaf4dee3df0",
    );
  });

  it("does not depend on the order of keys, or on members that are undefined", () => {
    expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1, e: undefined }));
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
    expect(hashOf({ a: "1" })).not.toBe(hashOf({ a: 1 }));
    expect(hashOf({ a: null })).not.toBe(hashOf({}));
  });

  it("attack 49: half a surrogate pair counts as what is sent for it, and does not break", () => {
    expect(hashOf({ "k\ud800": ["a\udc00"] })).toBe(hashOf({ "k\ufffd": ["a\ufffd"] }));
  });

  it("attack 50: a 10,000-deep value does not break it", () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
    expect(hashOf(deep)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is the same after a value was stored and read", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const json = value as Json;
        expect(hashOf(JSON.parse(JSON.stringify(json)) as Json)).toBe(hashOf(json));
      }),
    );
  });
});
