import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startUsher } from "../../src/compose.ts";
import { defaultTexts } from "../../src/domain/texts.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { systemClock, systemIds } from "../../src/system.ts";
import { createLogBook, testConfig } from "../support/playground.ts";
import { playAgain } from "./process-again.ts";
import { type Client, type ConversationView, createClient, shapes } from "./process-client.ts";
import { pause } from "./process-supervisor.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { recordState, releaseName } from "./upgrade-record.ts";
import {
  type KnownConversation,
  keptStates,
  releaseStates,
  type State,
  type StateBackend,
  startStateBackend,
  stateEnvironment,
  unpackState,
} from "./upgrade-state.ts";

const lookMs = 25;
const giveUpMs = 30_000;
// Later than the last try that was put off, earlier than anything expires.
const lateMs = 60_000;

/** What resuming one state came to. */
interface Resumed {
  readonly resumed: number;
  readonly requests: number;
  readonly decisions: number;
  readonly lost: number;
  readonly unsafeRepeats: number;
  readonly doubleDecisions: number;
  readonly stranded: number;
  readonly problems: readonly string[];
}

/** Opens a copy of a state with this very code, and brings each conversation to its end. */
export async function resumeState(folder: string): Promise<Resumed> {
  const work = await mkdtemp(join(tmpdir(), "usher-upgrade-"));
  const data = join(work, "data");
  const state = await unpackState(folder, data);
  const backend = await startStateBackend(() => "well");
  const environment = { ...stateEnvironment, USHER_PROCEDURES: join(folder, "procedures") };
  const log = createLogBook();
  const clock = clockFrom(state.recordedAt + lateMs);
  const usher = await startUsher(testConfig(data, environment), { clock, ids: systemIds, log });
  try {
    return await resumeAll(
      createClient(() => usher.url, AbortSignal.timeout(giveUpMs)),
      backend,
      state,
    );
  } finally {
    await usher.stop();
    await backend.close();
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * The scenario R19: the states of all releases, and one that this code has just written. `ofEarlier` counts the runs
 * that an earlier release than this one had begun. What was said, the ends and the records are read through Usher's own
 * API, as customers and agents see them; the payments and their bytes at the backend.
 */
export const upgradeScenario: Scenario = {
  key: "R19",
  keepsBusy: "processes",
  title: "states of earlier releases resume",
  async run({ short, say }): Promise<ScenarioReport> {
    const again = playAgain("R19", { short });
    const fresh = await mkdtemp(join(tmpdir(), "usher-state-"));
    try {
      const injected = await recordState(fresh);
      const current = await releaseName();
      const found = new Map<string, Resumed>();
      for (const release of await keptStates()) found.set(release, await resumeState(join(releaseStates, release)));
      found.set("this code", await resumeState(fresh));
      for (const [release, { resumed }] of found) say(`R19: ${release}, ${resumed} conversations resumed`);
      const all = [...found.values()];
      const sum = (figure: Exclude<keyof Resumed, "problems">): number =>
        all.reduce((total, one) => total + one[figure], 0);
      const earlier = [...found].filter(([release]) => release !== current && release !== "this code");
      return {
        counts: {
          states: all.length,
          resumed: sum("resumed"),
          ofEarlier: earlier.reduce((total, [, { resumed }]) => total + resumed, 0),
          requests: sum("requests"),
          decisions: sum("decisions"),
        },
        injected,
        lost: sum("lost"),
        unsafeRepeats: sum("unsafeRepeats"),
        doubleDecisions: sum("doubleDecisions"),
        stranded: sum("stranded"),
        violations: [...found].flatMap(([release, { problems }]) =>
          problems.map((what) => `${release}: ${what} (${again})`),
        ),
      };
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  },
};

/** The machine's clock, set to another time. */
function clockFrom(now: number): Clock {
  const ahead = now - systemClock.now();
  return { ...systemClock, now: () => systemClock.now() + ahead };
}

async function resumeAll(client: Client, backend: StateBackend, state: State): Promise<Resumed> {
  const problems: string[] = [];
  const figures = { lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0, decisions: 0 };
  const note = (known: KnownConversation, what: string): void => {
    problems.push(`${known.stage} (${known.id}): ${what}`);
  };
  let resumed = 0;
  await Promise.all(
    state.conversations.map(async (known) => {
      const before = await view(client, known);
      const missing = known.messages.filter(
        ({ id, text }) => !before.messages.some((m) => m.id === id && m.text === text),
      );
      figures.lost += missing.length;
      for (const { id } of missing) note(known, `message ${id} is not there any more`);
      const end = await bringToEnd(client, known, figures);
      if (end === null) {
        figures.stranded += 1;
        note(known, "it comes to no end");
        return;
      }
      resumed += 1;
      for (const what of problemsOf(end, known, backend, figures)) note(known, what);
      if (known.stage === "done") await decideLate(client, known, figures, (what) => note(known, what));
    }),
  );
  for (const [path, count] of [
    ["/api/tickets", 4],
    ["/api/leads", 3],
  ] as const) {
    const list = await client.get(shapes.owned, path);
    const owners = list.ok ? list.value.map(({ conversationId }) => conversationId) : [];
    if (owners.length !== count || new Set(owners).size !== count)
      problems.push(`${path} has ${owners.length}, not ${count}`);
  }
  return { ...figures, resumed, requests: backend.journal.length, problems };
}

async function view(client: Client, { id }: KnownConversation): Promise<ConversationView> {
  const answered = await client.get(shapes.conversation, `/api/conversations/${id}`);
  if (!answered.ok) throw new Error(`conversation ${id} answered ${answered.status}`);
  return answered.value;
}

/** Does whatever the conversation waits for until it is over; null: it took too long. */
async function bringToEnd(
  client: Client,
  known: KnownConversation,
  figures: { decisions: number },
): Promise<ConversationView | null> {
  const done = new Set<string>();
  const path = `/api/conversations/${known.id}`;
  const once = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    if (done.has(what)) return;
    done.add(what);
    await act();
  };
  const say = (id: string, text: string) =>
    client.post(shapes.id, `${path}/messages`, { id: `later-${id}`, as: "customer-1", text });
  const until = performance.now() + giveUpMs / 2;
  while (performance.now() < until) {
    const now = await view(client, known);
    const { run, handledBy } = now;
    if (run === null && handledBy === "bot") return now;
    if (handledBy === "people") {
      const end = run === null ? "resolve" : "handback";
      if (run === null || run.status === "held")
        await once(end, () => client.post(shapes.receipt, `${path}/${end}`, { as: "agent-1" }));
    } else if (run?.status === "input" && run.stepId === "ask-order") {
      await once("order", () => say("order", known.order));
    } else if (run?.status === "input") {
      await once("note", () => say("note", `note ${known.order}`));
    } else if (run?.status === "approval") {
      await approve(client, known, once, figures);
    } else if (run?.status === "verdict") {
      await verdict(client, known, once, figures);
    }
    await pause(lookMs);
  }
  return null;
}

type Once = (what: string, act: () => Promise<unknown>) => Promise<void>;

async function approve(
  client: Client,
  known: KnownConversation,
  once: Once,
  figures: { decisions: number },
): Promise<void> {
  const all = await client.get(shapes.approvals, "/api/approvals?status=pending");
  const found = all.ok ? all.value.find(({ conversationId }) => conversationId === known.id) : undefined;
  if (found === undefined) return;
  await once(`approve ${found.id}`, async () => {
    figures.decisions += 1;
    await client.post(shapes.receipt, `/api/approvals/${found.id}/decision`, { as: "agent-2", approve: true });
  });
}

/** "verdict" had been carried out, says the agent; "call" had not. */
async function verdict(
  client: Client,
  known: KnownConversation,
  once: Once,
  figures: { decisions: number },
): Promise<void> {
  const cards = await client.get(shapes.cards, "/api/agents");
  const found = cards.ok
    ? cards.value.find(
        ({ conversationId, card }) =>
          conversationId === known.id && card.buttons.some(({ action }) => action === "runAgain"),
      )
    : undefined;
  const pressId = found?.card.pressId ?? null;
  if (pressId === null) return;
  const body = known.stage === "call" ? { verdict: "runAgain" } : { verdict: "happened", value: { id: known.order } };
  await once(pressId, async () => {
    figures.decisions += 1;
    await client.post(shapes.receipt, `/api/effects/${pressId}/verdict`, { as: "agent-1", ...body });
  });
}

// How many requests may reach the backend's /credits after the upgrade; a repeated PUT and the GETs are no harm.
const paymentsAfter: { readonly [stage in KnownConversation["stage"]]: number } = {
  order: 1,
  note: 1,
  approval: 1,
  verdict: 0,
  held: 0,
  people: 0,
  call: 1,
  put: 0,
  later: 1,
  done: 0,
};

function problemsOf(
  end: ConversationView,
  known: KnownConversation,
  { journal }: StateBackend,
  figures: { unsafeRepeats: number },
): readonly string[] {
  const problems: string[] = [];
  const shown = end.messages.slice(0, known.messages.length).map(({ id }) => id);
  if (shown.join() !== known.messages.map(({ id }) => id).join())
    problems.push("what was said before stands otherwise");
  const said = end.messages.filter(({ role }) => role !== "customer").map(({ text }) => text);
  const twice = said.filter((text, index) => text !== defaultTexts.checking && said.indexOf(text) !== index);
  for (const text of twice) problems.push(`said twice: ${text}`);
  if (end.lastRun === null) problems.push("its run has no record");
  const own = journal.filter(({ path }) => path.endsWith(`/${known.order}`));
  const payments = own.filter(({ method }) => method === "POST").length;
  if (payments !== paymentsAfter[known.stage]) problems.push(`it was paid ${payments} times after the upgrade`);
  figures.unsafeRepeats += Math.max(0, payments - paymentsAfter[known.stage]);
  for (const { key, bytes } of own) {
    const before = known.requests.find((one) => one.key === key);
    if (before !== undefined && before.bytes !== bytes) problems.push(`key ${key} went out with other bytes`);
  }
  const cut = known.stage === "call" || known.stage === "put" || known.stage === "later";
  if (cut && !own.some(({ key }) => known.requests.some((one) => one.key === key)))
    problems.push("its call got a new key");
  return problems;
}

/** Who presses long after learns who had decided: the decision is in the run's record. */
async function decideLate(
  client: Client,
  known: KnownConversation,
  figures: { doubleDecisions: number },
  note: (what: string) => void,
): Promise<void> {
  const path = `/api/approvals/${known.approval}/decision`;
  const answered = await client.post(shapes.receipt, path, { as: "agent-2", approve: false, reason: "too late" });
  if (answered.ok && answered.value.outcome === "accepted") figures.doubleDecisions += 1;
  if (!answered.ok || answered.value.outcome !== "decided" || answered.value.by !== "agent-1") {
    note(`a late decision was answered ${JSON.stringify(answered)}`);
  }
}
