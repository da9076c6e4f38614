import { z } from "zod";
import { pause } from "./process-supervisor.ts";

const message = z.object({ id: z.string(), from: z.string(), role: z.string(), text: z.string() });
const run = z.object({
  procedure: z.string(),
  status: z.string(),
  stepId: z.string(),
  variables: z.record(z.string(), z.json()),
});

/** What the API answers, as far as these scenarios read it. */
export const shapes = {
  id: z.object({ id: z.string() }),
  conversation: z.object({
    id: z.string(),
    messages: z.array(message),
    run: run.nullable(),
    lastRun: run.nullable(),
    handledBy: z.enum(["bot", "people"]),
    resolvedAt: z.number().nullable(),
  }),
  approvals: z.array(z.object({ id: z.string(), conversationId: z.string() })),
  cards: z.array(
    z.object({
      id: z.string(),
      conversationId: z.string(),
      card: z.object({
        title: z.string(),
        pressId: z.string().nullable(),
        buttons: z.array(z.object({ action: z.string() })),
      }),
    }),
  ),
  receipt: z.object({
    outcome: z.enum(["accepted", "decided", "refused"]),
    by: z.string().nullable(),
    at: z.number().nullable(),
    approved: z.boolean().nullable(),
  }),
  owned: z.array(z.object({ conversationId: z.string() })),
  anything: z.unknown(),
};

/** One conversation as its customer sees it. */
export type ConversationView = z.output<typeof shapes.conversation>;

/** An answer of the API: its status, and its body where it was a 2xx. */
export type Answered<Value> =
  | { readonly ok: true; readonly status: number; readonly value: Value }
  | { readonly ok: false; readonly status: number };

/** Talks to a process that may die at any moment: what got no answer, or 503, is asked again, exactly the same. */
export interface Client {
  get<Schema extends z.ZodType>(schema: Schema, path: string): Promise<Answered<z.output<Schema>>>;
  post<Schema extends z.ZodType>(schema: Schema, path: string, body: object): Promise<Answered<z.output<Schema>>>;
  /** How many requests got no answer, and how many got 503. */
  readonly counts: { unanswered: number; refused: number };
}

const againMs = 40;
// Above the 2.5 s within which Usher answers.
const answerMs = 6000;

/**
 * Makes a client of wherever `url` says the process is now. `givenUp` ends the waiting for one that never comes back:
 * then every call throws.
 */
export function createClient(url: () => string | null, givenUp: AbortSignal): Client {
  const counts = { unanswered: 0, refused: 0 };
  const send = async <Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    body: object | null,
  ): Promise<Answered<z.output<Schema>>> => {
    for (;;) {
      givenUp.throwIfAborted();
      const base = url();
      if (base !== null) {
        try {
          const signal = AbortSignal.any([givenUp, AbortSignal.timeout(answerMs)]);
          const response = await fetch(`${base}${path}`, { signal, ...(body === null ? {} : posting(body)) });
          const text = await response.text();
          if (response.ok) return { ok: true, status: response.status, value: schema.parse(JSON.parse(text)) };
          if (response.status !== 503) return { ok: false, status: response.status };
          counts.refused += 1;
        } catch (error) {
          // An answer of the wrong shape is a fault, and not the weather.
          if (error instanceof z.ZodError) throw error;
          counts.unanswered += 1;
        }
      }
      await pause(againMs);
    }
  };
  return {
    counts,
    get: (schema, path) => send(schema, path, null),
    post: (schema, path, body) => send(schema, path, body),
  };
}

function posting(body: object) {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
