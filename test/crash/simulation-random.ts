/** Numbers that follow from a seed alone. */
export interface Random {
  /** From 0 to less than 1. */
  next(): number;
  /** A whole number from 0 to less than `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  /** Throws RangeError for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
  /** 128 bits as 32 hex digits. */
  nonce(): string;
}

/** Makes a generator (mulberry32): the same seed always gives the same numbers. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("There is nothing to pick from.");
      return item;
    },
    nonce: () => Array.from({ length: 32 }, () => below(16).toString(16)).join(""),
  };
}
