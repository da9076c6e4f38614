import { type AddressInfo, createServer, type Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { makeCertificate } from "./certificates.ts";

/** Where a mail server refuses, and with which code. */
export interface SmtpRefusal {
  readonly at: "connect" | "auth" | "from" | "to" | "end";
  readonly code: number;
}

/** A real mail server on a loopback port, which keeps what it accepts. */
export interface TestSmtpServer {
  readonly port: number;
  /** Mails that were accepted, as a reader of mail sees them, with the envelope's recipients. */
  readonly mails: readonly {
    readonly mail: ParsedMail;
    readonly raw: string;
    readonly recipients: readonly string[];
  }[];
  readonly logins: readonly string[];
  close(): Promise<void>;
}

/** `encrypted`: offers STARTTLS with a certificate that nobody trusts, else none is offered. */
export async function startSmtpServer(
  options: { readonly refuse?: SmtpRefusal; readonly encrypted?: boolean } = {},
): Promise<TestSmtpServer> {
  const mails: { mail: ParsedMail; raw: string; recipients: readonly string[] }[] = [];
  const logins: string[] = [];
  const certificate = makeCertificate({ name: "mail.test" });
  const refusal = (at: SmtpRefusal["at"]): Error | null =>
    options.refuse?.at === at ? Object.assign(new Error("No."), { responseCode: options.refuse.code }) : null;
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    closeTimeout: 20,
    disableReverseLookup: true, // else each client costs a question to a name server
    ...(options.encrypted === true ? { cert: certificate.cert, key: certificate.key } : {}),
    disabledCommands: options.encrypted === true ? [] : ["STARTTLS"],
    onConnect: (_session, callback) => callback(refusal("connect")),
    onAuth: (auth, _session, callback) => {
      logins.push(`${auth.username}:${auth.password}`);
      const error = refusal("auth");
      if (error === null) callback(null, { user: auth.username ?? "" });
      else callback(error);
    },
    onMailFrom: (_address, _session, callback) => callback(refusal("from")),
    onRcptTo: (_address, _session, callback) => callback(refusal("to")),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const error = refusal("end");
        if (error !== null) return callback(error);
        const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
        const raw = Buffer.concat(chunks);
        simpleParser(raw).then((mail) => {
          mails.push({ mail, raw: raw.toString("utf8"), recipients });
          callback();
        }, callback);
      });
    },
  });
  server.on("error", () => {}); // clients break connections off here
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    logins,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A mail server by the word: `reply` sees "" for the greeting, then each line of the client, also those of the mail. */
export interface ScriptedSmtpServer {
  readonly port: number;
  readonly lines: readonly string[];
  /** Resolves when a line that begins so has come. */
  seen(start: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts it; without an answer from `reply` (null) a command is answered as a willing server would. */
export async function startScriptedSmtpServer(
  reply: (socket: Socket, line: string) => string | null,
): Promise<ScriptedSmtpServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let inBody = false;
    let rest = "";
    const say = (line: string): void => {
      const usual = line === "DATA" ? "354 go on" : inBody && line !== "." ? "" : "250 ok";
      const answer = reply(socket, line) ?? usual;
      if (line === "DATA" && answer.startsWith("354")) inBody = true;
      if (line === ".") inBody = false;
      if (answer !== "" && !socket.destroyed) socket.write(`${answer}\r\n`);
    };
    const greeting = reply(socket, "") ?? "220 test";
    if (!socket.destroyed) socket.write(`${greeting}\r\n`);
    socket.on("data", (chunk: Buffer) => {
      const all = (rest + chunk.toString("utf8")).split("\r\n");
      rest = all.pop() ?? "";
      for (const line of all) {
        lines.push(line);
        say(line);
      }
      for (const check of waiting) check();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    seen: (start) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (lines.some((line) => line.startsWith(start))) resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
