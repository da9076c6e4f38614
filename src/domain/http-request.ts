import { z } from "zod";
import type { DeepReadonly } from "./json.ts";

export const httpMethodSchema = z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
export type HttpMethod = z.infer<typeof httpMethodSchema>;

/** One rendered call, as it was frozen: these exact bytes are what an agent approves and what is sent. */
export const httpRequestSchema = z.object({
  method: httpMethodSchema,
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
});
export type HttpRequest = DeepReadonly<z.infer<typeof httpRequestSchema>>;
