import type { Json } from "../../../../../src/domain/json.ts";
import type { Lead } from "../../../../../src/domain/lead.ts";
import type { Mail } from "../../../../../src/domain/mail.ts";
import type { Ticket } from "../../../../../src/domain/ticket.ts";
import type {
  AgentsCardJson,
  ConversationJson,
  ConversationSummaryJson,
  ErrorJson,
  ProcedureJson,
  ReceiptJson,
  WorldJson,
} from "../../../api.ts";

/** The server answered, but not with what was asked for. `message` is a sentence for people. */
export class AnswerError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "AnswerError";
    this.status = status;
  }
}

/** Nothing came back: the server is away, or too slow. What was asked may have happened all the same. */
export class NoAnswerError extends Error {
  constructor(options: ErrorOptions) {
    super("No answer from the server.", options);
    this.name = "NoAnswerError";
  }
}

const timeoutMs = 30_000;

async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const init: RequestInit = { signal: AbortSignal.timeout(timeoutMs) };
  if (body !== undefined) {
    init.method = "POST";
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(`/api/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new AnswerError(response.status, sentenceOf(response.status, text));
    return (text === "" ? null : JSON.parse(text)) as Answer;
  } catch (cause) {
    if (cause instanceof AnswerError) throw cause;
    throw new NoAnswerError({ cause });
  }
}

function sentenceOf(status: number, text: string): string {
  try {
    const { error } = JSON.parse(text) as ErrorJson;
    if (typeof error === "string") return error;
  } catch {
    // Not ours: a proxy's page, perhaps.
  }
  return `The server answered with ${status}.`;
}

const at = (id: string) => `conversations/${encodeURIComponent(id)}`;

/** The playground's API. Every call throws AnswerError or NoAnswerError. */
export const server = {
  world: () => ask<WorldJson>("world"),
  procedure: (slug: string, version: number) => ask<ProcedureJson>(`procedures/${encodeURIComponent(slug)}/${version}`),
  conversations: () => ask<readonly ConversationSummaryJson[]>("conversations"),
  conversation: (id: string) => ask<ConversationJson>(at(id)),
  agents: () => ask<readonly AgentsCardJson[]>("agents"),
  tickets: () => ask<readonly Ticket[]>("tickets"),
  leads: () => ask<readonly Lead[]>("leads"),
  mails: () => ask<readonly Mail[]>("mails"),
  create: (as: string) => ask<{ readonly id: string }>("conversations", { as }),
  /** Safe to repeat with the same message id. */
  write: (id: string, message: { readonly id: string; readonly as: string; readonly text: string }) =>
    ask<unknown>(`${at(id)}/messages`, message),
  /** Safe to repeat with the same message id. */
  reply: (id: string, message: { readonly id: string; readonly as: string; readonly text: string }) =>
    ask<unknown>(`${at(id)}/reply`, message),
  end: (id: string, how: "handback" | "resolve", as: string) => ask<ReceiptJson>(`${at(id)}/${how}`, { as }),
  reveal: (id: string, as: string, variable: string) =>
    ask<{ readonly value: Json }>(`${at(id)}/reveal`, { as, variable }),
  decide: (approval: string, as: string, approve: boolean, reason: string | null) =>
    ask<ReceiptJson>(`approvals/${encodeURIComponent(approval)}/decision`, { as, approve, reason }),
  verdict: (effect: string, as: string, verdict: "happened" | "runAgain" | "stop", value: Json) =>
    ask<ReceiptJson>(`effects/${encodeURIComponent(effect)}/verdict`, { as, verdict, value }),
};
