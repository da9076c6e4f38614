import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

// What an operator means by "inside": these, and no others, are what an open host may lead to.
const insideRanges: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

// Addresses that hand out a machine's credentials. Closed even for open hosts.
const metadata = ["168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32", "169.254.0.0/16", "fd00:ec2::254/128"];

// Ways to write an IPv4 address inside an IPv6 one. Most are no `unicast` for ipaddr.js either; they stand here, so that
// an update of its table can't open one of them.
const disguises = ["::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10"];

const metadataBlocks = metadata.map((block) => ipaddr.parseCIDR(block));
const disguiseBlocks = disguises.map((block) => ipaddr.parseCIDR(block));
// All global unicast of IPv6 lies in here; whatever else is not known to ipaddr.js is not a public address.
const publicIpv6 = ipaddr.parseCIDR("2000::/3");

type Block = ReturnType<typeof ipaddr.parseCIDR>;

function isIn(address: Address, block: Block): boolean {
  return address.kind() === block[0].kind() && address.match(block);
}

/**
 * Answers why nothing may connect to this resolved address, in words that end a sentence ("is a loopback address"), or
 * null if it may. `open`: the operator opened this host and port, so addresses of the own network are allowed, but
 * never those that hand out credentials. Pure.
 */
export function addressProblem(address: string, open: boolean): string | null {
  if (isIP(address) === 0 || address.includes("%")) return "is no plain IP address";
  // IPv4-mapped addresses (::ffff:10.0.0.1) reach the IPv4 address inside: that one is judged.
  const unwrapped = ipaddr.process(canonical(address));
  if (metadataBlocks.some((block) => isIn(unwrapped, block))) return "is an address of the machine's own provider";
  const range = unwrapped.range();
  if (open && insideRanges.has(range)) return null;
  if (disguiseBlocks.some((block) => isIn(unwrapped, block))) return "is an IPv4 address in disguise";
  if (range !== "unicast") return `is no public address (${range})`;
  if (unwrapped.kind() === "ipv6" && !isIn(unwrapped, publicIpv6)) return "is no public address";
  return null;
}

/** Whether a connection to this resolved address stays on this machine: loopback, or one of its own addresses now. */
export function isOfThisMachine(address: string): boolean {
  const plain = ipaddr.process(canonical(address));
  const own = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return plain.range() === "loopback" || own.some((one) => one.address === plain.toString());
}

/** ipaddr.js takes "::8.8.8.8" for "::ffff:8.8.8.8", which is another address; without its dots it is read as it is. */
function canonical(address: string): string {
  return isIP(address) === 6 ? (URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? address) : address;
}

/** Answers the IP address that a URL's host name literally is, without brackets, or null if it is a name. Pure. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith("[") && hostname.endsWith("]") ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}
