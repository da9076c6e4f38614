import type { Clock } from "../../src/ports/clock.ts";

/** What was looked up, for a while. */
export interface Known<Value> {
  /** What is known under a name if it is younger than `maxAgeMs`, else what `look` answers; many askers share one look. */
  get(name: string, maxAgeMs: number, look: () => Promise<Value>): Promise<Value>;
  forget(name: string): void;
  /** Forgets every name that begins so. */
  forgetAll(prefix: string): void;
}

interface Entry<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
}

/** Makes a memory of at most `most` names; the one that was looked up longest ago goes first. A failure is not kept. */
export function createKnown<Value>(clock: Clock, most: number): Known<Value> {
  const entries = new Map<string, Entry<Value>>();
  return {
    get(name, maxAgeMs, look) {
      const known = entries.get(name);
      if (known !== undefined && clock.monotonic() - known.at < maxAgeMs) return known.value;
      const entry = { at: clock.monotonic(), value: look() };
      entries.delete(name);
      entries.set(name, entry);
      entry.value.catch(() => {
        if (entries.get(name) === entry) entries.delete(name);
      });
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
      return entry.value;
    },
    forget: (name) => void entries.delete(name),
    forgetAll(prefix) {
      for (const name of [...entries.keys()]) if (name.startsWith(prefix)) entries.delete(name);
    },
  };
}
