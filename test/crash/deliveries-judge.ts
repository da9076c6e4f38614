import type { Turn } from "../../src/domain/turn.ts";
import { groupedBy, type Journal } from "./simulation-journal.ts";
import type { World } from "./simulation-world.ts";

/** One message of a customer. `admittedAt`, `startedAt`: where in the sequence of all things it was taken in and begun. */
export interface Message {
  readonly turn: Turn;
  readonly conversation: string;
  admittedAt: number | null;
  startedAt: number | null;
}

/** One time that the platform reports a message, or that it was edited or deleted after it had been read. */
export interface Delivery {
  readonly message: Message;
  readonly at: number;
  readonly kind: "first" | "again" | "again with another timestamp" | "edited" | "deleted";
}

/** What was delivered, and what became of it. */
export interface Delivered {
  readonly counts: Readonly<Record<string, number>>;
  readonly injected: Readonly<Record<string, number>>;
  readonly lost: readonly string[];
  readonly repeated: readonly string[];
  readonly outOfOrder: readonly string[];
}

/** Whether it is about a message that was read before, and must change nothing. Pure. */
export function isEdit(kind: Delivery["kind"]): kind is "edited" | "deleted" {
  return kind === "edited" || kind === "deleted";
}

/** The word in a text that no other message has; empty: there is none. Pure. */
export function tokenIn(text: string): string {
  return /t[n\d]+z/.exec(text)?.[0] ?? "";
}

/** What the journals say about the messages. `edits`: how many edits and deletions were really reported. */
export function judge(
  world: World,
  messages: readonly Message[],
  { deliveries, edits }: { readonly deliveries: readonly Delivery[]; readonly edits: number },
): Delivered {
  const { posts, routed, arrivals } = world.journal;
  const heard = new Map<string, Set<string>>();
  for (const { message, effectId } of posts) {
    if (message.kind !== "text" || !message.text.startsWith("Heard ")) continue;
    const token = tokenIn(message.text);
    heard.set(token, (heard.get(token) ?? new Set()).add(effectId));
  }
  const started = new Set(routed.map(tokenIn));
  const turnsOf = ({ turn }: Message): number => {
    const token = tokenIn(turn.text);
    return (heard.get(token)?.size ?? 0) + (started.has(token) ? 1 : 0);
  };
  return {
    counts: {
      deliveries: deliveries.filter(({ kind }) => !isEdit(kind)).length,
      edits,
      messages: messages.length,
      turns: messages.reduce((sum, message) => sum + turnsOf(message), 0),
      conversations: new Set(messages.map(({ conversation }) => conversation)).size,
    },
    injected: world.faults.fired,
    lost: messages.filter((message) => turnsOf(message) === 0).map(({ turn }) => turn.id),
    repeated: messages.filter((message) => turnsOf(message) > 1).map(({ turn }) => turn.id),
    outOfOrder: outOfOrder(messages, arrivals),
  };
}

/** Of two messages that were both taken in before the first of them was begun, the earlier one goes first. */
function outOfOrder(messages: readonly Message[], arrivals: Journal["arrivals"]): readonly string[] {
  const places = new Map<string, number>();
  for (const [place, { url }] of arrivals.entries()) if (!places.has(tokenIn(url))) places.set(tokenIn(url), place);
  const wrong: string[] = [];
  for (const [, all] of groupedBy(messages, ({ conversation }) => conversation)) {
    const begun = all.flatMap((message) => {
      const place = places.get(tokenIn(message.turn.text));
      return place === undefined ? [] : [{ ...message, place }];
    });
    for (const first of begun) {
      for (const second of begun) {
        const { admittedAt, place, turn } = second;
        if (place <= first.place || turn.at >= first.turn.at || admittedAt === null) continue;
        if (admittedAt < (first.startedAt ?? 0)) wrong.push(`${first.turn.id} before ${turn.id}`);
      }
    }
  }
  return wrong;
}
