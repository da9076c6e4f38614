import { type Action, type ActionName, actionSchema, actionTable } from "../domain/action.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Effect, Outgoing } from "../domain/effect.ts";
import type { HttpMethod, HttpRequest } from "../domain/http-request.ts";
import { isRecord, type Json } from "../domain/json.ts";
import { limits } from "../domain/limits.ts";
import { personWords } from "../domain/person-words.ts";
import { renderBody, renderHeader } from "./body-template.ts";
import { hashOf } from "./canonical.ts";
import { labelOf } from "./card-sections.ts";
import { approvalCard, lineCard } from "./cards.ts";
import type { CompiledStep } from "./compile.ts";
import { type Context, scopeOf } from "./context.ts";
import { append, outgoing, post, say, takeId } from "./outbox.ts";
import { trace } from "./trace.ts";
import { renderUrl } from "./url-template.ts";

/** What became of a step that wants something done: it waits, it is done already, or it could not be asked for. */
export type Asked =
  | { readonly kind: "waiting"; readonly conversation: Conversation }
  | { readonly kind: "done"; readonly conversation: Conversation }
  | { readonly kind: "bad"; readonly problem: string };

type Level = "auto" | "notify" | "require";
type Built<Value> = { readonly kind: "ok"; readonly value: Value } | { readonly kind: "bad"; readonly problem: string };

// RFC 9110, 9.2.2: these may be repeated with the same effect, unless the admin says otherwise.
const repeatableMethods: ReadonlySet<HttpMethod> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** Whether a call can change nothing, so that it matters to nobody whether it happened. Pure. */
export function readsOnly(method: HttpMethod): boolean {
  return method === "GET" || method === "HEAD";
}

/** Renders the call once, freezes and hashes it, and sends it or asks the agents first. Pure. */
export function askForCall(conversation: Conversation, context: Context, step: CompiledStep & { kind: "call" }): Asked {
  const request = buildRequest(conversation, context, step);
  if (request.kind === "bad") return request;
  const repeatable = step.step.repeatable ?? repeatableMethods.has(request.value.method);
  const effect: Effect = { kind: "call", request: request.value, repeatable, keep: step.keep };
  return askFor(conversation, context, effect, step.step.approval);
}

/** The same for an action; one that only changes this very document is done at once. Pure. */
export function askForAction(
  conversation: Conversation,
  context: Context,
  step: CompiledStep & { kind: "action" },
): Asked {
  const action = buildAction(conversation, context, step);
  if (action.kind === "bad") return action;
  // Everything that Usher keeps itself is keyed by the effect's id; only a mail server forgets what it was sent.
  const repeatable = action.value.kind !== "send_email" || !context.settings.mailIsSent;
  const effect: Effect = { kind: "act", action: action.value, repeatable };
  if (isLocal(action.value) && step.step.approval !== "require") {
    return { kind: "done", conversation: actHere(conversation, context, action.value, step.step.approval) };
  }
  return askFor(conversation, context, effect, step.step.approval);
}

/** Whether an action changes the conversation's own document and nothing else. Pure. */
export function isLocal(action: Action): boolean {
  return action.kind === "resolve_session" || action.kind === "tag_session";
}

/** Carries out an action that changes this very document. Pure. */
export function actHere(conversation: Conversation, context: Context, action: Action, level: Level): Conversation {
  const changed = changeHere(conversation, context, action);
  return level === "notify" ? notify(changed, context, actionTable[action.kind].label) : changed;
}

function changeHere(conversation: Conversation, context: Context, action: Action): Conversation {
  if (action.kind === "resolve_session") return { ...conversation, resolvedAt: context.now };
  if (action.kind !== "tag_session" || conversation.tags.includes(action.tag)) return conversation;
  return { ...conversation, tags: [...conversation.tags, action.tag].slice(-limits.tags) };
}

/** Tells the agents what was done without asking them. Pure. */
export function notify(conversation: Conversation, context: Context, label: string, problem?: string): Conversation {
  const name = personWords(conversation.run?.startedBy ?? conversation.customer);
  const title =
    problem === undefined
      ? `Done for ${name}: ${label}. Nobody had to approve this.`
      : `Failed for ${name}: ${label}. ${problem}`;
  return post(conversation, context, lineCard("notice", title, problem === undefined ? "ok" : "bad"), null)
    .conversation;
}

