import { describe, expect, test } from "vitest";
import type { Json } from "../../src/domain/json.ts";
import { visible } from "../../src/domain/visible.ts";
import type { Chat } from "../support/chat.ts";
import { chatAbout } from "../support/chat.ts";
import { templateTexts } from "./hostile-texts.ts";
import { callsOf, chatWith, handOffReason } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

/** The actions that were carried out, as their parameters. */
function actionsOf({ performed }: Chat): readonly object[] {
  return performed.flatMap(({ effect }) => (effect.kind === "act" ? [effect.action] : []));
}

describe("attack 39 · what looks like a template in a value is printed as it was typed, wherever it goes", () => {
  const steps = [
    { id: "ask", kind: "collect", variable: "typed", prompt: "Say it." },
    { id: "set", kind: "set", variable: "copy", value: "{{ typed }}" },
    { id: "again", kind: "set", variable: "twice", value: "<{{ copy }}>" },
    { id: "tell", kind: "message", content: "You said: {{ copy }}" },
    {
      id: "mail",
      kind: "action",
      action: "send_email",
      parameters: { to: "a@example.com", subject: "S {{ copy }}", body: "{{ twice }}" },
    },
    {
      id: "ticket",
      kind: "action",
      action: "create_ticket",
      parameters: { subject: "T", priority: "LOW", description: "{{ copy }}" },
    },
    {
      id: "post",
      kind: "call",
      method: "POST",
      url: "https://api.example.com/",
      body: { a: "{{ copy }}", b: "x{{ twice }}" },
    },
    { id: "ask-2", kind: "collect", variable: "other", prompt: "Still {{ typed }}?" },
    { id: "hand", kind: "escalate", reason: "They said {{ twice }}" },
  ];
  test.each(named(templateTexts.map((text) => [text] as const)))("%s", (_name, [typed]) => {
    const chat = chatAbout(steps, { answer: () => ({ kind: "done", value: { mailId: "1", ticketId: "2" } }) });
    chat.say("start").say(typed);
    const value = chat.conversation.run?.variables["typed"];
    expect(value).toBe(typed);
    expect(chat.conversation.run?.variables).toMatchObject({ copy: typed, twice: `<${typed}>` });
    expect(chat.texts).toContain(`You said: ${typed}`);
    expect(chat.lastText).toBe(`Still ${typed}?`);
    expect(actionsOf(chat)).toEqual([
      { kind: "send_email", to: "a@example.com", subject: `S ${typed}`, body: `<${typed}>` },
      { kind: "create_ticket", subject: "T", priority: "LOW", description: typed },
    ]);
    const [call] = callsOf(chat);
    expect(JSON.parse(call?.effect.request.body ?? "")).toEqual({ a: typed, b: `x<${typed}>` });
    chat.say("go on");
    expect(chat.lastText).toBe(`They said <${typed}>`);
    // Agents see also what nobody else would.
    expect(JSON.stringify(chat.cards)).toContain(JSON.stringify(`They said <${visible(typed)}>`));
  });
  test.each(
    named(
      templateTexts.map((text) => [text] as const),
      (text) => `${shown(text)} as a customer's name`,
    ),
  )("%s", (_name, [name]) => {
    const chat = chatAbout([
      { id: "tell", kind: "message", content: "Hello {{ customer.name }}" },
      { id: "sum", kind: "escalate", reason: "For {{ customer.name }}" },
    ]);
    const from = { ...chat.conversation.customer, name };
    chat.say("start", from);
    expect(chat.texts).toEqual([`Hello ${name}`, `For ${name}`]);
  });
});

