import type { DataTableBlock, KnownBlock } from "@slack/types";
import { personWords } from "../../src/domain/person-words.ts";
import type { Cell, ViewPart } from "../../src/domain/view.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import { plainText } from "./escape.ts";
import { fits, type Room, roomOf } from "./layout.ts";
import { cut, lengthOf } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { brief, context, fieldBlocks, labelText, textBlocks } from "./render-fields.ts";
import {
  canMention,
  channelText,
  channelWords,
  conversationText,
  conversationWords,
  isoOf,
  linkedChannel,
  linkedThread,
  momentFormat,
  momentText,
  openThread,
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
  if ("conversation" in value) {
    const url = linkedThread(value.conversation);
    return url === null
      ? rawCell(conversationWords(value.conversation))
      : richCell([{ type: "link", url, text: openThread }]);
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

/** A row: in words, or as blocks where it holds what only Slack can write. */
export type TableLine =
  | { readonly kind: "words"; readonly words: string }
  | { readonly kind: "blocks"; readonly blocks: readonly KnownBlock[] };

/** The rows of a table one below the other, for where no table is drawn: "refund · Status: live". Pure. */
export function tableLines({ columns, rows }: Table): readonly TableLine[] {
  return rows.map((row) => {
    const { words, others } = partsOf(columns, row);
    const line = `• ${words.map(({ name, value }) => (name === "" ? value : `${name}: ${value}`)).join(" · ")}`;
    if (others.length === 0) return { kind: "words", words: line.trimEnd() };
    return { kind: "blocks", blocks: [...(words.length === 0 ? [] : textBlocks(line)), smallPrint(others)] };
  });
}

/** What is drawn of some rows, and how many they are. */
export interface DrawnRows {
  readonly blocks: readonly KnownBlock[];
  readonly count: number;
}

// So many can be read from the first to the last; of more, one is looked for.
const mostRead = 10;
const pairsInSection = slackLimits.sectionFields / 2;

/** A table that people read rather than search: two columns side by side, or few rows, each under its name; null for any other. Pure. */
export function readableRows({ columns, rows }: Table): readonly DrawnRows[] | null {
  if (columns.length === 2) {
    const sections = Math.ceil(rows.length / pairsInSection);
    return Array.from({ length: sections }, (_, at) =>
      pairsOf(rows.slice(at * pairsInSection).slice(0, pairsInSection)),
    );
  }
  if (columns.length < 2 || rows.length > mostRead) return null;
  return rows.map((row) => ({ blocks: namedRow(partsOf(columns, row)), count: 1 }));
}

function pairsOf(rows: Table["rows"]): DrawnRows {
  const fields = rows.flatMap(([left = "", right = ""]) => [left, right].map((value) => textOf(value, "–")));
  return { blocks: [{ type: "section", fields }], count: rows.length };
}

function namedRow({ words: [title, ...words], others }: RowParts): readonly KnownBlock[] {
  const label = title?.value ?? "–";
  const head = labelText(label);
  const drawn =
    words.length > 0
      ? fieldBlocks({ label, fields: words }, brief).blocks
      : head === null
        ? []
        : [{ type: "section" as const, text: head }];
  return [...drawn, ...(others.length === 0 ? [] : [smallPrint(others)])];
}

interface Named<Value> {
  readonly name: string;
  readonly value: Value;
}

/** A row: its words, the first of them its name, and what only Slack can write. */
interface RowParts {
  readonly words: readonly Named<string>[];
  readonly others: readonly Named<Exclude<Cell, string>>[];
}

// Small print has ten places, two for each.
const mostOthers = slackLimits.contextElements / 2;

function partsOf(columns: Table["columns"], given: readonly Cell[]): RowParts {
  const { row, names } = titled(columns, given);
  const words: Named<string>[] = [];
  const others: Named<Exclude<Cell, string>>[] = [];
  for (const [index, value] of row.entries()) {
    const name = index === 0 ? "" : cut(visibleLine(names[index] ?? ""), cellLength);
    if (value === "") continue;
    // What has a row to itself is written by Slack; otherwise the first is the row's name.
    const isNamed = index > 0 || row.length === 1;
    if (typeof value !== "string" && isNamed && isSlacks(value) && others.length < mostOthers)
      others.push({ name, value });
    else words.push({ name, value: plainWords(value) });
  }
  return { words, others };
}

function isSlacks(value: Cell): boolean {
  return textOf(value, "").type === "mrkdwn";
}

/** A number alone names nothing: it stands before what comes after it. */
function titled(names: Table["columns"], row: readonly Cell[]) {
  const [first, second, ...rest] = row;
  const isNumber = typeof first === "string" && /^\d+$/.test(first);
  if (!isNumber || typeof second !== "string" || row.length < 3) return { names, row };
  return { names: names.slice(1), row: [`${first} ${second}`, ...rest] };
}

function smallPrint(others: RowParts["others"]): KnownBlock {
  return context(
    others.flatMap(({ name, value }) => [...(name === "" ? [] : [plainText(`${name}:`)]), textOf(value, "–")]),
  );
}

function textOf(value: Cell, otherwise: string): ReturnType<typeof momentText> {
  if (typeof value === "string") return plainText(value.trim() === "" ? otherwise : plainWords(value));
  if ("channel" in value) return channelText(value.channel);
  if ("conversation" in value) return conversationText(value.conversation);
  return "at" in value ? momentText(value.at) : personText(value.person);
}

function plainWords(value: Cell): string {
  if (typeof value === "string") return cut(visibleLine(value), cellLength);
  if ("channel" in value) return channelWords(value.channel);
  if ("conversation" in value) return conversationWords(value.conversation);
  return "at" in value ? isoOf(value.at) : personWords(value.person);
}
