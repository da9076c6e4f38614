import type { ConversationJson, RunJson } from "../../../api.ts";
import { newsOf } from "../agents/news.ts";
import { stillOutgoing } from "./outgoing.ts";
import { announce, page, showToast } from "./page.ts";
import { procedureOf, versionKey } from "./procedure-of.ts";
import { createRefresh, keepSame, keepWhole } from "./refresh.ts";
import { AnswerError, NoAnswerError, server } from "./server.ts";
import { remember } from "./session.ts";

const newForMs = 5 * 60_000;

/** What failed without a place of its own. That the server is away is the banner's business. */
function report(error: unknown): void {
  if (error instanceof NoAnswerError) return;
  showToast(error instanceof Error ? error.message : "Something failed in this page.");
}

function loader(load: () => Promise<void>): () => Promise<void> {
  return createRefresh(() => load().catch(report));
}

/** Fetches people, procedures and hints. Never throws, like all that follow. */
const loadWorld = loader(async () => {
  const world = await server.world();
  const before = page.get().world;
  if (JSON.stringify(before) !== JSON.stringify(world)) page.set({ world });
});

export const loadConversations = loader(async () => {
  const conversations = await server.conversations();
  page.set({ conversations: keepSame(page.get().conversations, conversations, ({ id }) => id) });
});

/** Fetches the version of the shown run's procedure, unless it is the active one or known already. */
const loadVersion = loader(async () => {
  const { conversation, world, older } = page.get();
  const run = conversation?.run ?? conversation?.lastRun;
  if (!run || world === null || procedureOf(run, world.procedures, older) !== undefined) return;
  const found = await server.procedure(run.procedure, run.version).catch((error: unknown) => {
    if (error instanceof AnswerError && error.status === 404) return null;
    throw error;
  });
  page.set({ older: { ...page.get().older, [versionKey(run)]: found } });
});

/** Fetches the conversation that is shown. */
export async function loadConversation(): Promise<void> {
  await loadThread();
  await loadVersion();
}

const loadThread = loader(async () => {
  const id = page.get().view.conversation;
  if (id === null) return;
  try {
    const fetched = await server.conversation(id);
    const { view, conversation, outgoing } = page.get();
    // Somebody may have gone to another one meanwhile.
    if (view.conversation !== id) return;
    const shown = keepParts(conversation, fetched);
    const kept = stillOutgoing(outgoing, id, shown.messages);
    page.set({ conversation: shown, outgoing: kept, missing: null });
    if (kept !== outgoing) remember({ outgoing: kept.filter(({ hidden }) => !hidden) });
  } catch (error) {
    // 400: not even an id.
    if (!(error instanceof AnswerError) || ![400, 404].includes(error.status)) throw error;
    const { view, missing } = page.get();
    if (view.conversation !== id || missing === id) return;
    page.set({ conversation: null, missing: id });
    announce("There is no such conversation.");
  }
});

/** The new conversation, with its old parts where nothing changed; the old one if nothing changed at all. */
function keepParts(before: ConversationJson | null, after: ConversationJson): ConversationJson {
  if (before === null || before.id !== after.id) return after;
  const messages = keepSame(before.messages, after.messages, ({ id }) => id);
  return keepWhole(before, { ...after, messages, run: keepRun(before.run, after.run) });
}

function keepRun(before: RunJson | null, after: RunJson | null): RunJson | null {
  if (before === null || after === null) return after;
  const variableViews = keepSame(before.variableViews, after.variableViews, ({ name }) => name);
  return keepWhole(before, { ...after, variableViews });
}

export const loadAgents = loader(async () => {
  const before = page.get().cards;
  const cards = keepSame(before ?? [], await server.agents(), ({ id }) => id);
  if (before === cards) return;
  page.set({ cards });
  if (before !== null) announce(newsOf(before, cards).join(" "));
});

let recordsLoaded = false;

export const loadRecords = loader(async () => {
  const [tickets, leads, mails] = await Promise.all([server.tickets(), server.leads(), server.mails()]);
  const before = page.get();
  const known = new Set([...before.tickets, ...before.leads, ...before.mails].map(({ effectId }) => effectId));
  const until = Date.now() + newForMs;
  const news = [...tickets, ...leads, ...mails].filter(({ effectId }) => !known.has(effectId));
  const fresh = recordsLoaded ? Object.fromEntries(news.map(({ effectId }) => [effectId, until])) : {};
  recordsLoaded = true;
  page.set({
    tickets: keepSame(before.tickets, tickets, ({ effectId }) => effectId),
    leads: keepSame(before.leads, leads, ({ effectId }) => effectId),
    mails: keepSame(before.mails, mails, ({ effectId }) => effectId),
    fresh: { ...before.fresh, ...fresh },
  });
});

/** Fetches everything that is shown. */
export async function loadEverything(): Promise<void> {
  await Promise.all([loadWorld(), loadThread(), loadAgents(), loadConversations(), loadRecords()]);
  await loadVersion();
}
