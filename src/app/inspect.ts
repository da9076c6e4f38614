import { visibleCard } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId, WorkspaceId } from "../domain/ids.ts";
import { isRecord, type Json } from "../domain/json.ts";
import { isAgent, type Person } from "../domain/person.ts";
import type { Run, Wait } from "../domain/run.ts";
import type { RunRecord } from "../domain/run-record.ts";
import type { TraceEntry } from "../domain/trace.ts";
import { visible } from "../domain/visible.ts";
import { shownHeaders } from "../engine/card-sections.ts";
import { approvalCard } from "../engine/cards.ts";
import type { CompiledProcedure } from "../engine/compile.ts";
import { typeOf } from "../engine/condition.ts";
import { textOf } from "../engine/text-of.ts";
import { masker, sensitiveValues, shownEntry } from "../engine/trace.ts";
import type {
  ApprovalView,
  ConversationView,
  Inspector,
  RunView,
  SavedState,
  VariableView,
} from "../ports/inspector.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import type { Catalog } from "./catalog.ts";
import { withRole } from "./receive.ts";

/** What looking needs. `watchers`: who wants to hear of saves; the shell calls them. */
export interface InspectOptions {
  readonly store: Pick<Store, "conversations" | "runs" | "roles">;
  readonly catalog: Catalog;
  readonly log: Log;
  readonly watchers: Set<Parameters<Inspector["watch"]>[0]>;
}

/** What watchers are told of a save. Pure. */
export function savedState({ address, run, people, outbox }: Conversation): SavedState {
  const wait = run?.wait;
  const isOut = wait?.kind === "effect" && outbox.some(({ id }) => id === wait.effectId);
  // What nobody has said to Usher may well get no answer.
  const isAsked = outbox.some(({ effect }) => effect.kind === "route" && effect.turn.mentioned);
  return { address, working: people === null && (isOut || isAsked) };
}

