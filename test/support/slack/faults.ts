import type { Fields } from "./fields.ts";

/**
 * What goes wrong with a call. `before`: Slack has not carried it out; `after`: it has, and the answer is lost or wrong.
 * A reset `before` comes before the body was read. `rateLimited` stands for every call of that method by that team until
 * the time has passed; `retryAfterS` null: Slack names none.
 */
export type Fault =
  | { readonly kind: "rateLimited"; readonly retryAfterS: number | null }
  | { readonly kind: "status"; readonly status: number; readonly when: "before" | "after" }
  | { readonly kind: "reset"; readonly when: "before" | "after" }
  | { readonly kind: "hang"; readonly when: "before" | "after" }
  | { readonly kind: "garbage"; readonly when: "before" | "after" }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "error"; readonly error: string };

/**
 * Which calls a fault meets. `nth`: the how-manieth of these calls from now on, 1 by default; `times`: how many from there,
 * 1 by default. `where`: looks at the arguments; a reset before the body was read knows none.
 */
export interface FaultPlan {
  readonly method: string;
  readonly team?: string;
  readonly nth?: number;
  readonly times?: number;
  readonly where?: (args: Fields) => boolean;
}

/** A call as a plan sees it. */
export interface Call {
  readonly method: string;
  readonly team: string | null;
  readonly args: Fields;
}

export interface Faults {
  /** Lets a fault happen; of several that fit, the one that was planned first. */
  plan(plan: FaultPlan, fault: Fault): void;
  /** The fault that this call is to meet, or null; thereby the call counts. */
  next(call: Call): Fault | null;
  /** The same before the arguments were read: the call counts only if it is to be cut off at once. */
  early(call: Call): Fault | null;
  /** How many calls have met a fault. */
  met(): number;
}

/** Keeps what is to go wrong; nothing does until it is planned. */
export function createFaults(): Faults {
  const plans: { readonly plan: FaultPlan; readonly fault: Fault; seen: number }[] = [];
  let met = 0;
  const due = (call: Call) =>
    plans.find(({ plan, seen }) => {
      const { nth = 1, times = 1 } = plan;
      return fits(plan, call) && seen + 1 >= nth && seen + 1 < nth + times;
    });
  const next = (call: Call): Fault | null => {
    const found = due(call)?.fault ?? null;
    for (const entry of plans) {
      if (fits(entry.plan, call)) entry.seen += 1;
    }
    if (found !== null) met += 1;
    return found;
  };
  return {
    plan: (plan, fault) => {
      plans.push({ plan, fault, seen: 0 });
    },
    next,
    early(call) {
      const entry = due(call);
      if (entry === undefined || entry.plan.where !== undefined) return null;
      const { fault } = entry;
      return fault.kind === "reset" && fault.when === "before" ? next(call) : null;
    },
    met: () => met,
  };
}

function fits({ method, team, where }: FaultPlan, call: Call): boolean {
  if (method !== call.method || (team !== undefined && team !== call.team)) return false;
  return where === undefined || where(call.args);
}
