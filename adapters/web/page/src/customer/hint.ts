import type { ConversationJson, WorldJson } from "../../../api.ts";
import { type OlderVersions, procedureOf } from "../state/procedure-of.ts";

/** What a visitor may answer just now, if the demo backend knows; null otherwise. Pure. */
export function hintFor(
  conversation: ConversationJson | null,
  world: WorldJson | null,
  older: OlderVersions,
): string | null {
  const run = conversation?.run ?? null;
  if (run === null || world === null || run.status !== "input") return null;
  const step = procedureOf(run, world.procedures, older)?.steps.find(({ id }) => id === run.stepId);
  if (step?.kind !== "collect") return null;
  return world.hints.find(({ variable }) => variable === step.variable)?.text ?? null;
}
