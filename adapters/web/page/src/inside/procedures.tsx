import { useState } from "react";
import type { ProcedureJson } from "../../../api.ts";
import { Icon } from "../shared/icon.tsx";
import { Rail } from "./rail.tsx";

/** What is shown before the first run: which procedures there are, and what each of them does. */
export function Procedures({ procedures }: { readonly procedures: readonly ProcedureJson[] }) {
  if (procedures.length === 0) {
    return (
      <p className="empty">
        No active procedure. Put a procedure file into the folder that <code>USHER_PROCEDURES</code> names, and start
        Usher again.
      </p>
    );
  }
  return (
    <ul className="procedures" aria-label="Active procedures">
      {procedures.map((published, index) => (
        <Preview key={published.procedure.slug} published={published} isFirst={index === 0} />
      ))}
    </ul>
  );
}

function Preview({ published, isFirst }: { readonly published: ProcedureJson; readonly isFirst: boolean }) {
  const { procedure, version } = published;
  const [open, setOpen] = useState(isFirst);
  return (
    <li className="procedure">
      <h3>
        <button type="button" className="section-title" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="twist" aria-hidden="true" />
          <span>{procedure.name}</span>
          <span className="count">v{version}</span>
        </button>
      </h3>
      <p className="when" dir="auto">
        {procedure.trigger.when}
      </p>
      {open ? (
        <Rail procedure={procedure} run={null} picked={null} label={`Steps of ${procedure.name}`} />
      ) : (
        <p className="strip-icons">
          {procedure.steps.slice(0, stripLength).map(({ id, kind }) => (
            <span key={id} className={`kind-${kind}`}>
              <Icon name={kind} />
            </span>
          ))}
          <span className="muted">{procedure.steps.length} steps</span>
        </p>
      )}
    </li>
  );
}

const stripLength = 12;