/**
 * SHA-256 over everything that an approval is about: workspace, run, effect id, version, and the exact request or
 * action. What is performed must have the hash that was approved. Pure.
 */
export function approvalHash(
  conversation: Conversation,
  effectId: string,
  effect: Effect & { readonly kind: "call" | "act" },
): string {
  const what = effect.kind === "call" ? { call: { ...effect.request } } : { act: { ...effect.action } };
  return hashOf({
    workspace: conversation.workspace,
    run: conversation.run?.id ?? null,
    version: conversation.run?.procedure.version ?? null,
    effect: effectId,
    ...what,
  });
}

function askFor(
  conversation: Conversation,
  context: Context,
  effect: Effect & { readonly kind: "call" | "act" },
  level: Level,
): Asked {
  const taken = takeId(conversation);
  const hash = approvalHash(taken.conversation, taken.id, effect);
  const of = outgoing(taken.id, effect, hash, context.now);
  const asked =
    level === "require" ? askAgents(taken.conversation, context, of) : send(taken.conversation, context, of);
  return { kind: "waiting", conversation: asked };
}

/** Puts a call or action into the outbox; the run waits for its outcome. `card`: the card that must learn it. Pure. */
export function send(
  conversation: Conversation,
  context: Context,
  of: Outgoing,
  card: string | null = null,
): Conversation {
  const { run } = conversation;
  if (run === null) return conversation;
  const waiting = { ...conversation, run: { ...run, wait: { kind: "effect" as const, effectId: of.id, card } } };
  return trace(append(waiting, of), context, { kind: "sent", id: of.id, what: labelOf(of) });
}

function askAgents(conversation: Conversation, context: Context, of: Outgoing): Conversation {
  const { approvalMs, approvalReminderMs, texts } = context.settings;
  const expiresAt = context.now + approvalMs;
  const posted = post(conversation, context, approvalCard(conversation, context, of, expiresAt), null);
  const { run } = posted.conversation;
  if (run === null) return posted.conversation;
  const remindAt = approvalReminderMs < approvalMs ? context.now + approvalReminderMs : null;
  const wait = { kind: "approval" as const, of, card: posted.id, expiresAt, remindAt };
  const waiting = { ...posted.conversation, run: { ...run, wait } };
  const asked = trace(waiting, context, { kind: "asked", id: of.id, what: labelOf(of) });
  return say(asked, context, texts.waitingForApproval);
}

function buildRequest(
  conversation: Conversation,
  context: Context,
  step: CompiledStep & { kind: "call" },
): Built<HttpRequest> {
  const scope = scopeOf(conversation, context);
  const url = renderUrl(step.url, scope, context.settings.connections);
  if (url.kind === "bad") return url;
  const headers: Record<string, string> = {};
  for (const header of step.headers) {
    const rendered = renderHeader(header, scope);
    if (rendered.kind === "bad") return rendered;
    headers[header.name.toLowerCase()] = rendered.text;
  }
  const body = step.body === null ? null : renderBody(step.body, scope);
  if (body?.kind === "bad") return body;
  if (body !== null) headers["content-type"] ??= "application/json";
  return { kind: "ok", value: { method: step.step.method, url: url.url, headers, body: body?.text ?? null } };
}

function buildAction(
  conversation: Conversation,
  context: Context,
  step: CompiledStep & { kind: "action" },
): Built<Action> {
  const rendered = renderBody(step.parameters, scopeOf(conversation, context));
  if (rendered.kind === "bad") return rendered;
  const parameters: unknown = JSON.parse(rendered.text);
  const given = isRecord(parameters) ? tidy(step.step.action, parameters) : {};
  const parsed = actionSchema.safeParse({ ...given, kind: step.step.action });
  if (parsed.success) return { kind: "ok", value: parsed.data };
  const problems = parsed.error.issues.map((issue) => `parameter ${issue.path.join(".")}: ${issue.message}`);
  return { kind: "bad", problem: problems.join("; ") };
}

/** Optional parameters that came out empty are left out, not sent as ""; a priority is written in capitals. */
function tidy(name: ActionName, parameters: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  const { optional } = actionTable[name];
  const kept = Object.entries(parameters).filter(
    ([key, value]) => !(optional.includes(key) && (value === "" || value === null)),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === "priority" && typeof value === "string" ? value.trim().toUpperCase() : value,
    ]),
  );
}
