import { slackLimits } from "../../adapters/slack/limits.ts";

// A checker of Block Kit payloads: Slack's limits, and the fields that Slack demands. It knows the blocks that Usher uses,
// and calls every other one a problem. It counts by itself, so that an error in the adapter's counting is seen.

interface Data {
  readonly [name: string]: unknown;
}

/** Everything that Slack would refuse in a message, as sentences with the place. Pure. */
export function messageProblems(message: unknown): readonly string[] {
  if (!isData(message)) return ["the message is no object"];
  const { text, blocks } = message;
  return [
    ...lengthProblems("text", text, 1, 40_000),
    ...markupProblems("text", text),
    ...blocksProblems(blocks, slackLimits.messageBlocks, slackLimits.messageLength),
    ...(tablesIn(blocks) > slackLimits.messageTables ? ["there is more than one table"] : []),
  ];
}

/** Everything that Slack would refuse in a modal or a Home tab, as sentences with the place. Pure. */
export function viewProblems(view: unknown): readonly string[] {
  if (!isData(view)) return ["the view is no object"];
  const { type, blocks, title, submit, close } = view;
  const isModal = type === "modal";
  const hasInput = listOf(blocks).some((block) => isData(block) && block["type"] === "input");
  return [
    ...(isModal || type === "home" ? [] : [`type is ${String(type)}`]),
    ...blocksProblems(blocks, slackLimits.viewBlocks, slackLimits.viewLength),
    ...(tablesIn(blocks) > 0 ? ["a view holds no table"] : []),
    ...(isModal ? plainProblems("title", title, slackLimits.modalTitle) : []),
    ...(submit === undefined ? [] : plainProblems("submit", submit, slackLimits.modalButton)),
    ...(close === undefined ? [] : plainProblems("close", close, slackLimits.modalButton)),
    ...(hasInput && isModal && submit === undefined ? ["a modal with an input needs submit"] : []),
    ...optionalLength("private_metadata", view["private_metadata"], slackLimits.privateMetadata),
    ...optionalLength("callback_id", view["callback_id"], slackLimits.callbackId),
  ];
}

/** Every text that Slack draws or says, in order. `mrkdwn`: those in which it reads markup. Pure. */
export function textsOf(payload: unknown, type: "plain_text" | "mrkdwn"): readonly string[] {
  if (Array.isArray(payload)) return payload.flatMap((item) => textsOf(item, type));
  if (!isData(payload)) return [];
  if (payload["type"] === type && typeof payload["text"] === "string") return [payload["text"]];
  return Object.values(payload).flatMap((item) => textsOf(item, type));
}

function blocksProblems(blocks: unknown, most: number, mostLength: number): readonly string[] {
  if (!Array.isArray(blocks) || blocks.length === 0) return ["there are no blocks"];
  const ids = blocks.map((block: unknown) => (isData(block) ? block["block_id"] : undefined));
  const total = counted(JSON.stringify(blocks));
  return [
    ...(blocks.length > most ? [`${blocks.length} blocks`] : []),
    ...(total > mostLength ? [`all blocks together are ${total} long`] : []),
    ...(new Set(ids).size < ids.length ? ["two blocks have one block_id"] : []),
    ...blocks.flatMap((block: unknown, index) => blockProblems(`blocks[${index}]`, block)),
  ];
}

function blockProblems(at: string, block: unknown): readonly string[] {
  if (!isData(block)) return [`${at} is no object`];
  const check = blockChecks[String(block["type"])];
  if (check === undefined) return [`${at} is of an unknown type: ${String(block["type"])}`];
  return [...lengthProblems(`${at}.block_id`, block["block_id"], 1, slackLimits.blockId), ...check(at, block)];
}

