import type { ActionName } from "./action.ts";
import type { Procedure } from "./procedure.ts";
import type { Step, StepKind } from "./step.ts";

/** Where a step can lead. `label`: what decides for it, or null for the only way on; `to` null: the path ends. */
export interface Exit {
  readonly label: "yes" | "no" | "on error" | null;
  readonly to: string | null;
}

/** A step as people are shown it. `number` is a label for them, `summary` what it does in a few words. */
export interface StepFacts {
  readonly id: string;
  readonly number: number;
  readonly kind: StepKind;
  readonly title: string | null;
  readonly summary: string;
  readonly gate: "notify" | "require" | null;
  readonly exits: readonly Exit[];
}

/** What each kind of step is called. */
export const kindWords: { readonly [kind in StepKind]: string } = {
  message: "Message",
  collect: "Collect",
  condition: "Condition",
  call: "Call",
  action: "Action",
  set: "Set",
  escalate: "Escalate",
};

// The table of the actions stands beside zod schemas, which would come into the playground's page with it.
const actionWords: { readonly [name in ActionName]: string } = {
  create_ticket: "Create a ticket",
  create_lead: "Create a lead",
  send_email: "Send an e-mail",
  resolve_session: "Resolve the conversation",
  tag_session: "Tag the conversation",
};

/** What an operator of a condition says. */
export const operatorWords = {
  equals: "equals",
  contains: "contains",
  gt: "is more than",
  lt: "is less than",
  gte: "is at least",
  lte: "is at most",
  exists: "exists",
  not_exists: "does not exist",
} as const;

/** The steps of a procedure in file order, with where each of them leads. Pure. */
export function factsOf(procedure: Procedure): readonly StepFacts[] {
  return procedure.steps.map((step, index) => ({
    id: step.id,
    number: index + 1,
    kind: step.kind,
    title: step.title ?? null,
    summary: summaryOf(step),
    gate: (step.kind === "call" || step.kind === "action") && step.approval !== "auto" ? step.approval : null,
    exits: exitsOf(step, procedure.steps[index + 1]?.id ?? null),
  }));
}

function exitsOf(step: Step, following: string | null): readonly Exit[] {
  const target = (id: string | undefined): string | null => (id === undefined ? following : id === "end" ? null : id);
  switch (step.kind) {
    case "escalate":
      return [];
    case "condition":
      return [
        { label: "yes", to: target(step.then) },
        { label: "no", to: target(step.else) },
      ];
    case "call":
    case "action": {
      const on: Exit = { label: null, to: target(step.next) };
      return step.onError === undefined ? [on] : [on, { label: "on error", to: target(step.onError) }];
    }
    case "message":
    case "collect":
    case "set":
      return [{ label: null, to: target(step.next) }];
    default:
      return step satisfies never;
  }
}

function summaryOf(step: Step): string {
  switch (step.kind) {
    case "message":
      return step.content;
    case "collect":
      return `Ask for ${step.variable}: ${step.prompt}`;
    case "condition":
      return step.value === undefined
        ? `${step.variable} ${operatorWords[step.operator]}`
        : `${step.variable} ${operatorWords[step.operator]} ${JSON.stringify(step.value)}`;
    case "call":
      return `${step.method} ${step.url}`;
    case "action": {
      const [label] = Object.values(step.parameters).filter((value) => typeof value === "string");
      const words = actionWords[step.action];
      return label === undefined ? words : `${words}: ${label}`;
    }
    case "set":
      return `${step.variable} becomes ${JSON.stringify(step.value)}`;
    case "escalate":
      return `To a person: ${step.reason}`;
    default:
      return step satisfies never;
  }
}
