import { page } from "./page.ts";
import { readView, type View, viewUrl } from "./url.ts";

/** Goes to a conversation or a step: the address and the page follow. What is shown is fetched by whoever calls. */
export function show(view: View, how: "push" | "replace" = "push"): void {
  const before = page.get().view;
  if (viewUrl(view) !== viewUrl(before)) {
    if (how === "push") history.pushState(null, "", viewUrl(view));
    else history.replaceState(null, "", viewUrl(view));
  }
  take(view);
}

/** Follows the browser's own Back and Forward. `moved` is told when another conversation is shown. */
export function followHistory(moved: () => void): void {
  window.addEventListener("popstate", () => {
    const before = page.get().view.conversation;
    take(readView(location.search));
    if (page.get().view.conversation !== before) moved();
  });
}

function take(view: View): void {
  const { conversation, made } = page.get();
  page.set({
    view,
    conversation: conversation?.id === view.conversation ? conversation : null,
    // Whoever comes back to it later finds a history.
    made: made === view.conversation ? made : null,
  });
}
