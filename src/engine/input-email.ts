import { z } from "zod";
import { isTurnedRound, plain } from "./input-plain.ts";

// An address (254 characters) in a sentence; whatever is longer is not an answer to "what is your e-mail address?".
const mostCharacters = 1000;
const mostAddress = 254;
const mostLocalPart = 64;

const addressSchema = z.email();

/**
 * The one e-mail address in a sentence, its domain in lower case; null if there is none, more than one, or anything
 * that could turn into a second recipient or a header. A domain in another script is answered in its ASCII form
 * (`xn--…`): every mail server takes that, and a look-alike shows itself. Pure.
 */
export function readEmail(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > mostCharacters || /\p{Cc}/u.test(trimmed) || isTurnedRound(trimmed)) return null;
  const found = new Set<string>();
  // Only characters that no address may contain without quotes part two words: half an address is another one.
  for (const word of plain(trimmed).split(/[\s<>()[\],;:"]+/)) {
    // "@ home" and "@jane" are no addresses; anything else with an @ must be a whole one.
    if (!/[^@]@/.test(word)) continue;
    const address = asAddress(word);
    if (address === null) return null;
    found.add(address);
  }
  const [only, second] = [...found];
  return only !== undefined && second === undefined ? only : null;
}

function asAddress(word: string): string | null {
  const bare = word
    .replace(/^_(.+)_$/, "$1")
    .replace(/^['`*]+/, "")
    .replace(/['`*_~.!?]+$/, "");
  const at = bare.lastIndexOf("@");
  const local = bare.slice(0, at);
  const domain = asciiDomain(
    bare
      .slice(at + 1)
      .toLowerCase()
      .replaceAll("。", "."),
  );
  if (domain === null || local.length > mostLocalPart) return null;
  const address = `${local}@${domain}`;
  return address.length <= mostAddress && addressSchema.safeParse(address).success ? address : null;
}

function asciiDomain(domain: string): string | null {
  if (/^[a-z0-9.-]+$/.test(domain)) return domain;
  // Only letters, digits, dots and hyphens reach the URL parser, so that nothing but a host name can come of it.
  if (domain.length > mostAddress || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return null;
  return URL.parse(`http://${domain}`)?.hostname ?? null;
}
