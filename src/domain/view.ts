import { type Card, type CardValue, visibleCard, visibleValue } from "./card.ts";
import type { Address } from "./ids.ts";
import type { Platform } from "./person.ts";
import { visible } from "./visible.ts";

/** A channel, which its own platform may show as a link; elsewhere `name` stands for it. */
export interface ChannelCell {
  readonly channel: { readonly platform: Platform; readonly address: Address; readonly name: string };
}

/** A conversation, which the platform on which it takes place may show as a link to it; elsewhere the id stands for it. */
export interface ConversationCell {
  readonly conversation: { readonly platform: Platform; readonly id: string };
}

/** One value in a view: what a card's field can hold, a channel, or a conversation. */
export type Cell = CardValue | ChannelCell | ConversationCell;

/**
 * What a command answers, or a home page shows, as plain data: each channel renders and escapes it in its own way, and no
 * text in it is markup. `table.left`: how many further rows there are that are not shown. A `card` keeps its buttons.
 */
export type ViewPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "fields";
      readonly label: string;
      readonly fields: readonly { readonly name: string; readonly value: Cell }[];
    }
  | {
      readonly kind: "table";
      readonly label: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Cell[])[];
      readonly left: number;
    }
  | { readonly kind: "card"; readonly card: Card };

export interface View {
  readonly title: string;
  readonly parts: readonly ViewPart[];
}

/** The view with every character in it as one that is seen, whoever chose its words; ids stay as they are. Pure. */
export function visibleView({ title, parts }: View): View {
  return { title: visible(title), parts: parts.map(visiblePart) };
}

function visiblePart(part: ViewPart): ViewPart {
  switch (part.kind) {
    case "text":
      return { ...part, text: visible(part.text) };
    case "fields": {
      const fields = part.fields.map(({ name, value }) => ({ name: visible(name), value: visibleCell(value) }));
      return { ...part, label: visible(part.label), fields };
    }
    case "table": {
      const rows = part.rows.map((row) => row.map(visibleCell));
      return { ...part, label: visible(part.label), columns: part.columns.map(visible), rows };
    }
    case "card":
      return { ...part, card: visibleCard(part.card) };
    default:
      return part satisfies never;
  }
}

function visibleCell(cell: Cell): Cell {
  if (typeof cell !== "string" && "conversation" in cell) return cell;
  if (typeof cell === "string" || !("channel" in cell)) return visibleValue(cell);
  return { channel: { ...cell.channel, name: visible(cell.channel.name) } };
}
