import { loadEnvFile } from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type SlackConfig, slackOf, slackProblems, slackVariables } from "./config-slack.ts";
import {
  type LogLevel,
  readAllowedHosts,
  readConnections,
  readHost,
  readKeys,
  readLocale,
  readLogLevel,
  readOpenHosts,
  readPort,
  readRegion,
  readSender,
  readSwitch,
  readTimeZone,
} from "./config-values.ts";
import { anyText, folder, optional, setting } from "./config-variable.ts";
import { nearest } from "./engine/nearest.ts";
import type { Key } from "./key-ring.ts";

/** Where mails are handed over. `secure`: TLS from the first byte (else the connection is upgraded by STARTTLS). */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: string;
}

/** What the operator has set. Folders are absolute paths. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly procedureFolder: string;
  /** `host:port`, where http and private addresses may be called. */
  readonly openHosts: readonly string[];
  /** Base URLs by name, without a slash at the end. */
  readonly connections: { readonly [name: string]: string };
  /** Names beside the machine's own under which the playground may be opened: `name` or `name:port`. */
  readonly allowedHosts: readonly string[];
  readonly region: string;
  readonly locale: string;
  readonly timeZone: string;
  /** Null: mails are kept and not sent. */
  readonly mailServer: MailServer | null;
  /** What tokens are encrypted with: the first key encrypts, every one opens. None: nothing that is secret can be stored. */
  readonly keys: readonly Key[];
  /** Null: Usher is not in Slack. */
  readonly slack: SlackConfig | null;
  readonly logLevel: LogLevel;
}

/** The configuration, or everything that is wrong with it in sentences that begin with a variable's name. */
export type ConfigReading =
  | { readonly kind: "ok"; readonly config: Config }
  | { readonly kind: "bad"; readonly problems: readonly string[] };

type Environment = { readonly [name: string]: string | undefined };

