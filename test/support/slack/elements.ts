import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";

/** Where blocks stand: not every block may stand everywhere. */
export type Surface = "message" | "modal" | "home";

/** Takes down what is wrong where; `pointer` as Slack writes it: `/blocks/0/text`. */
export type Report = (pointer: string, problem: string) => void;

/** Reports a text that is missing, empty or too long, or no text. `most`: characters. */
export function checkText(value: unknown, pointer: string, most: number, report: Report): void {
  if (value === undefined || value === null) report(pointer, "missing required field");
  else if (typeof value !== "string") report(pointer, "must be a string");
  else if (value.length === 0) report(pointer, "must be more than 0 characters");
  else if (value.length > most) report(pointer, `must be less than ${most + 1} characters`);
}

/** The same for a field that may be left out. */
export function checkOptional(value: unknown, pointer: string, most: number, report: Report): void {
  if (value !== undefined && value !== null) checkText(value, pointer, most, report);
}

/** Reports a text object that is none, of a kind that may not stand here, or too long. */
export function checkTextObject(
  value: unknown,
  pointer: string,
  { most, plain = false }: { readonly most: number; readonly plain?: boolean },
  report: Report,
): void {
  const { type, text } = fieldsOf(value);
  if (value === undefined || value === null) report(pointer, "missing required field");
  else if (type !== "plain_text" && type !== "mrkdwn") report(`${pointer}/type`, "unsupported type");
  else if (plain && type !== "plain_text") report(`${pointer}/type`, "must be plain_text");
  else if (type === "mrkdwn" && "emoji" in fieldsOf(value)) report(`${pointer}/emoji`, "unsupported field for mrkdwn");
  else checkText(text, `${pointer}/text`, most, report);
}

/** Reports a list that is none, empty, or too long; answers the objects in it. */
export function checkList(value: unknown, pointer: string, most: number, report: Report): readonly Fields[] {
  if (!Array.isArray(value)) report(pointer, "missing required field");
  else if (value.length === 0) report(pointer, "no less than 1 item allowed");
  else if (value.length > most) report(pointer, `no more than ${most} items allowed`);
  return listOf(value);
}

/** Numbers of Slack's documentation of Block Kit. */
const elementLimits = {
  actionId: 255,
  buttonText: 75,
  buttonValue: 2000,
  url: 3000,
  optionText: 75,
  optionValue: 150,
  optionDescription: 75,
  selectOptions: 100,
  overflowOptions: 5,
  groupOptions: 10,
  placeholder: 150,
  inputLength: 3000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  imageAlt: 2000,
};

const selects = [
  "static_select",
  "external_select",
  "users_select",
  "conversations_select",
  "channels_select",
  "multi_static_select",
  "multi_external_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
];
const pickers = ["datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"];
const inputs = ["plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"];

/** Which elements may stand in which part of a block. */
const allowedElements: { readonly [part: string]: readonly string[] } = {
  section: ["button", "overflow", "image", "workflow_button", ...selects, ...pickers],
  actions: ["button", "overflow", "workflow_button", "rich_text_input", ...selects, ...pickers],
  input: [...inputs, ...selects, ...pickers, "file_input"],
  context_actions: ["feedback_buttons", "icon_button"],
  card: ["button"],
};

/** Reports what is wrong with an element in this part of a block. */
export function checkElement(element: Fields, part: string, pointer: string, report: Report): void {
  const type = textOf(element["type"]) ?? "";
  if (allowedElements[part]?.includes(type) !== true) report(`${pointer}/type`, `unsupported type: ${type}`);
  else if (type === "image") checkImage(element, pointer, report);
  else checkInteractive(element, pointer, report);
}