const blockChecks: { readonly [type: string]: (at: string, block: Data) => readonly string[] } = {
  header: (at, { text }) => plainProblems(`${at}.text`, text, slackLimits.header),
  section: (at, { text, fields }) => [
    ...(text === undefined && fields === undefined ? [`${at} has neither text nor fields`] : []),
    ...(text === undefined ? [] : textProblems(`${at}.text`, text, slackLimits.text)),
    ...(fields === undefined ? [] : countProblems(`${at}.fields`, fields, slackLimits.sectionFields)),
    ...each(fields, `${at}.fields`, (place, field) => textProblems(place, field, slackLimits.sectionField)),
  ],
  context: (at, { elements }) => [
    ...countProblems(`${at}.elements`, elements, slackLimits.contextElements),
    ...each(elements, `${at}.elements`, (place, element) => textProblems(place, element, slackLimits.text)),
  ],
  actions: (at, { elements }) => [
    ...countProblems(`${at}.elements`, elements, slackLimits.actionsElements),
    ...each(elements, `${at}.elements`, buttonProblems),
    ...sameActions(at, elements),
  ],
  divider: () => [],
  input: (at, { label, hint, element }) => [
    ...plainProblems(`${at}.label`, label, slackLimits.inputLabel),
    ...(hint === undefined ? [] : plainProblems(`${at}.hint`, hint, slackLimits.inputHint)),
    ...inputProblems(`${at}.element`, element),
  ],
  data_table: (at, { caption, rows, page_size: page }) => [
    ...lengthProblems(`${at}.caption`, caption, 1, slackLimits.text),
    ...(page === undefined || (typeof page === "number" && page >= 1 && page <= slackLimits.tablePage)
      ? []
      : [`${at}.page_size is ${String(page)}`]),
    ...tableProblems(`${at}.rows`, listOf(rows).map(listOf)),
  ],
};

function buttonProblems(at: string, button: unknown): readonly string[] {
  if (!isData(button) || button["type"] !== "button") return [`${at} is no button`];
  const { text, value, style, confirm, action_id: id } = button;
  return [
    ...lengthProblems(`${at}.action_id`, id, 1, slackLimits.actionId),
    ...plainProblems(`${at}.text`, text, slackLimits.buttonText),
    ...optionalLength(`${at}.value`, value, slackLimits.buttonValue),
    ...optionalLength(`${at}.url`, button["url"], slackLimits.buttonUrl),
    ...(style === undefined || style === "primary" || style === "danger" ? [] : [`${at}.style is ${String(style)}`]),
    ...(confirm === undefined ? [] : confirmProblems(`${at}.confirm`, confirm)),
  ];
}

function confirmProblems(at: string, confirm: unknown): readonly string[] {
  if (!isData(confirm)) return [`${at} is no object`];
  return [
    ...plainProblems(`${at}.title`, confirm["title"], slackLimits.confirmTitle),
    ...plainProblems(`${at}.text`, confirm["text"], slackLimits.confirmText),
    ...plainProblems(`${at}.confirm`, confirm["confirm"], slackLimits.confirmButton),
    ...plainProblems(`${at}.deny`, confirm["deny"], slackLimits.confirmButton),
  ];
}

function inputProblems(at: string, element: unknown): readonly string[] {
  if (!isData(element)) return [`${at} is no object`];
  const { type, max_length: most, options, placeholder } = element;
  const id = lengthProblems(`${at}.action_id`, element["action_id"], 1, slackLimits.actionId);
  if (type === "plain_text_input") {
    const isWithin = most === undefined || (typeof most === "number" && most >= 1 && most <= slackLimits.inputLength);
    return [...id, ...(isWithin ? [] : [`${at}.max_length is ${String(most)}`])];
  }
  if (type !== "static_select") return [`${at} is of an unknown type: ${String(type)}`];
  return [
    ...id,
    ...(placeholder === undefined ? [] : plainProblems(`${at}.placeholder`, placeholder, slackLimits.placeholder)),
    ...countProblems(`${at}.options`, options, slackLimits.selectOptions),
    ...each(options, `${at}.options`, optionProblems),
  ];
}

function optionProblems(at: string, option: unknown): readonly string[] {
  if (!isData(option)) return [`${at} is no object`];
  const { text, value, description } = option;
  return [
    ...plainProblems(`${at}.text`, text, slackLimits.optionText),
    ...lengthProblems(`${at}.value`, value, 1, slackLimits.optionValue),
    ...(description === undefined ? [] : plainProblems(`${at}.description`, description, slackLimits.optionText)),
  ];
}

