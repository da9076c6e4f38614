import type { MessageJson } from "../../../api.ts";
import { dayLabel, dayOf } from "../shared/time.ts";
import { isCustomerSide } from "../state/customer-side.ts";
import type { ThreadMessage } from "../state/outgoing.ts";

/** A row of a thread: a day's name, a muted line, or a message; `repeated`: by the author of the one before it. */
export type ThreadRow =
  | { readonly kind: "day"; readonly key: string; readonly label: string }
  | { readonly kind: "system"; readonly key: string; readonly text: string }
  | (ThreadMessage & {
      readonly kind: "message";
      readonly key: string;
      readonly repeated: boolean;
      readonly choices: ChoiceState;
    });

/** `open`: may still be pressed. `chosen`: the one that was answered, or null when something else was. */
export type ChoiceState =
  | { readonly kind: "none" }
  | { readonly kind: "open" }
  | { readonly kind: "closed"; readonly chosen: string | null };

const repeatedWithinMs = 10 * 60_000;

/** The rows of a thread, oldest first; `customer`: as in `isCustomerSide`. Pure but for the reader's time zone. */
export function threadRows(
  messages: readonly ThreadMessage[],
  customer: string | null,
  now: number,
  zone?: string,
): readonly ThreadRow[] {
  const rows: ThreadRow[] = [];
  let before: MessageJson | null = null;
  let paused = false;
  for (const [index, shown] of messages.entries()) {
    const { message } = shown;
    const newDay = before === null || dayOf(before.at, zone) !== dayOf(message.at, zone);
    if (newDay) rows.push({ kind: "day", key: `day-${message.id}`, label: dayLabel(message.at, now, zone) });
    const repeated = !newDay && isRepeated(before, message);
    rows.push({ ...shown, kind: "message", key: message.id, repeated, choices: choicesOf(messages, index, customer) });
    if (message.role === "bot") paused = false;
    if (isInterruption(message, customer) && !paused) {
      paused = true;
      rows.push({ kind: "system", key: `pause-${message.id}`, text: `${message.name} wrote here. Usher paused.` });
    }
    before = message;
  }
  return rows;
}

function isRepeated(before: MessageJson | null, message: MessageJson): boolean {
  return before?.from === message.from && before.name === message.name && message.at - before.at < repeatedWithinMs;
}

/** Whether somebody of the company wrote here in person; Usher's own messages, relayed words too, have an id of its. */
function isInterruption(message: MessageJson, customer: string | null): boolean {
  return message.role !== "bot" && !message.id.startsWith("usher.") && !isFromCustomer(message, customer);
}

function isFromCustomer({ from: id, role }: MessageJson, customer: string | null): boolean {
  return role !== "bot" && isCustomerSide({ id, role }, customer);
}

function choicesOf(messages: readonly ThreadMessage[], index: number, customer: string | null): ChoiceState {
  const choices = messages[index]?.message.choices ?? [];
  if (choices.length === 0) return { kind: "none" };
  const answer = messages.slice(index + 1).find(({ message }) => isFromCustomer(message, customer))?.message.text;
  const isNewest = messages.slice(index + 1).every(({ message }) => message.role !== "bot");
  if (answer === undefined) return isNewest ? { kind: "open" } : { kind: "closed", chosen: null };
  const same = choices.find((choice) => choice.toLowerCase() === answer.trim().toLowerCase());
  return { kind: "closed", chosen: same ?? null };
}