function checkInteractive(element: Fields, pointer: string, report: Report): void {
  // Slack makes one where none is given.
  checkOptional(element["action_id"], `${pointer}/action_id`, elementLimits.actionId, report);
  if (element["confirm"] !== undefined) checkConfirm(fieldsOf(element["confirm"]), `${pointer}/confirm`, report);
  if (element["placeholder"] !== undefined) {
    const placeholder = { most: elementLimits.placeholder, plain: true };
    checkTextObject(element["placeholder"], `${pointer}/placeholder`, placeholder, report);
  }
  switch (element["type"]) {
    case "button":
      checkButton(element, pointer, report);
      break;
    case "static_select":
    case "multi_static_select":
      checkSelect(element, pointer, report);
      break;
    case "overflow":
      checkOptions(element["options"], `${pointer}/options`, elementLimits.overflowOptions, report);
      break;
    case "checkboxes":
    case "radio_buttons":
      checkOptions(element["options"], `${pointer}/options`, elementLimits.groupOptions, report);
      break;
    case "plain_text_input":
      checkInput(element, pointer, report);
      break;
    default:
  }
}

/** Reports an image without address or description. */
export function checkImage(image: Fields, pointer: string, report: Report): void {
  if (image["slack_file"] === undefined) {
    checkText(image["image_url"], `${pointer}/image_url`, elementLimits.url, report);
  }
  checkText(image["alt_text"], `${pointer}/alt_text`, elementLimits.imageAlt, report);
}

function checkButton(button: Fields, pointer: string, report: Report): void {
  checkTextObject(button["text"], `${pointer}/text`, { most: elementLimits.buttonText, plain: true }, report);
  checkOptional(button["value"], `${pointer}/value`, elementLimits.buttonValue, report);
  checkOptional(button["url"], `${pointer}/url`, elementLimits.url, report);
  const style = button["style"];
  if (style !== undefined && style !== "primary" && style !== "danger")
    report(`${pointer}/style`, "must be primary or danger");
}

function checkConfirm(confirm: Fields, pointer: string, report: Report): void {
  const { confirmTitle, confirmText, confirmButton } = elementLimits;
  checkTextObject(confirm["title"], `${pointer}/title`, { most: confirmTitle, plain: true }, report);
  checkTextObject(confirm["text"], `${pointer}/text`, { most: confirmText }, report);
  checkTextObject(confirm["confirm"], `${pointer}/confirm`, { most: confirmButton, plain: true }, report);
  checkTextObject(confirm["deny"], `${pointer}/deny`, { most: confirmButton, plain: true }, report);
}

function checkSelect(select: Fields, pointer: string, report: Report): void {
  const { selectOptions, optionText } = elementLimits;
  if (select["option_groups"] === undefined) {
    checkOptions(select["options"], `${pointer}/options`, selectOptions, report);
    return;
  }
  checkList(select["option_groups"], `${pointer}/option_groups`, selectOptions, report).forEach((group, at) => {
    const here = `${pointer}/option_groups/${at}`;
    checkTextObject(group["label"], `${here}/label`, { most: optionText, plain: true }, report);
    checkOptions(group["options"], `${here}/options`, selectOptions, report);
  });
}

function checkOptions(value: unknown, pointer: string, most: number, report: Report): void {
  const seen = new Set<unknown>();
  checkList(value, pointer, most, report).forEach((option, at) => {
    const { optionText, optionValue, optionDescription } = elementLimits;
    checkTextObject(option["text"], `${pointer}/${at}/text`, { most: optionText }, report);
    checkText(option["value"], `${pointer}/${at}/value`, optionValue, report);
    if (option["description"] !== undefined) {
      checkTextObject(option["description"], `${pointer}/${at}/description`, { most: optionDescription }, report);
    }
    if (seen.has(option["value"])) report(`${pointer}/${at}/value`, "must be unique");
    seen.add(option["value"]);
  });
}

function checkInput(input: Fields, pointer: string, report: Report): void {
  const { inputLength } = elementLimits;
  const { max_length: most, min_length: least, initial_value: initial } = input;
  if (most !== undefined && (typeof most !== "number" || most < 1 || most > inputLength)) {
    report(`${pointer}/max_length`, `must be 1 to ${inputLength}`);
  }
  if (least !== undefined && (typeof least !== "number" || least < 0 || least > inputLength)) {
    report(`${pointer}/min_length`, `must be 0 to ${inputLength}`);
  }
  if (typeof initial === "string" && initial.length > (typeof most === "number" ? most : inputLength)) {
    report(`${pointer}/initial_value`, "must not be longer than max_length");
  }
}
