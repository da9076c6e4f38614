import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { parseUrl, pathsOfUrl, renderUrl, type UrlTemplate } from "../../src/engine/url-template.ts";

function template(source: string): UrlTemplate {
  const parsed = parseUrl(source);
  if (parsed.kind === "bad") throw new Error(parsed.problem);
  return parsed.url;
}

const connections = {
  orders: "https://api.example.com/v1",
  slashed: "https://api.example.com/v1/",
  root: "http://127.0.0.1:8080",
};

function url(
  source: string,
  variables: { readonly [name: string]: Json } = {},
  known: { [name: string]: string } = connections,
): string {
  const rendered = renderUrl(template(source), { variables, locale: "en-US", timeZone: "UTC" }, known);
  return rendered.kind === "ok" ? rendered.url : `BAD: ${rendered.problem}`;
}

function refusal(source: string): string {
  const parsed = parseUrl(source);
  if (parsed.kind === "ok") throw new Error(`was not refused: ${source}`);
  expect(parsed.mend).not.toBe("");
  return parsed.problem;
}

describe("a URL", () => {
  it.each<[string, { readonly [name: string]: Json }, string]>([
    ["https://api.example.com/orders/{{ id }}", { id: "A 1" }, "https://api.example.com/orders/A%201"],
    [
      "https://api.example.com/orders/{{ id }}/status?x={{ q }}&y=1",
      { id: 7, q: "a&b" },
      "https://api.example.com/orders/7/status?x=a%26b&y=1",
    ],
    ["https://api.example.com/{{ a }}-{{ b }}.json", { a: "x", b: "y/z" }, "https://api.example.com/x-y%2Fz.json"],
    ["HTTPS://API.example.com:443", {}, "https://api.example.com/"],
    ["http://localhost:3000?x={{ b }}", { b: true }, "http://localhost:3000/?x=true"],
    ["https://api.example.com/bücher/%20/?q=ä'b", {}, "https://api.example.com/b%C3%BCcher/%20/?q=%C3%A4%27b"],
    ["https://api.example.com/a;v=1/@b,c:d?e=f;g=(h)!*", {}, "https://api.example.com/a;v=1/@b,c:d?e=f;g=(h)!*"],
    ["  https://api.example.com/orders/\n", {}, "https://api.example.com/orders/"],
    ["https://api.example.com/{{ name | lower }}", { name: "ANN" }, "https://api.example.com/ann"],
    ['https://api.example.com/{# note #}{{ name | default("x") }}?', {}, "https://api.example.com/x?"],
    [
      "https://[::1]:8080/{{ id }}",
      { id: "!'()*~" },
      "http://x".replace("http://x", "https://[::1]:8080/%21%27%28%29%2A~"),
    ],
    ["https://api.example.com/{{ id }}", { id: "100%" }, "https://api.example.com/100%25"],
    ["https://api.example.com/{{ id }}", { id: "a\ud800" }, "https://api.example.com/a%EF%BF%BD"],
    ["{{connections.orders}}/orders/{{ id }}", { id: "4411" }, "https://api.example.com/v1/orders/4411"],
    ["{{ connections.slashed }}/orders", {}, "https://api.example.com/v1/orders"],
    ["{{connections.slashed}}", {}, "https://api.example.com/v1/"],
    ["{{connections.orders}}?id={{ id }}", { id: "1" }, "https://api.example.com/v1?id=1"],
    ["{{connections.root}}/x/", {}, "http://127.0.0.1:8080/x/"],
    ["{{connections.root}}", {}, "http://127.0.0.1:8080/"],
  ])("%s", (source, variables, expected) => {
    expect(url(source, variables)).toBe(expected);
  });

  it("attack 48, pitfall 17: keeps every digit of a long id, and its noughts", () => {
    expect(url("https://h.test/{{ id }}", { id: "12345678901234567890" })).toBe("https://h.test/12345678901234567890");
    expect(url("https://h.test/{{ id }}", { id: "00123" })).toBe("https://h.test/00123");
    expect(url("https://h.test/{{ id }}", { id: 1e21 })).toBe("https://h.test/1000000000000000000000");
  });

  it("is plain data, and names the paths that it reads", () => {
    const parsed = template("{{connections.orders}}/{{ a.b }}/c?d={{ e | default(f) }}");
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
    expect(pathsOfUrl(parsed)).toEqual([["a", "b"], ["e"], ["f"]]);
  });
});

