import { afterEach, describe, expect, test } from "vitest";
import { conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Mail } from "../../src/domain/mail.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Mailer } from "../../src/ports/mail.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { freePort } from "../support/raw-server.ts";
import { type SmtpRefusal, startScriptedSmtpServer, startSmtpServer } from "../support/smtp-server.ts";

/** What the contract needs to open an implementation: a server on this machine, and a login where one is asked for. */
export interface OpenMailer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly from: string;
  readonly user?: string;
  readonly password?: string;
}

/** A mail to Jane, as the store has it. */
export function mailTo(change: Partial<Mail> = {}): Mail {
  return {
    workspace: workspaceIdSchema.parse("w1"),
    effectId: "0123456789abcdef0123456789abcdef-7",
    conversationId: conversationIdSchema.parse("c1"),
    to: "jane@customer.example",
    subject: "Your refund",
    body: "It is on its way.\n",
    sent: false,
    createdAt: Date.UTC(2026, 10, 22, 9),
    ...change,
  };
}

/** Whatever an implementation of the port Mailer must do, in one call per implementation. */
export function mailerContract(
  name: string,
  open: (options: OpenMailer, clock: Clock) => Mailer & { close(): Promise<void> },
): void {
  describe(`mailer contract: ${name}`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0).reverse()) await close();
    });

    function openAt(port: number, more: Partial<OpenMailer> = {}) {
      const clock = createFakeClock();
      const options = { host: "127.0.0.1", port, secure: false, from: "Usher <usher@shop.example>", ...more };
      const mailer = open(options, clock);
      closers.push(() => mailer.close());
      return { clock, mailer };
    }

    test("a mail arrives once, word by word, from the sender to the one recipient", async () => {
      const server = await startSmtpServer();
      closers.push(server.close);
      const { mailer, clock } = openAt(server.port);
      const body = `Grüße 😀\n.\n..two\nFrom here\n${"long ".repeat(300)}\nend\n`;
      expect(await mailer.send(mailTo({ subject: "Über 😀 alles", body }), 10_000)).toMatchObject({ kind: "done" });
      expect(server.mails).toHaveLength(1);
      const [arrived] = server.mails;
      expect(arrived?.recipients).toEqual(["jane@customer.example"]);
      expect(arrived?.mail.from?.value).toEqual([{ name: "Usher", address: "usher@shop.example" }]);
      expect(arrived?.mail.subject).toBe("Über 😀 alles");
      expect(arrived?.mail.text).toBe(body);
      expect(arrived?.mail.date).toEqual(new Date(Date.UTC(2026, 10, 22, 9)));
      expect(clock.pending()).toBe(0);
    });

    test("every attempt carries the same message id, so that a second copy can be recognised", async () => {
      const server = await startSmtpServer();
      closers.push(server.close);
      const { mailer } = openAt(server.port);
      await mailer.send(mailTo(), 10_000);
      await mailer.send(mailTo(), 10_000);
      const ids = server.mails.map(({ mail }) => mail.messageId);
      expect(ids).toEqual(Array(2).fill("<0123456789abcdef0123456789abcdef-7@shop.example>"));
    });

    describe("what the server says decides: 4xx is not sent, 5xx is failed", () => {
      const places: readonly SmtpRefusal["at"][] = ["connect", "auth", "from", "to", "end"];
      const rows = places.flatMap((at): (readonly [SmtpRefusal["at"], number, string])[] => [
        [at, 421, "notSent"],
        [at, 451, "notSent"],
        [at, 452, "notSent"],
        [at, 550, "failed"],
        [at, 554, "failed"],
      ]);
      test.each(rows)("at %s, with %i, is %s", async (at, code, kind) => {
        const server = await startSmtpServer({ refuse: { at, code } });
        closers.push(server.close);
        const { mailer } = openAt(server.port, { user: "usher", password: "password-canary" });
        const outcome = await mailer.send(mailTo(), 10_000);
        expect(outcome).toMatchObject({ kind, ...(kind === "notSent" ? { retryAfterMs: null } : {}) });
        expect(outcome).toMatchObject({ reason: expect.stringContaining(String(code)) });
        expect(JSON.stringify(outcome)).not.toMatch(/canary|jane|refund/i);
        expect(server.mails).toHaveLength(0);
      });
    });

    describe("what breaks off: before the mail's body it is not sent, from then on unknown", () => {
      const before = ["", "EHLO", "MAIL", "RCPT", "DATA"] as const;
      test.each(before)("a server that hangs up at %j", async (at) => {
        const server = await startScriptedSmtpServer((socket, line) => {
          if (at === "" ? line === "" : line.startsWith(at)) socket.destroy();
          return null;
        });
        closers.push(server.close);
        expect(await openAt(server.port).mailer.send(mailTo(), 10_000)).toMatchObject({ kind: "notSent" });
      });

      test.each(["", "."])("a server that hangs up after the go-ahead, at %j", async (at) => {
        let goAhead = false;
        const server = await startScriptedSmtpServer((socket, line) => {
          if (goAhead && (at === "" || line === at)) socket.destroy();
          if (line === "DATA") goAhead = true;
          return null;
        });
        closers.push(server.close);
        expect(await openAt(server.port).mailer.send(mailTo(), 10_000)).toMatchObject({ kind: "unknown" });
      });

      test.each(["EHLO", "MAIL", "RCPT", "DATA"])(
        "a server that keeps silent at %s until the time is over",
        async (at) => {
          const server = await startScriptedSmtpServer((_socket, line) => (line.startsWith(at) ? "" : null));
          closers.push(server.close);
          const { mailer, clock } = openAt(server.port);
          const sending = mailer.send(mailTo(), 10_000);
          await server.seen(at);
          clock.advance(10_000);
          expect(await sending).toMatchObject({ kind: "notSent", reason: expect.stringContaining("10000 ms") });
          expect(server.lines).not.toContain(".");
        },
      );

      test("a server that keeps silent after the whole mail until the time is over", async () => {
        const server = await startScriptedSmtpServer((_socket, line) => (line === "." ? "" : null));
        closers.push(server.close);
        const { mailer, clock } = openAt(server.port);
        const sending = mailer.send(mailTo(), 10_000);
        await server.seen(".");
        clock.advance(9999);
        clock.advance(1);
        expect(await sending).toMatchObject({ kind: "unknown", reason: expect.stringContaining("10000 ms") });
        expect(clock.pending()).toBe(0);
      });

      test("a server that says yes and hangs up has said yes", async () => {
        const server = await startScriptedSmtpServer((socket, line) => {
          if (line === ".") socket.end("250 taken\r\n");
          return line === "." ? "" : null;
        });
        closers.push(server.close);
        expect(await openAt(server.port).mailer.send(mailTo(), 10_000)).toMatchObject({ kind: "done" });
      });

      test("a server that nobody runs is not sent to", async () => {
        const { mailer } = openAt(await freePort());
        expect(await mailer.send(mailTo(), 10_000)).toMatchObject({ kind: "notSent", retryAfterMs: null });
      });
    });

    describe("attack 77: nothing in a mail becomes a header, a command, a recipient or markup", () => {
      test.each([
        "a\r\nBcc: evil@evil.test",
        "a\nBcc: evil@evil.test",
        "a\r\n\r\n<b>body</b>",
        "a\u0000b",
        "a\u2028Bcc: x@y.test",
      ])("the subject %j stays one subject", async (subject) => {
        const server = await startSmtpServer();
        closers.push(server.close);
        expect(await openAt(server.port).mailer.send(mailTo({ subject }), 10_000)).toMatchObject({ kind: "done" });
        const [arrived] = server.mails;
        expect(arrived?.mail.subject).toBe(subject.replace(/[\p{Cc}\u2028]+/gu, " "));
        expect(arrived?.mail.bcc).toBeUndefined();
        expect(arrived?.recipients).toEqual(["jane@customer.example"]);
        expect(arrived?.mail.text).toBe("It is on its way.\n");
      });

      test("HTML and commands in the body are its text", async () => {
        const server = await startSmtpServer();
        closers.push(server.close);
        const body = "<script>alert(1)</script>\r\n.\r\nRCPT TO:<evil@evil.test>\r\nBcc: evil@evil.test\n";
        expect(await openAt(server.port).mailer.send(mailTo({ body }), 10_000)).toMatchObject({ kind: "done" });
        const [arrived] = server.mails;
        expect(arrived?.mail.html).toBe(false);
        expect(arrived?.mail.headers.get("content-type")).toMatchObject({ value: "text/plain" });
        expect(arrived?.mail.text).toBe(body.replaceAll("\r", ""));
        expect(server.mails).toHaveLength(1);
      });

      test.each([
        "a@b.test,c@d.test",
        "a@b.test c@d.test",
        "Jane <a@b.test>",
        "a@b.test\r\nRCPT TO:<c@d.test>",
        "a@b.test\nBcc: c@d.test",
        "<a@b.test>",
        "a@b.test;c@d.test",
        '"a b"@c.test',
        "a@b@c.test",
        "a",
        "",
        "group:a@b.test;",
        "a@b.test\u0000",
        `${"a".repeat(300)}@b.test`,
        "a@b.test>",
        "ä@b.test",
      ])("the recipient %j is refused before anybody is connected, and not repeated", async (to) => {
        const server = await startScriptedSmtpServer(() => null);
        closers.push(server.close);
        const outcome = await openAt(server.port).mailer.send(mailTo({ to }), 10_000);
        expect(outcome).toMatchObject({ kind: "failed" });
        expect(JSON.stringify(outcome)).not.toContain("b.test");
        expect(server.lines).toEqual([]);
      });
    });

    test("closing leaves a mail whose body had left unknown, and sends none any more", async () => {
      const server = await startScriptedSmtpServer((_socket, line) => (line === "." ? "" : null));
      closers.push(server.close);
      const { mailer } = openAt(server.port);
      const sending = mailer.send(mailTo(), 10_000);
      await server.seen(".");
      await mailer.close();
      expect(await sending).toMatchObject({ kind: "unknown" });
      expect(await mailer.send(mailTo(), 10_000)).toMatchObject({ kind: "notSent" });
      expect(server.lines.filter((line) => line === ".")).toHaveLength(1);
    });
  });
}
