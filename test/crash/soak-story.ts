import { realClock } from "../support/real-clock.ts";
import { type Client, type ConversationView, shapes } from "./process-client.ts";
import { canary, pause } from "./process-supervisor.ts";
import type { Times } from "./soak-measure.ts";

/** What one group of customers saw in one phase. */
export interface Group {
  readonly acks: Times;
  readonly replies: Times;
}

/** What all of them came to. `gated`: the orders whose payment needed an approval. */
export interface Tally {
  stories: number;
  ended: number;
  lost: number;
  oldestMs: number;
  readonly gated: string[];
  /** The beginnings of the stories that have not ended, by their conversations. */
  readonly open: Map<string, number>;
}

/** Who writes, when and how often he looks. `groupNow`: where the times of now belong; null: nowhere. */
export interface Pace {
  readonly as: string;
  readonly slot: () => Promise<void>;
  readonly lookMs: number;
  readonly groupNow: () => Group | null;
}

// Each tenth story pays only after an agent has approved.
const gatedOneIn = 10;

/**
 * One run from the first word to its end, three messages; each is timed to its acknowledgement and to its answer, but
 * for the answers that wait for an agent.
 */
export async function story(client: Client, tally: Tally, number: number, pace: Pace): Promise<void> {
  const { as, groupNow, lookMs, slot } = pace;
  const begun = await client.post(shapes.id, "/api/conversations", { as });
  if (!begun.ok) throw new Error(`a conversation could not be begun: ${begun.status}`);
  const { id } = begun.value;
  const startedAt = realClock.monotonic();
  tally.stories += 1;
  tally.open.set(id, startedAt);
  const gated = number % gatedOneIn === 0;
  const kind = gated ? "bravo" : "alpha";
  const order = `${300_000 + number}`;
  if (gated) tally.gated.push(order);
  const texts = [
    [`${kind} request please`, `${kind}: which order?`],
    [order, `${kind}: which note?`],
    [`${canary} ${order}`, `${kind}: done with ${order}`],
  ] as const;
  const acknowledged: string[] = [];
  for (const [text, reply] of texts) {
    await slot();
    const group = groupNow();
    const sentAt = realClock.monotonic();
    const key = `m${acknowledged.length}`;
    const sent = await client.post(shapes.id, `/api/conversations/${id}/messages`, { id: key, as, text });
    if (sent.ok) acknowledged.push(key);
    group?.acks.add(realClock.monotonic() - sentAt);
    await answered(client, id, lookMs, ({ messages }) => messages.some((message) => message.text === reply));
    if (!gated || acknowledged.length < texts.length) group?.replies.add(realClock.monotonic() - sentAt);
  }
  const end = await answered(client, id, lookMs, ({ run, lastRun }) => run === null && lastRun !== null);
  tally.lost += acknowledged.filter((key) => end.messages.filter((message) => message.id === key).length !== 1).length;
  tally.oldestMs = Math.max(tally.oldestMs, realClock.monotonic() - startedAt);
  tally.open.delete(id);
  tally.ended += 1;
}

async function answered(
  client: Client,
  id: string,
  lookMs: number,
  satisfies: (view: ConversationView) => boolean,
): Promise<ConversationView> {
  for (;;) {
    const found = await client.get(shapes.conversation, `/api/conversations/${id}`);
    if (found.ok && satisfies(found.value)) return found.value;
    await pause(lookMs);
  }
}
