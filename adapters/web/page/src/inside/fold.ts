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
 * The rows of a diagram. In one of more than 40 steps, long stretches that the run has not reached are put away;
 * `reached` tells by index, `opened` holds the first index of each stretch that the reader has opened. Pure.
 */
export function rowsOf(reached: readonly boolean[], opened: ReadonlySet<number>): readonly Row[] {
  const all = reached.map((_, index): Row => ({ kind: "step", index }));
  if (reached.length <= wholeUpTo) return all;
  const rows: Row[] = [];
  for (let index = 0; index < reached.length; ) {
    const count = stretchAt(reached, index);
    if (count >= shortest && !opened.has(index)) {
      rows.push({ kind: "fold", first: index, count });
      index += count;
    } else {
      const shown = Math.max(count, 1);
      rows.push(...all.slice(index, index + shown));
      index += shown;
    }
  }
  return rows;
}

/** How many steps from this one on are out of the run's sight. */
function stretchAt(reached: readonly boolean[], from: number): number {
  let to = from;
  while (to < reached.length && !isNear(reached, to)) to += 1;
  return to - from;
}

function isNear(reached: readonly boolean[], index: number): boolean {
  return reached.slice(Math.max(0, index - shownAhead), index + 2).includes(true) || index < 1;
}
