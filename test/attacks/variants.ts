/** Every pair of one of these with one of those. */
export function cross<A, B>(these: readonly A[], those: readonly B[]): readonly (readonly [A, B])[] {
  return these.flatMap((one) => those.map((other) => [one, other] as const));
}

/** A hostile text as it may stand in the name of a test: one line of ASCII, cut to 70 characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  const ascii = text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return ascii.length <= 70 ? ascii : `${ascii.slice(0, 50)}… (${ascii.length} characters)`;
}

/** Rows for `test.each("%s")`: a name that can be read (without one, the first part of the row), then the row itself. */
export function named<Row extends unknown[]>(
  rows: readonly (readonly [...Row])[],
  nameOf: (...row: Row) => string = (...row) => shown(row[0]),
): readonly (readonly [string, readonly [...Row]])[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const name = nameOf(...row);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name} (${count})`, row] as const;
  });
}
