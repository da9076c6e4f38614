import { type Action, actionTable } from "../domain/action.ts";
import type { CardSection } from "../domain/card.ts";
import type { Conversation } from "../domain/conversation.ts";
import { dots } from "../domain/dots.ts";
import type { Outgoing } from "../domain/effect.ts";
import type { HttpRequest } from "../domain/http-request.ts";
import type { Json } from "../domain/json.ts";
import { shownPerson } from "../domain/person-words.ts";
import { isSecretName } from "../domain/secret-names.ts";
import type { TraceEntry } from "../domain/trace.ts";
import { visible } from "../domain/visible.ts";
import { type Context, procedureOf, stepOf } from "./context.ts";
import { hideSensitive, shorten } from "./trace.ts";

/** What a call or an action does, in a few words: "create a ticket", "POST shop.example.com". Pure. */
export function labelOf(of: Outgoing): string {
  if (of.effect.kind === "act") return actionTable[of.effect.action.kind].label;
  if (of.effect.kind === "call") return `${of.effect.request.method} ${new URL(of.effect.request.url).host}`;
  return of.effect.kind;
}

/** Answers a function that shows a text as the agents may see it. Pure. */
export function hider(conversation: Conversation, context: Context): (text: string) => string {
  return (text) => visible(hideSensitive(conversation, context, text));
}

/** What a call or an action will do, or has done, whole; `label`: what the first section is called. Pure. */
export function requestSections(of: Outgoing, hide: (text: string) => string, label: string): readonly CardSection[] {
  const field = (name: string, value: string) => ({ name, value: hide(value) });
  if (of.effect.kind === "call") return callSections(of.effect.request, field, label);
  if (of.effect.kind !== "act") return [];
  const parameters = parametersOf(of.effect.action).map(([name, value]) => field(name, asText(value)));
  return [
    { label, fields: [field("Action", actionTable[of.effect.action.kind].label)] },
    ...(parameters.length === 0 ? [] : [{ label: "Parameters", fields: parameters }]),
  ];
}

function callSections(
  request: HttpRequest,
  field: (name: string, value: string) => CardSection["fields"][number],
  label: string,
): readonly CardSection[] {
  const headers = Object.entries(shownHeaders(request.headers)).map(([name, value]) => field(name, value));
  return [
    { label, fields: [field("Method", request.method), field("URL", request.url)] },
    ...(headers.length === 0 ? [] : [{ label: "Headers", fields: headers }]),
    ...(request.body === null ? [] : [{ label: "Body", fields: [field("Body", request.body)] }]),
  ];
}

/** The headers of a request as people may see them: what is a secret by its name as dots. Pure. */
export function shownHeaders(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  const shown = Object.entries(headers).map(([name, value]) => [name, isSecretName(name) ? dots : value]);
  return Object.fromEntries(shown);
}

/** The parameters of an action by name, without its kind. Pure. */
function parametersOf(action: Action): readonly (readonly [string, Json])[] {
  return Object.entries(action).flatMap(([name, value]) =>
    name === "kind" || value === undefined ? [] : [[name, value]],
  );
}

/** Which procedure it is, and at which step it stands. Pure. */
export function runSection(conversation: Conversation, context: Context): CardSection {
  const procedure = procedureOf(conversation, context);
  const { index, step } = stepOf(conversation, context);
  return {
    label: "Procedure",
    fields: [
      { name: "Procedure", value: `${procedure.name}, version ${procedure.version}` },
      { name: "Step", value: `${index + 1} ${step.title ?? step.id}` },
      ...chosenFields(conversation),
    ],
  };
}

/** Who chose the procedure by hand, where somebody has: whoever decides sees whose wish it is, and who may not decide. */
function chosenFields({ run }: Conversation): CardSection["fields"] {
  const by = run?.chosenBy;
  if (by === undefined) return [];
  return [{ name: "Started by", value: by === null ? "a workflow" : { person: shownPerson(by) } }];
}

/** Whose run or conversation it is. Pure. */
export function customerSection({ customer, run }: Conversation): CardSection {
  const person = shownPerson(run?.startedBy ?? customer);
  return { label: "Customer", fields: [{ name: "Customer", value: { person } }] };
}

/** What the run knows, each value at a glance; what is sensitive as dots. Pure. */
export function collectedSection(conversation: Conversation, context: Context): CardSection {
  const procedure = procedureOf(conversation, context);
  const hide = hider(conversation, context);
  const fields = Object.entries(conversation.run?.variables ?? {}).map(([name, value]) => ({
    name,
    value: procedure.sensitive.has(name) ? dots : shorten(hide(asText(value)), limitOfCollected),
  }));
  return { label: "Collected", fields };
}

// Only a reminder of what the run knows: what will be done with it stands in the request.
const limitOfCollected = 200;
const messagesOnHandOff = 5;

/** The last messages of a run. Pure. */
export function transcript(entries: readonly TraceEntry[]): CardSection["fields"] {
  // Whose words they are, and no name: that stands on the card, and nobody is called "Usher" here by choice (attack 75).
  const said = entries.flatMap((entry) => {
    if (entry.kind === "said") return [{ name: "Usher", value: entry.text }];
    return entry.kind === "heard" ? [{ name: "Customer", value: entry.text }] : [];
  });
  return said.slice(-messagesOnHandOff);
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
