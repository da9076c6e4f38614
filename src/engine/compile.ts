import type { Json } from "../domain/json.ts";
import type { Problem } from "../domain/problem.ts";
import type { PublishedProcedure } from "../domain/procedure.ts";
import type { Step, StepOf } from "../domain/step.ts";
import { visibleLine } from "../domain/visible.ts";
import { type BodyTemplate, type HeaderTemplate, parseBody, parseHeader, pathsOfBody } from "./body-template.ts";
import { checkStructure } from "./check-structure.ts";
import { type Path, parsePath } from "./path.ts";
import { parseTemplate, pathsOf, type Template } from "./template.ts";
import { parseUrl, pathsOfUrl, type UrlTemplate } from "./url-template.ts";

/** A step with everything about it parsed; `next` is where it goes on, `null` being the end of the run. */
export type CompiledStep = { readonly index: number; readonly next: string | null } & (
  | { readonly kind: "message"; readonly step: StepOf<"message">; readonly content: Template }
  | { readonly kind: "collect"; readonly step: StepOf<"collect">; readonly prompt: Template }
  | {
      readonly kind: "condition";
      readonly step: StepOf<"condition">;
      readonly path: Path;
      readonly then: string | null;
      readonly else: string | null;
    }
  | {
      readonly kind: "call";
      readonly step: StepOf<"call">;
      readonly url: UrlTemplate;
      readonly headers: readonly HeaderTemplate[];
      readonly body: BodyTemplate | null;
      readonly keep: readonly Path[];
      readonly onError: string | null | undefined;
    }
  | {
      readonly kind: "action";
      readonly step: StepOf<"action">;
      readonly parameters: BodyTemplate;
      readonly onError: string | null | undefined;
    }
  | { readonly kind: "set"; readonly step: StepOf<"set">; readonly value: Template | null }
  | { readonly kind: "escalate"; readonly step: StepOf<"escalate">; readonly reason: Template }
);

/** One version of a procedure, ready to be walked. `sensitive`: variables that nobody may see in clear. */
export interface CompiledProcedure {
  readonly slug: string;
  readonly name: string;
  readonly version: number;
  readonly answers: "starter" | "anyone";
  readonly first: string;
  readonly steps: ReadonlyMap<string, CompiledStep>;
  readonly sensitive: ReadonlySet<string>;
}

/** The compiled procedure, or everything that is wrong with it. */
export type Compilation =
  | { readonly kind: "ok"; readonly compiled: CompiledProcedure }
  | { readonly kind: "bad"; readonly problems: readonly Problem[] };

type Parsed<Value> =
  | ({ readonly kind: "ok" } & Value)
  | { readonly kind: "bad"; readonly problem: string; readonly mend: string };

/** Where the problems of one procedure are gathered, and what a step needs to know of its neighbours. */
interface Bench {
  readonly steps: readonly Step[];
  readonly problems: Problem[];
  readonly reads: ReadonlyMap<string, readonly Path[]>;
}

/** Checks a procedure whole and parses every template in it, once. Pure. */
export function compile({ procedure, version }: PublishedProcedure): Compilation {
  const problems: Problem[] = [...checkStructure(procedure)];
  const bench: Bench = { steps: procedure.steps, problems, reads: readsOf(procedure.steps) };
  const steps = new Map<string, CompiledStep>();
  procedure.steps.forEach((step, index) => {
    const compiled = compileStep(bench, step, index);
    if (compiled !== null) steps.set(step.id, compiled);
  });
  const first = procedure.steps[0];
  if (problems.length > 0 || first === undefined) return { kind: "bad", problems: problems.map(readable) };
  return {
    kind: "ok",
    compiled: {
      slug: procedure.slug,
      name: procedure.name,
      version,
      answers: procedure.answers,
      first: first.id,
      steps,
      sensitive: sensitiveVariables(procedure.steps),
    },
  };
}

/** What problems repeat of a file goes to terminals and into messages, where a line end or an escape would act. */
function readable({ message, mend, ...place }: Problem): Problem {
  return { ...place, message: visibleLine(message), mend: visibleLine(mend) };
}

/** Answers null when a part of the step cannot be parsed; the problem is then filed on the bench. */
function compileStep(bench: Bench, step: Step, index: number): CompiledStep | null {
  const flow = { index, next: nextOf(bench, step, index) };
  const take = taker(bench, step, index);
  switch (step.kind) {
    case "message": {
      const content = take(parseTemplate(step.content), "content");
      return content && { ...flow, kind: "message", step, content: content.template };
    }
    case "collect": {
      const prompt = take(parseTemplate(step.prompt), "prompt");
      return prompt && { ...flow, kind: "collect", step, prompt: prompt.template };
    }
    case "condition": {
      const read = take(parseConditionPath(step.variable), "variable");
      return read && { ...flow, kind: "condition", step, path: read.path, ...branches(step) };
    }
    case "call":
      return compileCall(bench, take, step, flow);
    case "action": {
      const parameters = take(parseBody({ ...step.parameters }), "parameters");
      return parameters && { ...flow, kind: "action", step, parameters: parameters.body, onError: onError(step) };
    }
    case "set": {
      if (typeof step.value !== "string") return { ...flow, kind: "set", step, value: null };
      const value = take(parseTemplate(step.value), "value");
      return value && { ...flow, kind: "set", step, value: value.template };
    }
    case "escalate": {
      const reason = take(parseTemplate(step.reason), "reason");
      return reason && { ...flow, kind: "escalate", step, reason: reason.template };
    }
    default:
      return step satisfies never;
  }
}

