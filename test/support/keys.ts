import { createKeyRing, type Key } from "../../src/key-ring.ts";
import type { KeyRing } from "../../src/ports/key-ring.ts";

/** A key of this name, the same for the same name. */
export function keyNamed(id: string): Key {
  return { id, secret: Buffer.from(id.padEnd(32, ".")).toString("base64") };
}

/** A key ring with these keys; the first one seals. */
export function ringOf(first: string, ...others: readonly string[]): KeyRing {
  const ring = createKeyRing([first, ...others].map(keyNamed));
  if (ring === null) throw new Error("unreachable: it has a key");
  return ring;
}
