import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { agentsCardJson } from "../../adapters/web/render.ts";
import { visible, visibleLine } from "../../src/domain/visible.ts";
import { createLogger } from "../../src/log.ts";
import { type Chat, chatAbout, customer } from "../support/chat.ts";
import { fileOf, publish } from "./publish.ts";
import { callsOf, handOffReason } from "./run.ts";
import { cross, named } from "./variants.ts";

// Characters that nobody sees, or that make what stands around them read differently.
const strange = new Map<string, string>([
  ["U+202E, right to left", "\u202e"],
  ["U+202D, left to right", "\u202d"],
  ["U+2066, an isolate", "\u2066"],
  ["U+2067, an isolate", "\u2067"],
  ["U+200F, a mark", "\u200f"],
  ["U+061C, a mark", "\u061c"],
  ["U+200B, zero width", "\u200b"],
  ["U+200D, a joiner", "\u200d"],
  ["U+2060, a joiner", "\u2060"],
  ["U+FEFF, a byte order mark", "\ufeff"],
  ["U+00AD, a soft hyphen", "\u00ad"],
  ["U+180E, a vowel separator", "\u180e"],
  ["U+E0041, a tag", "\u{e0041}"],
  ["U+2028, a line separator", "\u2028"],
  ["U+0000", "\u0000"],
  ["U+0007, a bell", "\u0007"],
  ["U+0008, a backspace", "\u0008"],
  ["an ANSI colour", "\u001b[31m"],
  ["an ANSI title", "\u001b]0;x\u0007"],
  ["U+009B, the short ANSI escape", "\u009b31m"],
  ["U+007F", "\u007f"],
  ["a carriage return", "\r"],
  ["a homoglyph", "а"],
  ["a tower of marks", "\u0301".repeat(50)],
]);

const around = (name: string): string => `pay${strange.get(name)}100`;

function refund(name: string): Chat {
  return chatAbout([
    { id: "ask", kind: "collect", variable: "typed", prompt: "Say it." },
    { id: "tell", kind: "message", content: "{{ typed }}" },
    {
      id: "post",
      kind: "call",
      method: "POST",
      url: "https://api.example.com/",
      body: { a: "{{ typed }}" },
      approval: "require",
    },
  ])
    .say("start")
    .say(around(name));
}

describe("attack 54 · a strange character is stored as it was typed, and sent as it was approved", () => {
  test.each([...strange.keys()])("%s", (name) => {
    const chat = refund(name);
    expect(chat.conversation.run?.variables["typed"]).toBe(around(name));
    expect(chat.texts).toContain(around(name));
    chat.decide({ kind: "approve" });
    expect(JSON.parse(callsOf(chat)[0]?.effect.request.body ?? "")).toEqual({ a: around(name) });
  });
});

describe("attack 54 · a strange character goes into no header, no line of a mail, and no name", () => {
  test.each([...strange.keys()])("%s in a header is a step error", (name) => {
    const chat = chatAbout([
      { id: "ask", kind: "collect", variable: "typed", prompt: "Say it." },
      { id: "hostile", kind: "call", url: "https://api.example.com/", headers: { "X-A": "{{ typed }}" } },
    ]);
    chat.say("start").say(around(name));
    expect(callsOf(chat)).toEqual([]);
    expect(handOffReason(chat)).toContain("the header X-A would have characters");
  });
  test.each([...strange.keys()])("%s in a ticket's subject cannot end its line", (name) => {
    const chat = chatAbout([
      { id: "ask", kind: "collect", variable: "typed", prompt: "Say it." },
      {
        id: "ticket",
        kind: "action",
        action: "create_ticket",
        parameters: { subject: "S {{ typed }}", priority: "LOW" },
      },
    ]);
    chat.say("start").say(around(name));
    const action = chat.performed.find(({ effect }) => effect.kind === "act")?.effect;
    expect(action?.kind === "act" && "subject" in action.action && action.action.subject).not.toMatch(/\p{Cc}/u);
  });
  const validations = ["email", "phone", "number"];
  const rows = cross(validations, [...strange.keys()]);
  test.each(named(rows, (validation, name) => `${name} in an answer that is no ${validation}`))(
    "%s",
    (_name, [validation, name]) => {
      const chat = chatAbout([
        { id: "ask", kind: "collect", variable: "typed", prompt: "Say it.", validation },
        { id: "wait", kind: "collect", variable: "last", prompt: "Thanks." },
      ]);
      const good = { email: "jane@x.com", phone: "+1 201 555 0123", number: "100" }[validation] ?? "";
      chat.say("start").say(`${good.slice(0, 3)}${strange.get(name)}${good.slice(3)}`);
      // Refused, or taken without it: what is kept is the plain value and nothing else.
      const kept = chat.conversation.run?.variables["typed"];
      if (kept !== undefined) expect(String(kept)).toMatch(/^[\x21-\x7e]+$/);
    },
  );
  test.each([...strange.keys()])(
    "%s in the name of a variable, or as a text of a file, is refused or kept apart",
    async (name) => {
      const { writes, message } = await publish(
        "a.json",
        fileOf([{ id: "hostile", kind: "set", variable: around(name), value: 1 }]),
      );
      expect(writes).toBe(0);
      // The error shows none of it: it goes to a terminal.
      expect(message.replaceAll("\n", " ")).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    },
  );
});

