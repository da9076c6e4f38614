import type { Backend } from "./process-backend.ts";
import { type Client, shapes } from "./process-client.ts";
import { pause } from "./process-supervisor.ts";
import { createRandom } from "./simulation-random.ts";

/** One answer to a press, as the agent who pressed was told. `at`: when it was decided, in Unix ms. */
export interface Told {
  readonly outcome: "accepted" | "decided" | "refused";
  readonly by: string | null;
  readonly at: number | null;
  readonly approved: boolean | null;
}

/** An approval that was shown to the agents. `receipts`: every one that anybody got about it. */
export interface ShownApproval {
  readonly conversationId: string;
  readonly receipts: Told[];
}

/** What the agents did, as they were told. */
export interface Desk {
  /** By its id, which is the key of what it is about. */
  readonly approvals: ReadonlyMap<string, ShownApproval>;
  /** The receipts of each verdict, by the id that was pressed. */
  readonly verdicts: ReadonlyMap<string, readonly Told[]>;
  /** How often "Run again" was pressed for each key, whatever came back: it may have counted. */
  readonly runAgains: ReadonlyMap<string, number>;
  /** How many questions about an unknown outcome were shown, by the conversation. */
  readonly questions: ReadonlyMap<string, number>;
  /** Looks and decides once; agents do this again and again. */
  round(agent: string): Promise<void>;
}

/**
 * Agents who decide about everything that is shown to them: two race for each approval, and a verdict says what the
 * backend's journal says. `rejects`: the share (0 to 1) of approvals that one of them rejects.
 */
export function createDesk(client: Client, backend: Backend, seed: number, rejects = 1 / 8): Desk {
  const random = createRandom(seed);
  const shown = new Map<string, ShownApproval>();
  const told = new Map<string, Told[]>();
  const runAgains = new Map<string, number>();
  const questions = new Map<string, number>();
  const pressed = new Set<string>();

  const press = async (receipts: Told[], path: string, body: object): Promise<void> => {
    const answered = await client.post(shapes.receipt, path, body);
    if (answered.ok) receipts.push(answered.value);
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
    await Promise.all(
      mine.map(({ id, conversationId }) => {
        const { receipts } = shown.get(id) ?? { receipts: [] };
        shown.set(id, { conversationId, receipts });
        const approve = !random.chance(rejects);
        return press(receipts, `/api/approvals/${id}/decision`, { as: agent, approve, reason: "not today" });
      }),
    );
  };
  const verdicts = async (agent: string): Promise<void> => {
    const cards = await client.get(shapes.cards, "/api/agents");
    if (!cards.ok) return;
    for (const { card, conversationId } of cards.value) {
      const { pressId } = card;
      if (pressId === null || !card.buttons.some(({ action }) => action === "runAgain") || !first(pressId)) continue;
      questions.set(conversationId, (questions.get(conversationId) ?? 0) + 1);
      const key = pressId.replace(/-\d+$/, "");
      const done = backend.byKey(key).find(({ did }) => did === "applied");
      const verdict = done === undefined ? (random.chance(0.9) ? "runAgain" : "stop") : "happened";
      if (verdict === "runAgain") runAgains.set(key, (runAgains.get(key) ?? 0) + 1);
      const value = done === undefined ? {} : { value: { id: done.path.split("/").at(-1) } };
      const receipts: Told[] = [];
      told.set(pressId, receipts);
      await press(receipts, `/api/effects/${pressId}/verdict`, { as: agent, verdict, ...value });
    }
  };
  return {
    approvals: shown,
    verdicts: told,
    runAgains,
    questions,
    round: async (agent) => {
      await approvals(agent);
      if (agent === "agent-1") await verdicts(agent);
    },
  };
}

/**
 * Lets the agents work until `stop`, with a look each `everyMs`; the answer resolves when they have gone home. Throws
 * what a round throws.
 */
export async function staffDesk(desk: Pick<Desk, "round">, stop: AbortSignal, everyMs = 80): Promise<void> {
  const agent = async (name: string): Promise<void> => {
    while (!stop.aborted) {
      await desk.round(name);
      await pause(everyMs, stop);
    }
  };
  try {
    await Promise.all(["agent-1", "agent-2"].map(agent));
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
