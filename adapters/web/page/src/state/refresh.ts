/**
 * Makes a loader that never runs twice at a time, so that an older answer cannot overwrite a newer one: who asks while
 * it runs gets a run that begins afterwards.
 */
export function createRefresh(load: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  const refresh = (): Promise<void> => {
    if (running === null) {
      running = load().finally(() => {
        running = null;
      });
      return running;
    }
    following ??= running
      .catch(() => undefined)
      .then(() => {
        following = null;
        return refresh();
      });
    return following;
  };
  return refresh;
}

/**
 * The new list, with the old item in each place where nothing changed, so that only what changed is rendered again; the
 * old list itself if nothing changed at all. Pure.
 */
export function keepSame<Item>(
  before: readonly Item[],
  after: readonly Item[],
  idOf: (item: Item) => string,
): readonly Item[] {
  const known = new Map(before.map((item) => [idOf(item), item]));
  const kept = after.map((item) => {
    const old = known.get(idOf(item));
    return old === undefined ? item : keepWhole(old, item);
  });
  const same = kept.length === before.length && kept.every((item, index) => item === before[index]);
  return same ? before : kept;
}

/** The new list with the old item at each index where nothing changed. Pure. */
export function keepSameAt<Item>(before: readonly Item[], after: readonly Item[]): readonly Item[] {
  return after.map((item, index) => {
    const old = before[index];
    return old === undefined ? item : keepWhole(old, item);
  });
}

/** The old value, if the new one says the same. Pure. */
export function keepWhole<Value>(before: Value, after: Value): Value {
  return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}