function compileCall(
  bench: Bench,
  take: Take,
  step: StepOf<"call">,
  flow: { readonly index: number; readonly next: string | null },
): CompiledStep | null {
  const url = take(parseUrl(step.url), "url");
  const headers = compileHeaders(take, step.headers ?? {});
  const body = step.body === undefined ? null : take(parseBody(step.body), "body");
  const keep = step.response === undefined ? [] : (bench.reads.get(step.response) ?? []);
  if (url === null) return null;
  return { ...flow, kind: "call", step, url: url.url, headers, body: body?.body ?? null, keep, onError: onError(step) };
}

function compileHeaders(take: Take, headers: { readonly [name: string]: string }): readonly HeaderTemplate[] {
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    const parsed = take(seen.has(lower) ? headerTwice(name) : parseHeader(name, value), "headers", name);
    seen.add(lower);
    return parsed === null ? [] : [parsed.header];
  });
}

function headerTwice(name: string) {
  return {
    kind: "bad" as const,
    problem: `the header ${name} stands here twice; upper and lower case are the same`,
    mend: "keep one of the two",
  };
}

type Take = <Value>(parsed: Parsed<Value>, ...path: readonly (string | number)[]) => Value | null;

/** Answers what a parser answered, or files its complaint under the step and answers null. */
function taker(bench: Bench, step: Step, index: number): Take {
  return (parsed, ...path) => {
    if (parsed.kind === "ok") return parsed;
    bench.problems.push({
      path: ["steps", index, ...path],
      stepId: step.id,
      message: parsed.problem,
      mend: parsed.mend,
    });
    return null;
  };
}

function nextOf(bench: Bench, step: Step, index: number): string | null {
  if ("next" in step && step.next !== undefined) return target(step.next);
  return bench.steps[index + 1]?.id ?? null;
}

function parseConditionPath(source: string): Parsed<{ readonly path: Path }> {
  const path = parsePath(source);
  if (path !== null) return { kind: "ok", path };
  return {
    kind: "bad",
    problem: `“${source}” is not a variable or a path into one`,
    mend: "write a name such as order_id, or a path such as order_data.refundable, without braces",
  };
}

function branches(step: StepOf<"condition">): { readonly then: string | null; readonly else: string | null } {
  return { then: target(step.then), else: target(step.else) };
}

function target(to: string): string | null {
  return to === "end" ? null : to;
}

/** Where an error leads: undefined is "to a person". */
function onError(step: { readonly onError?: string | undefined }): string | null | undefined {
  return step.onError === undefined ? undefined : target(step.onError);
}

/**
 * Which paths of each variable any step reads, without the variable's own name: what of an answer must be kept. A
 * variable that is read whole has the empty path among its paths.
 */
function readsOf(steps: readonly Step[]): ReadonlyMap<string, readonly Path[]> {
  const reads = new Map<string, Path[]>();
  for (const [root, ...rest] of steps.flatMap(pathsRead)) {
    if (root === undefined) continue;
    const paths = reads.get(root) ?? [];
    paths.push(rest);
    reads.set(root, paths);
  }
  return reads;
}

function pathsRead(step: Step): readonly Path[] {
  switch (step.kind) {
    case "message":
      return templatePaths(step.content);
    case "collect":
      return templatePaths(step.prompt);
    case "condition": {
      const path = parsePath(step.variable);
      return path === null ? [] : [path];
    }
    case "call":
      return [
        ...urlPaths(step.url),
        ...Object.values(step.headers ?? {}).flatMap(templatePaths),
        ...(step.body === undefined ? [] : bodyPaths(step.body)),
      ];
    case "action":
      return bodyPaths({ ...step.parameters });
    case "set":
      return typeof step.value === "string" ? templatePaths(step.value) : [];
    case "escalate":
      return templatePaths(step.reason);
    default:
      return step satisfies never;
  }
}

function templatePaths(source: string): readonly Path[] {
  const parsed = parseTemplate(source);
  return parsed.kind === "ok" ? pathsOf(parsed.template) : [];
}

function urlPaths(source: string): readonly Path[] {
  const parsed = parseUrl(source);
  return parsed.kind === "ok" ? pathsOfUrl(parsed.url) : [];
}

function bodyPaths(body: Json): readonly Path[] {
  const parsed = parseBody(body);
  return parsed.kind === "ok" ? pathsOfBody(parsed.body) : [];
}

/** What is collected as sensitive, and what is made of it by `set`, over any number of steps. */
function sensitiveVariables(steps: readonly Step[]): ReadonlySet<string> {
  const sensitive = new Set(
    steps.flatMap((step) => (step.kind === "collect" && step.sensitive ? [step.variable] : [])),
  );
  for (let before = -1; before < sensitive.size; ) {
    before = sensitive.size;
    for (const step of steps) {
      if (step.kind !== "set" || typeof step.value !== "string") continue;
      if (templatePaths(step.value).some(([root]) => root !== undefined && sensitive.has(root)))
        sensitive.add(step.variable);
    }
  }
  return sensitive;
}
