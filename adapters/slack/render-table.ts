import type { DataTableBlock, KnownBlock } from "@slack/types";
import { personWords } from "../../src/domain/person-words.ts";
import type { Cell, ViewPart } from "../../src/domain/view.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import { plainText } from "./escape.ts";
import { fits, type Room, roomOf } from "./layout.ts";
import { cut, lengthOf } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { context } from "./render-fields.ts";
import {
  canMention,
  channelText,
  channelWords,
  isoOf,
  linkedChannel,
  momentFormat,
  momentText,
  personText,
  secondsOf,
} from "./render-value.ts";

type Table = Extract<ViewPart, { readonly kind: "table" }>;
type TableCell = DataTableBlock["rows"][number][number];

// Rows are for finding something; the whole of it is shown by a command of its own.
const cellLength = 300;
const rowsPerPage = 20;

/** How a table is drawn, and how many of its rows had no room. */
export interface DrawnTable {
  readonly block: KnownBlock;
  readonly left: number;
}

/**
 * A table as one that Slack draws, sorts and pages; null if it has no row, too many columns, or no room for one row. Pure.
 */
export function tableBlock({ label, columns, rows }: Table, room: Room): DrawnTable | null {
  if (columns.length === 0 || columns.length > slackLimits.tableColumns) return null;
  const heads: TableCell[] = columns.map((name) => rawCell(visibleLine(name)));
  const all = rows.slice(0, slackLimits.tableRows - 1).map((row) => columns.map((_, at) => cellOf(row[at] ?? "")));
  for (let count = all.length; count > 0; count -= 1) {
    const block: KnownBlock = {
      type: "data_table",
      caption: cut(visibleLine(label === "" ? "Table" : label), cellLength).toWellFormed(),
      page_size: rowsPerPage,
      rows: [heads, ...all.slice(0, count)],
    };
    const length = block.rows.flat().reduce((sum, cell) => sum + wordsLength(cell), 0);
    if (length <= slackLimits.tableLength && fits(roomOf([block]), room)) return { block, left: rows.length - count };
  }
  return null;
}

/** What is read in one cell; Slack counts the words of all cells. */
function wordsLength(cell: TableCell): number {
  return cell.type === "rich_text" ? lengthOf(JSON.stringify(cell.elements)) : lengthOf(cell.text);
}

function rawCell(text: string): TableCell {
  return { type: "raw_text", text: text === "" ? " " : cut(text, cellLength).toWellFormed() };
}

function cellOf(value: Cell): TableCell {
  if (typeof value === "string") return rawCell(visibleLine(value));
  if ("person" in value) {
    if (!canMention(value.person)) return rawCell(personWords(value.person));
    const { id } = value.person;
    return richCell([
      { type: "user", user_id: id },
      { type: "text", text: ` (${id})` },
    ]);
  }
  if ("channel" in value) {
    const id = linkedChannel(value.channel);
    return id === null ? rawCell(channelWords(value.channel)) : richCell([{ type: "channel", channel_id: id }]);
  }
  const timestamp = secondsOf(value.at);
  const fallback = isoOf(value.at);
  return timestamp === null
    ? rawCell(fallback)
    : richCell([{ type: "date", timestamp, format: momentFormat, fallback }]);
}

type RichElements = Extract<
  Extract<TableCell, { readonly type: "rich_text" }>["elements"][number],
  { readonly type: "rich_text_section" }
>["elements"];

function richCell(elements: RichElements): TableCell {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

/** A row in words, or as a line of small print where it holds what only Slack can write. */
export type TableLine =
  | { readonly kind: "words"; readonly words: string }
  | { readonly kind: "block"; readonly block: KnownBlock };

/** The rows of a table one below the other, for where no table is drawn: "refund · Status: live". Pure. */
export function tableLines({ columns, rows }: Table): readonly TableLine[] {
  return rows.map((row) => {
    const cells = row.flatMap((value, index): readonly NamedCell[] => {
      const name = index === 0 || columns[index] === undefined ? "" : `${visibleLine(columns[index])}: `;
      return value === "" ? [] : [{ name: cut(name, cellLength), value }];
    });
    return lineOf(cells);
  });
}

interface NamedCell {
  readonly name: string;
  readonly value: Cell;
}

function lineOf(cells: readonly NamedCell[]): TableLine {
  const elements: ReturnType<typeof momentText>[] = [];
  let words = "";
  for (const [index, { name, value }] of cells.entries()) {
    words += (index === 0 ? "• " : " · ") + name;
    // Small print has ten places; what comes after them is said in plain words.
    const text = elements.length < slackLimits.contextElements - 2 ? textOf(value) : plainText(plainWords(value));
    if (text.type === "plain_text") words += text.text;
    else {
      elements.push(plainText(cut(words, slackLimits.text)), text);
      words = "";
    }
  }
  if (elements.length === 0) return { kind: "words", words: words === "" ? "•" : words };
  return {
    kind: "block",
    block: context(words === "" ? elements : [...elements, plainText(cut(words, slackLimits.text))]),
  };
}

function textOf(value: Cell): ReturnType<typeof momentText> {
  if (typeof value === "string") return plainText(plainWords(value));
  if ("channel" in value) return channelText(value.channel);
  return "at" in value ? momentText(value.at) : personText(value.person);
}

function plainWords(value: Cell): string {
  if (typeof value === "string") return cut(visibleLine(value), cellLength);
  if ("channel" in value) return channelWords(value.channel);
  return "at" in value ? isoOf(value.at) : personWords(value.person);
}
