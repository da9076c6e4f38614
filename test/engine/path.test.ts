import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { jsonBytes, type Path, parsePath, pick, readPath } from "../../src/engine/path.ts";

describe("parsePath", () => {
  it.each([
    ["order_id", ["order_id"]],
    ["order_data.refundable", ["order_data", "refundable"]],
    ["items.0.name", ["items", "0", "name"]],
    ["data.order-id", ["data", "order-id"]],
    ["customer.name", ["customer", "name"]],
    ["customer.id", ["customer", "id"]],
    ["run.id", ["run", "id"]],
    ["process.env", ["process", "env"]],
  ])("reads %s", (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  it.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "1a",
    "_a",
    "__dirname",
    "a b",
    "a[0]",
    "{{a}}",
    "a.b c",
    "naïve",
    "a\n",
    "a.b\n",
  ])("refuses what is no path: %j", (text) => {
    expect(parsePath(text)).toBeNull();
  });

  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf"])(
    "attack 45: never takes %s for the name of a variable",
    (name) => {
      expect(parsePath(name)).toBeNull();
      expect(parsePath(`${name}.x`)).toBeNull();
    },
  );

  it.each(["a.__proto__.b", "a.constructor", "constructor.prototype.x", "a.0.prototype", "data.constructor.name"])(
    "attack 45, pitfall 26: refuses the way into JavaScript's objects: %s",
    (text) => {
      expect(parsePath(text)).toBeNull();
    },
  );

  it.each(["secret.KEY", "connections.orders", "workspace", "end", "customer", "customer.email", "run", "run.trace.0"])(
    "pitfall 18: keeps Usher's own names closed: %s",
    (text) => {
      expect(parsePath(text)).toBeNull();
    },
  );

  it("bounds the length of names and paths", () => {
    expect(parsePath("a".repeat(64))).not.toBeNull();
    expect(parsePath("a".repeat(65))).toBeNull();
    expect(parsePath(`a${".b".repeat(99)}`)).not.toBeNull();
    expect(parsePath(`a${".b".repeat(100)}`)).toBeNull();
  });

  it("never throws, and what it answers is written as it was read", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const path = parsePath(text);
        expect(path === null || path.join(".") === text).toBe(true);
      }),
    );
  });
});

describe("readPath", () => {
  const variables: Json = { order: { items: [{ name: "Mug" }, null], note: "", count: 0 }, text: "abc" };

  it("reads keys and list positions", () => {
    expect(readPath(variables, ["order", "items", "0", "name"])).toBe("Mug");
    expect(readPath(variables, ["order", "items", "1"])).toBeNull();
    expect(readPath(variables, ["order", "note"])).toBe("");
    expect(readPath(variables, ["order", "count"])).toBe(0);
    expect(readPath(variables, [])).toBe(variables);
  });

  it.each([
    [["order", "items", "length"]],
    [["order", "items", "-1"]],
    [["order", "items", "00"]],
    [["order", "items", "2"]],
    [["order", "items", "map"]],
    [["text", "length"]],
    [["text", "0"]],
    [["order", "constructor"]],
    [["order", "constructor", "name"]],
    [["order", "__proto__"]],
    [["toString"]],
    [["order", "note", "x"]],
    [["order", "count", "toFixed"]],
    [["missing", "a", "b"]],
  ])("attack 55, pitfall 26: reads own properties only: %j is undefined", (path) => {
    expect(readPath(variables, path)).toBeUndefined();
  });
});

describe("pick", () => {
  const answer: Json = {
    id: 7,
    status: "shipped",
    items: [{ name: "Mug", price: 3 }, { name: "Cup" }],
    big: { a: [1, 2] },
  };

  it("keeps only the named paths, in the same shape", () => {
    expect(pick(answer, [["status"], ["items", "1", "name"], ["big", "a"]])).toEqual({
      status: "shipped",
      items: [null, { name: "Cup" }],
      big: { a: [1, 2] },
    });
  });

  it("keeps the whole for an empty path, and a whole that is also read in part", () => {
    expect(pick(answer, [["status"], []])).toBe(answer);
    expect(pick(answer, [["big", "a", "0"], ["big"]])).toEqual({ big: { a: [1, 2] } });
    expect(pick(answer, [["big"], ["big", "a", "0"]])).toEqual({ big: { a: [1, 2] } });
    expect(pick({ a: { b: 1 }, b: 2 }, [["a"], ["a", "b"]])).toEqual({ a: { b: 1 } });
  });

  it("leaves out what is not there, and keeps null", () => {
    expect(pick({ a: null }, [["a"], ["b"], ["a", "b"]])).toEqual({ a: null });
    expect(pick({ a: "text" }, [["a", "b"]])).toEqual({ a: null });
    expect(pick("text", [["a"]])).toBeNull();
    expect(pick([1, 2], [])).toEqual([]);
    expect(pick(answer, [])).toEqual({});
  });

  it("attack 45: a path to a prototype is not taken, and pollutes nothing", () => {
    const evil: Json = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as Json;
    expect(
      Object.keys(
        pick(evil, [
          ["__proto__", "polluted"],
          ["constructor", "prototype", "polluted"],
        ]) as object,
      ),
    ).toEqual([]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("changes nothing for whoever reads the kept paths", () => {
    const key = fc.constantFrom("a", "b", "0", "1");
    const value: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<Json>(null, 0, 1, "x", true),
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(key, tie("json"), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).json;
    const paths: fc.Arbitrary<Path[]> = fc.array(fc.array(key, { maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(value, paths, (json, kept) => {
        const picked = pick(json, kept);
        for (const path of kept) expect(readPath(picked, path)).toEqual(readPath(json, path));
      }),
    );
  });
});

describe("jsonBytes", () => {
  it("counts bytes of UTF-8", () => {
    expect(jsonBytes("é")).toBe(4);
    expect(jsonBytes({ a: [1, "😀"] })).toBe(Buffer.byteLength('{"a":[1,"😀"]}'));
  });
});
