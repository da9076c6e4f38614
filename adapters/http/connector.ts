import { lookup } from "node:dns/promises";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import * as tls from "node:tls";
import { addressProblem, isOfThisMachine, literalAddress } from "./guard.ts";
import type { Target, Vetted } from "./target.ts";

/** Where a socket is opened: the name is for TLS alone, the addresses have been checked and are all there is. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly addresses: readonly string[];
}

/** Answers the addresses of a host name; rejects with the resolver's own error. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Begins to open a socket to one of the place's addresses, and to no other; for a secure place a TLS socket. */
export type Connect = (place: Place) => Socket;

/** The resolver of the operating system, so that its hosts file counts. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, order: "verbatim" })).map((found) => found.address);

// Time for one address before the next is tried beside it. Node's own 250 ms gives up on a distant healthy server.
const attemptTimeoutMs = 1000;

/**
 * Opens a plain or TLS socket to the checked addresses, in their order until one answers. Certificates are always
 * verified, whatever the environment says (NODE_TLS_REJECT_UNAUTHORIZED). `more` adds TLS options, such as a `ca`.
 */
export function openSocket(place: Place, more: tls.ConnectionOptions = {}): Socket {
  const options = {
    host: place.host,
    port: place.port,
    lookup: pinned(place.addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
    noDelay: true,
  };
  if (!place.secure) return connect(options);
  // An IP address may not stand in the server name; the certificate is then checked against `host`.
  const servername = isIP(place.host) === 0 ? place.host.replace(/\.$/, "") : "";
  return tls.connect({
    ...more,
    ...options,
    servername,
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
}

/** A look-up that knows the checked addresses and asks nobody: the address that was checked is the one connected. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const first = all[0];
    if (options.all === true) callback(null, all);
    else callback(null, first?.address ?? "", first?.family ?? 0);
  };
}

/**
 * Answers the addresses that this target may be reached at: a literal address itself, else what the resolver says,
 * asked once. One forbidden address among them refuses them all. Rejects if the name can't be resolved.
 */
export async function addressesOf(target: Target, resolve: Resolve): Promise<Vetted<readonly string[]>> {
  const literal = literalAddress(target.host);
  const addresses = literal === null ? await resolve(target.host) : [literal];
  for (const address of addresses) {
    const problem = addressProblem(address, target.open);
    if (problem !== null) return { kind: "refused", why: `the address behind this host ${problem}` };
    if (target.ownPort && isOfThisMachine(address))
      return { kind: "refused", why: "its URL leads back to Usher itself" };
  }
  if (addresses.length === 0) throw new Error("The resolver knows no address for this host.");
  return { kind: "allowed", value: addresses };
}

/** Answers the socket once it is connected and, if secure, verified. Rejects, with the socket destroyed, otherwise. */
export function dial(target: Target, addresses: readonly string[], open: Connect, stop: AbortSignal): Promise<Socket> {
  const { host, port, secure } = target;
  return new Promise((resolve, reject) => {
    const socket = open({ host: literalAddress(host) ?? host, port, secure, addresses });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const stopped = (): void => fail(new Error("The connection was called off."));
    stop.addEventListener("abort", stopped, { once: true });
    // Stays for good: an error between here and the exchange must not end the process.
    socket.on("error", fail);
    socket.once("close", () => fail(new Error("The connection was closed at once.")));
    socket.once(secure ? "secureConnect" : "connect", () => {
      stop.removeEventListener("abort", stopped);
      resolve(socket);
    });
    if (stop.aborted) stopped();
  });
}