describe("attack 42 · an object with the names of JavaScript's own methods is printed as JSON", () => {
  const objects: readonly Json[] = [
    ...[
      { toString: "x" },
      { valueOf: "x" },
      { then: "x" },
      { toJSON: "x" },
      { toString: null, valueOf: null },
      { then: { then: 1 } },
    ],
    ...[
      { length: 9 },
      { hasOwnProperty: 1 },
      { name: "x", call: "y" },
      { inspect: "x" },
      { "Symbol.toPrimitive": "x" },
      { nodeType: 1 },
    ],
    ...[
      [{ toString: "x" }],
      { a: { toString: "x", then: [] } },
      [[], {}],
      { toLocaleString: "x" },
      { isPrototypeOf: "x" },
      { get: 1, set: 2 },
    ],
  ];
  const sinks = new Map<string, (json: string) => readonly [object, (chat: Chat) => unknown, unknown]>([
    ["a message", (json) => [{ kind: "message", content: "[{{ data.x }}]" }, (chat) => chat.texts[0], `[${json}]`]],
    [
      "a message by the filter json",
      (json) => [{ kind: "message", content: "[{{ data.x | json }}]" }, (chat) => chat.texts[0], `[${json}]`],
    ],
    [
      "a body",
      (json) => [
        {
          kind: "call",
          method: "POST",
          url: "https://api.example.com/",
          body: { a: "{{ data.x }}", b: "={{ data.x }}" },
        },
        (chat) => callsOf(chat)[0]?.effect.request.body,
        `{"a":${json},"b":${JSON.stringify(`=${json}`)}}`,
      ],
    ],
    [
      "a mail",
      (json) => [
        {
          kind: "action",
          action: "send_email",
          parameters: { to: "a@example.com", subject: "S", body: "={{ data.x }}" },
        },
        (chat) => actionsOf(chat)[0],
        { kind: "send_email", to: "a@example.com", subject: "S", body: `=${json}` },
      ],
    ],
  ]);
  test.each(named(cross([...sinks.keys()], objects), (sink, object) => `${shown(object)} in ${sink}`))(
    "%s",
    (_name, [sink, object]) => {
      const made = sinks.get(sink)?.(JSON.stringify(object));
      if (made === undefined) throw new Error("unreachable: the sink is one of them");
      const [step, read, wanted] = made;
      expect(read(chatWith(object, [{ id: "print", ...step }]))).toEqual(wanted);
    },
  );
  test.each(
    named(
      objects.map((object) => [object] as const),
      (object) => `${shown(object)} in a URL or a header`,
    ),
  )("%s is a step error, or JSON", (_name, [object]) => {
    const url = chatWith(object, [{ id: "hostile", kind: "call", url: "https://api.example.com/{{ data.x }}" }]);
    expect(callsOf(url)).toEqual([]);
    expect(handOffReason(url)).toContain("is a list or an object");
    const upper = chatWith(object, [{ id: "hostile", kind: "message", content: "{{ data.x | upper }}" }]);
    expect(handOffReason(upper)).toContain("upper needs a text");
  });
});

describe("attack 43 · a value in a body stays one JSON string", () => {
  const values = [
    ...[
      '","admin":true,"x":"',
      '"}',
      '"},{"a":"',
      '\\","admin":true,"x":"',
      "\\",
      '\\"',
      "\n",
      "\r\n",
      "\t",
      "\b",
      "\f",
      "\u0000",
      "\u001f",
    ],
    ...[
      "\u2028",
      "\u2029",
      "\u007f",
      "\u0085",
      "</script>",
      "<!--",
      "/* */",
      "// ",
      "'",
      "`",
      "&quot;",
      "\\u0022",
      "\\x22",
      "%22",
      "＂",
      "“",
    ],
    ...[
      "null",
      "true",
      "1",
      "{}",
      "[]",
      '{"admin":true}',
      "😀",
      "\u202e",
      "",
      "{{ x }}",
      "=1+1",
      "-1+1",
      "@SUM(1)",
      "{",
      "}",
      ",",
    ],
  ];
  const bodies = new Map<string, readonly [Json, (value: string) => Json]>([
    ["an object", [{ note: "a{{ data.x }}b", z: 1 }, (value) => ({ note: `a${value}b`, z: 1 })]],
    ["alone", [{ note: "{{ data.x }}", admin: false }, (value) => ({ note: value, admin: false })]],
    ["a list in a text", ['["{{ data.x }}", {"n": "-{{ data.x }}"}]', (value) => [value, { n: `-${value}` }]]],
  ]);
  test.each(named(cross([...bodies.keys()], values), (where, value) => `${shown(value)}, ${where}`))(
    "%s",
    (_name, [where, value]) => {
      const [body, wanted] = bodies.get(where) ?? ["", () => ""];
      const chat = chatWith(value, [
        { id: "post", kind: "call", method: "POST", url: "https://api.example.com/", body },
      ]);
      const sent = callsOf(chat)[0]?.effect.request;
      expect(JSON.parse(sent?.body ?? "")).toEqual(wanted(value.toWellFormed()));
      expect(sent?.body).not.toMatch(/[\r\n]/);
    },
  );
});

