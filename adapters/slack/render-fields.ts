import type { KnownBlock, MrkdwnElement, PlainTextElement } from "@slack/types";
import type { Cell } from "../../src/domain/view.ts";
import { visible, visibleLine } from "../../src/domain/visible.ts";
import { ownWords, plainText } from "./escape.ts";
import { cut, lengthOf, split } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { boxed, channelText, conversationText, momentText, personText } from "./render-value.ts";

/** A section of a card, or the fields of a view. */
interface Section {
  readonly label: string;
  readonly fields: readonly Field[];
}
interface Field {
  readonly name: string;
  readonly value: Cell;
}
type Text = MrkdwnElement | PlainTextElement;

/** How much of each value, and how many fields of a section, are drawn. */
export interface Detail {
  readonly fields: number;
  readonly length: number;
  readonly lines: number;
}

/** What people take in at a glance. */
export const brief: Detail = { fields: slackLimits.sectionFields, length: 500, lines: 12 };
/** Everything. */
export const whole: Detail = {
  fields: Number.POSITIVE_INFINITY,
  length: Number.POSITIVE_INFINITY,
  lines: Number.POSITIVE_INFINITY,
};

/** Blocks, and whether something was left out of them. */
export interface Drawn {
  readonly blocks: readonly KnownBlock[];
  readonly isCut: boolean;
}

// Longer ones, and a value that stands alone, would be squeezed into one of two columns.
const columnLength = 100;
const nameLength = 300;

/** What one field becomes: a cell of two columns, or blocks of its own. */
type Item =
  | { readonly kind: "cell"; readonly text: Text; readonly isCut: boolean }
  | { readonly kind: "blocks"; readonly blocks: readonly KnownBlock[]; readonly isCut: boolean };

/** The fields of a section of a card, or of a view, under their label. Pure. */
export function fieldBlocks({ label, fields }: Section, detail: Detail): Drawn {
  const title = labelText(label);
  if (fields.length === 0) return { blocks: [section(title, [ownWords("_Nothing yet_")])], isCut: false };
  if (fields.every(isMoment)) return { blocks: fields.map(momentLine), isCut: false };
  const request = requestOf(fields);
  const shown = fields.slice(0, detail.fields);
  const items = (request === null ? shown : [request])
    .map((field) => itemOf(label, field, fields.length, detail))
    .map((item) => (isDialogue(fields) ? alone(item) : item));
  const left = fields.length - shown.length;
  const more = left === 0 ? [] : [context([ownWords(`… and ${left} more`)])];
  return {
    blocks: [...assembled(title, items), ...more],
    isCut: left > 0 || items.some(({ isCut }) => isCut),
  };
}

/** A line in small print. Pure. */
export function context(elements: readonly Text[]): KnownBlock {
  return { type: "context", elements: [...elements] };
}

/** Somebody's words, whole: as many sections as they need. Pure. */
export function textBlocks(text: string): readonly KnownBlock[] {
  return split(text, slackLimits.text).map((part) => ({ type: "section", text: plainText(part), expand: true }));
}

// Letters, digits, single blanks and hyphens, and commas between words hold no markup, whoever wrote them.
const plainWords = /^[\p{L}\p{N}]+(?:(?:, |[ -])[\p{L}\p{N}]+)*$/u;

/** A label, bold where that is safe; null if there is none. Pure. */
export function labelText(label: string): Text | null {
  if (label.trim() === "") return null;
  const shown = cut(visibleLine(label), nameLength);
  return plainWords.test(shown) ? ownWords(`*${shown}*`) : plainText(shown);
}

/** Whether somebody speaks again after somebody else: that is read from top to bottom, not in two columns. */
function isDialogue(fields: readonly Field[]): boolean {
  return fields.some(({ name }, index) => {
    const before = fields.slice(0, index).map((field) => field.name);
    return before.includes(name) && before.at(-1) !== name;
  });
}

function alone(item: Item): Item {
  if (item.kind === "blocks") return item;
  return { kind: "blocks", blocks: [section(item.text, [])], isCut: item.isCut };
}

type Moment = Field & { readonly value: { readonly at: number } };

function isMoment(field: Field): field is Moment {
  return typeof field.value !== "string" && "at" in field.value;
}

function momentLine({ name, value }: Moment): KnownBlock {
  return context([plainText(`${cut(visibleLine(name), nameLength)}:`), momentText(value.at)]);
}

/** A call in one line, as it is sent: "GET https://…". */
function requestOf(fields: readonly Field[]): Field | null {
  const textOf = (name: string) => fields.find((field) => field.name === name)?.value;
  const [method, url] = [textOf("Method"), textOf("URL")];
  const isCall = fields.length === 2 && typeof method === "string" && typeof url === "string";
  return isCall ? { name: "", value: `${method} ${url}` } : null;
}

function itemOf(label: string, { name, value }: Field, count: number, detail: Detail): Item {
  const isNamed = name.trim() !== "" && !(count === 1 && (name === label || name === "Action"));
  if (typeof value === "string") return wordsItem(isNamed ? visibleLine(name) : null, value, detail);
  const text = textOf(value);
  if (!isNamed) return { kind: "cell", text, isCut: false };
  return {
    kind: "blocks",
    blocks: [context([plainText(`${cut(visibleLine(name), nameLength)}:`), text])],
    isCut: false,
  };
}

function textOf(value: Exclude<Cell, string>): Text {
  if ("channel" in value) return channelText(value.channel);
  if ("conversation" in value) return conversationText(value.conversation);
  return "at" in value ? momentText(value.at) : personText(value.person);
}

function wordsItem(name: string | null, value: string, detail: Detail): Item {
  const words = visible(value);
  const kept = beginning(words, detail);
  const left = words.length - kept.length;
  const shown = boxed(kept) + (left === 0 ? "" : `… (${left} more characters)`);
  const text = name === null ? shown : name + (shown.includes("\n") ? ":\n" : ": ") + shown;
  const isCut = left > 0;
  const isCell = name !== null && lengthOf(text) <= columnLength && !text.includes("\n");
  return isCell ? { kind: "cell", text: plainText(text), isCut } : { kind: "blocks", blocks: textBlocks(text), isCut };
}

function beginning(text: string, { length, lines }: Detail): string {
  const first = text.split("\n").slice(0, lines).join("\n");
  return lengthOf(first) <= length ? first : (split(first, length)[0] ?? "");
}

function section(label: Text | null, fields: readonly Text[]): KnownBlock {
  const text = label === null ? {} : { text: label };
  return { type: "section", ...text, ...(fields.length === 0 ? {} : { fields: [...fields] }) };
}

/** Cells in rows of two, everything else between them, and the label before all. */
function assembled(label: Text | null, items: readonly Item[]): readonly KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let title = label;
  let cells: Text[] = [];
  const flush = (): void => {
    if (cells.length > 0 || (title !== null && blocks.length === 0)) blocks.push(section(title, cells));
    title = null;
    cells = [];
  };
  for (const item of items) {
    if (item.kind === "cell" && cells.length < slackLimits.sectionFields) {
      cells.push(item.text);
      continue;
    }
    flush();
    if (item.kind === "cell") cells = [item.text];
    else blocks.push(...item.blocks);
  }
  flush();
  return blocks;
}
