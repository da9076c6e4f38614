import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import {
  type BodyTemplate,
  parseBody,
  parseHeader,
  pathsOfBody,
  renderBody,
  renderHeader,
} from "../../src/engine/body-template.ts";
import { cpuMsOf } from "../support/cpu-ms.ts";

function scope(variables: { readonly [name: string]: Json }) {
  return { variables, locale: "en-US", timeZone: "UTC" };
}

function template(body: Json): BodyTemplate {
  const parsed = parseBody(body);
  if (parsed.kind === "bad") throw new Error(parsed.problem);
  return parsed.body;
}

function text(body: Json, variables: { readonly [name: string]: Json } = {}): string {
  const rendered = renderBody(template(body), scope(variables));
  return rendered.kind === "ok" ? rendered.text : `BAD: ${rendered.problem}`;
}

function refusal(body: Json): string {
  const parsed = parseBody(body);
  if (parsed.kind === "ok") throw new Error("was not refused");
  expect(parsed.mend).not.toBe("");
  return parsed.problem;
}

describe("a body", () => {
  it("renders its texts and keeps all else, keys in the order in which they were written", () => {
    const body = { z: "{{ id }}", a: ["x {{ n }}", 1.5, null, true, {}, []], "k k": { b: "fixed" } };
    expect(text(body, { id: "A-1", n: 3 })).toBe('{"z":"A-1","a":["x 3",1.5,null,true,{},[]],"k k":{"b":"fixed"}}');
  });

  it("pitfall 16: a text that is exactly {{ x }} keeps the type of x", () => {
    const variables = { n: 12.5, b: false, list: [1, "2"], object: { a: null }, id: "12345678901234567890" };
    expect(
      text(
        { n: "{{ n }}", b: "{{b}}", l: "{{ list }}", o: "{{ object }}", i: "{{ id }}", t: "{{ n }} EUR" },
        variables,
      ),
    ).toBe('{"n":12.5,"b":false,"l":[1,"2"],"o":{"a":null},"i":"12345678901234567890","t":"12.5 EUR"}');
  });

  it("is read as JSON first when it is one text", () => {
    expect(text('{ "id": "{{ id }}", "n": 1 }', { id: 7 })).toBe('{"id":7,"n":1}');
    expect(text('["{{ id }}"]', { id: "x" })).toBe('["x"]');
    expect(text('"{{ id }}!"', { id: "x" })).toBe('"x!"');
    expect(text(" {{ order }} ", { order: { a: 1 } })).toBe('{"a":1}');
    expect(text("7")).toBe("7");
  });

  it.each([
    '{"id": {{ id }}}',
    "{'id': 1}",
    '{"id": 1,}',
    "",
    "hello",
    "hello {{ id }}",
    "{{ a }}{{ b }}",
    "NaN",
    '{"id": "{{ id }}"',
  ])("pitfall 16: a text that is not JSON is refused: %s", (body) => {
    expect(refusal(body)).toBe("the body is not JSON");
  });

  it.each<[string]>([
    ['","admin":true,"x":"'],
    ['"'],
    ["\\"],
    ["\n"],
    ["\u2028"],
    ["\u0000"],
    ['"}, "amount": 9999, "y": {"'],
    ["{{ secret }}"],
    ["\ud800"],
  ])("attack 43: a value stays one JSON text: %j", (value) => {
    const rendered = text({ amount: 10, note: "{{ v }}", said: "He said: {{ v }}" }, { v: value, secret: "leaked" });
    const read = JSON.parse(rendered) as { readonly [key: string]: Json };
    expect(Object.keys(read)).toEqual(["amount", "note", "said"]);
    expect(read["amount"]).toBe(10);
    expect(String(read["note"]).toWellFormed()).toBe(value.toWellFormed());
    expect(read["said"]).toBe(`He said: ${value.toWellFormed()}`);
  });

  it("attack 44: a missing or null value is a problem, never an empty text", () => {
    expect(text({ id: "{{ missing.a.b }}" })).toBe("BAD: the variable missing.a.b has no value");
    expect(text({ id: "no {{ x }}" }, { x: null })).toBe("BAD: the variable x has no value");
    expect(text({ id: '{{ x | default("none") }}' })).toBe('{"id":"none"}');
  });

  it("attack 45: refuses __proto__ as a key, and pollutes nothing", () => {
    expect(refusal('{"__proto__": {"polluted": true}}')).toContain("__proto__");
    expect(refusal({ a: [JSON.parse('{"__proto__": 1}') as Json] })).toContain("body.a.0: the key __proto__");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(text({ constructor: "x", toString: "y" })).toBe('{"constructor":"x","toString":"y"}');
  });

  it("keys are never templates", () => {
    expect(refusal({ "{{ x }}": 1 })).toContain("a key cannot be a template");
    expect(refusal({ a: { "b{% if %}": 1 } })).toContain("a key cannot be a template");
    expect(refusal({ a: { "{# b": 1 } })).toContain("a key cannot be a template");
  });

  it("names the place of what is not allowed", () => {
    expect(refusal({ a: ["x", { b: "{{ x | safe }}" }] })).toMatch(/^body\.a\.1\.b: the filter “safe”/);
  });

  it("pitfall 17: refuses a number that has already lost digits", () => {
    expect(refusal('{"id": 12345678901234567890}')).toContain("too large to keep all its digits");
    expect(text('{"id": 9007199254740991, "x": -0.5}')).toBe('{"id":9007199254740991,"x":-0.5}');
  });

  it("attack 50: refuses what is nested too deeply, and does not break", () => {
    expect(refusal(`${"[".repeat(5000)}${"]".repeat(5000)}`)).toContain("nested deeper than 64");
    let deep: Json = 1;
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
    expect(refusal(deep)).toContain("nested deeper than 64");
  });

  it("bounds its size, however often a large value is named", () => {
    expect(text({ a: "{{ v }}" }, { v: "x".repeat(20_000) })).toBe("BAD: the text would be longer than 16 KiB");
    const greedy = template(Array.from({ length: 3000 }, () => "{{ v }}"));
    const values = scope({ v: "x".repeat(30_000) });
    expect(cpuMsOf(() => expect(renderBody(greedy, values).kind).toBe("bad"))).toBeLessThan(50);
    expect(refusal(JSON.stringify("x".repeat(20_000)))).toContain("larger than 16 KiB");
    expect(refusal(Array.from({ length: 3000 }, () => "fixed"))).toContain("larger than 16 KiB");
  });

  it("is plain data, and names the paths that it reads", () => {
    const parsed = template({ a: "{{ x.y }}", b: [1, "{{ z | default(w) }} {{ x.y }}"] });
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
    expect(pathsOfBody(parsed)).toEqual([["x", "y"], ["z"], ["w"], ["x", "y"]]);
  });

  it("any JSON value comes out as it went in, as a variable and as part of the body", () => {
    const finite = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => value !== null && JSON.stringify(value).length < 4000);
    fc.assert(
      fc.property(finite, (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(JSON.parse(text({ leaf: "{{ v }}" }, { v: json }))).toEqual({ leaf: json });
        const parsed = parseBody({ fixed: json });
        // A text or key with braces in it, or a number beyond 2^53, is rightly read otherwise or refused.
        if (/[{][{%#]|#\}/.test(JSON.stringify(json)) || parsed.kind === "bad") return;
        const rendered = renderBody(parsed.body, scope({}));
        expect(rendered.kind === "ok" && JSON.parse(rendered.text)).toEqual({ fixed: json });
      }),
      { numRuns: 500 },
    );
  });

  it("any text is either a body or refused: parsing never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.jsonValue(), (source, value) => {
        expect(["ok", "bad"]).toContain(parseBody(source).kind);
        expect(["ok", "bad"]).toContain(parseBody(value as Json).kind);
      }),
    );
  });
});