/** What the machine is set to; some containers are set to nothing that has a name. */
function machineTimeZone(): string {
  const zone = readTimeZone(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  return zone.kind === "ok" ? zone.value : "UTC";
}

const environmentSchema = z.object({
  PORT: setting("3000", (text) => readPort(text, 0)),
  HOST: setting("127.0.0.1", readHost),
  USHER_DATA: setting(".usher", folder),
  USHER_PROCEDURES: setting(fileURLToPath(new URL("../examples/procedures", import.meta.url)), folder),
  USHER_OPEN_HOSTS: setting("", readOpenHosts),
  USHER_CONNECTIONS: setting("", readConnections),
  USHER_ALLOWED_HOSTS: setting("", readAllowedHosts),
  USHER_REGION: setting("US", readRegion),
  USHER_LOCALE: setting("en-US", readLocale),
  USHER_TIME_ZONE: setting(machineTimeZone(), readTimeZone),
  USHER_SMTP_HOST: optional(readHost),
  USHER_SMTP_PORT: optional((text) => readPort(text, 1)),
  USHER_SMTP_SECURE: optional(readSwitch),
  USHER_SMTP_USER: optional(anyText),
  USHER_SMTP_PASSWORD: optional(anyText),
  USHER_SMTP_FROM: optional(readSender),
  USHER_KEYS: setting("", readKeys),
  ...slackVariables,
  LOG_LEVEL: setting("info", readLogLevel),
});

/** Reads the configuration out of an environment. Answers every problem at once, and never the value of a secret. */
export function readConfig(environment: Environment): ConfigReading {
  const parsed = environmentSchema.safeParse(environment);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}.`);
  const problems = [
    ...wrong,
    ...mailProblems(environment),
    ...tlsProblems(environment),
    ...slackProblems((name) => isSet(environment, name)),
    ...strangers(environment),
  ];
  if (!parsed.success || problems.length > 0) return { kind: "bad", problems };
  const read = parsed.data;
  const loops = loopProblems(read);
  if (loops.length > 0) return { kind: "bad", problems: loops };
  const config: Config = {
    port: read.PORT,
    host: read.HOST,
    dataFolder: read.USHER_DATA,
    procedureFolder: read.USHER_PROCEDURES,
    openHosts: read.USHER_OPEN_HOSTS,
    connections: read.USHER_CONNECTIONS,
    allowedHosts: read.USHER_ALLOWED_HOSTS,
    region: read.USHER_REGION,
    locale: read.USHER_LOCALE,
    timeZone: read.USHER_TIME_ZONE,
    mailServer: mailServerOf(read),
    keys: read.USHER_KEYS,
    slack: slackOf(read),
    logLevel: read.LOG_LEVEL,
  };
  return { kind: "ok", config };
}

/**
 * Reads the configuration of this process: its environment, and for what is not set there a file `.env` in the current
 * folder, if there is one.
 */
export function loadConfig(): ConfigReading {
  try {
    loadEnvFile();
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : null;
    if (code !== "ENOENT") return { kind: "bad", problems: ["The file .env cannot be read; correct or remove it."] };
  }
  return readConfig(process.env);
}

/** What of it must get into no log, wherever it turns up. Pure. */
export function secretsOf({ mailServer, keys, slack }: Config): readonly string[] {
  const inbound = slack?.inbound.kind === "http" ? slack.inbound.signingSecret : slack?.inbound.appToken;
  const all = [
    mailServer?.login?.password,
    inbound,
    slack?.botToken,
    slack?.oauth?.clientSecret,
    slack?.app?.configToken,
  ];
  return [...keys.map(({ secret }) => secret), ...all.filter((secret) => secret !== undefined && secret !== null)];
}

type Read = z.infer<typeof environmentSchema>;

function mailServerOf(read: Read): MailServer | null {
  if (read.USHER_SMTP_HOST === null || read.USHER_SMTP_FROM === null) return null;
  const { USHER_SMTP_USER: user, USHER_SMTP_PASSWORD: password } = read;
  const secure = read.USHER_SMTP_SECURE ?? read.USHER_SMTP_PORT === 465;
  return {
    host: read.USHER_SMTP_HOST,
    port: read.USHER_SMTP_PORT ?? (secure ? 465 : 587),
    secure,
    login: user === null || password === null ? null : { user, password },
    from: read.USHER_SMTP_FROM,
  };
}

function isSet(environment: Environment, name: string): boolean {
  return (environment[name]?.trim() ?? "") !== "";
}

/** What one variable for mail demands of another. */
function mailProblems(environment: Environment): readonly string[] {
  const has = (part: string): boolean => isSet(environment, `USHER_SMTP_${part}`);
  const problems: string[] = [];
  const others = ["PORT", "SECURE", "USER", "PASSWORD", "FROM"].filter(has).map((part) => `USHER_SMTP_${part}`);
  if (!has("HOST") && others.length > 0) {
    problems.push(
      `USHER_SMTP_HOST is missing, without which ${others.join(", ")} says nothing; for example smtp.example.com.`,
    );
  }
  if (has("HOST") && !has("FROM")) {
    problems.push("USHER_SMTP_FROM is missing: the sender of mails; for example Support <support@example.com>.");
  }
  if (has("USER") !== has("PASSWORD")) {
    const [given, missing] = has("USER") ? ["USER", "PASSWORD"] : ["PASSWORD", "USER"];
    problems.push(`USHER_SMTP_${missing} is missing, and USHER_SMTP_${given} is set; set both or neither.`);
  }
  return problems;
}

/** With this switch every https call would trust anybody who gets between. */
function tlsProblems(environment: Environment): readonly string[] {
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return [];
  return [
    "NODE_TLS_REJECT_UNAUTHORIZED is 0, which switches off the check of every server's certificate; " +
      "remove it, and name your own authority's certificate in NODE_EXTRA_CA_CERTS instead.",
  ];
}

/** The playground has no login: whoever may open a connection to it may do all that its page can. */
function loopProblems({ HOST, PORT, USHER_OPEN_HOSTS }: Read): readonly string[] {
  const own = USHER_OPEN_HOSTS.filter((entry) => {
    const [, host = "", port] = /^\[?(.+?)\]?:(\d+)$/.exec(entry) ?? [];
    return Number(port) === PORT && (host === HOST || thisMachine.test(host));
  });
  return own.map(
    (entry) =>
      `USHER_OPEN_HOSTS opens ${entry}, which is Usher itself (PORT), so that procedures could do all that its page ` +
      "can; take it out, or give the other system another port.",
  );
}

const thisMachine = /^(?:127\..*|::1|::ffff:7f.*|0\.0\.0\.0|::|(?:.*\.)?localhost)$/;

/** A misspelt name would be ignored in silence, and the default used. */
function strangers(environment: Environment): readonly string[] {
  const known = Object.keys(environmentSchema.shape);
  // Slack's own tools set variables of their own, so of these only what looks like a slip is one.
  const isOurs = (name: string): boolean =>
    name.startsWith("USHER_") || (name.startsWith("SLACK_") && nearest(name, known) !== null);
  const names = Object.keys(environment).filter((name) => isOurs(name) && !known.includes(name));
  return names.map((name) => {
    // Somebody who writes USHER_PORT has a name in mind that has no such beginning.
    const bare = name.slice("USHER_".length);
    // Two names are as near to this one; who has a single token has the bot's.
    const near = name === "SLACK_TOKEN" ? "SLACK_BOT_TOKEN" : known.includes(bare) ? bare : nearest(name, known);
    return `${name} is not known; ${near === null ? "remove it" : `do you mean ${near}?`}`;
  });
}
