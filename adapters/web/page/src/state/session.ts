import type { OutgoingMessage } from "./outgoing.ts";

/** What a tab remembers over a reload. Texts by conversation or by card; `rejects` holds the open forms. */
export interface Session {
  readonly writingAs: string | null;
  readonly decidingAs: string | null;
  readonly drafts: { readonly [conversation: string]: string };
  readonly rejects: { readonly [card: string]: string };
  readonly replies: { readonly [card: string]: string };
  readonly closed: { readonly [section: string]: boolean };
  readonly outgoing: readonly OutgoingMessage[];
}

const empty: Session = {
  writingAs: null,
  decidingAs: null,
  drafts: {},
  rejects: {},
  replies: {},
  closed: {},
  outgoing: [],
};
const key = "usher.playground";

let session = read();

function read(): Session {
  try {
    return { ...empty, ...(JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Session>) };
  } catch {
    // Storage is forbidden, or holds something of an older page: begin anew.
    return empty;
  }
}

/** What this tab remembers now. */
export function recall(): Session {
  return session;
}

/** Remembers these parts; without storage, until the next load. */
export function remember(change: Partial<Session>): void {
  session = { ...session, ...change };
  try {
    sessionStorage.setItem(key, JSON.stringify(session));
  } catch {
    // Full or forbidden: the page works all the same.
  }
}

/** Remembers one text under a name, or forgets it (null). */
export function rememberText(part: "rejects" | "replies", name: string, text: string | null): void {
  const { [name]: _old, ...others } = session[part];
  remember({ [part]: text === null ? others : { ...others, [name]: text } });
}

/** A choice kept for this browser over all visits, or null. */
export function recallChoice(name: "theme" | "guide"): string | null {
  try {
    return localStorage.getItem(`usher.${name}`);
  } catch {
    return null;
  }
}

/** Keeps a choice for this browser; null takes it back. */
export function rememberChoice(name: "theme" | "guide", value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`usher.${name}`);
    else localStorage.setItem(`usher.${name}`, value);
  } catch {
    // Forbidden: it lasts as long as the page.
  }
}
