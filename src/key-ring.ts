import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { PermanentError } from "./ports/errors.ts";
import type { KeyRing } from "./ports/key-ring.ts";

/** A key by its name; `secret`: 32 bytes in base64. */
export interface Key {
  readonly id: string;
  readonly secret: string;
}

/** What a key's name looks like: it stands in the open before what the key has sealed. */
export const keyId = /^[A-Za-z0-9_-]{1,20}$/;

// What is sealed: this number, the length of the key's name, the name, the nonce, the tag, the ciphertext.
const format = 1;
const headLength = 2;
// NIST SP 800-38D: 96 bits of chance, good for 2^32 sealings with one key.
const nonceLength = 12;
const tagLength = 16;
const algorithm = "aes-256-gcm";

interface Sealed {
  readonly id: string;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Makes a key ring: AES-256-GCM, the first key seals, every key opens. Null without a key. */
export function createKeyRing(keys: readonly Key[]): KeyRing | null {
  const [first] = keys;
  if (first === undefined) return null;
  const ring = new Map(keys.map(({ id, secret }) => [id, createSecretKey(secret, "base64")]));
  const sealing = createSecretKey(first.secret, "base64");
  return {
    seal: (text, context) => seal(first.id, sealing, text, context),
    open(sealed, context) {
      const parts = partsOf(sealed, context);
      const key = ring.get(parts.id);
      if (key !== undefined) return open(key, parts, context);
      throw new PermanentError(
        `What is stored under ${context} was encrypted with the key ${parts.id}, which USHER_KEYS does not have. ` +
          "Add that key again, behind the others.",
      );
    },
    isCurrent: (sealed) => idIn(sealed) === first.id,
  };
}

function seal(id: string, key: KeyObject, text: string, context: string): Uint8Array {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(context, "utf8"));
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const name = Buffer.from(id, "latin1");
  return Buffer.concat([Buffer.of(format, name.length), name, nonce, cipher.getAuthTag(), ciphertext]);
}

function open(key: KeyObject, { id, nonce, tag, ciphertext }: Sealed, context: string): string {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(context, "utf8"));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new PermanentError(
      `What is stored under ${context} does not open with the key ${id} of USHER_KEYS: either that is not the key which ` +
        "had this name when it was encrypted, or it was changed or copied from another place. Give the name its old " +
        "key back, or have it stored anew.",
      { cause },
    );
  }
}

function partsOf(sealed: Uint8Array, context: string): Sealed {
  const id = idIn(sealed);
  const start = headLength + id.length;
  if (!keyId.test(id) || sealed.length < start + nonceLength + tagLength) {
    throw new PermanentError(
      `What is stored under ${context} is not what a key has encrypted, or was made by a newer Usher. Restore the ` +
        "database from a copy, or have it stored anew.",
    );
  }
  return {
    id,
    nonce: sealed.subarray(start, start + nonceLength),
    tag: sealed.subarray(start + nonceLength, start + nonceLength + tagLength),
    ciphertext: sealed.subarray(start + nonceLength + tagLength),
  };
}

// Empty where it is of another format.
function idIn(sealed: Uint8Array): string {
  const [version, length = 0] = sealed;
  if (version !== format) return "";
  return Buffer.from(sealed.subarray(headLength, headLength + length)).toString("latin1");
}
