/** A row of a long diagram: a step by its index, or a stretch of steps that are put away. */
export type Row =
  | { readonly kind: "step"; readonly index: number }
  | { readonly kind: "fold"; readonly first: number; readonly count: number };

/** A diagram up to this length is always shown whole. */
export const wholeUpTo = 40;
// A stretch shorter than this is not worth a button.
const shortest = 5;
const shownAhead = 3;

/**
 * The rows of a diagram. In one of more than 40 steps, long stretches that the run has not come near are put away;
 * `reached` tells by index, `opened` holds the steps of the stretches that the reader has opened. Pure.
 */
export function rowsOf(reached: readonly boolean[], opened: ReadonlySet<number>): readonly Row[] {
  const all = reached.map((_, index): Row => ({ kind: "step", index }));
  if (reached.length <= wholeUpTo) return all;
  const isShown = reached.map((_, index) => opened.has(index) || isNear(reached, index));
  const rows: Row[] = [];
  for (let index = 0; index < reached.length; ) {
    const next = isShown.indexOf(true, index);
    const count = (next === -1 ? reached.length : next) - index;
    if (count >= shortest) rows.push({ kind: "fold", first: index, count });
    else rows.push(...all.slice(index, index + Math.max(count, 1)));
    index += Math.max(count, 1);
  }
  return rows;
}

function isNear(reached: readonly boolean[], index: number): boolean {
  return index === 0 || reached.slice(Math.max(0, index - shownAhead), index + 2).includes(true);
}
