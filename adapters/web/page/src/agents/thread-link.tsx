import { showPane } from "../shell/pane.tsx";
import { openConversation } from "../state/actions.ts";
import { usePage } from "../state/page.ts";
import { viewUrl } from "../state/url.ts";

/** Leads from a card to the conversation that it is about. */
export function ThreadLink({ conversation }: { readonly conversation: string }) {
  const isShown = usePage(({ view }) => view.conversation === conversation);
  return (
    <p className="thread-link">
      <a
        href={viewUrl({ conversation, step: null })}
        aria-current={isShown ? "true" : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          openConversation(conversation);
          showPane("customer");
        }}
      >
        Open the thread
      </a>
      {isShown ? <span className="muted"> Shown now.</span> : null}
    </p>
  );
}
