import type { HomeView, KnownBlock } from "@slack/types";
import type { View, ViewPart } from "../../src/domain/view.ts";
import { visible, visibleLine } from "../../src/domain/visible.ts";
import { ownWords, plainText } from "./escape.ts";
import { fits, less, messageRoom, numbered, type Post, pack, postOf, type Room, roomOf } from "./layout.ts";
import { cut, lengthOf, sizeOf, split } from "./length.ts";
import { slackLimits } from "./limits.ts";
import { cardInView } from "./render-card.ts";
import { context, type Detail, fieldBlocks, labelText, textBlocks } from "./render-fields.ts";
import { readableRows, type TableLine, tableBlock, tableLines } from "./render-table.ts";

/** `blocks`: tables as Slack's own; `lines`: row by row, for clients that draw no table. */
export type TableForm = "blocks" | "lines";

/** A view as a message that one person sees. What does not fit is counted in words. Pure. */
export function renderEphemeral(view: View, tables: TableForm): Post {
  const first = view.parts.find((part) => part.kind === "text");
  const words = first === undefined ? view.title : `${view.title}\n${first.text}`;
  return postOf(visible(words), viewBlocks(view, messageRoom, tables));
}

// What each further view of the Home tab surely has, and the line between two of them.
const leastOfView: Room = { blocks: 12, length: 6000 };
const divider: KnownBlock = { type: "divider" };

/** Views one below the other as the Home tab, where Slack draws no tables. What does not fit is counted in words. Pure. */
export function renderHome(views: readonly View[]): HomeView {
  const blocks: KnownBlock[] = [];
  let left: Room = { blocks: slackLimits.viewBlocks, length: slackLimits.viewLength };
  for (const [index, view] of views.entries()) {
    const later = views.length - index - 1;
    const own = less(left, { blocks: leastOfView.blocks * later, length: leastOfView.length * later });
    const line = index === 0 ? [] : [divider];
    const drawn = [...line, ...viewBlocks(view, less(own, roomOf(line)), "lines")];
    blocks.push(...drawn);
    left = less(left, roomOf(drawn));
  }
  return { type: "home", blocks: [...numbered(blocks)] };
}

type Table = Extract<ViewPart, { readonly kind: "table" }>;
type Part = Exclude<ViewPart, { readonly kind: "card" }>;
/** Cards that follow each other are counted together. */
interface Cards {
  readonly kind: "cards";
  readonly cards: readonly Extract<ViewPart, { readonly kind: "card" }>["card"][];
}

/** What a part of a view becomes: a heading, and units each of which is shown whole or counted. */
interface Draft {
  readonly head: readonly KnownBlock[];
  readonly units: readonly { readonly blocks: readonly KnownBlock[]; readonly count: number }[];
  /** How many there are besides the units, and what they are called. */
  readonly left: number;
  readonly noun: string;
}

// For the line that says how much is left, and so that a long part does not take the room of those after it.
const tail: Room = { blocks: 1, length: 200 };
const least: Room = { blocks: 4, length: 1000 };
const mostReserved = 6;

function viewBlocks({ title, parts }: View, room: Room, tables: TableForm): readonly KnownBlock[] {
  const head: KnownBlock = { type: "header", text: plainText(cut(visibleLine(title), slackLimits.header)) };
  const blocks: KnownBlock[] = [head];
  let left = less(less(room, tail), roomOf([head]));
  let form = tables;
  let missing = 0;
  const groups = grouped(parts.map((part) => untitled(part, title)));
  groups.forEach((group, index) => {
    const later = Math.min(groups.length - index - 1, mostReserved);
    const shared = less(left, { blocks: least.blocks * later, length: least.length * later });
    const own = fits(least, shared) ? shared : left;
    const drawn = filled(draftOf(group, own, form), own);
    if (drawn.length === 0) missing += 1;
    // A message can hold one table.
    if (drawn.some(({ type }) => type === "data_table")) form = "lines";
    blocks.push(...drawn);
    left = less(left, roomOf(drawn));
  });
  return [...blocks, ...moreBlocks(missing, missing === 1 ? "part" : "parts")];
}

