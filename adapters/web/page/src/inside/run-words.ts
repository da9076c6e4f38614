import type { Route } from "../../../../../src/domain/route.ts";
import { runWords } from "../../../../../src/domain/run-words.ts";
import type { ConversationJson, ProcedureJson, RunJson } from "../../../api.ts";
import type { IconName } from "../shared/icon-paths.ts";

/** How a run stands, in words, with the tone and the icon that repeat them. */
export interface Standing {
  readonly words: string;
  readonly tone: "wait" | "ok" | "bad" | "doubt" | "plain";
  readonly icon: IconName;
}

const standings: { readonly [status in RunJson["status"]]: Standing } = {
  input: { words: runWords.input, tone: "wait", icon: "waiting" },
  effect: { words: runWords.effect, tone: "wait", icon: "waiting" },
  approval: { words: runWords.approval, tone: "wait", icon: "gate" },
  verdict: { words: runWords.verdict, tone: "doubt", icon: "unknown" },
  held: { words: runWords.held, tone: "plain", icon: "escalate" },
  completed: { words: runWords.completed, tone: "ok", icon: "done" },
  escalated: { words: runWords.escalated, tone: "plain", icon: "escalate" },
  cancelled: { words: runWords.cancelled, tone: "plain", icon: "failed" },
  resolved: { words: runWords.resolved, tone: "ok", icon: "done" },
  expired: { words: runWords.expired, tone: "plain", icon: "waiting" },
};

/** How a run stands; one whose conversation is with people is paused. Pure. */
export function standingOf(run: RunJson, handledBy: ConversationJson["handledBy"]): Standing {
  if (run.endedAt === null && run.status === "input" && handledBy === "people") {
    return standings.held;
  }
  return standings[run.status];
}

/** Why no run began: nothing matched, or two were close; null where there is nothing to explain. Pure. */
export function routeWords(route: Route | null, procedures: readonly ProcedureJson[]): string | null {
  if (route === null) return null;
  const nameOf = (slug: string) => procedures.find(({ procedure }) => procedure.slug === slug)?.procedure.name ?? slug;
  const named = route.scores.map(({ slug, score }) => `${nameOf(slug)}, ${score.toFixed(2)}`);
  if (route.kind === "silent") {
    const silent = "No procedure matched, so Usher stays silent.";
    return named[0] === undefined ? silent : `${silent} Closest: ${named[0]}; it needs ${route.threshold.toFixed(2)}.`;
  }
  if (route.kind === "ask") return `Nearly a tie, so Usher asks which one is meant: ${named.slice(0, 3).join(" · ")}.`;
  return null;
}
