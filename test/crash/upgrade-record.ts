import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Client, createClient, shapes } from "./process-client.ts";
import { type Kind, writeProcedures } from "./process-procedures.ts";
import { createSupervisor, pause } from "./process-supervisor.ts";
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

/**
 * Makes a data folder in which a conversation stands at each stage, with the real process, ends it with kill -9, and
 * keeps what it left in `folder`.
 */
export async function recordState(folder: string): Promise<void> {
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
    for (const stage of stages) conversations.push(await bringTo(client, backend, stage));
    await supervisor.kill("SIGKILL");
    const state = { release: await releaseName(), recordedAt: Date.now(), conversations };
    await keepState(join(work, "data"), folder, state);
  } finally {
    await supervisor.kill("SIGKILL");
    await backend.close();
    await rm(work, { recursive: true, force: true });
  }
}

async function releaseName(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, "../../package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

function mannerOf(method: string, path: string): StateManner {
  const order = path.split("/").at(-1);
  if (order === orderOf("verdict")) return "reset";
  if (order === orderOf("call") || order === orderOf("put") || order === orderOf("held")) return "never";
  return order === orderOf("later") && method === "GET" ? "later" : "well";
}

async function bringTo(client: Client, backend: StateBackend, stage: Stage): Promise<KnownConversation> {
  const kind = kindOf[stage];
  const order = orderOf(stage);
  const begun = await client.post(shapes.id, "/api/conversations", { as: "customer-1" });
  if (!begun.ok) throw new Error(`a conversation could not be begun: ${begun.status}`);
  const { id } = begun.value;
  const path = `/api/conversations/${id}`;
  const say = (number: number, text: string, as = "customer-1") =>
    client.post(shapes.id, `${path}/messages`, { id: `m${number}`, as, text });
  const seen = async (satisfies: (view: z.output<typeof shapes.conversation>) => boolean) => {
    for (;;) {
      const view = await client.get(shapes.conversation, path);
      if (view.ok && satisfies(view.value)) return view.value;
      await pause(lookMs);
    }
  };
  const hears = (text: string) => seen(({ messages }) => messages.some((message) => message.text === text));
  let approval: string | null = null;
  const approvalHere = async (): Promise<string> => {
    await seen(({ run }) => run?.status === "approval");
    const all = await client.get(shapes.approvals, "/api/approvals?status=pending");
    approval = (all.ok ? all.value.find(({ conversationId }) => conversationId === id)?.id : null) ?? "";
    return approval;
  };
  const decide = async (approve: boolean) => {
    const body = { as: "agent-1", approve, reason: "not today" };
    await client.post(shapes.receipt, `/api/approvals/${await approvalHere()}/decision`, body);
  };

  await say(1, `${kind} request please`);
  await hears(`${kind}: which order?`);
  if (stage !== "order") {
    await say(2, order);
    await hears(`${kind}: which note?`);
  }
  if (stage !== "order" && stage !== "note") await say(3, `note ${order}`);
  if (stage === "approval") await approvalHere();
  if (stage === "verdict") await seen(({ run }) => run?.status === "verdict");
  if (stage === "people") {
    await decide(false);
    await seen(({ handledBy }) => handledBy === "people");
  }
  if (stage === "call") await backend.arrived(`/credits/${order}`, 1);
  if (stage === "put") await backend.arrived(`/orders/${order}`, 1);
  if (stage === "later")
    await seen(({ run }) => run?.status === "effect" && backend.journal.at(-1)?.path === `/orders/${order}`);
  if (stage === "held") {
    await backend.arrived(`/orders/${order}`, 1);
    await say(4, "I am looking into it", "agent-1");
    await seen(({ handledBy }) => handledBy === "people");
    backend.release();
    await seen(({ run }) => run?.status === "held");
  }
  if (stage === "done") {
    await decide(true);
    await seen(({ run, lastRun }) => run === null && lastRun !== null);
  }
  // What was said last is there before anything else counts.
  await pause(300);
  const { messages } = await seen(() => true);
  const requests = backend.journal.filter((one) => one.path.endsWith(`/${order}`));
  return {
    stage,
    kind,
    id,
    order,
    messages: messages.map(({ id: key, text }) => ({ id: key, text })),
    approval,
    requests,
  };
}

if (import.meta.main) await recordState(join(releaseStates, await releaseName()));
