import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, Response } from "express";
import { ApiError } from "./errors.ts";

// The playground has no passwords, so a page elsewhere in the same browser must not get at it: neither by posting to it
// (Origin, Sec-Fetch-Site, JSON only) nor under a name that it makes mean this machine (Host). A proxy that leads the
// internet here often writes Host itself (nginx does), so whatever a proxy has passed on needs a name that was allowed.

// No `unsafe-inline`: the page is built into files. React sets styles through the DOM, which the policy allows.
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Says with every answer what a browser may do with it. */
export function secureHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set(headers);
  next();
}

/**
 * Lets a request pass only under a name of this machine (or one of `allowedHosts`: `name` or `name:port`), from a proxy
 * only under one of `allowedHosts`, and not from a page elsewhere. Throws ApiError 421 or 403.
 */
export function createGuard(allowedHosts: readonly string[]) {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  return (request: Request, _response: Response, next: NextFunction): void => {
    const host = hostOf(request);
    if (host === null || !isAllowedHost(host, request, allowed)) {
      throw new ApiError(
        421,
        "This Host is not one of the playground's: open the address that Usher printed at start.",
      );
    }
    if (isFromProxy(request) && !isNamedIn(allowed, host)) {
      throw new ApiError(
        403,
        "The playground does not answer what a proxy passes on: lead only /slack/ to Usher, or keep the Host and name it in USHER_ALLOWED_HOSTS.",
      );
    }
    if (isFromElsewhere(request, host)) {
      throw new ApiError(403, "The playground answers only its own page: a page elsewhere may not use it.");
    }
    next();
  };
}

// Node keeps the first of several Host headers; what a proxy before us keeps is anybody's guess.
function hostOf(request: IncomingMessage): string | null {
  const hosts = request.rawHeaders.filter(
    (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === "host",
  );
  return hosts.length === 1 ? (hosts[0]?.toLowerCase() ?? null) : null;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const hostShape = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?$/;

// A number can't be made to mean another machine, so the address that the request really came in on is a safe name too.
function isAllowedHost(host: string, request: IncomingMessage, allowed: ReadonlySet<string>): boolean {
  const match = hostShape.exec(host);
  const name = match?.[1];
  if (match === null || name === undefined) return false;
  if (isNamedIn(allowed, host)) return true;
  if (Number(match[2] ?? "80") !== request.socket.localPort) return false;
  return loopback.has(name) || name === ownAddress(request);
}

/** `host` as a request bears it, with a port or without. */
function isNamedIn(allowed: ReadonlySet<string>, host: string): boolean {
  return allowed.has(host) || allowed.has(hostShape.exec(host)?.[1] ?? "");
}

// Browsers speak HTTP/1.1; nginx, where it is not told otherwise, speaks 1.0 and leaves no other mark.
function isFromProxy({ headers, httpVersion }: IncomingMessage): boolean {
  if (httpVersion === "1.0") return true;
  return Object.keys(headers).some((name) => /^(?:forwarded|x-forwarded-.+|x-real-ip|via)$/.test(name));
}

function ownAddress(request: IncomingMessage): string {
  const address = (request.socket.localAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  return address.includes(":") ? `[${address}]` : address;
}

// Opening the page by a link from elsewhere is fine; only asking the API, or posting, from there is not.
function isFromElsewhere(request: Request, host: string): boolean {
  const { origin, referer } = request.headers;
  // `null` is what a browser sends when it hides the origin, and whoever it hides may be anybody.
  const site = request.headers["sec-fetch-site"];
  if (origin === "null") return site !== "same-origin";
  if (origin !== undefined) return !isSameOrigin(origin, host);
  const reads = request.method === "GET" || request.method === "HEAD";
  if (reads && !/^\/api(?:\/|$)/i.test(request.path)) return false;
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  // An old browser says neither, but says where it comes from; a program says nothing at all.
  return !reads && referer !== undefined && !isSameOrigin(originOf(referer), host);
}

function isSameOrigin(origin: string, host: string): boolean {
  const said = origin.toLowerCase();
  return said === `http://${host}` || said === `https://${host}`;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}
