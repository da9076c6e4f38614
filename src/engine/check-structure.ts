import { actionTable, prioritySchema } from "../domain/action.ts";
import type { Problem } from "../domain/problem.ts";
import type { Procedure } from "../domain/procedure.ts";
import type { Step, StepOf } from "../domain/step.ts";
import { nearest } from "./nearest.ts";

type Path = Problem["path"];
type File = (path: Path, message: string, mend: string) => void;

/**
 * Checks what the parts of a procedure say of each other, without looking into its templates: ids, targets of jumps,
 * parameters of actions, operators and their values. Answers every problem, none if all is well. Pure.
 */
export function checkStructure(procedure: Procedure): readonly Problem[] {
  const problems: Problem[] = [];
  const ids = procedure.steps.map((step) => step.id);
  procedure.steps.forEach((step, index) => {
    const file: File = (path, message, mend) => {
      problems.push({ path: ["steps", index, ...path], stepId: step.id, message, mend });
    };
    checkId(file, ids, index);
    checkTargets(file, step, ids);
    switch (step.kind) {
      case "collect":
        checkChoices(file, step);
        break;
      case "condition":
        checkCondition(file, step);
        break;
      case "call":
        checkCall(file, step);
        break;
      case "action":
        checkAction(file, step);
        break;
      default:
    }
  });
  return problems;
}

function checkId(file: File, ids: readonly string[], index: number): void {
  const id = ids[index] ?? "";
  if (id === "end") {
    file(["id"], "the id `end` is reserved for the end of the run", "choose another id, for example `the-end`");
  }
  const first = ids.indexOf(id);
  if (first < index) {
    file(["id"], `step ${first + 1} has the id \`${id}\` too`, "give each step an id of its own");
  }
}

const jumpKeys = ["next", "then", "else", "onError"] as const;

function checkTargets(file: File, step: Step, ids: readonly string[]): void {
  for (const key of jumpKeys) {
    const target = targetOf(step, key);
    if (target === undefined || target === "end") continue;
    if (!ids.includes(target)) {
      const near = nearest(target, ids);
      const mend =
        near === null ? `write one of ${someOf(ids)}, or \`end\`` : `write \`${near}\`, or another step's id`;
      file([key], `\`${key}\` names the step \`${target}\`, which does not exist`, mend);
    } else if (target === step.id && step.kind === "condition") {
      file([key], `\`${key}\` leads back to this very condition, which would never end`, "name another step, or `end`");
    }
  }
}

function targetOf(step: Step, key: (typeof jumpKeys)[number]): string | undefined {
  const target: unknown = key in step ? Reflect.get(step, key) : undefined;
  return typeof target === "string" ? target : undefined;
}

function someOf(ids: readonly string[]): string {
  const most = 8;
  return ids.slice(0, most).join(", ") + (ids.length > most ? ", …" : "");
}

function checkChoices(file: File, step: StepOf<"collect">): void {
  const seen = new Map<string, string>();
  step.choices?.forEach((choice, index) => {
    const first = seen.get(choice.toLowerCase());
    if (first !== undefined) {
      const mend = "write each choice once; capital letters make no difference to a customer who types it";
      file(["choices", index], `the choice “${choice}” is there already, as “${first}”`, mend);
    }
    seen.set(choice.toLowerCase(), choice);
  });
}

function checkCondition(file: File, step: StepOf<"condition">): void {
  const alone = step.operator === "exists" || step.operator === "not_exists";
  if (alone && step.value !== undefined) {
    file(["value"], `the operator ${step.operator} compares with nothing, and \`value\` is set`, "delete `value`");
  }
  if (!alone && step.value === undefined) {
    file(
      ["operator"],
      `the operator ${step.operator} needs a \`value\``,
      "add what to compare with, as in `value: true`",
    );
  }
}

function checkCall(file: File, step: StepOf<"call">): void {
  if (step.body !== undefined && (step.method === "GET" || step.method === "HEAD")) {
    file(["body"], `a ${step.method} call cannot carry a \`body\``, "delete `body`, or set `method: POST`");
  }
}

function checkAction(file: File, step: StepOf<"action">): void {
  const { required, optional, outputs } = actionTable[step.action];
  const known = [...required, ...optional];
  for (const name of required.filter((one) => !Object.hasOwn(step.parameters, one))) {
    file(["parameters"], `the action ${step.action} needs the parameter \`${name}\``, `add it under \`parameters\``);
  }
  for (const name of Object.keys(step.parameters).filter((one) => !known.includes(one))) {
    const near = nearest(name, known);
    const all = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
    const mend = near === null ? `delete it; ${all}` : `write \`${near}\`; ${all}`;
    file(["parameters", name], `the action ${step.action} has no parameter \`${name}\``, mend);
  }
  if (step.response !== undefined && outputs.includes(step.response)) {
    const message = `\`response\` takes the name of the output \`${step.response}\` away from it`;
    file(["response"], message, `choose another name; the output is then \`${step.response}_result.${step.response}\``);
  }
  checkPriority(file, step);
}

/** A priority that stands in the file can be checked now; one that is a template is checked when it is rendered. */
function checkPriority(file: File, step: StepOf<"action">): void {
  const priority = step.action === "create_ticket" ? step.parameters["priority"] : undefined;
  if (priority === undefined || (typeof priority === "string" && priority.includes("{{"))) return;
  if (prioritySchema.safeParse(priority).success) return;
  const near = nearest(String(priority), prioritySchema.options);
  const message = `the priority “${String(priority)}” does not exist; it is one of ${prioritySchema.options.join(", ")}`;
  file(["parameters", "priority"], message, near === null ? "choose one of them" : `write ${near}`);
}
