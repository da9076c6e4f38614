import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createMailer, type SmtpOptions } from "../../adapters/mail/mailer.ts";
import { mailerContract, mailTo } from "../contracts/mailer-contract.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { startScriptedSmtpServer, startSmtpServer } from "../support/smtp-server.ts";

mailerContract("nodemailer", createMailer);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function openAt(port: number, more: Partial<SmtpOptions> = {}) {
  const options = { host: "127.0.0.1", port, secure: false, from: "usher@shop.example", ...more };
  const mailer = createMailer(options, createFakeClock());
  closers.push(() => mailer.close());
  return mailer;
}

describe("the login", () => {
  test("user and password are given when they are set, and only then", async () => {
    const server = await startSmtpServer();
    closers.push(server.close);
    expect(await openAt(server.port).send(mailTo(), 10_000)).toMatchObject({ kind: "done" });
    expect(server.logins).toEqual([]);
    const login = { user: "usher", password: "secret" };
    expect(await openAt(server.port, login).send(mailTo(), 10_000)).toMatchObject({ kind: "done" });
    expect(server.logins).toEqual(["usher:secret"]);
  });

  test("a password is not sent unencrypted to another machine, also when STARTTLS is not offered", async () => {
    const server = await startScriptedSmtpServer((_socket, line) =>
      line.startsWith("EHLO") ? "250-test\r\n250 AUTH PLAIN LOGIN" : line === "STARTTLS" ? "502 no" : null,
    );
    closers.push(server.close);
    // This spelling leads to this machine as well, but the mailer does not count it as such.
    const there = openAt(server.port, { host: "::ffff:127.0.0.1", user: "usher", password: "secret" });
    expect(await there.send(mailTo(), 10_000)).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("502"),
    });
    expect(server.lines.some((line) => line.startsWith("AUTH"))).toBe(false);
    const here = openAt(server.port, { user: "usher", password: "secret" });
    await here.send(mailTo(), 10_000);
    expect(server.lines.some((line) => line.startsWith("AUTH"))).toBe(true);
  });

  test("attack 32: a certificate that nobody vouches for is not sent to, with STARTTLS and with TLS", async () => {
    const server = await startSmtpServer({ encrypted: true });
    closers.push(server.close);
    const login = { user: "usher", password: "secret" };
    for (const secure of [false, true]) {
      const outcome = await openAt(server.port, { ...login, secure }).send(mailTo(), 10_000);
      expect(outcome).toMatchObject({ kind: "notSent" });
    }
    expect(server.logins).toEqual([]);
    expect(server.mails).toEqual([]);
  });
});

describe("attack 77: files, URLs and senders", () => {
  test("a text that names a file or a URL is sent as that text", async () => {
    const folder = mkdtempSync(join(tmpdir(), "usher-mail-"));
    closers.push(async () => rmSync(folder, { recursive: true }));
    const file = join(folder, "secret.txt");
    writeFileSync(file, "canary");
    const server = await startSmtpServer();
    closers.push(server.close);
    for (const body of [file, `file://${file}`, "http://127.0.0.1:1/", "data:text/plain,canary2"]) {
      expect(await openAt(server.port).send(mailTo({ body, subject: body }), 10_000)).toMatchObject({ kind: "done" });
      expect(server.mails.at(-1)?.mail.text?.trimEnd()).toBe(body);
      expect(server.mails.at(-1)?.raw).not.toMatch(/^canary$/m);
    }
  });

  test.each([
    "",
    "usher",
    "a@b.example\r\nBcc: c@d.example",
    "Usher <a@b.example>, c@d.example",
    "U\nX <a@b.example>",
    "a@b.example>",
    "Usher <>",
    "@b.example",
  ])("the sender %j is refused at the start", (from) => {
    const options = { host: "127.0.0.1", port: 25, secure: false, from };
    expect(() => createMailer(options, createFakeClock())).toThrow(/sender/);
  });

  test.each([
    ["usher@shop.example", ""],
    ['"Usher, the bot" <usher@shop.example>', "Usher, the bot"],
    ["Über <usher@shop.example>", "Über"],
  ])("the sender %j is written with its name", async (from, name) => {
    const server = await startSmtpServer();
    closers.push(server.close);
    expect(await openAt(server.port, { from }).send(mailTo(), 10_000)).toMatchObject({ kind: "done" });
    expect(server.mails[0]?.mail.from?.value).toEqual([{ name, address: "usher@shop.example" }]);
  });
});
