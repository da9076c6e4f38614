import type { AgentsCardJson, MessageJson } from "../../../api.ts";
import { Icon } from "../shared/icon.tsx";
import { LongText } from "../shared/long-text.tsx";
import { TimeText } from "../shared/time-text.tsx";
import { usePage } from "../state/page.ts";
import { type UnderRow, underRows } from "./under-rows.ts";

const none: readonly MessageJson[] = [];

interface CardThreadProps {
  readonly item: AgentsCardJson;
  readonly under: readonly AgentsCardJson[];
}

/** What stands under a card: the talk with the customer under a hand-off, reminders under the others. */
export function CardThread({ item, under }: CardThreadProps) {
  const messages = usePage(({ conversation }) =>
    conversation?.id === item.conversationId && item.card.kind === "handOff" ? conversation.messages : none,
  );
  const rows = underRows(item, under, messages);
  const label = item.card.kind === "handOff" ? "Talk with the customer" : "Under this card";
  return (
    <div className="under" role="log" aria-label={label}>
      {rows.map((row) => (
        <Row key={row.key} row={row} />
      ))}
    </div>
  );
}

function Row({ row }: { readonly row: UnderRow }) {
  if (row.kind === "line") {
    return (
      <p className={`under-line tone-${row.tone}`} aria-live="off">
        <Icon name={row.tone === "doubt" ? "unknown" : "waiting"} />
        <span>
          {row.text} <TimeText at={row.at} />
        </span>
      </p>
    );
  }
  return (
    <div className={`said by-${row.by}`}>
      <p className="who">
        <strong>{row.name}</strong> <TimeText at={row.at} />
      </p>
      <LongText text={row.text} />
    </div>
  );
}
