import type { Path } from "./path.ts";
import { bounded, nameOf, parseTemplate, pathsOfExpression, resolve, type Scope } from "./template.ts";
import type { Expression, Part } from "./template-parts.ts";
import { encodeLiteral, encodeValue, isDotted } from "./url-encode.ts";

/**
 * A parsed URL: its fixed origin, or the connection that gives it and the beginning of the path; then one list of
 * pieces for each segment of the path, and the query if there is one. Literal text in it is percent-encoded.
 */
export interface UrlTemplate {
  readonly base:
    | { readonly kind: "fixed"; readonly origin: string }
    | { readonly kind: "connection"; readonly name: string };
  readonly segments: readonly (readonly Part[])[];
  readonly query: readonly Part[] | null;
}

/** A parsed URL, or what in it is not allowed and what to write instead. */
export type ParsedUrl =
  | { readonly kind: "ok"; readonly url: UrlTemplate }
  | { readonly kind: "bad"; readonly problem: string; readonly mend: string };

/** The URL to call, or why there is none; a problem names variables and never tells their values. */
export type RenderedUrl =
  | { readonly kind: "ok"; readonly url: string }
  | { readonly kind: "bad"; readonly problem: string };

type Bad = { readonly kind: "bad"; readonly problem: string; readonly mend: string };

const connection = /^\{\{\s*connections\.([A-Za-z][A-Za-z0-9_-]{0,63})\s*\}\}/;
const scheme = /^(https?):\/\//i;
const host = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Parses the URL of a call: an http(s) address, or one that starts with {{connections.NAME}}. Variables may stand in
 * segments of the path and in values of the query, and never before the path: they cannot choose whom to call. Never
 * throws. Pure.
 */
