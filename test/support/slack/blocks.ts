import {
  checkElement,
  checkImage,
  checkList,
  checkOptional,
  checkText,
  checkTextObject,
  type Report,
  type Surface,
} from "./elements.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import type { SlackState } from "./state.ts";

/**
 * What Slack refuses, in numbers: from its documentation of Block Kit, views and methods. `blocksText`: undocumented; the
 * whole array as JSON, as far as people who met it could tell (slackapi/bolt-js issue 2509).
 */
export const blockLimits = {
  message: 50,
  modal: 100,
  home: 100,
  blocksText: 13_200,
  text: 3000,
  fields: 10,
  fieldText: 2000,
  actions: 25,
  context: 10,
  contextActions: 5,
  blockId: 255,
  header: 150,
  label: 2000,
  markdown: 12_000,
  alert: 200,
  tableRows: 100,
  tableColumns: 20,
  tableText: 10_000,
  dataTableRows: 101,
  pageSize: 100,
  cardTitle: 150,
  cardBody: 200,
  cardButtons: 3,
  carousel: 10,
  children: 10,
  viewTitle: 24,
  privateMetadata: 3000,
  callbackId: 255,
  externalId: 255,
  viewBytes: 250_000,
};

/**
 * Everything that Slack would not take in these blocks, as it says it; none where they are right. `unknown`: kinds that
 * this Slack does not know. Pure.
 */
export function blockProblems(
  blocks: unknown,
  surface: Surface,
  unknown: ReadonlySet<string> = new Set(),
): readonly string[] {
  const problems: string[] = [];
  const report: Report = (pointer, problem) => problems.push(`${problem} [json-pointer:${pointer}]`);
  const most = blockLimits[surface];
  if (Array.isArray(blocks) && blocks.length > most) report("/blocks", `no more than ${most} items allowed`);
  if (Array.isArray(blocks) && listOf(blocks).length < blocks.length) report("/blocks", "must be objects");
  const seen = new Set<string>();
  listOf(blocks).forEach((block, at) => {
    const pointer = `/blocks/${at}`;
    const id = textOf(block["block_id"]);
    if (id !== null && seen.has(id))
      report(`${pointer}/block_id`, `\`block_id\` already exists for another block: ${id}`);
    if (id !== null) seen.add(id);
    if (unknown.has(textOf(block["type"]) ?? "")) report(`${pointer}/type`, "unsupported type");
    checkBlock(block, surface, pointer, report);
  });
  checkTogether(listOf(blocks), report);
  return problems;
}

/** Whether the blocks are together too long for a message. Pure. */
export function areBlocksTooLong(blocks: readonly Fields[]): boolean {
  return JSON.stringify(blocks).length > blockLimits.blocksText;
}

/** Everything that Slack would not take in a view. Pure. */
export function viewProblems(view: Fields, surface: "modal" | "home"): readonly string[] {
  const problems: string[] = [];
  const report: Report = (pointer, problem) => problems.push(`${problem} [json-pointer:${pointer}]`);
  if (view["type"] !== surface) report("/type", `must be ${surface}`);
  if (surface === "modal") {
    checkTextObject(view["title"], "/title", { most: blockLimits.viewTitle, plain: true }, report);
    for (const name of ["submit", "close"]) {
      if (view[name] !== undefined && view[name] !== null) {
        checkTextObject(view[name], `/${name}`, { most: blockLimits.viewTitle, plain: true }, report);
      }
    }
    const hasInput = listOf(view["blocks"]).some((block) => block["type"] === "input");
    if (hasInput && !view["submit"]) report("/submit", "missing required field: a modal with inputs needs submit");
  }
  if (!Array.isArray(view["blocks"])) report("/blocks", "missing required field");
  if (textOf(view["private_metadata"]) !== "") {
    checkOptional(view["private_metadata"], "/private_metadata", blockLimits.privateMetadata, report);
  }
  checkOptional(view["callback_id"], "/callback_id", blockLimits.callbackId, report);
  if (textOf(view["external_id"]) !== "") {
    checkOptional(view["external_id"], "/external_id", blockLimits.externalId, report);
  }
  return [...problems, ...blockProblems(view["blocks"], surface)];
}

/** The blocks as Slack keeps them: each has an id, and each interactive element. */
export function withIds(blocks: readonly Fields[], state: Pick<SlackState, "hex">): readonly Fields[] {
  return blocks.map((block) => {
    const named = { ...block, block_id: textOf(block["block_id"]) ?? state.hex(5) };
    const { elements, accessory, element } = block;
    return {
      ...named,
      ...(isInteractive(fieldsOf(accessory)) ? { accessory: withActionId(fieldsOf(accessory), state) } : {}),
      ...(block["type"] === "input" ? { element: withActionId(fieldsOf(element), state) } : {}),
      ...(block["type"] === "actions" ? { elements: listOf(elements).map((one) => withActionId(one, state)) } : {}),
    };
  });
}

