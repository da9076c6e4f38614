import { procedureSchema } from "../../domain/procedure.ts";
import { type StepKind, stepSchema } from "../../domain/step.ts";

/** An example of every field of a procedure, as it would be written; for messages, and for editors. */
export const fieldExamples: { readonly [field: string]: string | number | boolean } = {
  slug: "refund-request-handler",
  name: "Refund Request Handler",
  description: "Opens a refund ticket once an agent has approved it",
  when: "The customer asks for a refund or wants to return something",
  answers: "starter",
  id: "ask-order-id",
  title: "Ask for the order",
  kind: "message",
  next: "end",
  content: "Thank you, {{ name }}! We will be in touch.",
  variable: "order_id",
  prompt: "What is your order number?",
  validation: "text",
  sensitive: true,
  attempts: 3,
  operator: "equals",
  value: "true",
  then: "open-ticket",
  else: "end",
  url: "{{connections.shop}}/orders/{{order_id}}",
  method: "GET",
  response: "order_data",
  repeatable: true,
  approval: "require",
  onError: "end",
  action: "create_ticket",
  reason: "This needs a colleague, who will answer you here.",
};

const groupExamples: { readonly [field: string]: string } = {
  trigger: `trigger: { when: "${fieldExamples["when"]}" }`,
  steps: 'steps: [{ id: greet, kind: message, content: "Hello!" }]',
  examples: 'examples: ["I want my money back"]',
  not: 'not: ["Where is my order?"]',
  choices: 'choices: ["Yes", "No"]',
  headers: 'headers: { X-Team: "support" }',
  parameters: 'parameters: { subject: "Refund", priority: HIGH }',
};

/** Answers a line that sets the field, as somebody would write it; null when the field is not known. Pure. */
export function exampleLine(field: string): string | null {
  const group = groupExamples[field];
  if (group !== undefined) return group;
  const example = fieldExamples[field];
  if (example === undefined) return null;
  return `${field}: ${typeof example === "string" && /[^\w-]/.test(example) ? JSON.stringify(example) : example}`;
}

/** The kinds of steps, in the order of the format. */
export const stepKinds: readonly StepKind[] = stepSchema.options.map((option) => option.shape.kind.value);

/** The keys that may stand at a place of the file; none where every key may. `kind`: of the step at that place. Pure. */
export function knownKeys(path: readonly PropertyKey[], kind: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(procedureSchema.shape);
  if (path.length === 1 && path[0] === "trigger") return Object.keys(procedureSchema.shape.trigger.shape);
  const step = path.length === 2 && stepSchema.options.find((option) => option.shape.kind.value === kind);
  return step ? Object.keys(step.shape) : [];
}

/**
 * Answers an id for a step that has none, from its kind and place: `collect-2`; another one when that is taken.
 * `index` counts from 0. Pure.
 */
export function suggestId(kind: unknown, index: number, taken: ReadonlySet<string>): string {
  const known = stepKinds.find((one) => one === kind) ?? "step";
  let id = `${known}-${index + 1}`;
  while (taken.has(id)) id += "b";
  return id;
}
