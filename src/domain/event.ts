import type { CardRef, ConversationId } from "./ids.ts";
import type { Outcome } from "./outcome.ts";
import type { Person } from "./person.ts";
import type { Press } from "./press.ts";
import type { Turn } from "./turn.ts";

/**
 * Whatever can happen to a conversation. `turn`: `beside` is another conversation, in the same channel, whose run waits
 * for this person to answer, if any; `forwarded`: a turn of such another conversation, which may be that answer. `answered`:
 * a choice was pressed, or a private form filled in, on the message that its channel knows as `card`; the turn says what
 * was answered. `agentWrote`: in the customer's thread the bot steps back; under the hand-off card the words are relayed.
 * `start`: somebody (`by`; null: a workflow) chose the procedure; `turn` says in whose name it runs, and is keyed by the
 * choice, not by the message that was chosen. `edited`: text null means deleted. `uninstalled`: Usher has no business here any more; `by`: in whose
 * name that is noted. `settled` carries the attempt that it is about. `tick`: time passed.
 */
export type Event =
  | { readonly kind: "turn"; readonly turn: Turn; readonly beside?: ConversationId }
  | { readonly kind: "forwarded"; readonly turn: Turn }
  | { readonly kind: "answered"; readonly turn: Turn; readonly card: CardRef }
  | { readonly kind: "agentWrote"; readonly turn: Turn; readonly where: "thread" | "handOff" }
  | { readonly kind: "start"; readonly slug: string; readonly turn: Turn; readonly by: Person | null }
  | { readonly kind: "edited"; readonly turnId: string; readonly text: string | null }
  | { readonly kind: "pressed"; readonly press: Press }
  | { readonly kind: "uninstalled"; readonly by: Person }
  | { readonly kind: "settled"; readonly effectId: string; readonly attempt: number; readonly outcome: Outcome }
  | { readonly kind: "tick" };
