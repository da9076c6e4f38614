import type { Card, CardValue } from "./card.ts";

/** One value in a view: what a card's field can hold. */
export type Cell = CardValue;

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
