/** The ways that URL parsers accept to write one IPv4 address, plain and inside IPv6; as hosts of a URL. */
export function spellingsOf(address: string): readonly string[] {
  const octets = address.split(".").map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const low = (c * 256 + d).toString(16);
  const high = (a * 256 + b).toString(16);
  const wide = (text: string, from: number): string =>
    text.replace(/\d/g, (digit) => String.fromCodePoint(from + Number(digit)));
  const circled = (text: string): string =>
    text.replace(/\d/g, (digit) => (digit === "0" ? "⓪" : String.fromCodePoint(0x2460 + Number(digit) - 1)));
  const hex = octets.map((octet) => `0x${octet.toString(16)}`);
  const octal = octets.map((octet) => `0${octet.toString(8)}`);
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${whole.toString(16)}`,
    `0X${whole.toString(16).toUpperCase()}`,
    `0${whole.toString(8)}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    hex.join("."),
    `${hex.join(".")}.`,
    octal.join("."),
    octal.map((octet) => `000${octet}`).join("."),
    `${a}.${octal[1]}.${hex[2]}.${d}`,
    wide(address, 0xff10), // full-width digits
    wide(address, 0x1d7ce), // mathematical bold digits
    circled(address),
    address.replaceAll(".", "。"),
    address.replaceAll(".", "．"),
    octets
      .map((octet) => encodeURIComponent(String(octet)).replace(/^./, (x) => `%${x.charCodeAt(0).toString(16)}`))
      .join("."),
    `[::ffff:${address}]`,
    `[::ffff:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${address}]`,
    `[::${address}]`,
    `[::ffff:0:${address}]`,
    `[64:ff9b::${address}]`,
    `[64:ff9b::${high}:${low}]`,
    `[64:ff9b:1::${address}]`,
    `[2002:${high}:${low}::]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:${high}:${low}::]`,
    `[2001:0:4136:e378:8000:63bf:${(~(a * 256 + b) & 0xffff).toString(16)}:${(~(c * 256 + d) & 0xffff).toString(16)}]`,
  ];
}

/** One address or more of every block that no call may reach. */
export const closedAddresses: readonly string[] = [
  ...[
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
  ],
  ...[
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
  ],
  ...["168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7"],
  ...["203.0.113.9", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "224.0.0.1", "239.255.255.255"],
  ...["240.0.0.1", "255.255.255.255", "::", "::1", "::2", "::ffff:10.0.0.1", "::ffff:7f00:1", "::7f00:1", "::a00:1"],
  ...["::ffff:0:10.0.0.1", "::ffff:0:808:808", "64:ff9b::a00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1", "100::1"],
  ...["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1"],
  ...["2002:a00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1"],
  ...["fe80::1%lo", "febf::1", "fec0::1", "feff::1", "ff02::1", "ff0e::1", "4000::1", "8000::1", "e000::1"],
];

/** Addresses of the public network, which nothing here ever connects to. */
export const publicAddresses: readonly string[] = [
  ...[
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.0.0.1",
  ],
  ...["223.255.255.254", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::1", "2620:fe::fe"],
];

/** Names that mean this machine, as people and tools write them. */
export const loopbackNames: readonly string[] = [
  ...["localhost", "localhost.", "LOCALHOST", "LocalHost.", "foo.localhost", "localhost.localdomain", "ip6-localhost"],
  ...["ip6-loopback", "loopback", "broadcasthost", "kubernetes.docker.internal", "host.docker.internal"],
  ...["127.0.0.1.nip.io", "localtest.me", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "loc%61lhost", "xn--localhost-"],
];

/** The ways to write an IPv4 address inside an IPv6 one that no host of ours may be reached by. */
export function disguisesOf(address: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  const high = (a * 256 + b).toString(16);
  const low = (c * 256 + d).toString(16);
  const flipped = `${(~(a * 256 + b) & 0xffff).toString(16)}:${(~(c * 256 + d) & 0xffff).toString(16)}`;
  return [
    `::${address}`,
    `::${high}:${low}`,
    `::ffff:0:${address}`,
    `::ffff:0:${high}:${low}`,
    `64:ff9b::${address}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${address}`,
    `64:ff9b:1:${high}::${low}`,
    `2002:${high}:${low}::`,
    `2002:${high}:${low}::1`,
    `2001:0:${high}:${low}::`,
    `2001:0:4136:e378:8000:63bf:${flipped}`,
    `fe80::5efe:${address}`,
    `fec0::${address}`,
  ];
}
