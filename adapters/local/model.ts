import type { Route } from "../../src/domain/route.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { Model, RouteCandidate, RouteInput } from "../../src/ports/model.ts";
import { createIndex, type Index, score } from "./score.ts";
import { clauses } from "./words.ts";

// A score is the part of what the message says that the procedure explains, less doubt: see score.ts.
const threshold = 0.45;
const margin = 0.1;
const shown = 3;

type Scores = Route["scores"];

/**
 * A model without key or network: it compares words. It runs a procedure or asks which, and is silent otherwise; it
 * never replies, escalates or fills in a value. Its only memory is of triggers that it has prepared, for as long as the
 * caller keeps them. A signal that is aborted already ends in a TransientError.
 */
export function createLocalModel(): Model {
  const indexes = new WeakMap<RouteCandidate["trigger"], { readonly name: string; readonly index: Index }>();

  function indexOf(candidate: RouteCandidate): Index {
    const known = indexes.get(candidate.trigger);
    if (known?.name === candidate.name) return known.index;
    const index = createIndex(candidate);
    indexes.set(candidate.trigger, { name: candidate.name, index });
    return index;
  }

  return {
    async route(input: RouteInput, signal: AbortSignal): Promise<Route> {
      if (signal.aborted) throw new TransientError("stopped before routing", { cause: signal.reason });
      const message = clauses(input.text);
      const scores = input.candidates
        .map((candidate) => ({ slug: candidate.slug, score: rounded(score(indexOf(candidate), message)) }))
        .toSorted((a, b) => b.score - a.score || (a.slug < b.slug ? -1 : 1))
        .slice(0, shown);
      return decide(scores);
    },
  };
}

// Decided on the rounded scores, so that nobody reads "0.45; it needs 0.45" beside a refusal.
function decide(scores: Scores): Route {
  const [first] = scores;
  if (first === undefined || first.score < threshold) return { kind: "silent", scores, threshold };
  const near = scores.filter((one) => rounded(first.score - one.score) < margin).map((one) => one.slug);
  if (near.length > 1) return { kind: "ask", slugs: near, scores, threshold };
  return { kind: "run", slug: first.slug, filled: {}, scores, threshold };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
