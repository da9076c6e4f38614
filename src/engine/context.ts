import type { Conversation } from "../domain/conversation.ts";
import type { WorkspaceSettings } from "../domain/settings.ts";
import type { CompiledProcedure, CompiledStep } from "./compile.ts";
import type { Scope } from "./template.ts";

/**
 * All that the engine may know beside the conversation and the event. `pinned`: the version that the run keeps;
 * `active`: what may start now, by slug; `now`: Unix ms.
 */
export interface Context {
  readonly pinned: CompiledProcedure | null;
  readonly active: ReadonlyMap<string, CompiledProcedure>;
  readonly settings: WorkspaceSettings;
  readonly now: number;
}

/**
 * The compiled version that the conversation's run keeps. Pure.
 * @throws Error when the shell has not provided it: it must load it before it calls the engine.
 */
export function procedureOf(conversation: Conversation, context: Context): CompiledProcedure {
  const wanted = conversation.run?.procedure;
  if (wanted === undefined) throw new Error("there is no run, so there is no procedure");
  const known = [context.pinned, context.active.get(wanted.slug)];
  const found = known.find((compiled) => compiled?.slug === wanted.slug && compiled.version === wanted.version);
  if (!found) throw new Error(`version ${wanted.version} of procedure ${wanted.slug} was not loaded`);
  return found;
}

/** The step at which the conversation's run stands. Pure. @throws Error when the version has no such step. */
export function stepOf(conversation: Conversation, context: Context): CompiledStep {
  const procedure = procedureOf(conversation, context);
  const id = conversation.run?.stepId ?? "";
  const step = procedure.steps.get(id);
  if (step === undefined) throw new Error(`procedure ${procedure.slug} version ${procedure.version} has no step ${id}`);
  return step;
}

/** What the templates of a run may read: its variables, and who the customer is. Pure. */
export function scopeOf(conversation: Conversation, context: Context): Scope {
  const { run } = conversation;
  const { id, name } = run?.startedBy ?? conversation.customer;
  return {
    variables: { ...run?.variables, customer: { id, name }, run: { id: run?.id ?? null } },
    locale: context.settings.locale,
    timeZone: context.settings.timeZone,
  };
}

/** Puts values into the places of one of Usher's own sentences. Pure. */
export function fill(text: string, values: { readonly [name: string]: string }): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? place) : place,
  );
}