function isInteractive(accessory: Fields): boolean {
  return "type" in accessory && accessory["type"] !== "image";
}

function withActionId(element: Fields, state: Pick<SlackState, "hex">): Fields {
  return { ...element, action_id: textOf(element["action_id"]) ?? state.hex(5) };
}

function checkBlock(block: Fields, surface: Surface, pointer: string, report: Report): void {
  checkOptional(block["block_id"], `${pointer}/block_id`, blockLimits.blockId, report);
  const type = textOf(block["type"]) ?? "";
  const check = checks[type];
  if (check === undefined || onlyOn[type]?.includes(surface) === false) {
    report(`${pointer}/type`, `unsupported type: ${type}`);
  } else {
    check(block, pointer, report, surface);
  }
}

// Blocks that may not stand everywhere.
const onlyOn: { readonly [type: string]: readonly Surface[] } = {
  alert: ["modal"],
  card: ["message"],
  carousel: ["message"],
  context_actions: ["message"],
  data_table: ["message"],
  markdown: ["message"],
  plan: ["message"],
  table: ["message"],
  task_card: ["message"],
};

type Check = (block: Fields, pointer: string, report: Report, surface: Surface) => void;

const nothingToCheck: Check = () => {};

const checks: { readonly [type: string]: Check } = {
  divider: nothingToCheck,
  rich_text: (block, pointer, report) => void checkList(block["elements"], `${pointer}/elements`, 1000, report),
  plan: (block, pointer, report) => checkText(block["title"], `${pointer}/title`, blockLimits.text, report),
  task_card: (block, pointer, report) => checkText(block["title"], `${pointer}/title`, blockLimits.text, report),
  video: (block, pointer, report) => checkText(block["video_url"], `${pointer}/video_url`, blockLimits.text, report),
  image: checkImage,
  header: (block, pointer, report) =>
    checkTextObject(block["text"], `${pointer}/text`, { most: blockLimits.header, plain: true }, report),
  alert: (block, pointer, report) =>
    checkTextObject(block["text"], `${pointer}/text`, { most: blockLimits.alert }, report),
  markdown: (block, pointer, report) => checkText(block["text"], `${pointer}/text`, blockLimits.markdown, report),
  section: checkSection,
  context: (block, pointer, report) => {
    const elements = checkList(block["elements"], `${pointer}/elements`, blockLimits.context, report);
    elements.forEach((element, at) => {
      const here = `${pointer}/elements/${at}`;
      if (element["type"] === "image") checkImage(element, here, report);
      else checkTextObject(element, here, { most: blockLimits.text }, report);
    });
  },
  actions: (block, pointer, report) => checkElements(block, "actions", pointer, blockLimits.actions, report),
  context_actions: (block, pointer, report) =>
    checkElements(block, "context_actions", pointer, blockLimits.contextActions, report),
  input: (block, pointer, report) => {
    checkTextObject(block["label"], `${pointer}/label`, { most: blockLimits.label, plain: true }, report);
    if (block["hint"] !== undefined) {
      checkTextObject(block["hint"], `${pointer}/hint`, { most: blockLimits.label, plain: true }, report);
    }
    checkElement(fieldsOf(block["element"]), "input", `${pointer}/element`, report);
  },
  table: (block, pointer, report) => checkRows(block, pointer, blockLimits.tableRows, report),
  data_table: (block, pointer, report) => {
    checkText(block["caption"], `${pointer}/caption`, blockLimits.text, report);
    const size = block["page_size"] ?? 5;
    if (typeof size !== "number" || size < 1 || size > blockLimits.pageSize)
      report(`${pointer}/page_size`, "must be 1 to 100");
    const rows = checkRows(block, pointer, blockLimits.dataTableRows, report);
    if (rows.length < 2) report(`${pointer}/rows`, "no less than 2 items allowed");
    if (new Set(rows.map((row) => row.length)).size > 1) report(`${pointer}/rows`, "rows must have the same length");
    if (rows[0]?.some((cell) => cell["type"] === "rich_text") === true)
      report(`${pointer}/rows/0`, "unsupported type: rich_text");
  },
  card: checkCard,
  carousel: (block, pointer, report) => {
    const cards = checkList(block["elements"], `${pointer}/elements`, blockLimits.carousel, report);
    cards.forEach((card, at) => {
      checkCard(card, `${pointer}/elements/${at}`, report);
    });
  },
  container: (block, pointer, report, surface) => {
    if (block["rich_text_title"] === undefined) {
      checkTextObject(block["title"], `${pointer}/title`, { most: blockLimits.cardTitle, plain: true }, report);
    }
    const children = checkList(block["child_blocks"], `${pointer}/child_blocks`, blockLimits.children, report);
    children.forEach((child, at) => {
      checkBlock(child, surface, `${pointer}/child_blocks/${at}`, report);
    });
  },
};

