import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { readInput } from "../../src/engine/input.ts";
import { type Chat, chatAbout } from "../support/chat.ts";
import { cpuMsOf } from "../support/cpu-ms.ts";
import { chatWith, handOffReason } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

/** A run that asks for one value and then does something with it, after somebody answered this. */
function answered(validation: string, text: string, settings: { locale?: string; region?: string } = {}): Chat {
  const steps = [
    { id: "ask", kind: "collect", variable: "given", prompt: "Please say it.", validation },
    { id: "wait", kind: "collect", variable: "last", prompt: "Thanks." },
  ];
  return chatAbout(steps, { settings }).say("start").say(text);
}

/** The answer was not taken, the question was asked again, and nothing was kept of it. */
function expectAskedAgain(chat: Chat): void {
  expect(chat.conversation.run).toMatchObject({ stepId: "ask", variables: {}, wait: { kind: "input" } });
  expect(chat.lastText).toMatch(/^.+\nPlease say it\.$/);
}

const given = (chat: Chat): unknown => chat.conversation.run?.variables["given"];

describe("attack 51 · what is no number to people is none, in any locale", () => {
  const locales = ["en-US", "de-DE", "fr-FR", "de-CH", "hi-IN", "ar-EG", "sv-SE"];
  const texts = [
    ...[
      "",
      " ",
      "\t",
      "\u00a0",
      "\u200b",
      "0x10",
      "0X1F",
      "0b11",
      "0o17",
      "1e309",
      "1e5",
      "1E5",
      "1e-400",
      "Infinity",
      "-Infinity",
      "NaN",
    ],
    ...[
      "1,2,3",
      "1.2.3.4",
      "--5",
      "+-5",
      "5-",
      "10-20",
      "1/2",
      "½",
      "10²",
      "²",
      "1_000",
      "1n",
      "1;2",
      "1:30",
      "2024-01-01",
      "0x",
      "null",
    ],
    ...[
      "true",
      "[1]",
      "{}",
      "undefined",
      "\u202e54",
      "5\u202e4",
      "5 6",
      "０x１０",
      "٠x١٠",
      "5;DROP TABLE",
      "=5+5",
      "5*5",
      "5^2",
      "5 or 6",
    ],
    ...[
      "12345678901234567890",
      "9007199254740993",
      "999999999999 million",
      "1,2.3,4",
      "1..2",
      "1,,000",
      "0.0.0.0",
      "less than 5",
      "5?",
    ],
    ...["constructor", "__proto__", "toString", "%35", "&#53;", "five hundred and six", "V", "ⅴ", "①②"],
  ];
  test.each(named(cross(locales, texts), (locale, text) => `${shown(text)} in ${locale}`))(
    "%s",
    (_name, [locale, text]) => {
      expectAskedAgain(answered("number", text, { locale }));
    },
  );
});

describe("attack 51 · a number is read as people of that place write it, or not at all", () => {
  const none = undefined;
  const columns = ["en-US", "de-DE", "fr-FR", "hi-IN"] as const;
  const table: readonly (readonly [string, ...(number | undefined)[]])[] = [
    ["1,000", 1000, none, none, 1000],
    ["1.000", none, 1000, none, none],
    ["1,5", none, 1.5, 1.5, none],
    ["1.5", 1.5, 1.5, 1.5, 1.5],
    ["1.234,50", 1234.5, 1234.5, 1234.5, 1234.5],
    ["1,234.50", 1234.5, 1234.5, 1234.5, 1234.5],
    ["1 200", none, none, 1200, none],
    ["1\u202f200", none, none, 1200, none],
    ["1'200", 1200, 1200, 1200, 1200],
    ["1,00,000", 100_000, 100_000, 100_000, 100_000],
    ["٦٠", 60, 60, 60, 60],
    ["१२३", 123, 123, 123, 123],
    ["６０", 60, 60, 60, 60],
    ["٣٫٥", 3.5, 3.5, 3.5, 3.5],
    ["١٬٠٠٠", 1000, 1000, 1000, 1000],
    ["007", 7, 7, 7, 7],
    ["-0", 0, 0, 0, 0],
    ["−5", -5, -5, -5, -5],
    ["999999999999999", 999_999_999_999_999, 999_999_999_999_999, 999_999_999_999_999, 999_999_999_999_999],
  ];
  const rows = table.flatMap(([text, ...values]) => columns.map((locale, at) => [text, locale, values[at]] as const));
  test.each(
    named(
      rows,
      (text, locale, value) => `${value === none ? "" : "control: "}${shown(text)} in ${locale} is ${value ?? "none"}`,
    ),
  )("%s", (_name, [text, locale, value]) => {
    const chat = answered("number", text, { locale });
    expect(given(chat)).toBe(value);
    if (value === none) expectAskedAgain(chat);
  });
});

