import type { ReactNode } from "react";

/** The ids of the three regions, from left to right. */
export const paneIds = ["customer", "agents", "inside"] as const;
export type PaneId = (typeof paneIds)[number];

interface PaneProps {
  readonly id: PaneId;
  readonly title: string;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** One of the three regions; it can take the focus, so that a key leads from one to the next. */
export function Pane({ id, title, tools, children }: PaneProps) {
  return (
    <section id={id} className={`pane pane-${id}`} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header className="pane-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  );
}

/** Brings a pane into view where they stand side by side and only one fits. */
export function showPane(id: PaneId): void {
  const pane = document.getElementById(id);
  const pager = pane?.parentElement;
  if (pane && pager) pager.scrollTo({ left: pane.offsetLeft - pager.offsetLeft });
}

/** Moves the focus to the pane after (1) or before (-1) the one that has it. */
export function cyclePanes(by: 1 | -1): void {
  const current = paneIds.findIndex((id) => document.getElementById(id)?.contains(document.activeElement));
  const start = current === -1 && by === -1 ? 0 : current;
  const next = paneIds[(start + by + paneIds.length) % paneIds.length];
  if (next === undefined) return;
  document.getElementById(next)?.focus({ preventScroll: true });
  showPane(next);
}
