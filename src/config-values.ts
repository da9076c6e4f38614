import { isIP } from "node:net";
import { isSupportedCountry } from "libphonenumber-js/min";
import { z } from "zod";
import { type Key, keyId } from "./key-ring.ts";

/** What was read from a variable's text, or what is wrong with it, as the rest of a sentence that begins with its name. */
export type Reading<Value> =
  | { readonly kind: "ok"; readonly value: Value }
  | { readonly kind: "bad"; readonly problem: string };

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Reads a whole number from `least` to 65535, as a port. Pure. */
export function readPort(text: string, least: number): Reading<number> {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= least && port <= 65_535) return ok(port);
  return bad(`must be a port, a whole number from ${least} to 65535, and is ${shown(text)}; for example 3000`);
}

/** Reads the address that a server binds to: an IP address without brackets, or a host name. Pure. */
export function readHost(text: string): Reading<string> {
  if (isIP(text) !== 0 || isHostName(text)) return ok(text.toLowerCase());
  return bad(`must be an IP address or a host name, and is ${shown(text)}; for example 127.0.0.1`);
}

/** Reads a comma list of `host:port`, IPv6 addresses in brackets; each comes out as a URL would write it. Pure. */
export function readOpenHosts(text: string): Reading<readonly string[]> {
  return readList(text, (entry) => {
    const parts = /^(.+):(\d{1,5})$/.exec(entry);
    const host = canonicalHost(parts?.[1] ?? "");
    const port = readPort(parts?.[2] ?? "", 1);
    if (host !== null && port.kind === "ok") return ok(`${host}:${port.value}`);
    return bad(`must be a list of host:port, and ${shown(entry)} is none; for example localhost:4000,[::1]:4000`);
  });
}

/** Reads a comma list of names under which the page may be opened, each with a port or without. Pure. */
export function readAllowedHosts(text: string): Reading<readonly string[]> {
  return readList(text, (entry) => {
    const [, name = entry, port] = /^(.+):(\d{1,5})$/.exec(entry) ?? [];
    const host = canonicalHost(name);
    const suffix = port === undefined ? "" : `:${Number(port)}`;
    if (host !== null && Number(port ?? 1) <= 65_535) return ok(`${host}${suffix}`);
    return bad(`must be a list of host names, and ${shown(entry)} is none; for example usher.example.com`);
  });
}

const connectionExample = "for example shop=https://api.example.com";

/**
 * Reads a comma list of `name=base URL`. The URL comes out without a slash at its end. No part of a URL gets into a
 * problem, since it may hold a password by mistake. Pure.
 */
export function readConnections(text: string): Reading<{ readonly [name: string]: string }> {
  const seen = new Set<string>();
  const list = readList(text, (entry) => {
    const [, name = "", address = ""] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name.trim()) || reservedNames.has(name.trim())) {
      return bad(`needs a name of letters, digits and _ before each =, and one entry has none; ${connectionExample}`);
    }
    if (seen.has(name.trim())) return bad(`names ${name.trim()} twice; keep one of the two`);
    seen.add(name.trim());
    const url = baseUrl(address.trim());
    if (url !== null) return ok([name.trim(), url] as const);
    const rule = "an http or https address without user name, query (?) and fragment (#)";
    return bad(`must give ${rule} for ${name.trim()}; ${connectionExample}`);
  });
  return list.kind === "ok" ? ok(Object.fromEntries(list.value)) : list;
}

const keyRule = "32 random bytes in base64, as openssl rand -base64 32 makes them";

/**
 * Reads a comma list of `id:key`, of which the first key encrypts. No part of a key gets into a problem, nor of what
 * stands in its place. Pure.
 */
export function readKeys(text: string): Reading<readonly Key[]> {
  const seen = new Set<string>();
  return readList(text, (entry) => {
    const [, id = "", secret = ""] = /^([^:]*):(.*)$/s.exec(entry)?.map((part) => part.trim()) ?? [];
    if (!keyId.test(id)) {
      return bad(
        "must be a list of id:key, each id at most 20 letters, digits, _ and -, and one entry has no such id; the key " +
          `is ${keyRule}`,
      );
    }
    if (seen.has(id)) return bad(`names ${id} twice; give the newer key another id`);
    seen.add(id);
    const key = Buffer.from(secret, "base64");
    // Node reads past what is no base64; written back, it shows.
    return key.length === 32 && key.toString("base64") === secret
      ? ok({ id, secret })
      : bad(`needs another key for ${id}, one of ${keyRule}`);
  });
}

// These would reach into JavaScript's objects.
const reservedNames = new Set(["constructor", "prototype", "toString", "valueOf", "hasOwnProperty"]);