/** What stands in the header need not stand below it once more. */
function untitled(part: ViewPart, title: string): ViewPart {
  return "label" in part && part.label === title ? { ...part, label: "" } : part;
}

function grouped(parts: readonly ViewPart[]): readonly (Part | Cards)[] {
  const groups: (Part | Cards)[] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (part.kind !== "card") groups.push(part);
    else if (last?.kind === "cards") groups[groups.length - 1] = { ...last, cards: [...last.cards, part.card] };
    else groups.push({ kind: "cards", cards: [part.card] });
  }
  return groups;
}

/** As much of a draft as fits, and how much does not; nothing where there is no room even for that. */
function filled({ head, units, left, noun }: Draft, room: Room): readonly KnownBlock[] {
  let free = less(less(room, tail), roomOf(head));
  if (!fits({ blocks: 0, length: 0 }, free)) return [];
  const blocks = [...head];
  let missing = 0;
  for (const unit of units) {
    const taken = roomOf(unit.blocks);
    if (missing === 0 && fits(taken, free)) {
      blocks.push(...unit.blocks);
      free = less(free, taken);
    } else missing += unit.count;
  }
  return [...blocks, ...moreBlocks(missing + left, noun)];
}

function moreBlocks(count: number, noun: string): readonly KnownBlock[] {
  return count === 0 ? [] : [context([ownWords(`… and ${count} more ${noun}`.trimEnd())])];
}

// Half a section, so that a unit often fits where a whole one does not.
const unitLength = slackLimits.text / 2;
const inView: Detail = { fields: slackLimits.sectionFields, length: 2000, lines: 40 };

function draftOf(group: Part | Cards, room: Room, form: TableForm): Draft {
  switch (group.kind) {
    case "text": {
      const texts = split(visible(group.text), unitLength);
      const units = texts.map((text) => ({ blocks: textBlocks(text), count: text.length }));
      return { head: [], units, left: 0, noun: "characters" };
    }
    case "fields": {
      const units = pack(group.fields, { blocks: inView.fields, length: unitLength }, oneOf).map((fields) => {
        return { blocks: fieldBlocks({ label: "", fields }, inView).blocks, count: fields.length };
      });
      return { head: headOf(group.label, units.length), units, left: 0, noun: "" };
    }
    case "table":
      return tableDraft(group, room, form);
    case "cards": {
      const units = group.cards.map((card) => ({ blocks: cardInView(card), count: 1 }));
      return { head: [], units, left: 0, noun: "" };
    }
    default:
      return group satisfies never;
  }
}

function headOf(label: string, count: number): readonly KnownBlock[] {
  const text = labelText(label);
  const nothing = count === 0 ? [context([ownWords("Nothing yet")])] : [];
  return [...(text === null ? [] : [{ type: "section", text } as const]), ...nothing];
}

function tableDraft(table: Table, room: Room, form: TableForm): Draft {
  const head = headOf(table.label, table.rows.length);
  const readable = readableRows(table);
  if (readable !== null) return { head, units: readable, left: table.left, noun: "" };
  const drawn = form === "lines" ? null : tableBlock(table, less(less(room, tail), roomOf(head)));
  if (drawn === null) return { head, units: lineUnits(table), left: table.left, noun: "" };
  return { head, units: [{ blocks: [drawn.block], count: 1 }], left: drawn.left + table.left, noun: "" };
}

/** Rows in words, as many to a section as it holds. */
function lineUnits(table: Table): Draft["units"] {
  const alone = Number.POSITIVE_INFINITY;
  const lengthOfLine = (line: TableLine): number => (line.kind === "words" ? lengthOf(line.words) + 1 : alone);
  const room: Room = { blocks: slackLimits.tableRows, length: unitLength };
  return pack(tableLines(table), room, (line) => ({ blocks: 1, length: lengthOfLine(line) })).map((lines) => {
    const words = lines.flatMap((line) => (line.kind === "words" ? [line.words] : []));
    const drawn = lines.flatMap((line) => (line.kind === "blocks" ? line.blocks : []));
    return { blocks: [...(words.length === 0 ? [] : textBlocks(words.join("\n"))), ...drawn], count: lines.length };
  });
}

function oneOf(item: unknown): Room {
  return { blocks: 1, length: sizeOf(item) };
}
