import { type ReactNode, useId, useState } from "react";
import { recall, remember } from "../state/session.ts";

interface SectionProps {
  readonly title: string;
  readonly count?: number;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a pane that opens and closes; the tab remembers which are closed. */
export function Section({ title, count, note, children }: SectionProps) {
  const id = useId();
  const [closed, setClosed] = useState(recall().closed[title] === true);
  const toggle = (): void => {
    setClosed(!closed);
    remember({ closed: { ...recall().closed, [title]: !closed } });
  };
  return (
    <div className="section">
      <h3>
        <button type="button" className="section-title" aria-expanded={!closed} aria-controls={id} onClick={toggle}>
          <span className="twist" aria-hidden="true" />
          <span>{title}</span>
          {count === undefined ? null : <span className="count">{count}</span>}
          {note}
        </button>
      </h3>
      <div id={id} className="section-body" hidden={closed}>
        {children}
      </div>
    </div>
  );
}
