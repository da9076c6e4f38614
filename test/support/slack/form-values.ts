import { type Fields, fieldsOf, labelOf, listOf, textOf } from "./fields.ts";

/** What somebody enters into a form: by the label of a field, or by its `block_id`; of several options, a list. */
export interface Entered {
  readonly [field: string]: string | readonly string[];
}

/**
 * The `state.values` that Slack sends for a form: what was entered, what the form began with, and nothing for the rest.
 * Throws Error for whatever Slack's own client would not let through: a field that isn't there, a required one that is
 * empty, a text that is too long, an option that is not offered. Pure.
 */
export function formValues(blocks: readonly Fields[], entered: Entered): Fields {
  const fields = blocks.filter((block) => block["type"] === "input");
  const unknown = Object.keys(entered).filter((name) => !fields.some((field) => isNamed(field, name)));
  if (unknown.length > 0) throw new Error(`The form has no field ${unknown.join(", ")}.`);
  return Object.fromEntries(
    fields.map((field) => {
      const element = fieldsOf(field["element"]);
      const given = Object.entries(entered).find(([name]) => isNamed(field, name))?.[1];
      const value = given === undefined ? initialValue(element) : enteredValue(element, given);
      if (isEmpty(value) && field["optional"] !== true)
        throw new Error(`"${labelOf(field["label"])}" must be filled in.`);
      checkLength(field, element, value);
      return [String(field["block_id"]), { [String(element["action_id"])]: value }];
    }),
  );
}

/** The value of one element once somebody has chosen or entered this. Throws Error for an option that is not offered. Pure. */
export function enteredValue(element: Fields, given: string | readonly string[]): Fields {
  const type = textOf(element["type"]) ?? "";
  const all = typeof given === "string" ? [given] : given;
  const [one = ""] = all;
  switch (type) {
    case "static_select":
    case "radio_buttons":
    case "overflow":
    case "external_select":
      return { type, selected_option: optionOf(element, one) };
    case "multi_static_select":
    case "checkboxes":
      return { type, selected_options: all.map((name) => optionOf(element, name)) };
    case "users_select":
      return { type, selected_user: one };
    case "channels_select":
      return { type, selected_channel: one };
    case "conversations_select":
      return { type, selected_conversation: one };
    case "datepicker":
      return { type, selected_date: one };
    case "timepicker":
      return { type, selected_time: one };
    default:
      return { type, value: one };
  }
}

function isNamed(field: Fields, name: string): boolean {
  return field["block_id"] === name || labelOf(field["label"]) === name;
}

function initialValue(element: Fields): Fields {
  const type = textOf(element["type"]) ?? "";
  const of = (name: string, start: string) => ({ type, [name]: element[start] ?? null });
  switch (type) {
    case "static_select":
    case "radio_buttons":
    case "external_select":
      return of("selected_option", "initial_option");
    case "multi_static_select":
    case "checkboxes":
      return { type, selected_options: listOf(element["initial_options"]) };
    case "users_select":
      return of("selected_user", "initial_user");
    case "channels_select":
      return of("selected_channel", "initial_channel");
    case "conversations_select":
      return of("selected_conversation", "initial_conversation");
    case "datepicker":
      return of("selected_date", "initial_date");
    case "timepicker":
      return of("selected_time", "initial_time");
    default:
      return of("value", "initial_value");
  }
}

/** An option by its text or its value; one that the app looked up itself is taken as it is. */
function optionOf(element: Fields, name: string): Fields {
  if (element["type"] === "external_select")
    return { text: { type: "plain_text", text: name, emoji: true }, value: name };
  const groups = listOf(element["option_groups"]);
  const options = [...listOf(element["options"]), ...groups.flatMap((group) => listOf(group["options"]))];
  const found = options.find((option) => option["value"] === name || labelOf(option["text"]) === name);
  if (found === undefined) throw new Error(`There is no option "${name}".`);
  return found;
}

function isEmpty({ type: _type, ...value }: Fields): boolean {
  return Object.values(value).every((one) => one === null || one === "" || (Array.isArray(one) && one.length === 0));
}

function checkLength(field: Fields, element: Fields, { value }: Fields): void {
  if (typeof value !== "string" || value === "") return;
  const most = typeof element["max_length"] === "number" ? element["max_length"] : 3000;
  const least = typeof element["min_length"] === "number" ? element["min_length"] : 0;
  if (value.length > most || value.length < least) {
    throw new Error(`"${labelOf(field["label"])}" takes ${least} to ${most} characters, not ${value.length}.`);
  }
}
