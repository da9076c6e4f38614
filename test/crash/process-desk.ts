import type { Backend } from "./process-backend.ts";
import { type Client, shapes } from "./process-client.ts";
import { pause } from "./process-supervisor.ts";
import { createRandom } from "./simulation-random.ts";

/** One answer to a press, as the agent who pressed was told. */
interface Told {
  readonly outcome: "accepted" | "decided" | "refused";
  readonly by: string | null;
  readonly at: number | null;
  readonly approved: boolean | null;
}

/** What the agents did, as they were told. */
export interface Desk {
  /** By the id of what was decided: every receipt that anybody got. */
  readonly receipts: ReadonlyMap<string, readonly Told[]>;
  /** How often "Run again" was pressed for each key, whatever came back: it may have counted. */
  readonly runAgains: ReadonlyMap<string, number>;
  /** How many questions about an unknown outcome were shown, by the conversation. */
  readonly questions: ReadonlyMap<string, number>;
  /** Approvals that were shown to an agent. */
  readonly counts: { approvals: number; verdicts: number };
  /** Looks and decides once; agents do this again and again. */
  round(agent: string): Promise<void>;
}

const rejectOneIn = 8;

/**
 * Agents who decide about everything that is shown to them: two race for each approval, and a verdict says what the
 * backend's journal says.
 */
export function createDesk(client: Client, backend: Backend, seed: number): Desk {
  const random = createRandom(seed);
  const receipts = new Map<string, Told[]>();
  const runAgains = new Map<string, number>();
  const questions = new Map<string, number>();
  const counts = { approvals: 0, verdicts: 0 };
  const pressed = new Set<string>();

  const press = async (id: string, path: string, body: object): Promise<void> => {
    const answered = await client.post(shapes.receipt, path, body);
    if (answered.ok) receipts.set(id, [...(receipts.get(id) ?? []), answered.value]);
  };
  const first = (what: string): boolean => {
    if (pressed.has(what)) return false;
    pressed.add(what);
    return true;
  };
  const approvals = async (agent: string): Promise<void> => {
    const waiting = await client.get(shapes.approvals, "/api/approvals?status=pending");
    if (!waiting.ok) return;
    const mine = waiting.value.filter(({ id }) => first(`${agent} ${id}`));
    counts.approvals += mine.length;
    await Promise.all(
      mine.map(({ id }) => {
        const approve = random.below(rejectOneIn) !== 0;
        return press(id, `/api/approvals/${id}/decision`, { as: agent, approve, reason: "not today" });
      }),
    );
  };
  const verdicts = async (agent: string): Promise<void> => {
    const cards = await client.get(shapes.cards, "/api/agents");
    if (!cards.ok) return;
    for (const { card, conversationId } of cards.value) {
      const { pressId } = card;
      if (pressId === null || !card.buttons.some(({ action }) => action === "runAgain") || !first(pressId)) continue;
      counts.verdicts += 1;
      questions.set(conversationId, (questions.get(conversationId) ?? 0) + 1);
      const key = pressId.replace(/-\d+$/, "");
      const done = backend.byKey(key).find(({ did }) => did === "applied");
      const verdict = done === undefined ? (random.chance(0.9) ? "runAgain" : "stop") : "happened";
      if (verdict === "runAgain") runAgains.set(key, (runAgains.get(key) ?? 0) + 1);
      const value = done === undefined ? {} : { value: { id: done.path.split("/").at(-1) } };
      await press(pressId, `/api/effects/${pressId}/verdict`, { as: agent, verdict, ...value });
    }
  };
  return {
    receipts,
    runAgains,
    questions,
    counts,
    round: async (agent) => {
      await approvals(agent);
      if (agent === "agent-1") await verdicts(agent);
    },
  };
}

/** Lets the agents work until `stop`; the answer resolves when they have gone home. Throws what a round throws. */
export async function staffDesk(desk: Desk, stop: AbortSignal): Promise<void> {
  const agent = async (name: string): Promise<void> => {
    while (!stop.aborted) {
      await desk.round(name);
      await pause(80);
    }
  };
  try {
    await Promise.all(["agent-1", "agent-2"].map(agent));
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
