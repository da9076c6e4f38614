/** What can go wrong at a port. Those with `ms` answer late. */
export type Fault =
  | { readonly port: "store"; readonly kind: "refused" | "savedButReportedAsTimeout" }
  | { readonly port: "channel"; readonly kind: "throttled" | "refusedForGood" | "lostOnTheWay" | "shownButNoAnswer" }
  | { readonly port: "channel"; readonly kind: "slow"; readonly ms: number }
  | { readonly port: "http"; readonly kind: "unreachable" | "throttled" | "error" | "cutBefore" | "cutAfter" }
  | { readonly port: "http"; readonly kind: "slow" | "slowToLeave"; readonly ms: number }
  | { readonly port: "model"; readonly kind: "error" | "hang" }
  | { readonly port: "model"; readonly kind: "slow"; readonly ms: number };

/** Faults that wait for the next calls of their ports. */
export interface Faults {
  arm(fault: Fault): void;
  /** The next fault of this port, which counts as fired; undefined: none waits. */
  take<Port extends Fault["port"]>(port: Port): (Fault & { readonly port: Port }) | undefined;
  /** Counts something that went wrong elsewhere. */
  note(name: string): void;
  /** From now on everything works. */
  end(): void;
  /** How many fired, by kind. */
  readonly fired: Record<string, number>;
}

/** Makes a list of faults with nothing in it. */
export function createFaults(): Faults {
  const waiting: Fault[] = [];
  const fired: Record<string, number> = {};
  const note = (name: string): void => {
    fired[name] = (fired[name] ?? 0) + 1;
  };
  const isOf =
    <Port extends Fault["port"]>(port: Port) =>
    (fault: Fault): fault is Fault & { readonly port: Port } =>
      fault.port === port;
  return {
    fired,
    note,
    arm: (fault) => waiting.push(fault),
    take: (port) => {
      const fault = waiting.find(isOf(port));
      if (fault === undefined) return undefined;
      waiting.splice(waiting.indexOf(fault), 1);
      note(`${fault.port} ${fault.kind}`);
      return fault;
    },
    end: () => {
      waiting.length = 0;
    },
  };
}