// A joiner makes families of emoji; that one is only an inconvenience.
const visibleAnyway = new Set(["a homoglyph", "a tower of marks", "U+200D, a joiner"]);
const invisible = [...strange.keys()].filter((name) => !visibleAnyway.has(name));

describe("attack 54 · a strange character in the log is one that a terminal shows", () => {
  function logged(name: string): string {
    let text = "";
    const destination = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    const log = createLogger("info", { destination });
    log.error({ conversation: around(name), error: new Error(around(name)), [around(name)]: 1 }, around(name));
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    return text.trimEnd();
  }
  test.each([...invisible, "U+200D, a joiner"])("%s", (name) => {
    const line = logged(name);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    // It is still the same JSON.
    expect(JSON.parse(line)).toMatchObject({ msg: around(name), conversation: around(name), [around(name)]: 1 });
  });
});

describe("attack 54 · a strange character in an approval is one that the agent sees", () => {
  const raw = /[^\P{Cc}\n\t]|\p{Cf}|[\u2028\u2029]/u;
  const seen = (name: string): RegExp => {
    const number = (strange.get(name)?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return new RegExp(`pay⟨U\\+${number}⟩`);
  };
  test.each(invisible)("%s on the card, on the page too", (name) => {
    const chat = refund(name);
    const [shown] = chat.cards;
    if (shown === undefined) throw new Error("no card was posted");
    const { id: effect, card, under } = shown;
    const json = agentsCardJson({ effect, conversation: chat.conversation.id, card, at: chat.now, under });
    const values = textsIn(json.card.sections);
    expect(values.join()).not.toMatch(raw);
    expect(values.join()).toMatch(seen(name));
  });
  test.each(invisible)("%s in the trace, in the name of the customer, and in what is said to people", (name) => {
    const chat = refund(name)
      .say("human please", { ...customer, name: around(name) })
      .say(around(name));
    const { people, run } = chat.conversation;
    expect(people).not.toBeNull();
    const shownCards = chat.performed.flatMap(({ effect }) => ("card" in effect ? [effect.card] : []));
    expect(shownCards.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["approval", "handOff", "relay"]));
    const texts = [...textsIn(shownCards), ...textsIn(run?.trace ?? [])];
    expect(texts.join()).not.toMatch(raw);
    expect(texts.join()).toMatch(seen(name));
  });
  test("what emoji are made of, line ends and tabs stay as they are", () => {
    const text = "👩‍👩‍👧 ❤️ a\n\tb 日本 grüße שלום";
    expect(visible(text)).toBe(text);
    expect(visibleLine("a\n\tb")).toBe("a⟨U+000A⟩⟨U+0009⟩b");
  });
  test("done twice it is the same", () => {
    for (const name of strange.keys()) expect(visible(visible(around(name)))).toBe(visible(around(name)));
  });
});

/** Every text in a value, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
