import type { AgentsCardJson } from "../../../api.ts";
import { Icon } from "../shared/icon.tsx";
import { LongText } from "../shared/long-text.tsx";
import { TimeText } from "../shared/time-text.tsx";
import { toneIcon } from "./tone-icon.ts";
import { type UnderRow, underRow } from "./under-rows.ts";

interface CardThreadProps {
  readonly item: AgentsCardJson;
  readonly under: readonly AgentsCardJson[];
}

/** What stands under a card: the talk with the customer under a hand-off, reminders under the others. */
export function CardThread({ item, under }: CardThreadProps) {
  const label = item.card.kind === "handOff" ? "Talk with the customer" : "Under this card";
  return (
    <div className="under" role="log" aria-label={label}>
      {under.map((card) => (
        <Row key={card.id} row={underRow(card)} />
      ))}
    </div>
  );
}

function Row({ row }: { readonly row: UnderRow }) {
  if (row.kind === "line") {
    return (
      <p className={`under-line tone-${row.tone}`} aria-live="off">
        <Icon name={toneIcon(row.tone) ?? "message"} />
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