const noEmails = [
  ...[
    "",
    "jane",
    "jane@",
    "@x.com",
    "jane@x",
    "jane @ x.com",
    "jane at x dot com",
    "a@b@x.com",
    ".a@x.com",
    "a..b@x.com",
    "a.@x.com",
  ],
  ...[
    "a@x.com, b@y.com",
    "a@x.com,b@y.com",
    "a@x.com;b@y.com",
    "a@x.com b@y.com",
    "a@x.com|b@y.com",
    "a@x.com/b@y.com",
    "a@x.com%2Cb@y.com",
  ],
  ...[
    '"ceo@corp.com" <evil@x.com>',
    "<a@x.com>,<b@y.com>",
    "Group: a@x.com, b@y.com;",
    "a@x.com (b@y.com)",
    '"a b"@x.com',
    '"a\\"@x.com',
  ],
  ...[
    "a@x.com\r\nBcc: b@y.com",
    "a@x.com\nBcc: b@y.com",
    "a@x.com\rBcc: b@y.com",
    "a@x.com\r\n\r\nHello",
    "a@x.com\u0000",
    "a@x.com\u0000b@y.com",
  ],
  ...[
    "a@x.com%0ABcc:b@y.com",
    "a@x.com%0d%0aBcc:b@y.com",
    "a@x.com\u0085Bcc: b@y.com",
    "a@x.com\u2028b@y.com",
    "a@x..com",
    "a@-x.com",
  ],
  ...[
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a@localhost",
    "a@0x7f.1",
    "\u202emoc.x@enaj",
    "\u202ejane@x.com",
    "a@x.com\u202e",
    "a@x.com?bcc=b@y.com",
  ],
  ...[
    "jäne@x.com",
    "ja\u0301ne@x.com",
    "а@x.com",
    "jane＠x＠y.com",
    "a=b@x.com",
    "a%b@x.com",
    "a!b@x.com",
    "a@x.com#b@y.com",
    "mailto:a@x.com,b@y.com",
  ],
  ...[
    `${"a".repeat(65)}@x.com`,
    `a@${"b".repeat(300)}.com`,
    `a@${"bcde.".repeat(60)}com`,
    `${"a@x.com ".repeat(200)}`,
    "a".repeat(300),
  ],
  ...[
    "{{ customer.id }}@x.com",
    "$(id)@x.com",
    "`id`@x.com",
    "a@x.com\tb@y.com",
    "a@x.com\u200b,b@y.com",
    "__proto__@",
  ],
];

describe("attack 52 · an answer that could mean a second recipient, or another header, is asked for again", () => {
  test.each(named(noEmails.map((text) => [text] as const)))("%s", (_name, [text]) => {
    expectAskedAgain(answered("email", text));
  });
  // What a company's system says has passed no question: the action itself refuses it.
  test.each(
    named(
      noEmails.map((text) => [text] as const),
      (text) => `${shown(text)} from an API, as the recipient`,
    ),
  )("%s", (_name, [text]) => {
    for (const action of ["send_email", "create_lead"]) {
      const parameters =
        action === "send_email" ? { to: "{{ data.x }}", subject: "S", body: "B" } : { email: "{{ data.x }}" };
      const chat = chatWith(text, [{ id: "hostile", kind: "action", action, parameters }]);
      const acts = chat.performed.flatMap(({ effect }) => (effect.kind === "act" ? [effect.action] : []));
      if (acts.length > 0) expect(onlyAddress(acts[0])).toBe(text);
      else expect(handOffReason(chat)).toMatch(/^Step hostile could not be done: /);
    }
  });
});

