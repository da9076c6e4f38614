import { z } from "zod";
import type { DeepReadonly } from "./json.ts";

export const httpMethodSchema = z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
export type HttpMethod = z.infer<typeof httpMethodSchema>;

// What steers the connection or the framing of the message is Usher's alone; a cookie has no jar to come from.
const reservedHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "cookie",
  "cookie2",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Whether a header, named in any case, is one that no call may set. Pure. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return reservedHeaders.has(lower) || lower.startsWith("proxy-");
}

/** One rendered call, as it was frozen: these exact bytes are what an agent approves and what is sent. */
export const httpRequestSchema = z.object({
  method: httpMethodSchema,
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
});
export type HttpRequest = DeepReadonly<z.infer<typeof httpRequestSchema>>;
