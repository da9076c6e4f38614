import type { Lead } from "../../../../../src/domain/lead.ts";
import type { Mail } from "../../../../../src/domain/mail.ts";
import type { Ticket } from "../../../../../src/domain/ticket.ts";
import type { AgentsCardJson, ConversationJson, ConversationSummaryJson, WorldJson } from "../../../api.ts";
import type { OutgoingMessage } from "./outgoing.ts";
import type { OlderVersions } from "./procedure-of.ts";
import { recall } from "./session.ts";
import { createStore, useStore } from "./store.ts";
import { readView, type View } from "./url.ts";

/** Everything that the page shows. Null: not fetched yet. */
export interface Page {
  readonly view: View;
  readonly world: WorldJson | null;
  /** Versions of procedures that a run keeps, and that are not active any more. */
  readonly older: OlderVersions;
  readonly conversation: ConversationJson | null;
  /** The shown conversation, if it was made just here: its thread begins empty, there is no history to wait for. */
  readonly made: string | null;
  /** A conversation that was asked for and that the server does not have. */
  readonly missing: string | null;
  readonly conversations: readonly ConversationSummaryJson[];
  readonly cards: readonly AgentsCardJson[] | null;
  readonly tickets: readonly Ticket[];
  readonly leads: readonly Lead[];
  readonly mails: readonly Mail[];
  /** Tickets, leads and mails that came while the page was open, by id, with the time until they count as new. */
  readonly fresh: { readonly [record: string]: number };
  readonly outgoing: readonly OutgoingMessage[];
  /** What is being written, by conversation; `new` is the one that is not made yet. */
  readonly drafts: { readonly [conversation: string]: string };
  readonly writingAs: string;
  readonly decidingAs: string;
  /** `lost`: for long enough to say so; `back`: live again, a moment ago. `since`: when the stream broke. */
  readonly connection: {
    readonly state: "connecting" | "live" | "broken" | "lost" | "back";
    readonly since: number;
  };
  /** An error that has no place of its own. */
  readonly toast: string | null;
  /** What the page's one status region says; `turn` makes the same words news again. */
  readonly announcement: { readonly text: string; readonly turn: number };
}

const session = recall();

/** The state of the page. */
export const page = createStore<Page>({
  view: readView(location.search),
  world: null,
  older: {},
  conversation: null,
  made: null,
  missing: null,
  conversations: [],
  cards: null,
  tickets: [],
  leads: [],
  mails: [],
  fresh: {},
  outgoing: session.outgoing,
  drafts: session.drafts,
  writingAs: session.writingAs ?? "customer-1",
  decidingAs: session.decidingAs ?? "agent-1",
  connection: { state: "connecting", since: Date.now() },
  toast: null,
  announcement: { text: "", turn: 0 },
});

/** One part of the page's state. */
export function usePage<Part>(select: (state: Page) => Part): Part {
  return useStore(page, select);
}

/** Whether decisions and messages cannot go out just now. */
export function useIsCutOff(): boolean {
  return usePage(({ connection }) => connection.state === "lost");
}

const spokenMs = 5000;

/** Has a screen reader say this, without moving anybody's focus; old news do not stay for who browses the page. */
export function announce(text: string): void {
  if (text === "") return;
  const turn = page.get().announcement.turn + 1;
  page.set({ announcement: { text, turn } });
  setTimeout(() => {
    if (page.get().announcement.turn === turn) page.set({ announcement: { text: "", turn } });
  }, spokenMs);
}

/** Shows an error that has no place of its own, until it is dismissed. */
export function showToast(text: string): void {
  page.set({ toast: text });
}
