import { useLayoutEffect, useRef } from "react";
import type { Procedure } from "../../../../../src/domain/procedure.ts";
import type { RunJson } from "../../../api.ts";
import { revealInBox } from "../shared/scroll.ts";
import { usePage } from "../state/page.ts";
import { useFollow } from "./follow.ts";
import { Rail } from "./rail.tsx";

interface RunViewProps {
  readonly run: RunJson;
  /** The version that the run keeps; null: there is none like it any more; undefined: on its way. */
  readonly procedure: Procedure | null | undefined;
}

/** The diagram of a run, as far as it has come. */
export function RunView({ run, procedure }: RunViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const picked = usePage(({ view }) => view.step);
  const current = run.endedAt === null ? run.stepId : null;
  const { following, follow } = useFollow(box, run.id, current);
  useLayoutEffect(() => {
    const step =
      picked === null ? null : box.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(picked)}"]`);
    if (step) revealInBox(step);
  }, [picked]);
  if (procedure === undefined) return null;
  if (procedure === null) {
    return <p className="empty">This run keeps version {run.version}, which is gone. Its steps stand in the trace.</p>;
  }
  return (
    <div ref={box} className="run-view">
      <Rail
        key={run.id}
        procedure={procedure}
        run={run}
        picked={picked}
        label={`Steps of ${run.procedureName}, version ${run.version}`}
      />
      {following || current === null ? null : (
        <button type="button" className="unread" onClick={follow}>
          Follow
        </button>
      )}
    </div>
  );
}