describe("what a URL must not contain", () => {
  it.each([
    "https://api.example.com{{ x }}",
    "https://api.example.com{{ x }}/orders",
    "https://{{ host }}/orders",
    "https://api.{{ x }}.com/",
    "https://api.example.com:{{ port }}/",
    "https://api.example.com:80{{ port }}/",
    "https://{{ user }}@api.example.com/",
    "{{ scheme }}://api.example.com/",
    "{{ base }}/orders",
    "http{{ s }}://api.example.com/",
    "https:/{{ x }}",
    "https://{# c #}api.example.com/",
    "https://api.example.com{# c #}/x",
    "{{connections.orders}}{{ x }}",
    "{{connections.orders}}.evil.test/",
    "{{connections.orders}}@evil.test/",
    "{{connections.orders}}:81/",
    "{{connections.orders}}{# c #}/x",
    "{{- connections.orders }}/x",
    "{{connections[name]}}/x",
    "{{connections.orders.x}}/x",
    "{{connections.orders | default('x')}}/x",
    "{{connections}}/x",
  ])("attack 25, pitfall 15: no variable before the path: %s", (source) => {
    refusal(source);
  });

  it("design section 5: a connection stands at the very start and nowhere else", () => {
    expect(refusal("https://api.example.com/{{connections.orders}}")).toContain("connections.orders");
    expect(refusal("{{connections.orders}}/{{connections.orders}}")).toContain("connections.orders");
  });

  it.each([
    "https://user:pass@api.example.com/",
    "https://user@api.example.com/x",
    "https://api.example.com@evil.test/",
  ])("attack 24: no user or password: %s", (source) => {
    expect(refusal(source)).toContain("user name");
  });

  it.each([
    "file:///etc/passwd",
    "ftp://h.test/x",
    "gopher://h.test/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "//h.test/x",
    "/orders",
    "h.test/orders",
    "",
    "https:h.test",
    "https:///x",
    "https://",
    "https://?x",
    "https://h%2etest/",
    "https://h.test:99999/",
    "https://h test/",
    "https://h.test\\@evil.test/",
    "https://①②⑦.0.0.1/",
    "https://[::1/",
    "https://[zz]/",
  ])("attack 23: nothing but an http address: %s", (source) => {
    refusal(source);
  });

  it.each([
    "https://h.test/a/../b",
    "https://h.test/./b",
    "https://h.test/%2e%2E/b",
    "https://h.test/.%2e",
    "https://h.test/..",
    "https://h.test//b",
    "https://h.test/a//",
    "https://h.test/a\\b",
    "https://h.test/a b",
    "https://h.test/a\nb",
    "https://h.test/a#b",
    "https://h.test/a?b#c",
    "https://h.test/{id}",
    "https://h.test/%zz",
    "https://h.test/%{{ x }}",
    "https://h.test/%2{{ x }}",
    "https://h.test/a%2f..%2fb",
    "https://h.test/?{{ x }}",
    "https://h.test/?{{ x }}=1",
    "https://h.test/?a=1&{{ x }}",
    "https://h.test/?a=1&b{{ x }}=2",
    "https://h.test/?a={{ x }}&b{{ x }}=2",
    "https://h.test/{% if x %}",
    "https://h.test/{{ x() }}",
    "https://h.test/{{ secret.KEY }}",
    `https://h.test/${"x".repeat(20_000)}`,
  ])("attack 26: no literal that a server could read in another way: %s", (source) => {
    refusal(source);
  });

  it("a variable may stand in any part of a query value", () => {
    expect(url("https://h.test/?a={{ x }}{{ x }}-{{ x }}&b={{ x }}", { x: 1 })).toBe("https://h.test/?a=11-1&b=1");
  });
});

