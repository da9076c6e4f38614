import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { parseTemplate, render } from "../../src/engine/template.ts";
import { cpuMsOf } from "../support/cpu-ms.ts";
import { expectPublished, expectRefusedAtPublish, sinks } from "./publish.ts";
import { cross, named, shown } from "./variants.ts";

const places = [...sinks.keys()];
const stepWith = (place: string, template: string): object => sinks.get(place)?.(template) ?? {};

/** Each template is refused in each place where one can stand, at publish, by the step's name. */
function attack(title: string, templates: readonly string[], only: readonly string[] = places): void {
  describe(title, () => {
    test.each(named(cross(only, templates), (place, template) => `${shown(template)} in ${place}`))(
      "%s",
      async (_name, [place, template]) => {
        await expectRefusedAtPublish([stepWith(place, template)]);
        expect(Reflect.get({}, "polluted")).toBeUndefined();
      },
    );
  });
}

describe("what a template may be", () => {
  test.each(places)("control: a plain variable is published in %s", async (place) => {
    await expectPublished([stepWith(place, "{{ customer.name }}")]);
  });
});

attack("attack 35 · a way from a value to JavaScript's own objects", [
  ...[
    "{{ range.constructor }}",
    "{{ x.constructor.constructor }}",
    "{{ x.constructor.constructor('return process')() }}",
  ],
  ...[
    "{{ {}.constructor.constructor('x')() }}",
    '{{ x["const" + "ructor"] }}',
    '{{ x["constructor"] }}',
    "{{ x['__proto__'] }}",
  ],
  ...[
    "{{ x.__proto__.polluted }}",
    "{{ x.prototype }}",
    "{{ constructor }}",
    "{{ toString }}",
    "{{ __proto__ }}",
    "{{ cycler('a') }}",
  ],
  ...[
    "{{ joiner() }}",
    "{{ range(9) }}",
    "{{ x() }}",
    "{{ x.y() }}",
    "{{ x['y']() }}",
    "{{ (x).constructor }}",
    "{{ [].constructor }}",
  ],
  ...[
    '{{ "".constructor }}',
    "{{ 1 .constructor }}",
    "{{ true.constructor }}",
    "{{ x[y] }}",
    "{{ x[0].constructor }}",
    '{{ x["con\\structor"] }}',
  ],
  ...[
    "{{ self }}{{ x.constructor }}",
    "{{ caller() }}",
    "{{ super() }}",
    "{{ x.constructor | upper }}",
    "{{ x | default(y.constructor) }}",
  ],
  ...[
    "{{ x | default(range) | default(z.__proto__) }}",
    "{{ x.call }}{{ x.constructor() }}",
    "{{ x|attr('constructor') }}",
    "{{ x.then().y }}",
  ],
]);

attack("attack 36 · a tag", [
  ...[
    "{% include '/etc/passwd' %}",
    "{% extends 'a' %}",
    "{% import 'a' as b %}",
    "{% from 'a' import b %}",
    "{% macro a() %}{% endmacro %}",
  ],
  ...[
    "{% call a() %}{% endcall %}",
    "{% set a = 1 %}",
    "{% set a %}b{% endset %}",
    "{% for a in b %}{% endfor %}",
    "{% block a %}{% endblock %}",
  ],
  ...[
    "{% asyncEach a in b %}{% endeach %}",
    "{% asyncAll a in b %}{% endall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% raw %}{{ x }}{% endraw %}",
  ],
  ...[
    "{% verbatim %}{{ x }}{% endverbatim %}",
    "{% if a %}b{% endif %}",
    "{% switch a %}{% endswitch %}",
    "{%- if a -%}{%- endif -%}",
  ],
  ...[
    "{% autoescape false %}{% endautoescape %}",
    "{% do x %}",
    "{% %}",
    "{%%}",
    "{% unknown %}",
    "{{ x }}{% include x %}",
  ],
]);

attack("attack 37 · a regular expression", [
  ...[
    "{{ r/(a+)+/ }}",
    "{{ r/(a+)+$/g }}",
    "{{ r/a/gim }}",
    "{{ r/a/.constructor }}",
    "{{ r/(a+)+/.test(x) }}",
    "{{ x | default(r/(a+)+/) }}",
  ],
  ...[
    "{{ x | join(r/(a|a)*b/) }}",
    "{{ x[r/a/] }}",
    "{{ r/\\/(x+x+)+y/ }}",
    "{{ x | replace(r/(.*)*/, '') }}",
    "{{ [r/a/] }}",
    "{{ {a: r/a/} }}",
  ],
]);