export function parseUrl(source: string): ParsedUrl {
  const text = source.trim();
  const named = connection.exec(text);
  if (named?.[1] !== undefined) {
    return parseRest({ kind: "connection", name: named[1] }, text.slice(named[0].length));
  }
  const start = scheme.exec(text);
  if (start === null) return refusedStart(text);
  const authority = /^[^/?#\\{\s]*/.exec(text.slice(start[0].length))?.[0] ?? "";
  const rest = text.slice(start[0].length + authority.length);
  const fault = faultOfHost(authority, rest);
  if (fault !== null) return fault;
  const origin = originOf(start[0] + authority);
  if (origin === null) return bad(`“${authority}” is not a host`, "write it as in https://api.example.com/orders");
  return parseRest({ kind: "fixed", origin }, rest);
}

function refusedStart(text: string): Bad {
  if (text.startsWith("{")) {
    return bad(
      "a variable cannot stand at the start of a URL",
      "start with https:// and a host, or {{connections.NAME}}",
    );
  }
  return bad("the URL does not start with https://", "write it as in https://api.example.com/orders/{{ order_id }}");
}

function faultOfHost(authority: string, rest: string): Bad | null {
  if (rest.startsWith("{")) {
    const mend = "write host and port out and put a / before the first variable";
    return bad("a variable cannot stand in the host or port, or directly after it", mend);
  }
  if (authority.includes("@")) return bad("a URL must not contain a user name or password", "send them in a header");
  if (host.test(authority)) return null;
  return bad(`“${authority}” is not a host`, "write it as in https://api.example.com/orders");
}

function originOf(text: string): string | null {
  try {
    return new URL(text).origin;
  } catch {
    return null;
  }
}

function parseRest(base: UrlTemplate["base"], rest: string): ParsedUrl {
  if (rest !== "" && !rest.startsWith("/") && !rest.startsWith("?")) {
    return bad(`“${rest.slice(0, 1)}” cannot follow directly after the host or connection`, "put a / before it");
  }
  const parsed = parseTemplate(rest);
  if (parsed.kind === "bad") return parsed;
  const cut = new Cut();
  for (const part of parsed.template.parts) {
    const fault = part.kind === "text" ? cut.text(part.text) : cut.value(part);
    if (fault !== null) return fault;
  }
  return cut.finish(base);
}

/** Cuts the pieces of a URL into the segments of its path and its query. */
class Cut {
  readonly #segments: Part[][] = [];
  #query: Part[] | null = null;
  #inQueryValue = false;

  text(text: string): Bad | null {
    const fault = faultOfLiteral(text);
    if (fault !== null) return fault;
    const mark = this.#query === null ? text.indexOf("?") : 0;
    if (mark === -1) this.#path(text);
    else if (this.#query === null) {
      this.#path(text.slice(0, mark));
      this.#query = [];
      this.#inQuery(this.#query, text.slice(mark + 1));
    } else this.#inQuery(this.#query, text);
    return null;
  }

  value(expression: Expression): Bad | null {
    if (this.#query === null) {
      this.#segments.at(-1)?.push(expression);
      return null;
    }
    this.#query.push(expression);
    if (this.#inQueryValue) return null;
    return bad("a variable cannot be the name of a query parameter", "write ?name={{ value }}");
  }

  #path(text: string): void {
    const [before = "", ...after] = encodeLiteral(text).split("/");
    if (before !== "") this.#segments.at(-1)?.push({ kind: "text", text: before });
    for (const piece of after) this.#segments.push(piece === "" ? [] : [{ kind: "text", text: piece }]);
  }

  #inQuery(query: Part[], text: string): void {
    const pair = text.slice(text.lastIndexOf("&") + 1);
    this.#inQueryValue = pair.includes("=") || (this.#inQueryValue && !text.includes("&"));
    if (text !== "") query.push({ kind: "text", text: encodeLiteral(text) });
  }

  finish(base: UrlTemplate["base"]): ParsedUrl {
    const segments = this.#segments;
    for (const [index, segment] of segments.entries()) {
      // The values are not known yet; those may add to a segment and are looked at when it is rendered.
      const literal = segment.map((part) => (part.kind === "text" ? part.text : "x")).join("");
      if (isDotted(literal)) return bad("a path cannot contain . or .. as a segment", "write the path out");
      if (literal === "" && index < segments.length - 1) return bad("a path cannot contain //", "take one / out");
    }
    return { kind: "ok", url: { base, segments, query: this.#query } };
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose.
const unwritable = /[\s\u0000-\u001f\u007f-\u009f\\]/;

function faultOfLiteral(text: string): Bad | null {
  if (text.includes("#"))
    return bad("a URL to call has no fragment (#)", "take it out, or write %23 for the character");
  if (unwritable.test(text))
    return bad("a URL cannot contain blanks, control characters or \\", "write a blank as %20");
  if (/[{}]/.test(text)) return bad("a URL cannot contain a single { or }", "write a variable as {{ order_id }}");
  if (/%(?![0-9A-Fa-f]{2})/.test(text))
    return bad("a % in a URL must be followed by two hex digits", "write %25 for it");
  return null;
}

/**
 * Renders the URL of a call; each value becomes one segment of the path or one value of the query. A value that is
 * missing, empty, a list or object, or would lead to another path is a problem. `connections`: base URLs by name. Pure.
 */
export function renderUrl(
  template: UrlTemplate,
  scope: Scope,
  connections: { readonly [name: string]: string },
): RenderedUrl {
  const base = baseOf(template, connections);
  if (base.kind === "bad") return base;
  let path = base.path;
  for (const segment of template.segments) {
    const rendered = renderPieces(segment, scope);
    if (rendered.kind === "bad") return rendered;
    if (isDotted(rendered.text)) return refused(`${culprit(segment)} would lead to another path`);
    if (rendered.text.includes("/")) return elsewhere;
    path += `/${rendered.text}`;
  }
  if (template.query === null) return verified(base.origin, path, null);
  const query = renderPieces(template.query, scope);
  return query.kind === "bad" ? query : verified(base.origin, path, query.text);
}

type Base = { readonly kind: "ok"; readonly origin: string; readonly path: string };

/** The origin, and the beginning of the path; without a / at its end if segments follow. */
function baseOf(
  { base, segments }: UrlTemplate,
  connections: { readonly [name: string]: string },
): Base | { readonly kind: "bad"; readonly problem: string } {
  if (base.kind === "fixed") return { kind: "ok", origin: base.origin, path: segments.length === 0 ? "/" : "" };
  const given = Object.hasOwn(connections, base.name) ? connections[base.name] : undefined;
  if (given === undefined) return refused(`there is no connection named ${base.name}; set USHER_CONNECTIONS`);
  const url = URL.parse(given);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    `${url.username}${url.password}${url.search}${url.hash}` !== ""
  ) {
    return refused(`the connection ${base.name} is not a plain base URL such as https://api.example.com/v1`);
  }
  const path = segments.length === 0 ? url.pathname : url.pathname.replace(/\/$/, "");
  return { kind: "ok", origin: url.origin, path };
}

function renderPieces(
  parts: readonly Part[],
  scope: Scope,
): { kind: "ok"; text: string } | { kind: "bad"; problem: string } {
  let text = "";
  for (const part of parts) {
    if (part.kind === "text") {
      text += part.text;
      continue;
    }
    const resolved = resolve(part, scope);
    if (resolved.kind === "bad") return resolved;
    const encoded = encodeValue(resolved.value);
    if (encoded.kind === "bad") return refused(`${nameOf(part.operand)} ${encoded.problem}`);
    text += encoded.text;
  }
  return { kind: "ok", text };
}

const elsewhere = refused("the URL would lead elsewhere than its template says");

/**
 * The last guard: whoever receives the URL must read it as it was written. So its origin, path and query are what was
 * put together here, nothing was made of them by normalising, and there is no user, password or fragment.
 */
function verified(origin: string, path: string, query: string | null): RenderedUrl {
  const url = origin + path + (query === null ? "" : `?${query}`);
  if (bounded(url).kind === "bad") return refused("the URL would be too long");
  const read = URL.parse(url);
  if (read === null || read.href !== url || read.origin !== origin) return elsewhere;
  const isSame = read.pathname === path && read.search === (query ? `?${query}` : "") && read.hash === "";
  return isSame ? { kind: "ok", url } : elsewhere;
}

function culprit(segment: readonly Part[]): string {
  const values = segment.flatMap((part) => (part.kind === "expression" ? [nameOf(part.operand)] : []));
  return values.join(" and ");
}

/** The paths that a URL reads, for the data flow. Pure. */
export function pathsOfUrl({ segments, query }: UrlTemplate): readonly Path[] {
  const parts = [...segments.flat(), ...(query ?? [])];
  return parts.flatMap((part) => (part.kind === "expression" ? pathsOfExpression(part) : []));
}

function refused(problem: string): { readonly kind: "bad"; readonly problem: string } {
  return { kind: "bad", problem };
}

function bad(problem: string, mend: string): Bad {
  return { kind: "bad", problem, mend };
}