describe("what a value must not do", () => {
  it.each<[string]>([
    ["."],
    [".."],
    ["%2e%2e"],
    ["%2E"],
    [".%2e"],
    ["%252e%252e"],
    ["../admin?x="],
    ["..\\admin"],
    ["..%2fadmin"],
    ["%2e%2e%5cadmin"],
    ["a/../b"],
    ["a/.."],
    ["..;x=1"],
    ["..%3bx"],
    ["./x"],
  ])("pitfall 15, attack 26: leads to no other path: %j", (id) => {
    expect(url("https://h.test/orders/{{ id }}/status", { id })).toBe(
      "BAD: the variable id would lead to another path",
    );
    expect(url("{{connections.orders}}/{{ id }}", { id })).toContain("BAD");
  });

  it("pitfall 15: not together with another value or literal either", () => {
    expect(url("https://h.test/{{ a }}{{ b }}", { a: ".", b: "." })).toBe(
      "BAD: the variable a and the variable b would lead to another path",
    );
    expect(url("https://h.test/.{{ a }}", { a: "." })).toContain("BAD");
    expect(url("https://h.test/%2e{{ a }}", { a: "." })).toContain("BAD");
    expect(url("https://h.test/{{ a }}%2e", { a: "%2e" })).toContain("BAD");
    expect(url("https://h.test/v{{ a }}", { a: ".." })).toBe("https://h.test/v..");
  });

  it.each<[string, string]>([
    ["a/b", "a%2Fb"],
    ["\\", "%5C"],
    ["?x", "%3Fx"],
    ["#f", "%23f"],
    [";x", "%3Bx"],
    ["%00", "%2500"],
    ["1?force=true#", "1%3Fforce%3Dtrue%23"],
    ["@evil.test", "%40evil.test"],
    ["//evil.test", "%2F%2Fevil.test"],
    ["a&b=c+d", "a%26b%3Dc%2Bd"],
    ["…", "%E2%80%A6"],
    ["\u202e", "%E2%80%AE"],
    ["{{ x }}", "%7B%7B%20x%20%7D%7D"],
    ["...", "..."],
    ["1.5", "1.5"],
  ])("attack 26: is one segment of the path: %j", (id, encoded) => {
    expect(url("https://h.test/orders/{{ id }}/status", { id })).toBe(`https://h.test/orders/${encoded}/status`);
  });

  it("attack 27: is one value of the query", () => {
    expect(url("https://h.test/?q={{ q }}", { q: "1&admin=1#x" })).toBe("https://h.test/?q=1%26admin%3D1%23x");
    expect(url("https://h.test/?q={{ q }}", { q: ".." })).toBe("https://h.test/?q=..");
  });

  it.each<[Json]>([["a\u0000b"], ["a\r\nb"], ["4411\n"], ["\u007f"], ["\u0085x"], ["\tx"]])(
    "holds no control character: %j",
    (v) => {
      expect(url("https://h.test/{{ v }}", { v })).toContain("BAD: the variable v has line breaks");
      expect(url("https://h.test/?q={{ v }}", { v })).toContain("BAD: the variable v has line breaks");
    },
  );

  it.each<[Json]>([[""], [" "], ["\n"], ["\u00a0"]])(
    "is not empty, since /customers?email= would answer everybody: %j",
    (v) => {
      expect(url("https://h.test/{{ v }}", { v })).toBe("BAD: the variable v is empty");
      expect(url("https://h.test/x{{ v }}", { v })).toBe("BAD: the variable v is empty");
      expect(url("https://h.test/?email={{ v }}", { v })).toBe("BAD: the variable v is empty");
    },
  );

  it("attack 44, pitfall 12: a missing value is a problem, never an empty text", () => {
    expect(url("https://h.test/orders/{{ order.id }}")).toBe("BAD: the variable order.id has no value");
    expect(url("https://h.test/?q={{ order.id }}", { order: { id: null } })).toBe(
      "BAD: the variable order.id has no value",
    );
  });

  it("pitfall 13: is no list or object", () => {
    expect(url("https://h.test/{{ v }}", { v: { a: 1 } })).toContain("BAD: the variable v is a list or an object");
    expect(url("https://h.test/?q={{ v }}", { v: [1] })).toContain("BAD: the variable v is a list or an object");
    expect(url('https://h.test/?q={{ v | join(",") }}', { v: [1, 2] })).toBe("https://h.test/?q=1%2C2");
  });

  it("is not longer than a rendered text may be", () => {
    expect(url("https://h.test/{{ v }}", { v: "x".repeat(20_000) })).toBe("BAD: the URL would be too long");
  });

  it("any text in a segment or a query value keeps host, path and number of segments", () => {
    const parsed = template("https://h.test/v1/{{ a }}/x-{{ b }}/end?q={{ a }}&r=s");
    const piece = fc.constantFrom(
      "..",
      ".",
      "/",
      "\\",
      "%2e",
      "%2f",
      "%",
      "?",
      "#",
      "@",
      ":",
      ";",
      "&",
      "=",
      "x",
      "\u0000",
      "😀",
      "\ud800",
    );
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.array(piece).map((parts) => parts.join("")),
    );
    let rendered = 0;
    fc.assert(
      fc.property(value, value, (a, b) => {
        const result = renderUrl(parsed, { variables: { a, b }, locale: "en-US", timeZone: "UTC" }, {});
        if (result.kind === "bad") return;
        rendered += 1;
        const read = new URL(result.url);
        expect([read.origin, read.username, read.password, read.hash]).toEqual(["https://h.test", "", "", ""]);
        const segments = read.pathname.split("/");
        expect(segments).toHaveLength(5);
        expect([segments[1], segments[4]]).toEqual(["v1", "end"]);
        expect(decodeURIComponent(segments[2] ?? "")).toBe(a.toWellFormed());
        expect(decodeURIComponent(segments[3] ?? "")).toBe(`x-${b.toWellFormed()}`);
        expect([...read.searchParams]).toEqual([
          ["q", a.toWellFormed()],
          ["r", "s"],
        ]);
      }),
      { numRuns: 2000 },
    );
    expect(rendered).toBeGreaterThan(200);
  });
});