function baseUrl(text: string): string | null {
  const written = /^https?:\/\/[^/?#@\\\s]+(?:\/[^?#\\\s]*)?$/i.test(text) && !/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text);
  const url = written ? URL.parse(text) : null;
  return url === null || url.username !== "" || url.password !== "" ? null : url.href.replace(/\/+$/, "");
}

/** Reads an http or https address without user name, query and fragment; it comes out without a slash at its end. Pure. */
export function readBaseUrl(text: string): Reading<string> {
  const url = baseUrl(text);
  if (url !== null) return ok(url);
  return bad(
    "must be an http or https address without user name, query (?) and fragment (#); for example https://usher.example.com",
  );
}

/** Reads an address at which others reach Usher: as `readBaseUrl`, with https, or with http on this machine. Pure. */
export function readPublicUrl(text: string): Reading<string> {
  const reading = readBaseUrl(text);
  if (reading.kind === "bad") return reading;
  const { protocol, hostname } = new URL(reading.value);
  if (protocol === "https:" || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return reading;
  return bad("must begin with https://, since Slack posts to no http address; for example https://usher.example.com");
}

/** Reads a region whose phone numbers are known: two letters of ISO 3166-1. Pure. */
export function readRegion(text: string): Reading<string> {
  const region = text.toUpperCase();
  if (isSupportedCountry(region)) return ok(region);
  return bad(`must be a country in two letters (ISO 3166-1), and is ${shown(text)}; for example US or DE`);
}

/** Reads a locale that this machine can write numbers and dates in (BCP 47). */
export function readLocale(text: string): Reading<string> {
  try {
    const [locale] = Intl.NumberFormat.supportedLocalesOf(text);
    if (locale !== undefined) return ok(locale);
  } catch {
    // Not even well formed: the same problem, the same mend.
  }
  return bad(`must be a language with a country (BCP 47), and is ${shown(text)}; for example en-US or de-DE`);
}

/** Reads a time zone by its IANA name; a bare offset knows no summer time, and is refused. */
export function readTimeZone(text: string): Reading<string> {
  try {
    const zone = new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
    if (!/^[+-]/.test(zone)) return ok(zone);
  } catch {
    // Not known at all: the same problem, the same mend.
  }
  return bad(`must be a time zone by its IANA name, and is ${shown(text)}; for example Europe/Berlin or UTC`);
}

/** Reads how much is logged. Pure. */
export function readLogLevel(text: string): Reading<LogLevel> {
  const level = logLevels.find((one) => one === text.toLowerCase());
  return level === undefined ? bad(`must be one of ${logLevels.join(", ")}, and is ${shown(text)}`) : ok(level);
}

/** Reads `true` or `false`. Pure. */
export function readSwitch(text: string): Reading<boolean> {
  const word = text.toLowerCase();
  return word === "true" || word === "false"
    ? ok(word === "true")
    : bad(`must be true or false, and is ${shown(text)}`);
}

/** Reads the sender of mails: an e-mail address, bare or as in `Name <address>`. Pure. */
export function readSender(text: string): Reading<string> {
  const address = /^[^<>"\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
  if (z.email().max(254).safeParse(address).success) return ok(text);
  return bad(`must be an e-mail address, and is ${shown(text)}; for example Support <support@example.com>`);
}

function readList<Value>(text: string, read: (entry: string) => Reading<Value>): Reading<readonly Value[]> {
  const entries = text.split(",").map((entry) => entry.trim());
  const readings = entries.filter((entry) => entry !== "").map(read);
  const problems = readings.filter((reading) => reading.kind === "bad").map((reading) => reading.problem);
  if (problems.length > 0) return bad([...new Set(problems)].join("; it also "));
  return ok(readings.flatMap((reading) => (reading.kind === "ok" ? [reading.value] : [])));
}

function canonicalHost(text: string): string | null {
  const bracketed = /^\[(.+)\]$/.exec(text)?.[1];
  if (bracketed === undefined ? isIP(text) === 6 || !isHostName(text) : isIP(bracketed) !== 6) return null;
  return URL.parse(`http://${text}/`)?.hostname ?? null;
}

function isHostName(text: string): boolean {
  const labels = text.split(".");
  return text.length <= 253 && labels.every((label) => /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/.test(label));
}

function ok<Value>(value: Value): Reading<Value> {
  return { kind: "ok", value };
}

function bad(problem: string): Reading<never> {
  return { kind: "bad", problem };
}

/** Only for variables that never hold a secret. */
function shown(text: string): string {
  return text.length > 60 ? `“${text.slice(0, 60)}…”` : `“${text}”`;
}
