import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClosableMailer, createMailer } from "../../adapters/mail/mailer.ts";
import type { Mail } from "../../src/domain/mail.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { aMail } from "../support/records.ts";
import { startSmtpServer, type TestSmtpServer } from "../support/smtp-server.ts";
import { lineTexts } from "./hostile-texts.ts";
import { chatWith } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

// The value goes through a procedure's send_email, the real mailer and a real mail server; what a mail reader then
// reads is looked at. All mails leave at once, before the tests: each takes a while of waiting for nothing.
let server: TestSmtpServer;
let mailer: ClosableMailer;
beforeAll(async () => {
  server = await startSmtpServer();
  const settings = { host: "127.0.0.1", port: server.port, secure: false, from: "Support <support@example.com>" };
  mailer = createMailer(settings, createFakeClock());
  const outcomes = await Promise.all([...planned.values()].map((mail) => mailer.send(mail, 60_000)));
  expect(outcomes.filter(({ kind }) => kind !== "done")).toEqual([]);
});
afterAll(async () => {
  await mailer.close();
  await server.close();
});

const planned = new Map<string, Mail>();

/** Notes down a mail to be sent before the tests, under a name of its own; null stays null. */
function plan(mail: Mail | null): string | null {
  if (mail === null) return null;
  const id = `mail-${planned.size}`;
  planned.set(id, { ...mail, effectId: id });
  return id;
}

/** What arrived of a planned mail: once, to one recipient, with no header of anybody else's. */
function received(id: string) {
  const found = server.mails.filter(({ mail }) => mail.messageId?.startsWith(`<${id}@`));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`it arrived ${found.length} times`);
  expect(only.recipients).toEqual(["maria@example.com"]);
  const names = ["bcc", "cc", "x-evil", "reply-to", "sender", "resent-to"];
  expect(names.filter((name) => only.mail.headers.has(name))).toEqual([]);
  expect(only.mail.html).toBe(false);
  expect(only.mail.attachments).toEqual([]);
  return only;
}

/** The mail that a procedure with this value asks for, or null when its step fails. */
function asked(value: string, parameters: object): Mail | null {
  const step = { id: "hostile", kind: "action", action: "send_email", parameters };
  const chat = chatWith(value, [step]);
  const act = chat.performed.find(({ effect }) => effect.kind === "act");
  if (act?.effect.kind !== "act" || act.effect.action.kind !== "send_email") return null;
  const { to, subject, body } = act.effect.action;
  return aMail({ to, subject, body, effectId: act.id });
}

const injections = [
  ...[
    "\r\nBcc: evil@x.com",
    "\nBcc: evil@x.com",
    "\rBcc: evil@x.com",
    "\r\n\r\n<h1>x</h1>",
    "\r\nContent-Type: text/html\r\n\r\n<b>",
    "\r\n.\r\nQUIT\r\n",
  ],
  ...[
    "\r\n.\r\nMAIL FROM:<x@x>\r\nRCPT TO:<evil@x.com>\r\nDATA\r\n",
    "\n.\nMAIL FROM:<x@x>",
    "\r\n ..\r\n",
    "=?utf-8?Q?=0D=0ABcc:_evil@x.com?=",
    "=?utf-8?B?DQpCY2M6IGV2aWxAeC5jb20=?=",
  ],
  ...[
    "%0d%0aBcc: evil@x.com",
    "\\r\\nBcc: evil@x.com",
    "嘊嘍Bcc: evil@x.com",
    "\u2028Bcc: evil@x.com",
    "\u0085Bcc: evil@x.com",
    "\u000bBcc: evil@x.com",
    "a".repeat(400),
  ],
];
const markup = [
  ...[
    "<script>alert(1)</script>",
    "<img src=https://evil.test/x>",
    "<b>APPROVED</b>",
    "<a href='https://evil.test'>Approve</a>",
    "</body></html>",
  ],
  ...[
    "<!--",
    "&lt;script&gt;",
    "<style>*{display:none}</style>",
    "[Approve](https://evil.test)",
    "javascript:alert(1)",
    "<svg onload=alert(1)>",
    "{{7*7}}",
  ],
];

const encoded = injections.filter((value) => value.startsWith("=?"));