/** The one address of an action; fails the test if it could be read as two, or end a header. */
function onlyAddress(action: object | undefined): string {
  const address = String(Reflect.get(action ?? {}, "to") ?? Reflect.get(action ?? {}, "email"));
  expect(address).toMatch(/^[^\s@,;<>"()[\]\\\p{Cc}\p{Cf}]+@[A-Za-z0-9.-]+$/u);
  return address;
}

describe("attack 52 · what is taken is one address, with a domain that shows itself", () => {
  test.each([
    ["it's jane@x.com thanks", "jane@x.com"],
    ["<jane@x.com>", "jane@x.com"],
    ["Jane Doe <jane@x.com>", "jane@x.com"],
    ["jane@X.COM", "jane@x.com"],
    ["jane@müller.de", "jane@xn--mller-kva.de"],
    ["jane@pаypal.com", "jane@xn--pypal-4ve.com"],
    ["jane@exa\u00admple.com", "jane@example.com"],
    ["jane＠x.com", "jane@x.com"],
    ["\u200bjane@x.com\u200b", "jane@x.com"],
    ["mailto:jane@x.com", "jane@x.com"],
    ["jane@x.com or jane@x.com", "jane@x.com"],
  ])("%j is %s", (text, address) => {
    expect(given(answered("email", text))).toBe(address);
  });
});

describe("attack 52 · what is no phone number, or two of them, is asked for again", () => {
  const texts = [
    ...[
      "",
      "+",
      "++1 201 555 0123",
      "abc",
      "call me",
      "12",
      "911",
      "1234",
      "1".repeat(40),
      "+1".repeat(20),
      "0000000000",
      "5555555555",
    ],
    ...[
      "+1 201 555 0123, +1 201 555 0124",
      "201 555 0123 or 201 555 0199",
      "12.05.2025",
      "2025-05-12",
      "\u202e3210 555 102 1+",
      "0x12015550123",
    ],
    ...[
      "201-555-0123'; DROP TABLE",
      "+1 201 555 0123\u202e",
      "1e10",
      "AB201 555 0123CD",
      "{{ customer.id }}",
      "tel:",
      "+999 123 456 789 012 345",
    ],
  ];
  const regions = ["US", "DE", "IN"];
  // A semicolon ends a sentence for people: the number before it is the answer, and only its digits are kept.
  const rows = cross(regions, texts).filter(([, text]) => !text.includes("DROP"));
  test.each(named(rows, (region, text) => `${shown(text)} in ${region}`))("%s", (_name, [region, text]) => {
    expectAskedAgain(answered("phone", text, { region }));
  });
  test.each([
    "(201) 555-0123",
    "+1 201 555 0123",
    "it's 201.555.0123 thanks",
    "201-555-0123'; DROP TABLE x",
    "+1 (201) 555-0123 ext. 9",
  ])("of %j only the digits are kept", (text) => {
    expect(given(answered("phone", text))).toBe("+12015550123");
  });
});

describe("attack 53 · no answer takes long to read, whatever it is made of", () => {
  const pieces = new Map<string, string>([
    ["aaaa…!", "a"],
    ["letters and digits", "a1"],
    ["@", "@"],
    ["half addresses", "a@a."],
    ["addresses", "a@b.co "],
    ["dots", "."],
    ["a1.a1.a1", "a1."],
    ["commas and digits", "1,"],
    ["digits", "1"],
    ["brackets and digits", "(1) "],
    ["plus and digits", "+1 "],
    ["dashes", "1-"],
    ["blanks", " "],
    ["blanks and letters", "a  "],
    ["line ends", "\n"],
    ["no-break spaces", "\u00a0"],
    ["combining marks", "a\u0301\u0323"],
    ["zero width", "\u200b"],
    ["emoji", "👩‍👩‍👧 "],
    ["please", "please "],
    ["yes", "yes, "],
    ["quotes", "\"'"],
    ["hashes", "# "],
    ["order is", "my order number is "],
  ]);
  const rules = new Map<string, Parameters<typeof readInput>[1]>([
    ["text", { validation: "text" }],
    ["email", { validation: "email" }],
    ["phone", { validation: "phone" }],
    ["number", { validation: "number" }],
    ["a choice", { validation: "text", choices: ["yes", "no", "a1 a1 a1", "aaaa"] }],
  ]);
  const rows = cross([...rules.keys()], [...pieces.keys()]);
  test.each(named(rows, (rule, piece) => `${piece} as ${rule}`))("%s", (_name, [rule, piece]) => {
    const long = (length: number): string => `${(pieces.get(piece) ?? "").repeat(length).slice(0, length)}!`;
    const wanted = rules.get(rule) ?? { validation: "text" };
    // The lengths at which a validator begins to refuse unread are the worst: one below each of them, too.
    for (const length of [119, 199, 249, 299, 999, limits.turnLength - 1, 50_000]) {
      const text = long(length);
      const where = { region: "US", locale: "en-US" } as const;
      const times = [1, 2, 3].map(() => cpuMsOf(() => readInput(text, wanted, where)));
      expect(Math.min(...times), `${length} characters`).toBeLessThan(20);
    }
  });
  test.each([...pieces.keys()])("%s as a whole turn, with all the words that Usher listens for", (piece) => {
    const text = (pieces.get(piece) ?? "").repeat(limits.turnLength).slice(0, limits.turnLength);
    const chat = chatAbout([{ id: "ask", kind: "collect", variable: "x", prompt: "x", validation: "email" }]).say(
      "start",
    );
    const times = [1, 2, 3].map(() => cpuMsOf(() => chat.say(text)));
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