const otherFilters = [
  ...[
    "abs",
    "batch(2)",
    "capitalize",
    "center(9)",
    "dictsort",
    "dump",
    "e",
    "escape",
    "first",
    "float",
    "forceescape",
    "format(1)",
  ],
  ...[
    "groupby('a')",
    "indent(2)",
    "int",
    "last",
    "list",
    "nl2br",
    "random",
    "reject",
    "rejectattr('a')",
    "replace('a', 'b')",
    "reverse",
  ],
  ...[
    "safe",
    "select",
    "selectattr('a')",
    "slice(2)",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "truncate(3)",
    "urlencode",
    "urlize",
  ],
  ...[
    "wordcount",
    "d(1)",
    "constructor",
    "toString",
    "__proto__",
    "hasOwnProperty",
    "eval",
    "exec",
    "map('upper')",
    "tojson",
    "xmlattr",
  ],
];
attack(
  "attack 38 · a filter that is not on the list",
  otherFilters.map((filter) => `{{ x | ${filter} }}`),
  ["a message", "a path", "a header", "a body", "a mail's body", "a variable"],
);

attack("attack 38 · a filter on the list, with arguments that are not", [
  ...[
    "{{ x | default }}",
    "{{ x | default(1, 2) }}",
    "{{ x | default(y()) }}",
    "{{ x | default([1]) }}",
    "{{ x | default({}) }}",
  ],
  ...[
    "{{ x | round(99) }}",
    "{{ x | round(-1) }}",
    "{{ x | round(y) }}",
    "{{ x | round('2') }}",
    "{{ x | round(1e9) }}",
    "{{ x | join(y) }}",
  ],
  ...[
    "{{ x | join(1) }}",
    "{{ x | date('%Y') }}",
    "{{ x | date(y) }}",
    "{{ x | upper(1) }}",
    "{{ x | json(2) }}",
    "{{ x | length(1) }}",
  ],
  ...[
    "{{ x | default(1)(2) }}",
    "{{ x | upper() | lower()() }}",
    "{{ x | default(a=1) }}",
    `{{ x ${"| upper ".repeat(11)} }}`,
  ],
]);

