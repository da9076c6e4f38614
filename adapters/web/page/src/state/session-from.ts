import type { OutgoingMessage } from "./outgoing.ts";

/** What a tab remembers over a reload. Texts by conversation or by card; `rejects` holds the open forms. */
export interface Session {
  readonly writingAs: string | null;
  readonly decidingAs: string | null;
  readonly drafts: { readonly [conversation: string]: string };
  readonly rejects: { readonly [card: string]: string };
  readonly replies: { readonly [card: string]: string };
  readonly closed: { readonly [section: string]: boolean };
  readonly outgoing: readonly OutgoingMessage[];
}

/**
 * A session out of what was stored, by this page, an older one, or somebody else: each part that does not fit is left
 * out. Pure.
 */
export function sessionFrom(stored: unknown): Session {
  const parts = entriesOf(stored);
  return {
    writingAs: isText(parts["writingAs"]) ? parts["writingAs"] : null,
    decidingAs: isText(parts["decidingAs"]) ? parts["decidingAs"] : null,
    drafts: only(parts["drafts"], isText),
    rejects: only(parts["rejects"], isText),
    replies: only(parts["replies"], isText),
    closed: only(parts["closed"], isFlag),
    outgoing: Array.isArray(parts["outgoing"]) ? parts["outgoing"].filter(isOutgoing) : [],
  };
}

type Entries = { readonly [name: string]: unknown };

function entriesOf(value: unknown): Entries {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function only<Value>(stored: unknown, fits: (value: unknown) => value is Value): { readonly [name: string]: Value } {
  const kept = Object.entries(entriesOf(stored)).flatMap(([name, value]) =>
    fits(value) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isOutgoing(value: unknown): value is OutgoingMessage {
  const { id, conversation, as, text, hidden, at, state, problem } = entriesOf(value);
  const isState = state === "sending" || state === "failed";
  const mayBeText = [conversation, problem].every((part) => part === null || isText(part));
  return [id, as, text].every(isText) && mayBeText && isFlag(hidden) && typeof at === "number" && isState;
}
