import { clockSeconds } from "../shared/time.ts";
import { page, usePage } from "../state/page.ts";

/** What concerns the whole page: that the connection is gone or back, and errors without a place of their own. */
export function Banner() {
  const { state, since } = usePage((current) => current.connection);
  if (state === "lost") {
    return (
      <p className="banner lost">
        Connection lost. Trying again. You see the state of <time>{clockSeconds(since)}</time>.
      </p>
    );
  }
  return state === "back" ? <p className="banner back">Live again.</p> : null;
}

/** An error, until it is dismissed; one at a time. */
export function Toast() {
  const toast = usePage((current) => current.toast);
  if (toast === null) return null;
  return (
    <div className="toast" role="alert">
      <p>{toast}</p>
      <button type="button" onClick={() => page.set({ toast: null })}>
        Dismiss
      </button>
    </div>
  );
}

/** The one place of the page from which a screen reader hears news; there from the beginning. */
export function Status() {
  const { text, turn } = usePage((current) => current.announcement);
  // The same words twice are no change: a character that nobody hears makes them one.
  return (
    <div className="visually-hidden" role="status">
      {turn % 2 === 0 ? text : `${text}\u200b`}
    </div>
  );
}
