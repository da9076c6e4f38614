import type { HistoryPage, InChannel, MarkedMessage, Messages } from "./messages.ts";

/** How far to look: back to `oldest` (Unix ms), in no more than so many pages, until a monotonic ms. */
export interface Look {
  readonly oldest: number;
  readonly pages: number;
  readonly until?: number | undefined;
}

/** The `ts` of the newest message in a channel whose mark is the one that is looked for, or null. Throws what `history` throws. */
export async function findMarked(
  client: Pick<Messages, "history">,
  of: InChannel,
  { oldest, pages, until }: Look,
  isIt: (mark: NonNullable<MarkedMessage["mark"]>) => boolean,
): Promise<string | null> {
  let cursor: string | null = null;
  for (let read = 0; read < pages; read += 1) {
    const page: HistoryPage = await client.history({ ...of, threadTs: null, oldest, cursor, until });
    const found = page.messages.find(({ mark }) => mark !== null && isIt(mark));
    if (found !== undefined) return found.ts;
    if (page.next === null) return null;
    cursor = page.next;
  }
  return null;
}
