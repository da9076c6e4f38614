import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate and its private key, as PEM, made for one test run: nothing secret lies in the repository. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** `issuer`: signed by that certificate, else by itself. `days`: valid from yesterday for so long; may be 0 (expired). */
export interface CertificateWish {
  readonly name: string;
  readonly days?: number;
  readonly issuer?: Certificate & { readonly name: string };
}

/** Makes an X.509 certificate for a DNS name, or a certificate authority when nobody signs it. */
export function makeCertificate({ name, days = 2, issuer }: CertificateWish): Certificate & { readonly name: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const from = Date.now() - 86_400_000;
  const signer: KeyObject | string = issuer?.key ?? privateKey;
  const algorithm = sequence(oid("2a8648ce3d040302")); // ecdsa-with-SHA256
  const extensions = [
    extension("551d11", sequence(der(0x82, Buffer.from(name)))), // subjectAltName: dNSName
    extension("551d13", issuer === undefined ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()), // basicConstraints
  ];
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    sequence(time(from), time(from + days * 86_400_000)),
    distinguishedName(name),
    createPublicKey(publicKey.export({ type: "spki", format: "pem" })).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, signer);
  const whole = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    name,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(0x04, value));
const distinguishedName = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name)))));

function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, Buffer.from(text));
}
