import { type Session, sessionFrom } from "./session-from.ts";

const key = "usher.playground";

const empty = sessionFrom({});

let session = read();

function read(): Session {
  try {
    return sessionFrom(JSON.parse(sessionStorage.getItem(key) ?? "{}"));
  } catch {
    // Storage is forbidden, or holds what is no JSON: begin anew.
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
