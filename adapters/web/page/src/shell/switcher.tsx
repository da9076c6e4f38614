import { useEffect, useState } from "react";
import { waitingCount } from "../agents/waiting.ts";
import { usePage } from "../state/page.ts";
import { type PaneId, paneIds, showPane } from "./pane.tsx";

const words: { readonly [id in PaneId]: string } = { customer: "Customer", agents: "Agents", inside: "Inside" };

/** At phone width: which of the three panes is in view, and buttons that lead to the others. */
export function Switcher() {
  const [inView, setInView] = useState<PaneId>("customer");
  const waiting = usePage(({ cards }) => waitingCount(cards ?? []));
  useEffect(() => {
    const panes = paneIds.flatMap((id) => document.getElementById(id) ?? []);
    const observer = new IntersectionObserver(
      (entries) => {
        const shown = entries.find(({ isIntersecting }) => isIntersecting)?.target.id;
        const id = paneIds.find((candidate) => candidate === shown);
        if (id !== undefined) setInView(id);
      },
      { root: panes[0]?.parentElement ?? null, threshold: 0.6 },
    );
    for (const pane of panes) observer.observe(pane);
    return () => observer.disconnect();
  }, []);
  return (
    <ul className="switcher" aria-label="Parts of the page">
      {paneIds.map((id) => (
        <li key={id}>
          <button type="button" aria-pressed={inView === id} onClick={() => showPane(id)}>
            {words[id]}
            {id === "agents" && waiting > 0 ? (
              <span className="count">
                {waiting}
                <span className="visually-hidden"> waiting</span>
              </span>
            ) : null}
          </button>
        </li>
      ))}
    </ul>
  );
}
