import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { defaultTexts } from "../../src/domain/texts.ts";
import { type Client, type ConversationView, createClient, shapes } from "./process-client.ts";
import { type Kind, writeProcedures } from "./process-procedures.ts";
import { createSupervisor, pause, type Supervisor } from "./process-supervisor.ts";
import type { Counts } from "./scenario.ts";
import {
  type KnownConversation,
  keepState,
  releaseStates,
  type Stage,
  type StateBackend,
  type StateManner,
  stages,
  startStateBackend,
  stateEnvironment,
} from "./upgrade-state.ts";

// `node test/crash/upgrade-record.ts`, once for each release: writes the state that R19 opens with every later one.

const lookMs = 25;
const giveUpMs = 30_000;

const kindOf: { readonly [stage in Stage]: Kind } = {
  order: "alpha",
  note: "alpha",
  approval: "bravo",
  verdict: "alpha",
  held: "charlie",
  people: "bravo",
  call: "alpha",
  put: "charlie",
  later: "bravo",
  done: "bravo",
};

/** The order that a stage's conversation is about. */
const orderOf = (stage: Stage): string => `${7001 + stages.indexOf(stage)}`;

/** What a state is made with. */
interface Recorder {
  readonly client: Client;
  readonly backend: StateBackend;
  readonly supervisor: Supervisor;
}

/**
 * Makes a data folder in which a conversation stands at each stage, with the real process, ends it with kill -9, and
 * keeps what it left in `folder`. Answers the faults that fired. Throws when there is anything in the folder already:
 * the release that wrote it cannot be asked again.
 */