describe("attack 44 · what is missing is a step error, and never an empty text", () => {
  const missing = new Map<string, readonly [string, Json]>([
    ["a variable that nobody sets", ["{{ missing }}", "v"]],
    ["a path below nothing", ["{{ missing.a.b }}", "v"]],
    ["a path into a text", ["{{ data.x.a.b }}", "v"]],
    ["the length of a text", ["{{ data.x.length }}", "v"]],
    ["a letter of a text", ["{{ data.x.0 }}", "v"]],
    ["a path into null", ["{{ data.x.a }}", null]],
    ["null itself", ["{{ data.x }}", null]],
    ["a member that is not there", ["{{ data.x.9 }}", ["v"]]],
    ["the length of a list", ["{{ data.x.length }}", ["v"]]],
    ["a member before the first", ['{{ data.x["-1"] }}', ["v"]]],
    ["a path into a number", ["{{ data.x.toFixed }}", 7]],
    ["a default that is missing, too", ["{{ missing | default(data.y) }}", "v"]],
  ]);
  const sinks = new Map<string, (template: string) => object>([
    ["a message", (content) => ({ kind: "message", content })],
    ["a question", (prompt) => ({ kind: "collect", variable: "asked", prompt })],
    ["a path", (template) => ({ kind: "call", url: `https://api.example.com/a/${template}/b` })],
    ["a query", (template) => ({ kind: "call", url: `https://api.example.com/?customer=${template}` })],
    ["a header", (template) => ({ kind: "call", url: "https://api.example.com/", headers: { "X-A": template } })],
    ["a body", (a) => ({ kind: "call", method: "POST", url: "https://api.example.com/", body: { a } })],
    ["a recipient", (to) => ({ kind: "action", action: "send_email", parameters: { to, subject: "S", body: "B" } })],
    ["a lead", (email) => ({ kind: "action", action: "create_lead", parameters: { email } })],
    ["a variable", (value) => ({ kind: "set", variable: "made", value })],
  ]);
  test.each(named(cross([...sinks.keys()], [...missing.keys()]), (sink, what) => `${what}, in ${sink}`))(
    "%s",
    (_name, [sink, what]) => {
      const [template, value] = missing.get(what) ?? ["", null];
      const chat = chatWith(value, [{ id: "hostile", ...sinks.get(sink)?.(template) }]);
      expect([callsOf(chat), actionsOf(chat)]).toEqual([[], []]);
      expect(chat.texts).toEqual([chat.context.settings.texts.handOff]);
      expect(handOffReason(chat)).toMatch(/^Step hostile could not be done: the variable [\w.-]+ has no value$/);
    },
  );
  const empty = ["", " ", "\t", "\u00a0"];
  test.each(
    named(
      cross(["a path", "a query", "a recipient", "a lead"], empty),
      (sink, value) => `the empty ${shown(value)}, in ${sink}`,
    ),
  )("%s", (_name, [sink, value]) => {
    const chat = chatWith(value, [{ id: "hostile", ...sinks.get(sink)?.("{{ data.x }}") }]);
    expect([callsOf(chat), actionsOf(chat)]).toEqual([[], []]);
    expect(handOffReason(chat)).toMatch(/^Step hostile could not be done: /);
  });
});
