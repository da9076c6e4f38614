import type { ChangeJson } from "../../../api.ts";

interface LiveOptions {
  /** The stream is open, or news were missed: fetch everything that is shown. */
  readonly everything: () => void;
  readonly change: (change: ChangeJson) => void;
  /** The stream broke; said once until it is open again. */
  readonly broken: () => void;
  readonly opened: () => void;
}

const retryFirstMs = 500;
const retryMostMs = 3000;
const hiddenMs = 60_000;
// A browser gives one server six streams; a seventh tab must show something all the same.
const patienceMs = 1000;

/**
 * Watches the server's stream of changes, and opens it again whenever it breaks. A tab that was hidden for a minute
 * lets its stream go, and fetches everything when it is looked at again.
 */
export function startLive(options: LiveOptions): void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let retryMs = retryFirstMs;
  let hide: ReturnType<typeof setTimeout> | undefined;

  const close = (): void => {
    clearTimeout(retry);
    source?.close();
    source = null;
  };
  const open = (): void => {
    close();
    source = watch(options, {
      opened: () => {
        retryMs = retryFirstMs;
      },
      broken: () => {
        close();
        retry = setTimeout(open, retryMs);
        retryMs = Math.min(retryMs * 2, retryMostMs);
      },
    });
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hide);
    if (document.hidden) hide = setTimeout(close, hiddenMs);
    else if (source === null) open();
  });
  // The browser knows first when the network is back.
  window.addEventListener("online", open);
  open();
}

function watch(
  { everything, change, broken, opened }: LiveOptions,
  own: { readonly opened: () => void; readonly broken: () => void },
): EventSource {
  const source = new EventSource("/api/events");
  let last: number | null = null;
  const patience = setTimeout(everything, patienceMs);
  source.addEventListener("open", () => {
    clearTimeout(patience);
    own.opened();
    opened();
    everything();
  });
  source.addEventListener("message", (event: MessageEvent<string>) => {
    const id = Number(event.lastEventId);
    const gap = last !== null && id !== last + 1;
    last = id;
    if (gap) everything();
    else change(JSON.parse(event.data) as ChangeJson);
  });
  source.addEventListener("error", () => {
    clearTimeout(patience);
    own.broken();
    broken();
  });
  return source;
}