describe("the last guard", () => {
  it.each(["x#y", "x?y", "x/y", "x\\y", "x y", "é", "\n"])(
    "attack 26: refuses what would be read in another way than it stands, wherever it came from: %j",
    (smuggled) => {
      const forged: UrlTemplate = {
        base: { kind: "fixed", origin: "https://h.test" },
        segments: [[{ kind: "text", text: smuggled }], [{ kind: "text", text: "end" }]],
        query: null,
      };
      const rendered = renderUrl(forged, { variables: {}, locale: "en-US", timeZone: "UTC" }, {});
      expect(rendered).toEqual({ kind: "bad", problem: "the URL would lead elsewhere than its template says" });
    },
  );
});

describe("a connection", () => {
  it.each(["nothing", "constructor", "toString"])("that nobody has set is a problem with its mend: %s", (name) => {
    expect(url(`{{connections.${name}}}/x`)).toBe(`BAD: there is no connection named ${name}; set USHER_CONNECTIONS`);
  });

  it.each([
    "ftp://h.test",
    "https://user:pw@h.test",
    "https://h.test/?a=1",
    "https://h.test/#a",
    "h.test",
    "",
    "javascript:1",
  ])("must be a plain base URL, not %j", (base) => {
    expect(url("{{connections.orders}}/x", {}, { orders: base })).toContain(
      "BAD: the connection orders is not a plain base URL",
    );
  });
});

describe("any text", () => {
  it("is either a URL or refused: parsing and rendering never throw", () => {
    const fragments = fc
      .array(
        fc.constantFrom(
          "https://",
          "{{connections.orders}}",
          "h.test",
          "/",
          "?",
          "#",
          "{{",
          "}}",
          "x",
          "=",
          "&",
          ".",
          "..",
          "%",
          "\\",
          " ",
        ),
        {
          maxLength: 12,
        },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fragments,
          fragments.map((end) => `https://h.test/${end}`),
        ),
        (source) => {
          const parsed = parseUrl(source);
          if (parsed.kind === "bad") return;
          const rendered = renderUrl(
            parsed.url,
            { variables: { x: "v" }, locale: "en-US", timeZone: "UTC" },
            connections,
          );
          if (rendered.kind === "ok") expect(new URL(rendered.url).href).toBe(rendered.url);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
