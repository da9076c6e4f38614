import { isReservedHeader } from "../../src/domain/http-request.ts";
import type { Vetted } from "./target.ts";

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Tab, and what fits into one byte without being a control character, of C1 (U+0080 to U+009F) neither.
const value = /^[\t\x20-\x7e\xa0-\xff]*$/;

const ours = { accept: "application/json, text/plain;q=0.9, */*;q=0.8", "user-agent": "Usher" };

/**
 * Answers the headers that go out, as name, value, name, value; or why they are refused: one that steers connection or
 * framing, one that could end its line, the same name twice. A reason names the header and never its value. Pure.
 */
export function readHeaders(given: { readonly [name: string]: string }): Vetted<readonly string[]> {
  const seen = new Set<string>();
  const out: string[] = [];
  for (const [name, text] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (!token.test(name))
      return { kind: "refused", why: "the name of a header holds a character that may not stand there" };
    if (isReservedHeader(key)) return { kind: "refused", why: `the header ${key} may not be set` };
    if (!value.test(text)) {
      return {
        kind: "refused",
        why: `the value of the header ${key} holds a character that may not stand in a header`,
      };
    }
    if (seen.has(key)) return { kind: "refused", why: `the header ${key} is given twice` };
    seen.add(key);
    // Ours alone as well, but harmless: we ask for no compression, whatever was written.
    if (key !== "accept-encoding") out.push(name, text);
  }
  for (const [name, text] of Object.entries(ours)) if (!seen.has(name)) out.push(name, text);
  out.push("accept-encoding", "identity");
  return { kind: "allowed", value: out };
}