describe("attack 77 · what ends a line in a subject stays within the subject", () => {
  const templates = ["{{ data.x }}", "Your order {{ data.x }}", "{{ data.x }} is ready"];
  const hostile = cross(
    templates,
    injections.filter((value) => !encoded.includes(value)),
  );
  const texts = cross(["About {{ data.x }}"], [...markup, ...lineTexts]);
  const rows = [...hostile, ...texts].map(([template, value]) => {
    const id = plan(asked(value, { to: "maria@example.com", subject: template, body: "Hello" }));
    return [template, value, id] as const;
  });
  test.each(named(rows, (template, value, _id) => `${shown(value)} as ${template}`))(
    "%s",
    (_name, [template, value, id]) => {
      // A subject of nothing but control characters is none, and the step fails.
      if (id === null) return expect(value).toMatch(/^[\p{Cc}\s]*$/u);
      const { mail: read, raw } = received(id);
      const plain = value.toWellFormed().replace(/\p{Cc}+/gu, " ");
      const wanted = template.replace("{{ data.x }}", () => plain).replace(/[\u2028\u2029]+/g, " ");
      expect(squeezed(read.subject ?? "")).toBe(squeezed(wanted));
      expect(read.text?.trim()).toBe("Hello");
      // One subject, and no line of the head begins with what was typed.
      const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
      expect(head.match(/^subject:/gim)).toHaveLength(1);
      expect(head).not.toMatch(/^(?:bcc|x-evil|mail from|content-type: text\/html)/im);
    },
  );
  const words = encoded.map((value) => {
    return [
      value,
      plan(asked(value, { to: "maria@example.com", subject: "S {{ data.x }}", body: "Hello" })) ?? "",
    ] as const;
  });
  test.each(words)("%s makes no recipient and no header", (_value, id) => {
    received(id);
  });
  test.each(words)("%s is read as it is written, and approved, and not as what it encodes", (value, id) => {
    const { mail: read, raw } = received(id);
    expect(read.subject).toBe(`S ${value}`);
    for (const [word] of raw.matchAll(/=\?UTF-8\?B\?[^?]*\?=/g)) expect(word.length).toBeLessThanOrEqual(75);
  });
});

/** White space is folded in a head as it likes. */
function squeezed(text: string): string {
  return text.replace(/[\s\ufeff]+/g, " ").trim();
}

describe("attack 77 · what is markup, or the end of a mail, in a body is read as it was typed", () => {
  const body = "You wrote: {{ data.x }}\nBye";
  const rows = [...injections, ...markup].map((value) => {
    return [value, plan(asked(value, { to: "maria@example.com", subject: "Hi", body })) ?? ""] as const;
  });
  test.each(named(rows))("%s", (_name, [value, id]) => {
    const { mail: read } = received(id);
    expect(read.headers.get("content-type")).toMatchObject({ value: "text/plain" });
    const lines = (text: string) =>
      text
        .replace(/\r\n?/g, "\n")
        .replace(/[^\P{Cc}\n\t]/gu, "")
        .trimEnd();
    expect(lines(read.text ?? "")).toBe(lines(`You wrote: ${value}\nBye`));
  });
});

describe("attack 77 · a recipient that is two, or ends a line, is no recipient", () => {
  const addresses = [
    ...[
      "maria@example.com, evil@x.com",
      "maria@example.com\r\nBcc: evil@x.com",
      "maria@example.com;evil@x.com",
      "<maria@example.com>",
      "Maria <maria@example.com>",
    ],
    ...[
      "maria@example.com evil@x.com",
      "maria@example.com\u0000",
      '"evil@x.com" <maria@example.com>',
      "maria@example.com,",
      "maria@example.com> SIZE=1\r\nRCPT TO:<evil@x.com",
    ],
    ...[
      "undisclosed: maria@example.com;",
      "maria@example.com\nevil@x.com",
      "@x.com:maria@example.com",
      "mària@example.com",
      "maria@example.com\u2028evil@x.com",
      "",
    ],
  ];
  test.each(named(addresses.map((value) => [value] as const)))(
    "%s, by a procedure and by the mailer alone",
    async (_name, [value]) => {
      expect(asked(value, { to: "{{ data.x }}", subject: "Hi", body: "Hi" })).toBeNull();
      expect(await mailer.send(aMail({ to: value }), 10_000)).toMatchObject({
        kind: "failed",
        reason: expect.stringContaining("was not sent"),
      });
    },
  );
});
