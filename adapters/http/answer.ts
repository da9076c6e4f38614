import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import type { HttpOutcome } from "../../src/ports/http.ts";
import { readJson } from "./json.ts";

type Expand = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const expanders: ReadonlyMap<string, Expand> = new Map<string, Expand>([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
  ["zstd", promisify(zstdDecompress)],
]);

/**
 * Answers the outcome of a complete 2xx answer: done with parsed JSON, with the text if it is no JSON, or with null if
 * it is empty; failed if it is compressed in an unknown way, unpacks to more than `maxBytes`, is no UTF-8, or is JSON
 * that is too deep or has too many values. `answered` begins each reason: method, host, status.
 */
export async function readAnswer(
  answered: string,
  body: Buffer,
  contentEncoding: string,
  maxBytes: number,
): Promise<HttpOutcome> {
  const fail = (why: string): HttpOutcome => ({ kind: "failed", reason: `${answered}, but ${why}` });
  const expanded = await expand(body, contentEncoding, maxBytes);
  if (typeof expanded === "string") return fail(expanded);
  const text = decode(expanded);
  if (text === null) return fail("the answer is not valid UTF-8");
  if (text.trim() === "") return { kind: "done", value: null, text: null };
  const reading = readJson(text);
  switch (reading.kind) {
    case "json":
      return { kind: "done", value: reading.value, text };
    case "noJson":
      return { kind: "done", value: text, text };
    case "tooDeep":
      return fail("the answer is nested too deeply");
    case "tooMany":
      return fail("the answer has too many values");
    default:
      return reading satisfies never;
  }
}

/** The unpacked bytes, or why there are none. We ask for no compression; some servers compress all the same. */
async function expand(body: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer | string> {
  const coding = contentEncoding.trim().toLowerCase();
  if (coding === "" || coding === "identity" || body.length === 0) return body;
  const unpack = expanders.get(coding);
  if (unpack === undefined) return "the answer is compressed in a way that is not supported";
  try {
    return await unpack(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const tooLarge = error instanceof RangeError; // ERR_BUFFER_TOO_LARGE: a bomb stops at the cap
    return tooLarge ? `the answer is larger than ${maxBytes} bytes` : "the answer can't be decompressed";
  }
}

/** Half the time of a fatal TextDecoder, with the same answer: a byte order mark is taken off. */
function decode(bytes: Buffer): string | null {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
