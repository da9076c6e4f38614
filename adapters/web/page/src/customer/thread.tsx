import { useMemo } from "react";
import { Log } from "../shared/log.tsx";
import { useNewest } from "../shared/scroll.ts";
import { dayOf } from "../shared/time.ts";
import { useMinute } from "../shared/time-text.tsx";
import { withOutgoing } from "../state/outgoing.ts";
import { usePage } from "../state/page.ts";
import { FirstMessage } from "./first-message.tsx";
import { MessageRow } from "./message-row.tsx";
import { type ThreadRow, threadRows } from "./thread-rows.ts";

const none: readonly never[] = [];

/** The messages of the conversation that is shown; mounted anew for each, so that its history is not read out. */
export function Thread({ id, name }: { readonly id: string | null; readonly name: string }) {
  const messages = usePage(({ conversation }) => conversation?.messages ?? none);
  const customer = usePage(({ conversation }) => conversation?.customer.id ?? null);
  const outgoing = usePage((page) => page.outgoing);
  const people = usePage(({ world }) => world?.people ?? none);
  const today = dayOf(useMinute());
  // biome-ignore lint/correctness/useExhaustiveDependencies: with a new day, "Today" is another one.
  const rows = useMemo(
    () => threadRows(withOutgoing(messages, outgoing, id, people), customer, Date.now()),
    [messages, customer, outgoing, id, people, today],
  );
  const newest = useNewest(rows.length);
  return (
    <Log name={name} newest={newest}>
      {rows.length === 0 ? <FirstMessage /> : rows.map((row) => <Row key={row.key} row={row} />)}
    </Log>
  );
}

function Row({ row }: { readonly row: ThreadRow }) {
  if (row.kind === "day") {
    return (
      <p className="day">
        <span>{row.label}</span>
      </p>
    );
  }
  if (row.kind === "system") return <p className="system">{row.text}</p>;
  const { message, sending, problem, repeated, choices } = row;
  const chosen = choices.kind === "closed" ? choices.chosen : null;
  return <MessageRow {...{ message, sending, problem, repeated, chosen }} choices={choices.kind} />;
}
