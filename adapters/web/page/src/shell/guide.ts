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
