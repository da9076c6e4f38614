import type { IncomingMessage } from "node:http";
import { limits } from "../../src/domain/limits.ts";
import { ApiError } from "./errors.ts";

// Read here, and not by express.json: that one reads a body that is too large to its end before it refuses it.

/**
 * The parsed JSON body of a request, up to 1 MB. Throws ApiError 415 when it is not declared to be plain UTF-8 JSON
 * (which no form and no simple request of a browser can do), 413 when it is too large, 400 when it is no JSON.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  demandJson(request);
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ApiError(400, "The body is not valid JSON: mend it and send it again.", {}, { cause: error });
  }
}

const jsonType = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

function demandJson({ headers }: IncomingMessage): void {
  if (!jsonType.test(headers["content-type"] ?? "")) {
    throw new ApiError(415, "Send UTF-8 JSON, with the header content-type: application/json.");
  }
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new ApiError(415, "The body is compressed: send it as it is, without content-encoding.");
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? "0") > limits.inboundBodyBytes) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  let size = 0;
  request.on("data", (part: Buffer) => {
    size += part.length;
    if (size <= limits.inboundBodyBytes) {
      parts.push(part);
      return;
    }
    request.pause();
    reject(tooLarge());
  });
  request.on("end", () => resolve(Buffer.concat(parts)));
  const cutOff = (): void => reject(new ApiError(400, "The body ended before its content-length: send all of it."));
  request.on("close", cutOff);
  // Whoever asked has hung up; that is no fault of ours.
  request.on("error", cutOff);
  return promise;
}

// What is left of the body must not be read as the next request.
function tooLarge(): ApiError {
  return new ApiError(413, "The body is larger than 1 MB: send less.", { connection: "close" });
}
