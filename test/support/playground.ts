import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentsCardJson, ApprovalJson, ConversationJson, ReceiptJson } from "../../adapters/web/api.ts";
import { startUsher, type Usher } from "../../src/compose.ts";
import { type Config, readConfig } from "../../src/config.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Log } from "../../src/ports/log.ts";
import { systemClock, systemIds } from "../../src/system.ts";

/** A log that keeps what it is told. */
interface LogBook extends Log {
  readonly lines: { level: string; fields: unknown; message: string }[];
  /** Resolves as soon as there is a line with these words. */
  until(words: string): Promise<void>;
}

/** Makes an empty one. */
export function createLogBook(): LogBook {
  const lines: { level: string; fields: unknown; message: string }[] = [];
  const waiting = new Set<() => void>();
  const write = (level: string) => (fields: unknown, message: string) => {
    lines.push({ level, fields, message });
    for (const look of waiting) look();
  };
  const until = (words: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!lines.some(({ message }) => message.includes(words))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { lines, until, info: write("info"), warn: write("warn"), error: write("error") };
}

/** A configuration for a test: any free port, a data folder of its own. */
export function testConfig(folder: string, environment: { readonly [name: string]: string } = {}): Config {
  const reading = readConfig({ PORT: "0", USHER_DATA: folder, ...environment });
  if (reading.kind === "ok") return reading.config;
  throw new Error(reading.problems.join("\n"));
}

/** A folder that goes away with the test. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "usher-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The whole of Usher as it is composed for real, and a client of its playground. */
export async function startPlayground(
  folder: string,
  environment: { readonly [name: string]: string } = {},
  clock: Clock = systemClock,
) {
  const log = createLogBook();
  const usher: Usher = await startUsher(testConfig(folder, environment), { clock, ids: systemIds, log });
  const client = await openClient(usher.url);
  return {
    url: usher.url,
    log,
    client,
    stop: async () => {
      await client.close();
      await usher.stop();
    },
  };
}

/** A program that talks to a playground as a page does, and waits for news instead of for time. */
export async function openClient(url: string) {
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  const events = await fetch(`${url}/api/events`, { signal: closing.signal });
  const reading = readEvents(events, () => {
    for (const listener of listeners) listener();
  });
  const numbers = counter();

  const get = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(`${url}${path}`);
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const post = async (path: string, body: object): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  /** Asks again after each piece of news until the answer satisfies. The runner's own time limit ends a vain wait. */
  const until = async <Answer>(ask: () => Promise<Answer>, satisfies: (answer: Answer) => boolean): Promise<Answer> => {
    for (;;) {
      const news = Promise.withResolvers<void>();
      listeners.add(news.resolve);
      const answer = await ask();
      if (satisfies(answer)) {
        listeners.delete(news.resolve);
        return answer;
      }
      await news.promise;
      listeners.delete(news.resolve);
    }
  };
  return {
    get,
    post,
    until,
    begin: async (as = "customer-1") => ((await post("/api/conversations", { as })).body as { id: string }).id,
    say: (conversation: string, text: string, as = "customer-1", id = `m${numbers()}`) =>
      post(`/api/conversations/${conversation}/messages`, { id, as, text }),
    conversation: (id: string) => get<ConversationJson>(`/api/conversations/${id}`),
    cards: () => get<AgentsCardJson[]>("/api/agents"),
    approval: async (conversation: string) => {
      const all = await until(
        () => get<ApprovalJson[]>("/api/approvals?status=pending"),
        (approvals) => approvals.some(({ conversationId }) => conversationId === conversation),
      );
      const found = all.find(({ conversationId }) => conversationId === conversation);
      if (found === undefined) throw new Error("unreachable: it was just seen");
      return found;
    },
    decide: async (id: string, approve: boolean, as = "agent-1", reason = "looks wrong") =>
      (await post(`/api/approvals/${id}/decision`, { as, approve, reason })).body as ReceiptJson,
    /** Waits until Usher has said something that contains this text, and answers the conversation. */
    hear: (id: string, text: string) =>
      until(
        () => get<ConversationJson>(`/api/conversations/${id}`),
        ({ messages: said }) => said.some(({ role, text: words }) => role !== "customer" && words.includes(text)),
      ),
    close: async () => {
      closing.abort();
      await reading;
    },
  };
}

/** 1, 2, 3 … */
export function counter(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
}

async function readEvents(response: Response, onNews: () => void): Promise<void> {
  try {
    for await (const _chunk of response.body ?? []) onNews();
  } catch {
    // The stream ends with the server or with this client.
  }
  onNews();
}
