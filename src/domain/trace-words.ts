import type { Procedure } from "./procedure.ts";
import { operatorWords } from "./step-facts.ts";
import type { TraceEntry } from "./trace.ts";

/** What a condition compares, for the line of the trace that it left. */
interface Compared {
  readonly variable: string;
  readonly operator: keyof typeof operatorWords;
}

/** The condition that the step with this id is; null: it is none, or the version is not known. Pure. */
export function conditionAt(procedure: Procedure | null, id: string): Compared | null {
  const step = procedure?.steps.find((candidate) => candidate.id === id);
  return step?.kind === "condition" ? step : null;
}

/** What one line of the trace says, in plain words without a full stop. `compared`: the condition it is about. Pure. */
export function wordsOf(entry: TraceEntry, compared: Compared | null = null): string {
  switch (entry.kind) {
    case "said":
      return `said “${entry.text}”`;
    case "heard":
      return `heard “${entry.text}”`;
    case "invalid":
      return `not taken: ${entry.problem}`;
    case "stored":
      return `kept ${entry.variable}`;
    case "branch":
      return branchWords(entry, compared);
    case "asked":
      return `asked the agents: ${entry.what}`;
    case "sent":
      return `sent: ${entry.what}`;
    case "outcome":
      return outcomeWords(entry);
    case "decided":
      return `${decisionWords[entry.action] ?? entry.action} by ${entry.by}`;
    case "note":
      return entry.text.replace(/\.$/, "").replace(/^The run ended/, "the run ended");
    default:
      return entry satisfies never;
  }
}

function branchWords(entry: TraceEntry & { readonly kind: "branch" }, compared: Compared | null): string {
  const { left, type, result, comparable } = entry;
  const name = compared?.variable ?? "the value";
  const value = type === "missing" ? "is missing" : `is ${valueWords(left, type)}`;
  const operator = compared?.operator ?? "equals";
  const test =
    operator === "exists" || operator === "not_exists"
      ? operatorWords[operator]
      : `${operatorWords[operator]} ${rightWords(entry)}`;
  const answer = result ? "yes" : "no";
  return comparable ? `${name} ${value}, ${test} → ${answer}` : `${name} ${value}, ${test}: not comparable → ${answer}`;
}

function rightWords({ right, rightType }: TraceEntry & { readonly kind: "branch" }): string {
  return rightType === "missing" ? "what is missing" : valueWords(right, rightType);
}

/** A side of a comparison: text in quotes, so that 50 and "50" differ; the rest as it is. */
function valueWords(text: string, type: string): string {
  if (type === "text") return text === "" ? "empty (text)" : `${JSON.stringify(text)} (text)`;
  return type === "null" ? "null" : `${text} (${type})`;
}

const decisionWords: { readonly [action: string]: string } = {
  approve: "approved",
  reject: "rejected",
  happened: "“It happened”, said",
  runAgain: "“Run again”, said",
  stop: "stopped",
};

const outcomes = {
  done: "done",
  failed: "failed",
  notSent: "not sent, tried again later",
  unknown: "nobody knows whether it happened",
} as const;

function outcomeWords({ outcome, note }: TraceEntry & { readonly kind: "outcome" }): string {
  return note === "" ? outcomes[outcome] : `${outcomes[outcome]}: ${note}`;
}