function checkSection(block: Fields, pointer: string, report: Report): void {
  const { text, fields, accessory } = block;
  if (text === undefined && fields === undefined) report(`${pointer}/text`, "missing required field: text or fields");
  if (text !== undefined) checkTextObject(text, `${pointer}/text`, { most: blockLimits.text }, report);
  if (fields !== undefined) {
    checkList(fields, `${pointer}/fields`, blockLimits.fields, report).forEach((field, at) => {
      checkTextObject(field, `${pointer}/fields/${at}`, { most: blockLimits.fieldText }, report);
    });
  }
  if (accessory !== undefined) checkElement(fieldsOf(accessory), "section", `${pointer}/accessory`, report);
}

function checkElements(block: Fields, part: string, pointer: string, most: number, report: Report): void {
  const seen = new Set<string>();
  checkList(block["elements"], `${pointer}/elements`, most, report).forEach((element, at) => {
    const here = `${pointer}/elements/${at}`;
    checkElement(element, part, here, report);
    const id = textOf(element["action_id"]);
    if (id === null) return;
    if (seen.has(id)) report(`${here}/action_id`, `\`action_id\` already exists for another element: ${id}`);
    seen.add(id);
  });
}

function checkRows(block: Fields, pointer: string, most: number, report: Report): readonly (readonly Fields[])[] {
  const { rows } = block;
  if (!Array.isArray(rows) || rows.length === 0) {
    report(`${pointer}/rows`, "missing required field");
    return [];
  }
  if (rows.length > most) report(`${pointer}/rows`, `no more than ${most} items allowed`);
  const cells = rows.map(listOf);
  cells.forEach((row, at) => {
    if (row.length > blockLimits.tableColumns) report(`${pointer}/rows/${at}`, "no more than 20 items allowed");
    row.forEach((cell, column) => {
      const here = `${pointer}/rows/${at}/${column}`;
      if (!["raw_text", "raw_number", "rich_text"].includes(textOf(cell["type"]) ?? ""))
        report(here, "unsupported type");
      if (cell["type"] === "raw_text") checkText(cell["text"], `${here}/text`, blockLimits.tableText, report);
    });
  });
  return cells;
}

function checkCard(card: Fields, pointer: string, report: Report): void {
  const { title, subtitle, body, actions, hero_image: image } = card;
  if ([title, body, actions, image].every((part) => part === undefined)) report(pointer, "missing required field");
  if (title !== undefined) checkTextObject(title, `${pointer}/title`, { most: blockLimits.cardTitle }, report);
  if (subtitle !== undefined) checkTextObject(subtitle, `${pointer}/subtitle`, { most: blockLimits.cardTitle }, report);
  if (body !== undefined) checkTextObject(body, `${pointer}/body`, { most: blockLimits.cardBody }, report);
  if (actions === undefined) return;
  checkList(actions, `${pointer}/actions`, blockLimits.cardButtons, report).forEach((button, at) => {
    checkElement(button, "card", `${pointer}/actions/${at}`, report);
  });
}

/** Limits that hold for all blocks of a message together. */
function checkTogether(blocks: readonly Fields[], report: Report): void {
  const markdown = blocks.filter((block) => block["type"] === "markdown");
  const written = markdown.reduce((sum, block) => sum + (textOf(block["text"])?.length ?? 0), 0);
  if (markdown.length > 1 && written > blockLimits.markdown) report("/blocks", "markdown text is together too long");
  const tables = blocks.filter((block) => block["type"] === "table" || block["type"] === "data_table");
  if (tables.filter((block) => block["type"] === "table").length > 1) report("/blocks", "only_one_table_allowed");
  const inCells = JSON.stringify(tables.map((table) => table["rows"] ?? [])).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? [];
  if (inCells.reduce((sum, one) => sum + one.length - 9, 0) > blockLimits.tableText) {
    report("/blocks", `tables must be less than ${blockLimits.tableText + 1} characters together`);
  }
}