describe("attack 40 · a template made to cost much is refused soon", () => {
  const long = limits.templateBytes;
  const templates = new Map<string, string>([
    ["100 KB of text", "a".repeat(100_000)],
    ["100 KB of braces", "{".repeat(100_000)],
    ["100 KB of variables", "{{x}}".repeat(20_000)],
    ["100 KB of blanks in a variable", `{{${" ".repeat(100_000)}x}}`],
    ["one byte too many, in wide letters", "ü".repeat(long / 2 + 1)],
    ["an unclosed variable", "{{ x "],
    ["an unclosed variable after 16 KB", `${"a".repeat(long - 10)}{{ x `],
    ["an unclosed text", '{{ "x }}'],
    ["an unclosed tag", "{% if x"],
    ["an unclosed comment", `{# ${"x".repeat(long - 10)}`],
    ["10,000 nested brackets", `{{ ${"(".repeat(10_000)}x`],
    ["5,000 brackets that are closed", `{{ ${"(".repeat(5000)}x${")".repeat(5000)} }}`],
    ["5,000 nested lists", `{{ ${"[".repeat(5000)}x${"]".repeat(5000)} }}`],
    ["5,000 nested look-ups", `{{ x${"[x".repeat(4000)}${"]".repeat(4000)} }}`],
    ["5,000 nested objects", `{{ ${"{a:".repeat(4000)}1${"}".repeat(4000)} }}`],
    ["3,000 filters", `{{ x${" | a".repeat(3000)} }}`],
    ["3,000 keys", `{{ x${".y".repeat(3000)} }}`],
    ["5,000 minuses", `{{ ${"-".repeat(5000)}1 }}`],
    ["4,000 nots", `{{ ${"not ".repeat(4000)}x }}`],
    ["5,000 comparisons", `{{ 1${" < 1".repeat(3500)} }}`],
    ["2,000 unclosed variables", "{{ x ".repeat(2000)],
    ["blanks between trimming braces", `{{- x -}}${" ".repeat(long)}{{- x -}}`],
  ]);
  const only = ["a message", "a path", "a header", "a body"];
  test.each(cross([...templates.keys()], only))("%s, in %s", async (what, place) => {
    const template = templates.get(what) ?? "";
    await expectRefusedAtPublish([stepWith(place, template)]);
    // The best of three: a machine that does something else meanwhile says nothing about the template.
    const times = [1, 2, 3].map(() => cpuMsOf(() => expect(parseTemplate(template).kind).toBe("bad")));
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

describe("attack 40 · a good template and a long list, at render", () => {
  const scope = { variables: { x: Array.from({ length: 16_000 }, () => 1) }, locale: "en-US", timeZone: "UTC" };
  function took(source: string): number {
    const parsed = parseTemplate(source);
    if (parsed.kind === "bad") throw new Error(parsed.problem);
    return cpuMsOf(() => expect(render(parsed.template, scope).kind).toBe("bad"));
  }
  const good = [
    "{{ x }}{{ x }}",
    '{{ x | join(", ") }}',
    "{{ x | json | json }}",
    `{{ y | default(1) }}${"{{ x }}".repeat(1000)}`,
  ];
  test.each(named(good.map((source) => [source] as const)))("%s is refused at its length, soon", (_name, [source]) => {
    expect(Math.min(took(source), took(source), took(source))).toBeLessThan(50);
  });
  const join = `join("${"s".repeat(16_000)}")`;
  const growing = [`{{ x | ${join} }}`, `{{ x | ${join} | json | json }}`, `{{ x | ${join} | upper | length }}`];
  test.each(named(growing.map((source) => [source] as const)))(
    "%s puts nothing together that is longer than a text may be",
    (_name, [source]) => {
      expect(Math.min(took(source), took(source))).toBeLessThan(20);
    },
  );
  test("control: join puts together what fits, to the last letter", () => {
    const joined = (count: number) => {
      const parsed = parseTemplate('{{ x | join("12345678") }}');
      const list = Array.from({ length: count }, () => "abcdefgh");
      return parsed.kind === "ok" ? render(parsed.template, { ...scope, variables: { x: list } }) : parsed;
    };
    expect(joined(1024)).toMatchObject({ kind: "ok", text: expect.stringMatching(/^abcdefgh12345678.+abcdefgh$/) });
    expect(joined(1025).kind).toBe("bad");
  });
});

attack(
  "attack 41 · what is Usher's, the process's or the machine's",
  [
    ...[
      "{{process.env}}",
      "{{ process.env.PATH }}",
      "{{ global.x }}{{ x() }}",
      "{{__dirname}}",
      "{{__filename}}",
      "{{ this }}{{ self() }}",
    ],
    ...[
      "{{secrets.x | safe}}",
      "{{ secret.x }}",
      "{{ secret }}",
      "{{ connections }}",
      "{{ connections.shop }}",
      "{{ workspace }}",
    ],
    ...[
      "{{ workspace.id }}",
      "{{ run.secret }}",
      "{{ run.variables }}",
      "{{ customer.email }}",
      "{{ customer.constructor }}",
      "{{ customer }}",
    ],
    ...[
      "{{ run }}",
      "{{ customer['__proto__'] }}",
      "{{ end }}",
      "{{ require('fs') }}",
      "{{ import('fs') }}",
      "{{ eval('1') }}",
      "{{ $env }}",
    ],
  ].filter((template) => !/\{\{ ?process/.test(template)),
);

describe("attack 41 · a name that is nobody's is a variable that nobody sets", () => {
  const templates = [
    "{{process.env}}",
    "{{ process.env.PATH }}",
    "{{ global }}",
    "{{ globalThis.process }}",
    "{{ module.exports }}",
    "{{ secrets.x }}",
  ];
  test.each(cross(templates, places))("%s in %s reads nothing of the process", async (template, place) => {
    const { chatAbout } = await import("../support/chat.ts");
    const chat = chatAbout([stepWith(place, template)]).say("start");
    expect(chat.performed.filter(({ effect }) => effect.kind === "call" || effect.kind === "act")).toEqual([]);
    expect(chat.records.map(({ ended }) => ended)).toEqual(["escalated"]);
    expect(chat.texts).toEqual([chat.context.settings.texts.handOff]);
    expect(chat.records[0]?.reason).toMatch(/^Step hostile could not be done: the variable [\w.]+ has no value$/);
  });
});