/** Makes the read-only views; what is sensitive leaves here as dots. */
export function createInspector(options: InspectOptions): Inspector {
  const { catalog, watchers } = options;
  return {
    conversation: (workspace, id) => viewConversation(options, workspace, id),
    approvals: (workspace) => viewApprovals(options, workspace),
    approvalCards: (workspace, most) => viewApprovalCards(options, workspace, most),
    procedures: (workspace) => catalog.active(workspace),
    procedure: async (workspace, slug, version) => (await catalog.find(workspace, slug, version))?.published ?? null,
    reveal: (workspace, id, variable, by) => reveal(options, workspace, id, variable, by),
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

async function viewConversation(
  options: InspectOptions,
  workspace: WorkspaceId,
  id: ConversationId,
): Promise<ConversationView | null> {
  const conversation = await options.store.conversations.load(workspace, id);
  if (conversation === null) return null;
  const { run, people, customer, version, lastRoute, tags, resolvedAt } = conversation;
  const procedure = run === null ? null : await procedureOf(options, workspace, run);
  const step = procedure?.steps.get(run?.stepId ?? "");
  return {
    id,
    version,
    customer,
    handledBy: people === null ? "bot" : "people",
    handOff: people?.card ?? null,
    run: run === null || procedure === null ? null : viewRun(run, procedure, run.wait.kind, null),
    lastRun: await viewLastRun(options, conversation),
    lastRoute,
    tags,
    resolvedAt,
    awaitsSensitive: run?.wait.kind === "input" && step?.kind === "collect" && step.step.sensitive,
  };
}

async function procedureOf(
  { catalog }: InspectOptions,
  workspace: WorkspaceId,
  { procedure }: Pick<Run, "procedure">,
): Promise<CompiledProcedure | null> {
  return (await catalog.find(workspace, procedure.slug, procedure.version))?.compiled ?? null;
}

/** The newest finished run; its record may still be on its way out of the document. */
async function viewLastRun(options: InspectOptions, conversation: Conversation): Promise<RunView | null> {
  const { lastRun, workspace, id } = conversation;
  if (lastRun === null) return null;
  const leaving = conversation.outbox.flatMap(({ effect }) => (effect.kind === "record" ? [effect.run] : []));
  const { items } = await options.store.runs.find(workspace, { conversation: id }, null);
  const record = [...leaving, ...items].find((one: RunRecord) => one.id === lastRun.id);
  const procedure = record === undefined ? null : await procedureOf(options, workspace, record);
  return record === undefined || procedure === null ? null : viewRun(record, procedure, record.ended, record.endedAt);
}

function viewRun(
  run: Omit<RunRecord, "ended" | "endedAt" | "reason" | "conversationId">,
  procedure: CompiledProcedure,
  status: RunView["status"],
  endedAt: number | null,
): RunView {
  const hide = hider(run.variables, procedure);
  const about = { trace: run.trace, hide };
  return {
    id: run.id,
    procedure: { slug: procedure.slug, name: procedure.name, version: procedure.version },
    stepId: run.stepId,
    status,
    variables: Object.entries(run.variables).map(([name, value]) => viewVariable(name, value, procedure, about)),
    // What was written before the question for it came is in the trace as it was.
    trace: run.trace.map((entry) => shownEntry(entry, hide)),
    startedAt: run.startedAt,
    endedAt,
  };
}

function viewVariable(
  name: string,
  value: Json,
  procedure: CompiledProcedure,
  { trace, hide }: { readonly trace: readonly TraceEntry[]; readonly hide: (text: string) => string },
): VariableView {
  const hidden = procedure.sensitive.has(name);
  const set = trace.findLast((entry) => entry.kind === "stored" && entry.variable === name);
  // A company's system may repeat in its answer what it was sent.
  return { name, type: typeOf(value), value: hidden ? null : hideIn(value, hide), hidden, setBy: set?.step ?? null };
}

async function viewApprovals(options: InspectOptions, workspace: WorkspaceId): Promise<readonly ApprovalView[]> {
  const views: ApprovalView[] = [];
  for (const { conversation, approval, procedure } of await approvalsOf(options, workspace)) {
    const view = viewApproval(conversation, approval, procedure);
    if (view !== null) views.push(view);
  }
  return views;
}

async function viewApprovalCards(options: InspectOptions, workspace: WorkspaceId, most: number) {
  const waiting = await approvalsOf(options, workspace);
  const cards = waiting
    .slice(0, most)
    .map(({ conversation, approval: { of, expiresAt } }) =>
      visibleCard(approvalCard(conversation, options.catalog.contextOf(conversation), of, expiresAt)),
    );
  return { cards, left: waiting.length - cards.length };
}

interface Waiting {
  readonly conversation: Conversation;
  readonly approval: Wait & { readonly kind: "approval" };
  readonly procedure: CompiledProcedure;
}

/** What waits for an approval, the one that expires soonest first; the catalog knows the version of each. */
async function approvalsOf(options: InspectOptions, workspace: WorkspaceId): Promise<readonly Waiting[]> {
  const waiting: Waiting[] = [];
  const { conversations } = options.store;
  for await (const conversation of allOf((page) => conversations.find(workspace, { waiting: "approval" }, page))) {
    const { run } = conversation;
    if (run?.wait.kind !== "approval") continue;
    const procedure = await procedureOf(options, workspace, run);
    if (procedure !== null) waiting.push({ conversation, approval: run.wait, procedure });
  }
  return waiting.sort((a, b) => a.approval.expiresAt - b.approval.expiresAt);
}

function viewApproval(
  { id, run }: Conversation,
  { of, expiresAt }: Waiting["approval"],
  procedure: CompiledProcedure,
): ApprovalView | null {
  const { slug, name, version } = procedure;
  const request = requestOf(of.effect, hider(run?.variables ?? {}, procedure));
  return request === null
    ? null
    : { id: of.id, conversationId: id, procedure: { slug, name, version }, request, expiresAt };
}

/** What people may see of a text: neither a sensitive value, nor a character that they would not see. */
function hider(variables: Run["variables"], procedure: CompiledProcedure): (text: string) => string {
  const mask = masker(sensitiveValues(variables, procedure));
  return (text) => visible(mask(text));
}

type Effect = Conversation["outbox"][number]["effect"];

function requestOf(effect: Effect, hide: (text: string) => string): ApprovalView["request"] | null {
  if (effect.kind === "act") {
    const hidden = Object.entries(effect.action).map(([name, value]) => [name, hideIn(value ?? null, hide)]);
    return { kind: "act", action: Object.fromEntries(hidden) };
  }
  if (effect.kind !== "call") return null;
  const { method, url, headers, body } = effect.request;
  const hidden = Object.entries(shownHeaders(headers)).map(([name, value]) => [name, hide(value)]);
  return {
    kind: "call",
    request: { method, url: hide(url), headers: Object.fromEntries(hidden), body: body === null ? null : hide(body) },
  };
}

/** The value with every text in it hidden where it must be; a number stays one unless something sensitive is in it. */
function hideIn(value: Json, hide: (text: string) => string): Json {
  if (Array.isArray(value)) return value.map((member) => hideIn(member, hide));
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [hide(key), hideIn(member, hide)]));
  }
  const text = textOf(value);
  const hidden = hide(text);
  return hidden === text ? value : hidden;
}

async function reveal(
  options: InspectOptions,
  workspace: WorkspaceId,
  id: ConversationId,
  variable: string,
  by: Person,
): Promise<{ readonly value: Json } | null> {
  const person = await withRole(options.store.roles, workspace, by);
  const conversation = await options.store.conversations.load(workspace, id);
  const run = conversation?.run ?? null;
  if (!isAgent(person) || run === null || !Object.hasOwn(run.variables, variable)) return null;
  options.log.info({ conversation: id, run: run.id, variable, by: person.id }, "A sensitive value was shown.");
  return { value: run.variables[variable] ?? null };
}
