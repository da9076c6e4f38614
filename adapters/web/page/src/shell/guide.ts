import type { RunEnd } from "../../../../../src/domain/run-record.ts";
import type { RunJson } from "../../../api.ts";

/** The procedure that the guide leads through; without it there is no guide. */
export const guidedProcedure = "refund-request-handler";

/** The four things to do, in order. */
export const guideSteps = [
  "Ask for a refund",
  "Answer two questions",
  "Approve in the agents channel",
  "Read the ticket number",
] as const;

/** Which of the four are done, told by what the run did. Pure. */
export function guideTicks(run: RunJson | null): readonly boolean[] {
  if (run === null || run.procedure !== guidedProcedure) return guideSteps.map(() => false);
  const approved = run.trace.findIndex((entry) => entry.kind === "decided" && entry.action === "approve");
  const later = approved === -1 ? [] : run.trace.slice(approved);
  const done = later.findIndex((entry) => entry.kind === "outcome" && entry.outcome === "done");
  return [
    true,
    "order_id" in run.variables && "refund_reason" in run.variables,
    approved !== -1,
    done !== -1 && later.slice(done).some((entry) => entry.kind === "said"),
  ];
}

const ends: { readonly [end in RunEnd]: string } = {
  completed: "This one is over.",
  escalated: "This one goes to an agent.",
  cancelled: "This one was cancelled.",
  resolved: "This one was resolved.",
  expired: "This one was closed: no answer came.",
};

/**
 * What the guide says in the place of those steps that can't be done any more, because the run has ended before them;
 * null while they can. `demo`: whether the orders are those of the demo backend. Pure.
 */
export function guideEnd(run: RunJson | null, demo: boolean): string | null {
  const ticks = guideTicks(run);
  const end = Object.entries(ends).find(([status]) => status === run?.status)?.[1];
  if (run === null || end === undefined || ticks[0] !== true || ticks.every((ticked) => ticked)) return null;
  const rejected = run.trace.some((entry) => entry.kind === "decided" && entry.action === "reject");
  const words = rejected ? "Rejected, so this one goes to an agent." : end;
  const approved = ticks[2] === true;
  return approved
    ? words
    : `${words} For an approval, try ${demo ? "order 1001" : "another order"} in a new conversation.`;
}
