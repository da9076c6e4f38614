import { isRecord } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** Reads an answer whole. Throws Error where it breaks off, or is larger than `limits.slackAnswerBytes`: then it is ended. */
export async function readWhole(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const bytes = await bytesOf(response.body).catch((cause: unknown) => {
    throw new Error("Slack's answer broke off.", { cause });
  });
  if (bytes === null) throw new Error("Slack's answer is too large.");
  return new Response(bytes, { status: response.status, headers: response.headers });
}

/** Null where there are too many. Throws what the connection throws. */
async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer> | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > limits.slackAnswerBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * The same of an answer of the Web API, which is an object: of JSON that is none, web-api quotes the beginning in an error,
 * and so in a log. Throws Error without a word of it.
 */
export async function readApiAnswer(response: Response): Promise<Response> {
  const whole = await readWhole(response);
  const text = await whole.clone().text();
  if (/^\s*\{/.test(text) || isNoJson(text)) return whole;
  throw new Error("Slack's answer is of another form.");
}

function isNoJson(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return true;
  }
}

/**
 * A fetch that ends by itself: after `limits.sendTimeoutMs`, and where the answer is larger than `limits.slackAnswerBytes`.
 * `read`: how an answer is read.
 */
export function createBoundedFetch(clock: Clock, read: (response: Response) => Promise<Response>): typeof fetch {
  return async (url, init) => {
    const late = new AbortController();
    const cancel = clock.after(limits.sendTimeoutMs, () => late.abort());
    try {
      return await read(await fetch(url, { ...init, signal: late.signal }));
    } finally {
      cancel();
    }
  };
}
