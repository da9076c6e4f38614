import type { Page } from "../ports/store.ts";

/** Every item of a list that comes in pages, in its order; a page is asked for when its first item is needed. */
export async function* allOf<Item>(list: (page: string | null) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let page: string | null = null;
  do {
    const found: Page<Item> = await list(page);
    yield* found.items;
    page = found.next;
  } while (page !== null);
}
