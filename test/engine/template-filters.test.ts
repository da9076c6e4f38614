import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { parseTemplate, render, type Scope } from "../../src/engine/template.ts";

const place = { locale: "en-US", timeZone: "America/New_York" };

function text(
  source: string,
  variables: { readonly [name: string]: Json },
  at: Omit<Scope, "variables"> = place,
): string {
  const parsed = parseTemplate(source);
  if (parsed.kind === "bad") throw new Error(parsed.problem);
  const rendered = render(parsed.template, { variables, ...at });
  // Between a time and its AM or PM stands a narrow no-break space.
  return rendered.kind === "ok" ? rendered.text.replaceAll("\u202f", " ") : `BAD: ${rendered.problem}`;
}

function of(filter: string, x: Json): string {
  return text(`{{ x | ${filter} }}`, { x });
}

describe("default", () => {
  it("stands in for what is missing, null or empty, and for nothing else", () => {
    expect(text('{{ x | default("there") }}', {})).toBe("there");
    expect(of('default("there")', null)).toBe("there");
    expect(of('default("there")', "")).toBe("there");
    expect(of('default("there")', 0)).toBe("0");
    expect(of('default("there")', false)).toBe("false");
    expect(of('default("there")', [])).toBe("[]");
  });

  it("may be a number, true, false or another variable, and may follow another default or filter", () => {
    expect(text("{{ x | default(-1) }}{{ x | default(false) }}", {})).toBe("-1false");
    expect(text("{{ x | default(y.z) }}", { y: { z: "found" } })).toBe("found");
    expect(text('{{ x | default(y) | default("none of them") }}', {})).toBe("none of them");
    expect(text('{{ x | trim | upper | default("nobody") }}', { x: "  " })).toBe("nobody");
    expect(text('{{ x | trim | upper | default("nobody") }}', {})).toBe("nobody");
    expect(text('{{ x | length | default("nobody") }}', { x: null })).toBe("nobody");
    expect(text('{{ x | default("nobody") | upper }}', {})).toBe("NOBODY");
    expect(text('{{ x | default("") }}', {})).toBe("");
  });

  it("pitfall 12: without a value of its own names the variable that was tried last", () => {
    expect(text("{{ x | default(y) }}", {})).toBe("BAD: the variable y has no value");
  });
});

describe("upper, lower, trim", () => {
  it("change texts, and numbers as their text", () => {
    expect(of("upper", "straße")).toBe("STRASSE");
    expect(of("lower", "ÀB")).toBe("àb");
    expect(of("trim", " \n x ")).toBe("x");
    expect(of("upper", true)).toBe("TRUE");
    expect(of("trim", 5)).toBe("5");
  });

  it("pitfall 13: refuse lists and objects", () => {
    expect(of("upper", { a: 1 })).toBe("BAD: the variable x: upper needs a text");
    expect(of("trim", ["a"])).toBe("BAD: the variable x: trim needs a text");
  });
});

describe("round", () => {
  it.each<[string, Json, string]>([
    ["round", 2.5, "3"],
    ["round", -2.5, "-3"],
    ["round", 2.4, "2"],
    ["round", -0.4, "0"],
    ["round(2)", 1.005, "1.01"],
    ["round(2)", "19.999", "20"],
    ["round(2)", " 3.14159 ", "3.14"],
    ["round(0)", 7, "7"],
    ["round(2)", 1e-7, "0"],
    ["round", 1e21, "1000000000000000000000"],
  ])("%s of %j is %s", (filter, value, expected) => {
    expect(of(filter, value)).toBe(expected);
  });

  it("pitfall 17: loses no digit of a whole number, and refuses what it could not keep", () => {
    expect(of("round", "12345678901234567890")).toBe("12345678901234567890");
    expect(of("round", "12345678901234567890.5")).toContain("BAD");
  });

  it.each<[Json]>([[""], [" "], ["0x10"], ["1e309"], ["Infinity"], ["1,000"], ["٣"], ["abc"], [true], [[1]]])(
    "attack 51: %j is no number",
    (value) => {
      expect(of("round", value)).toBe("BAD: the variable x: round needs a number");
    },
  );
});

describe("length", () => {
  it("counts characters, members and keys", () => {
    expect(of("length", "añ😀")).toBe("3");
    expect(of("length", [1, [2, 3]])).toBe("2");
    expect(of("length", { a: 1, length: 99 })).toBe("2");
    expect(of("length", 5)).toBe("BAD: the variable x: length needs a text, a list or an object");
  });
});

describe("join", () => {
  it("puts members together, and leaves out those that are null", () => {
    expect(of('join(", ")', ["a", 1, true, null, { b: 2 }])).toBe('a, 1, true, {"b":2}');
    expect(of("join", ["a", "b"])).toBe("ab");
    expect(of('join(", ")', [])).toBe("");
    expect(of("join", "ab")).toBe("BAD: the variable x: join needs a list");
  });
});

describe("json", () => {
  it("prints any value as JSON", () => {
    expect(of("json", 'a"b')).toBe('"a\\"b"');
    expect(of("json", { a: [1] })).toBe('{"a":[1]}');
  });
});

describe("date", () => {
  it.each<[string, Json, string]>([
    ["date", "2026-03-05", "Mar 5, 2026"],
    ["date", "2026-03-05T23:30:00", "Mar 5, 2026"],
    ["date", "2026-03-05T03:30:00Z", "Mar 4, 2026"],
    ["date", "2026-03-05 03:30:00.123456+01:00", "Mar 4, 2026"],
    ["date", 1772681400000, "Mar 4, 2026"],
    ['date("date")', "2026-03-05", "Mar 5, 2026"],
    ['date("time")', "2026-03-05T15:30:00Z", "10:30 AM"],
    ['date("time")', "2026-03-05T15:30", "3:30 PM"],
    ['date("datetime")', "2026-03-05T15:30:00-0500", "Mar 5, 2026, 3:30 PM"],
    ['date("datetime")', "2024-02-29T00:00:00Z", "Feb 28, 2024, 7:00 PM"],
  ])("%s of %j is %s in New York: a day without a time zone never shifts", (filter, value, expected) => {
    expect(of(filter, value)).toBe(expected);
  });

  it("writes as the scope's locale does", () => {
    expect(text("{{ x | date }}", { x: "2026-03-05" }, { locale: "de-DE", timeZone: "Europe/Berlin" })).toBe(
      "05.03.2026",
    );
  });

  it.each<[Json]>([
    ["soon"],
    ["2026-02-30"],
    ["2026-13-01"],
    ["2026-03-05T25:00Z"],
    ["03/05/2026"],
    [""],
    [" "],
    [1e300],
    [true],
    [{}],
    ["2026-3-5"],
  ])("takes no %j for a date", (value) => {
    expect(of("date", value)).toBe("BAD: the variable x: a date cannot be read from it");
  });

  it("a date alone has no time of day", () => {
    expect(of('date("time")', "2026-03-05")).toBe("BAD: the variable x: a time cannot be read from it");
  });

  it("an unknown time zone or locale is a problem, not a crash", () => {
    expect(text("{{ x | date }}", { x: 0 }, { locale: "en-US", timeZone: "Mars/Base" })).toContain("BAD");
    expect(text("{{ x | date }}", { x: 0 }, { locale: "??", timeZone: "UTC" })).toContain("BAD");
  });
});
