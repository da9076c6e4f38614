import { isIPv6 } from "node:net";
import { Readable } from "node:stream";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Mail } from "../../src/domain/mail.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Mailer } from "../../src/ports/mail.ts";
import { outcomeOfError } from "./outcome.ts";

/**
 * A mail server. `secure`: TLS from the first byte; otherwise STARTTLS where it is offered. `from`: "a@b.example" or
 * "Name <a@b.example>". With a password, an unencrypted connection is refused unless the host is this machine.
 */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
}

/** The way to a mail server, until it is closed. */
export interface ClosableMailer extends Mailer {
  /** Breaks off what is under way and resolves when each of those sends has its outcome; later mails are not sent. */
  close(): Promise<void>;
}

interface Sender {
  readonly name: string;
  readonly address: string;
}

/**
 * Makes the way to one mail server; each mail has a connection of its own. Throws an Error if `from` is no address.
 */
export function createMailer(smtp: SmtpOptions, clock: Clock): ClosableMailer {
  const sender = readSender(smtp.from);
  let closed = false;
  const underWay = new Map<AbortController, Promise<Outcome>>();
  return {
    async send(mail, timeoutMs) {
      const stop = new AbortController();
      if (closed) stop.abort("Usher is stopping");
      const cancelTimer = clock.after(timeoutMs, () => stop.abort(`its ${timeoutMs} ms were over`));
      const sending = sendOnce(smtp, sender, mail, timeoutMs, stop.signal);
      underWay.set(stop, sending);
      try {
        return await sending;
      } finally {
        cancelTimer();
        underWay.delete(stop);
      }
    },
    async close() {
      closed = true;
      for (const stop of underWay.keys()) stop.abort("Usher is stopping");
      await Promise.allSettled(underWay.values());
    },
  };
}

async function sendOnce(
  smtp: SmtpOptions,
  sender: Sender,
  mail: Mail,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Outcome> {
  if (!isOneAddress(mail.to)) {
    return { kind: "failed", reason: "The mail was not sent: its recipient is not one plain e-mail address" };
  }
  const messageId = `<${mail.effectId.replace(/[^\w-]/g, "")}@${sender.address.split("@")[1]}>`;
  const message = await compose(sender, mail, messageId);
  const connection = new SMTPConnection(connectionOptions(smtp, timeoutMs));
  return deliver(connection, smtp, { from: sender.address, to: mail.to, message, messageId }, stop);
}

function connectionOptions(smtp: SmtpOptions, timeoutMs: number): ConstructorParameters<typeof SMTPConnection>[0] {
  const here = ["localhost", "127.0.0.1", "::1"].includes(smtp.host);
  return {
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure,
    // A password never crosses a network in clear, also not when somebody on the way hides the offer of STARTTLS.
    requireTLS: !smtp.secure && smtp.password !== undefined && !here,
    tls: { rejectUnauthorized: true, minVersion: "TLSv1.2" },
    // The clock port's limit covers the whole; these only end what nodemailer waits for after it.
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
  };
}

/** The bytes of the mail: plain text only, so that markup in it stays text. */
function compose(sender: Sender, mail: Mail, messageId: string): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: sender.name, address: sender.address },
    to: { name: "", address: mail.to },
    subject: subjectOf(mail.subject.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()),
    text: mail.body.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, ""),
    date: new Date(mail.createdAt),
    // The same for every attempt: a mail that came twice can be recognised.
    messageId,
    headers: { "Auto-Submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

// A word of RFC 2047 has 75 letters at most: 12 of them frame it, and base64 makes 60 of 45 bytes.
const wordBytes = 45;

/**
 * A subject that looks like encoded words (RFC 2047) would go out as it is, and be read as what they mean. It is encoded
 * itself, so that the reader sees the very characters that were approved.
 */
function subjectOf(text: string): string {
  if (!text.includes("=?")) return text;
  const words: string[] = [];
  let word = "";
  // By whole characters, which no encoded word may divide.
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(word + character) > wordBytes) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString("base64")}?=`).join(" ");
}

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: Buffer;
  readonly messageId: string;
}

/** One conversation with the server, from connecting to its last word on the mail. Never rejects. */
function deliver(connection: SMTPConnection, smtp: SmtpOptions, letter: Letter, stop: AbortSignal): Promise<Outcome> {
  const label = `The mail server ${isIPv6(smtp.host) ? `[${smtp.host}]` : smtp.host}:${smtp.port}`;
  return new Promise((resolve) => {
    let began = false;
    // Read only after the server's go-ahead (354): from then on nobody knows, until it has had its last word.
    const body = new Readable({
      read() {
        began = true;
        this.push(letter.message);
        this.push(null);
      },
    });
    const fail = (error: unknown): void => {
      resolve(outcomeOfError(label, error, began));
      connection.close();
    };
    const stopped = (): void => {
      const why = String(stop.reason);
      resolve(outcomeOfError(label, new Error(why), began, why));
      connection.close();
    };
    const hand = (): void => {
      connection.send({ from: letter.from, to: [letter.to], size: letter.message.length }, body, (error) => {
        if (error) return fail(error);
        resolve({ kind: "done", value: { messageId: letter.messageId } });
        connection.quit();
      });
    };
    // Stays for good: an error after the outcome must not end the process.
    connection.on("error", fail);
    stop.addEventListener("abort", stopped, { once: true });
    if (stop.aborted) return stopped();
    connection.connect((error) => {
      if (error) return fail(error);
      if (smtp.user === undefined) return hand();
      connection.login({ user: smtp.user, pass: smtp.password ?? "" }, (refusal) => (refusal ? fail(refusal) : hand()));
    });
  });
}

const addressPattern = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

function isOneAddress(text: string): boolean {
  return text.length <= 254 && addressPattern.test(text);
}

function readSender(from: string): Sender {
  const parts = /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]*)>|([^<>]*))$/u.exec(from.trim());
  const address = parts?.[2] ?? parts?.[3] ?? "";
  if (!isOneAddress(address)) {
    throw new Error('The sender of mails is no e-mail address; write a@b.example or "Name <a@b.example>".');
  }
  return { name: parts?.[1] ?? "", address };
}