export async function recordState(folder: string): Promise<Counts> {
  if ((await namesIn(folder)).length > 0) {
    throw new Error(
      `${folder} holds a state already, and none is ever overwritten: raise the version in package.json.`,
    );
  }
  const work = await mkdtemp(join(tmpdir(), "usher-record-"));
  const procedures = join(work, "procedures");
  await writeProcedures(procedures);
  const backend = await startStateBackend(mannerOf);
  const environment = { USHER_DATA: join(work, "data"), USHER_PROCEDURES: procedures, ...stateEnvironment };
  const supervisor = createSupervisor({ environment });
  try {
    if (!(await supervisor.start())) throw new Error(`Usher did not start: ${supervisor.tail().slice(-3).join(" ")}`);
    const client = createClient(supervisor.url, AbortSignal.timeout(giveUpMs));
    const conversations: KnownConversation[] = [];
    for (const stage of stages) conversations.push(await bringTo({ client, backend, supervisor }, stage));
    const { signal } = await supervisor.kill("SIGKILL");
    const state = { release: await releaseName(), recordedAt: Date.now(), conversations };
    await keepState(join(work, "data"), folder, state);
    return { ...Object.fromEntries(backend.injected), kills: signal === "SIGKILL" ? 1 : 0 };
  } finally {
    await supervisor.kill("SIGKILL");
    await backend.close();
    await rm(work, { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** The version of this code. */
export async function releaseName(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, "../../package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

function mannerOf(method: string, path: string): StateManner {
  const order = path.split("/").at(-1);
  if (order === orderOf("verdict")) return "reset";
  if (order === orderOf("call") || order === orderOf("put") || order === orderOf("held")) return "never";
  return order === orderOf("later") && method === "GET" ? "later" : "well";
}

/** One conversation on its way to its stage. */
interface Guest {
  readonly stage: Stage;
  readonly kind: Kind;
  readonly id: string;
  readonly order: string;
  say(number: number, text: string, as?: string): Promise<unknown>;
  /** Waits until its customer is shown what satisfies. */
  seen(satisfies: (view: ConversationView) => boolean): Promise<ConversationView>;
  /** The approval that waits in it; waits for one. */
  approval(): Promise<string>;
  decide(approve: boolean): Promise<unknown>;
}

async function begin(client: Client, stage: Stage): Promise<Guest> {
  const begun = await client.post(shapes.id, "/api/conversations", { as: "customer-1" });
  if (!begun.ok) throw new Error(`a conversation could not be begun: ${begun.status}`);
  const { id } = begun.value;
  const path = `/api/conversations/${id}`;
  const seen = async (satisfies: (view: ConversationView) => boolean): Promise<ConversationView> => {
    for (;;) {
      const view = await client.get(shapes.conversation, path);
      if (view.ok && satisfies(view.value)) return view.value;
      await pause(lookMs);
    }
  };
  const approval = async (): Promise<string> => {
    await seen(({ run }) => run?.status === "approval");
    const all = await client.get(shapes.approvals, "/api/approvals?status=pending");
    const found = all.ok ? all.value.find(({ conversationId }) => conversationId === id) : undefined;
    if (found === undefined) throw new Error(`conversation ${id} waits for an approval that is not in the list`);
    return found.id;
  };
  return {
    stage,
    kind: kindOf[stage],
    id,
    order: orderOf(stage),
    say: (number, text, as = "customer-1") =>
      client.post(shapes.id, `${path}/messages`, { id: `m${number}`, as, text }),
    seen,
    approval,
    decide: async (approve) => {
      const body = { as: "agent-1", approve, reason: "not today" };
      return client.post(shapes.receipt, `/api/approvals/${await approval()}/decision`, body);
    },
  };
}

async function bringTo(recorder: Recorder, stage: Stage): Promise<KnownConversation> {
  const { backend } = recorder;
  const guest = await begin(recorder.client, stage);
  const { id, kind, order, say, seen } = guest;
  await say(1, `${kind} request please`);
  await seen(says(`${kind}: which order?`));
  if (stage !== "order") {
    await say(2, order);
    await seen(says(`${kind}: which note?`));
  }
  if (stage !== "order" && stage !== "note") await say(3, `note ${order}`);
  // Whoever is asked to decide is named in the state, since the list forgets what has been decided.
  const approval = kind === "bravo" && stage !== "later" ? await guest.approval() : null;
  await reach(guest, recorder);
  const { messages } = await seen(({ messages }) => lastWords(guest).every((text) => hears(messages, text)));
  const requests = backend.journal.filter((one) => one.path.endsWith(`/${order}`));
  const kept = messages.map(({ id: key, text }) => ({ id: key, text }));
  return { stage, kind, id, order, messages: kept, approval, requests };
}

/** From the last answer of the customer to the stage. */
async function reach({ decide, id, order, say, seen, stage }: Guest, recorder: Recorder): Promise<void> {
  const { backend, supervisor } = recorder;
  switch (stage) {
    case "order":
    case "note":
    case "approval":
      return;
    case "verdict":
      await seen(({ run }) => run?.status === "verdict");
      return;
    case "people":
      await decide(false);
      await seen(({ handledBy }) => handledBy === "people");
      return;
    case "call":
      return backend.arrived(`/credits/${order}`, 1);
    case "put":
      return backend.arrived(`/orders/${order}`, 1);
    case "later":
      // That a call was put off is shown to nobody but the log; the stages behind this one are stored after it.
      while (!supervisor.tail().some((line) => line.includes(`"${id}"`) && line.includes('"outcome":"notSent"'))) {
        await pause(lookMs);
      }
      return;
    case "held":
      await backend.arrived(`/orders/${order}`, 1);
      await say(4, "I am looking into it", "agent-1");
      await seen(({ handledBy }) => handledBy === "people");
      backend.release();
      await seen(({ run }) => run?.status === "held");
      return;
    case "done":
      await decide(true);
      await seen(({ run, lastRun }) => run === null && lastRun !== null);
      return;
    default:
      return stage satisfies never;
  }
}

/** What the customer is told last at a stage: only with it has the stage been reached. */
function lastWords({ kind, order, stage }: Guest): readonly string[] {
  if (stage === "approval") return [defaultTexts.waitingForApproval];
  if (stage === "verdict") return [defaultTexts.checking];
  if (stage === "people") return [defaultTexts.waitingForApproval, defaultTexts.rejected];
  return stage === "done" ? [defaultTexts.waitingForApproval, `${kind}: done with ${order}`] : [];
}

function says(text: string): (view: ConversationView) => boolean {
  return ({ messages }) => hears(messages, text);
}

function hears(messages: ConversationView["messages"], text: string): boolean {
  return messages.some((message) => message.text === text);
}

if (import.meta.main) await recordState(join(releaseStates, await releaseName()));