describe("a header", () => {
  function header(source: string, variables: { readonly [name: string]: Json } = {}): string {
    const parsed = parseHeader("X-Test", source);
    if (parsed.kind === "bad") return `REFUSED: ${parsed.problem}`;
    const rendered = renderHeader(parsed.header, scope(variables));
    return rendered.kind === "ok" ? rendered.text : `BAD: ${rendered.problem}`;
  }

  it("renders its value", () => {
    expect(header("Order {{ id }}", { id: 7 })).toBe("Order 7");
    expect(header(" application/json ")).toBe("application/json");
    expect(header("{{ x }}", { x: " a " })).toBe("a");
  });

  it.each([
    "Host",
    "HOST",
    "content-length",
    "Transfer-Encoding",
    "Connection",
    "Cookie",
    "Idempotency-Key",
    "Upgrade",
    "TE",
    "Trailer",
    "Expect",
    "Keep-Alive",
    "Proxy-Authorization",
    "proxy-anything",
  ])("attack 28: %s is Usher's own to set", (name) => {
    expect(parseHeader(name, "x").kind).toBe("bad");
  });

  it.each(["", " ", "X Y", "X:", "X\r\nHost", "X\u0000", "Ünï", "X{{ y }}", "x".repeat(101)])(
    "attack 28: %j is no name of a header",
    (name) => {
      expect(parseHeader(name, "x").kind).toBe("bad");
    },
  );

  it.each<[string]>([["a\r\nX-Admin: 1"], ["a\nb"], ["a\u0000"], ["a\tb"], ["é"], ["\u2028"], ["\u007f"]])(
    "attack 28: a value cannot end the header, nor break it: %j",
    (value) => {
      expect(header("{{ x }}", { x: value })).toContain("BAD: the header X-Test would have characters");
      expect(header(`x${value}x`)).toContain("REFUSED: the header X-Test has characters");
    },
  );

  it("attack 44: is never empty", () => {
    expect(header("{{ x }}")).toBe("BAD: the variable x has no value");
    expect(header("{{ x }}", { x: "  " })).toBe("BAD: the header X-Test would be empty");
    expect(header(" ")).toContain("REFUSED");
  });

  it("attack 36: is held to the same templates", () => {
    expect(header("{{ x() }}")).toContain("REFUSED: a call");
  });
});
