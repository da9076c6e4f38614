import { afterEach, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { chatAbout } from "../support/chat.ts";
import { expectRefusedAtPublish, fileOf, publish } from "./publish.ts";
import { callsOf, chatWith, handOffReason } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

afterEach(() => {
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  expect(Reflect.get({}, "x")).toBeUndefined();
  expect(Reflect.get([], "polluted")).toBeUndefined();
  expect(Reflect.get(() => {}, "polluted")).toBeUndefined();
});

const inherited = ["constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf"];
const more = ["propertyIsEnumerable", "toLocaleString", "__proto__", "__defineGetter__", "__lookupSetter__"];
const paths = [
  "constructor.prototype.x",
  "a.__proto__.b",
  "__proto__.polluted",
  "a.constructor.prototype",
  "a[__proto__]",
  "a['constructor']",
];
const own = ["customer", "run", "workspace", "secret", "connections", "end"];
const odd = [
  "",
  " ",
  "a b",
  "a-b",
  "1a",
  "_a",
  "a.b",
  "$a",
  "a$",
  "日本",
  "a\u200b",
  "ａ",
  "a".repeat(65),
  "a\nb",
  "{{ x }}",
  "a[0]",
];

describe("attack 45 · a variable with a name of JavaScript's, of Usher's, or no name", () => {
  const places = new Map<string, (name: string) => object>([
    ["collect", (variable) => ({ kind: "collect", variable, prompt: "Say it." })],
    ["set", (variable) => ({ kind: "set", variable, value: "polluted" })],
    ["a call's response", (response) => ({ kind: "call", url: "https://api.example.com/", response })],
    [
      "an action's response",
      (response) => ({
        kind: "action",
        action: "create_ticket",
        parameters: { subject: "S", priority: "LOW" },
        response,
      }),
    ],
  ]);
  const rows = cross([...places.keys()], [...inherited, ...more, ...paths, ...own, ...odd]);
  test.each(named(rows, (place, name) => `${shown(name)} in ${place}`))("%s", async (_name, [place, name]) => {
    await expectRefusedAtPublish([{ id: "hostile", ...places.get(place)?.(name) }]);
  });
});

describe("attack 45 · a path that reaches for a prototype", () => {
  const reaching = [
    ...[
      "__proto__",
      "constructor",
      "prototype",
      "__proto__.polluted",
      "data.__proto__",
      "data.__proto__.polluted",
      "data.constructor",
    ],
    ...[
      "data.constructor.prototype.x",
      "data.prototype",
      "data.x.__proto__",
      "data.x.constructor.name",
      "toString",
      "hasOwnProperty.call",
    ],
    ...[
      "data..x",
      ".x",
      "data.",
      "data.x y",
      "data['x']",
      "data[0]",
      "customer.__proto__",
      "run.constructor",
      "connections.shop",
      "secret.x",
    ],
  ];
  const places = new Map<string, (path: string) => object>([
    ["a condition", (variable) => ({ kind: "condition", variable, operator: "exists", then: "end", else: "end" })],
    ["a message", (path) => ({ kind: "message", content: `{{ ${path} }}` })],
    ["a URL", (path) => ({ kind: "call", url: `https://api.example.com/{{ ${path} }}` })],
    [
      "a body",
      (path) => ({ kind: "call", method: "POST", url: "https://api.example.com/", body: { a: `{{ ${path} }}` } }),
    ],
  ]);
  // Nunjucks has brackets for keys that no dot can be put before; a condition has not.
  const legal = new Set(["data['x']", "data[0]"]);
  const rows = cross([...places.keys()], reaching).filter(
    ([place, path]) => place === "a condition" || !legal.has(path),
  );
  test.each(named(rows, (place, path) => `${path} in ${place}`))("%s", async (_name, [place, path]) => {
    await expectRefusedAtPublish([{ id: "hostile", ...places.get(place)?.(path) }]);
  });
});

describe("attack 45 · a key that only looks inherited is the value's own, or missing", () => {
  const keys = [
    "toString",
    "hasOwnProperty",
    "valueOf",
    "length",
    "name",
    "then",
    "at",
    "map",
    "__defineGetter__",
    "size",
    "toFixed",
  ];
  const values = new Map<string, unknown>([
    ["an object", {}],
    ["a list", []],
    ["a text", "text"],
    ["a number", 7],
    ["true", true],
  ]);
  const rows = cross([...values.keys()], keys);
  test.each(named(rows, (what, key) => `${key} of ${what} is missing`))("%s", (_name, [what, key]) => {
    const value = JSON.parse(JSON.stringify(values.get(what)));
    const told = chatWith(value, [{ id: "hostile", kind: "message", content: `{{ data.x.${key} }}` }]);
    expect(handOffReason(told)).toBe(`Step hostile could not be done: the variable data.x.${key} has no value`);
    const condition = {
      id: "if",
      kind: "condition",
      variable: `data.x.${key}`,
      operator: "exists",
      then: "yes",
      else: "no",
    };
    const chat = chatWith(value, [
      condition,
      { id: "yes", kind: "message", content: "yes", next: "end" },
      { id: "no", kind: "message", content: "no" },
    ]);
    expect(chat.texts).toEqual(["no"]);
  });
  test.each(keys)("control: %s as an own key is read", (key) => {
    const chat = chatWith({ [key]: "own" }, [{ id: "tell", kind: "message", content: `{{ data.x.${key} }}` }]);
    expect(chat.texts).toEqual(["own"]);
  });
});

describe("attack 45 · such a name for anything else in a file", () => {
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  const places = new Map<string, (name: string) => string>([
    [
      "a key of the file",
      (name) => fileOf([{ id: "hostile", kind: "message", content: "x" }]).replace("{", `{"${name}":{"polluted":1},`),
    ],
    [
      "a key of the trigger",
      (name) => fileOf([message], { trigger: 0 }).replace('"trigger":0', `"trigger":{"when":"x","${name}":1}`),
    ],
    ["a key of a step", (name) => fileOf([message]).replace('"kind"', `"${name}":{"polluted":1},"kind"`)],
    ["the target of a jump", (next) => fileOf([{ ...message, next }])],
    ["the kind of a step", (kind) => fileOf([{ id: "hostile", kind }])],
    ["the name of an action", (action) => fileOf([{ id: "hostile", kind: "action", action }])],
    [
      "a parameter",
      (name) =>
        fileOf([{ id: "hostile", kind: "action", action: "resolve_session", parameters: 0 }]).replace(
          '"parameters":0',
          `"parameters":{"${name}":"x"}`,
        ),
    ],
    [
      "an operator",
      (operator) =>
        fileOf([{ id: "hostile", kind: "condition", variable: "x", operator, value: 1, then: "end", else: "end" }]),
    ],
    ["a method", (method) => fileOf([{ id: "hostile", kind: "call", url: "https://api.example.com/", method }])],
    [
      "a validation",
      (validation) => fileOf([{ id: "hostile", kind: "collect", variable: "x", prompt: "x", validation }]),
    ],
    ["an approval", (approval) => fileOf([{ id: "hostile", kind: "call", url: "https://api.example.com/", approval }])],
    ["who answers", (answers) => fileOf([message], { answers })],
  ]);
  const message = { id: "hostile", kind: "message", content: "x" };
  test.each(named(cross([...places.keys()], names), (place, name) => `${name} as ${place}`))(
    "%s",
    async (_name, [place, name]) => {
      const { problems, writes, message: said } = await publish("a.json", places.get(place)?.(name) ?? "");
      expect(writes).toBe(0);
      expect(problems.length).toBeGreaterThan(0);
      for (const { mend } of problems) expect(mend).not.toBe("");
      expect(said).not.toMatch(/\[object|function|native code/);
    },
  );
  test.each(names)("%s as the name of a connection: not there, whatever every object inherits", (name) => {
    const reading = readConfig({ USHER_CONNECTIONS: `${name}=https://api.example.com` });
    expect(reading.kind).toBe("bad");
    const chat = chatAbout([{ id: "hostile", kind: "call", url: "{{connections.toString}}/x" }]).say("start");
    expect(callsOf(chat)).toEqual([]);
    expect(handOffReason(chat)).toContain("there is no connection named toString");
  });
  test("__proto__ as a key of a body", async () => {
    const body = JSON.parse('{"a":{"__proto__":{"polluted":1}}}');
    await expectRefusedAtPublish([
      { id: "hostile", kind: "call", method: "POST", url: "https://api.example.com/", body },
    ]);
  });
});
