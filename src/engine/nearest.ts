// Longer words are compared by their beginning only, so that a hostile name cannot make the comparison slow.
const mostLetters = 80;

/**
 * Answers the candidate that somebody most likely meant by `word`: one that differs in few letters, or that one of the
 * two begins with; null when nothing is near. Case does not count. Pure.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const asked = word.slice(0, mostLetters).toLowerCase();
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    const known = candidate.slice(0, mostLetters).toLowerCase();
    const distance = isBeginning(asked, known) ? 1 : editDistance(asked, known);
    const longer = Math.max(asked.length, known.length);
    // Two words of one letter differ in one letter only, and still have nothing in common.
    const near = distance < longer && distance <= Math.max(1, Math.floor(longer / 3));
    if (near && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  return best?.candidate ?? null;
}

function isBeginning(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  return shorter >= 2 && (a.startsWith(b) || b.startsWith(a));
}

/** How many letters must be put in, taken out, changed or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      line.push(
        Math.min(
          at(line, column - 1) + 1,
          at(above, column) + 1,
          at(above, column - 1) + (same ? 0 : 1),
          swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = above;
    above = line;
  }
  return at(above, b.length);
}

function at(line: readonly number[], column: number): number {
  return line[column] ?? Number.POSITIVE_INFINITY;
}