function tableProblems(at: string, rows: readonly (readonly unknown[])[]): readonly string[] {
  const width = rows[0]?.length ?? 0;
  const cells = rows.flat();
  const length = cells.reduce<number>((sum, cell) => sum + counted(wordsOf(cell).join("")), 0);
  const isRich = (cell: unknown): boolean => isData(cell) && cell["type"] === "rich_text";
  return [
    ...(rows.length < 2 || rows.length > slackLimits.tableRows ? [`${at}: ${rows.length} rows`] : []),
    ...(width < 1 || width > slackLimits.tableColumns ? [`${at}: ${width} columns`] : []),
    ...(rows.some((row) => row.length !== width) ? [`${at}: rows of different lengths`] : []),
    ...(length > slackLimits.tableLength ? [`${at}: ${length} characters in all cells`] : []),
    ...(rows[0]?.some(isRich) === true ? [`${at}: a heading is rich text`] : []),
    ...cells.flatMap((cell, index) => cellProblems(`${at}, cell ${index}`, cell)),
  ];
}

function cellProblems(at: string, cell: unknown): readonly string[] {
  if (!isData(cell)) return [`${at} is no object`];
  if (cell["type"] === "raw_text") return lengthProblems(`${at}.text`, cell["text"], 1, slackLimits.tableLength);
  const sections = listOf(cell["elements"]);
  const isSection = (one: unknown): boolean => isData(one) && one["type"] === "rich_text_section";
  if (cell["type"] !== "rich_text" || sections.length !== 1 || !sections.every(isSection)) return [`${at} is no cell`];
  return wordsOf(cell).some((words) => words === "") ? [`${at} holds an empty text`] : [];
}

/** The words in a cell: raw text, and in rich text the texts, dates, users and channels. */
function wordsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (!isData(value)) return [];
  const own = ["text", "fallback", "user_id", "channel_id"].flatMap((name) =>
    typeof value[name] === "string" ? [value[name]] : [],
  );
  return [...own, ...wordsOf(value["elements"])];
}

function textProblems(at: string, text: unknown, most: number): readonly string[] {
  if (!isData(text) || (text["type"] !== "plain_text" && text["type"] !== "mrkdwn")) return [`${at} is no text object`];
  return [
    ...lengthProblems(at, text["text"], 1, most),
    ...(text["type"] === "mrkdwn" ? markupProblems(at, text["text"]) : []),
  ];
}

function plainProblems(at: string, text: unknown, most: number): readonly string[] {
  const isPlain = isData(text) && text["type"] === "plain_text";
  return isPlain ? textProblems(at, text, most) : [`${at} is no plain text`];
}

// What Usher itself marks up: a moment, somebody or a channel by id, and a link to a thread. All else in brackets was not escaped.
const ownMarkup =
  /<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[^<>|]*>|<@[UW][A-Z0-9]+>|<#[CG][A-Z0-9]+>|<https:\/\/slack\.com\/archives\/[CG][A-Z0-9]+\/p\d+\|Open the thread>/g;

function markupProblems(at: string, text: unknown): readonly string[] {
  const rest = String(text).replace(ownMarkup, "");
  return /[<>]|&(?!(?:amp|lt|gt);)/.test(rest) ? [`${at} holds markup that is not Usher's`] : [];
}

function lengthProblems(at: string, value: unknown, least: number, most: number): readonly string[] {
  if (typeof value !== "string") return [`${at} is no text`];
  const length = counted(value);
  const halves = value.isWellFormed() ? [] : [`${at} holds half a character`];
  return length < least || length > most ? [`${at} is ${length} long`, ...halves] : halves;
}

function optionalLength(at: string, value: unknown, most: number): readonly string[] {
  return value === undefined ? [] : lengthProblems(at, value, 1, most);
}

function countProblems(at: string, list: unknown, most: number): readonly string[] {
  const count = listOf(list).length;
  return count < 1 || count > most ? [`${at} has ${count} elements`] : [];
}

function sameActions(at: string, elements: unknown): readonly string[] {
  const ids = listOf(elements).map((element) => (isData(element) ? element["action_id"] : undefined));
  return new Set(ids).size < ids.length ? [`${at}: two elements have one action_id`] : [];
}

function each(list: unknown, at: string, check: (at: string, item: unknown) => readonly string[]): readonly string[] {
  return listOf(list).flatMap((item, index) => check(`${at}[${index}]`, item));
}

function tablesIn(blocks: unknown): number {
  return listOf(blocks).filter((block) => isData(block) && /^(?:data_)?table$/.test(String(block["type"]))).length;
}

/** The longest that Slack may count: UTF-16 units, with & < > as the entities that it stores. */
function counted(text: string): number {
  return text.length + 4 * (text.split("&").length - 1) + 3 * (text.split(/[<>]/).length - 1);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
