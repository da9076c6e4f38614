import type { Procedure, PublishedProcedure } from "../../domain/procedure.ts";
import { factsOf, kindWords, type StepFacts } from "../../domain/step-facts.ts";
import type { Cell, View, ViewPart } from "../../domain/view.ts";
import { shorten } from "../../engine/trace.ts";
import { form, phrase, type Verb } from "./grammar.ts";
import { namedProcedure } from "./named-procedure.ts";
import { procedureSlot } from "./slots.ts";

/** One procedure with its steps. */
export const show: Verb = {
  name: "show",
  forms: [
    form({
      keyword: null,
      words: phrase(procedureSlot),
      does: "Shows a procedure: when it starts, and what it does step by step.",
      may: "agent",
      run: async (asked, text) => {
        const named = await namedProcedure(asked, text);
        return named.kind === "unknown" ? named.view : procedureView(named.published, named.status);
      },
    }),
  ],
};

function procedureView({ procedure, version }: PublishedProcedure, status: string): View {
  const { slug, name, description, trigger, answers } = procedure;
  const fields = [
    { name: "Procedure", value: slug },
    { name: "Version", value: `${version} (${status})` },
    { name: "Starts when", value: trigger.when },
    ...trigger.examples.map((example) => ({ name: "As in", value: example })),
    ...trigger.not.map((other) => ({ name: "But not", value: other })),
    {
      name: "Who answers",
      value: answers === "anyone" ? "anyone of the customer's side" : "the person who started it",
    },
  ];
  const note: readonly ViewPart[] = description === "" ? [] : [{ kind: "text", text: description }];
  return { title: name, parts: [...note, { kind: "fields", label: "Procedure", fields }, stepsTable(procedure)] };
}

function stepsTable(procedure: Procedure): ViewPart {
  const facts = factsOf(procedure);
  const numbers = new Map(facts.map(({ id, number }) => [id, number]));
  const rows = facts.map((step, index): readonly Cell[] => [
    String(step.number),
    step.title === null ? step.id : `${step.title} (${step.id})`,
    whatItDoes(step, isSensitive(procedure, index)),
    step.kind === "call" || step.kind === "action" ? (step.gate ?? "auto") : "",
    whereItGoes(step, numbers),
  ]);
  return { kind: "table", label: "Steps", columns: ["No.", "Step", "What it does", "Approval", "Then"], rows, left: 0 };
}

function isSensitive({ steps }: Procedure, index: number): boolean {
  const step = steps[index];
  return step?.kind === "collect" && step.sensitive;
}

// The whole text of a step stands in its file.
const summaryLength = 500;

function whatItDoes({ kind, summary }: StepFacts, sensitive: boolean): string {
  return `${kindWords[kind]}${sensitive ? " (sensitive)" : ""}: ${shorten(summary, summaryLength)}`;
}

function whereItGoes({ exits }: StepFacts, numbers: ReadonlyMap<string, number>): string {
  if (exits.length === 0) return "a person";
  const goesTo = (to: string | null): string => (to === null ? "end" : String(numbers.get(to) ?? to));
  return exits.map(({ label, to }) => (label === null ? goesTo(to) : `${label}: ${goesTo(to)}`)).join(", ");
}
