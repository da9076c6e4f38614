/** What was asked, or why it is refused before anything is sent. */
export type Vetted<T> =
  | { readonly kind: "allowed"; readonly value: T }
  | { readonly kind: "refused"; readonly why: string };

/** Where a request goes. `host` is as the URL parser writes it (lower case, IPv6 in brackets). */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly origin: string;
  /** Path and query, as they go out. */
  readonly path: string;
  /** The operator opened this host and port: http and addresses of the own network are allowed. */
  readonly open: boolean;
  /** On this machine, what listens at the port is Usher itself, under whatever name it is called. */
  readonly ownPort: boolean;
}

/**
 * The hosts with rules of their own: `open` as `host:port`; `own`, which is Usher itself, as `host` or `host:port`. With
 * `localhost:port` among them, that port of every address of this machine is Usher's.
 */
export interface Places {
  readonly open: ReadonlySet<string>;
  readonly own: ReadonlySet<string>;
}

/**
 * Reads the two lists of the configuration: `openHosts` as "host:port", `ownHosts` as "host", which is every port of
 * it, or "host:port". Throws an Error that names the entry.
 */
export function readPlaces(openHosts: readonly string[], ownHosts: readonly string[]): Places {
  return { open: new Set(openHosts.map(readOpenHost)), own: new Set(ownHosts.map(readOwnHost)) };
}

function readOwnHost(entry: string): string {
  return /[^:]:\d{1,5}$/.test(entry.trim()) ? readOpenHost(entry) : canonicalHost(entry);
}

const dotSegment = /^(?:\.|%2e){1,2}$/i;

function readOpenHost(entry: string): string {
  const parts = /^(.+):(\d{1,5})$/.exec(entry.trim());
  const port = Number(parts?.[2]);
  const host = parts?.[1] ?? "";
  if (!(port >= 1 && port <= 65_535)) {
    throw new Error(`The open host "${entry}" is not of the form host:port; write for example localhost:4000.`);
  }
  return `${canonicalHost(host)}:${port}`;
}

function canonicalHost(host: string): string {
  // Anything that is more than a host would be cut off by the parser and so open something else than was written.
  const url = /[/?#@\\\s]/.test(host) ? null : URL.parse(`http://${host.trim()}/`);
  if (url === null || url.port !== "") {
    throw new Error(`"${host}" is no host name or IP address; write for example localhost or [::1].`);
  }
  return url.hostname;
}

/**
 * Answers where a URL leads, or why it may not be called: anything but https on port 443, unless that host and port
 * are open; user names and passwords in it; ways of writing a path that the parser would change. Pure. The reason
 * never holds any part of the URL.
 */
export function readTarget(text: string, places: Places): Vetted<Target> {
  const refuse = (why: string): Vetted<Target> => ({ kind: "refused", why });
  // The parser skips slashes until it finds a host: https:///x would be the host x.
  const parts = /^https?:\/\/([^/?#]+)([^?#]*)/i.exec(text);
  const url = URL.parse(text);
  if (url === null || parts === null) return refuse("its URL can't be read as an http or https address");
  const secure = url.protocol === "https:";
  if (parts[1]?.includes("@") === true) return refuse("its URL holds a user name or password; use a header");
  // The parser turns `\` into `/`, drops tabs and line ends, and resolves dot segments, written %2e as well: then what
  // was approved would not be what is sent.
  if (holdsControl(text) || (parts[2] ?? "").split("/").some((segment) => dotSegment.test(segment))) {
    return refuse("its URL holds a dot segment, a backslash or a control character");
  }
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const open = places.open.has(`${url.hostname}:${port}`);
  const ownPort = places.own.has(`localhost:${port}`);
  const name = url.hostname.replace(/\.$/, "");
  if (places.own.has(name) || places.own.has(`${name}:${port}`)) return refuse("its URL leads back to Usher itself");
  if (!open && !secure)
    return refuse("only https is allowed; an operator can open this host and port (USHER_OPEN_HOSTS)");
  if (!open && port !== 443)
    return refuse("only port 443 is allowed; an operator can open this host and port (USHER_OPEN_HOSTS)");
  const value = {
    host: url.hostname,
    port,
    secure,
    origin: url.origin,
    path: url.pathname + url.search,
    open,
    ownPort,
  };
  return { kind: "allowed", value };
}

function holdsControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= 0x1f || code === 0x7f) return true;
  }
  return text.includes("\\");
}
