import { memo, useId, useMemo, useRef, useState } from "react";
import { limits } from "../../../../../src/domain/limits.ts";
import type { Procedure } from "../../../../../src/domain/procedure.ts";
import { factsOf } from "../../../../../src/domain/step-facts.ts";
import { wordsOf } from "../../../../../src/domain/trace-words.ts";
import type { RunJson } from "../../../api.ts";
import { JsonView } from "../shared/json-view.tsx";
import { clockSeconds, took } from "../shared/time.ts";
import { TimeText } from "../shared/time-text.tsx";
import { usePage } from "../state/page.ts";
import { keepSame } from "../state/refresh.ts";
import { isCut } from "./marks.ts";
import { StepLink } from "./step-link.tsx";
import { passes, type TraceFilter, type TraceRow, traceFilters, traceRows } from "./trace-rows.ts";

interface TraceViewProps {
  readonly run: RunJson | null;
  readonly procedure: Procedure | null;
}

const filterWords: { readonly [filter in TraceFilter]: string } = {
  all: "All",
  decisions: "Decisions",
  calls: "Calls",
  problems: "Problems",
};

/** What a run did, and why, in plain words. */
export function TraceView({ run, procedure }: TraceViewProps) {
  const [filter, setFilter] = useState<TraceFilter>("all");
  const before = useRef<readonly TraceRow[]>([]);
  const rows = useMemo(() => {
    const facts = procedure === null ? [] : factsOf(procedure);
    // Rows that did not change are not rendered again.
    before.current = keepSame(before.current, run === null ? [] : traceRows(run, facts, procedure), ({ key }) => key);
    return before.current;
  }, [run, procedure]);
  if (run === null) return <p className="empty">Nothing yet. Each step that a run takes is explained here.</p>;
  const shown = rows.filter((row) => passes(row, filter));
  return (
    <>
      <label className="picker">
        Show{" "}
        <select
          value={filter}
          onChange={(event) => setFilter(traceFilters.find((name) => name === event.target.value) ?? "all")}
        >
          {traceFilters.map((name) => (
            <option key={name} value={name}>
              {filterWords[name]}
            </option>
          ))}
        </select>
      </label>
      {isCut(run.trace) ? (
        <p className="muted">Of a long run, the last {limits.traceEntries} entries are kept.</p>
      ) : null}
      {shown.length === 0 ? <p className="empty">Nothing of this kind in this run.</p> : null}
      <ol className="trace">
        {shown.map((row) => (
          <TraceLine key={row.key} row={row} />
        ))}
      </ol>
    </>
  );
}

interface TraceLineProps {
  readonly row: TraceRow;
}

const none: RunJson["variableViews"] = [];

const TraceLine = memo(function TraceLine({ row }: TraceLineProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const name = row.number === null ? row.step : `${row.number} ${row.step}`;
  const isProblem = row.kinds.includes("problems");
  return (
    <li className={isProblem ? "problem-row" : ""}>
      <TimeText at={row.at} />
      <div className="trace-words" dir="auto">
        <StepLink step={row.step}>{name}</StepLink>: {row.words}
        {row.next === null ? "" : `, ${row.next}`}
        {row.next === null && /[.?!…]”$/.test(row.words) ? "" : "."}
        {row.notComparable ? <strong className="flag">Not comparable</strong> : null}
      </div>
      <button
        type="button"
        className="more"
        aria-expanded={open}
        aria-controls={id}
        aria-label={`Details of step ${row.number ?? row.step}`}
        onClick={() => setOpen(!open)}
      >
        <span className="twist" aria-hidden="true" />
      </button>
      <div id={id} className="trace-details" hidden={!open}>
        {open ? <Details row={row} /> : null}
      </div>
    </li>
  );
});

function Details({ row }: TraceLineProps) {
  const run = usePage(({ conversation }) => conversation?.run ?? conversation?.lastRun);
  const outputs = (run?.variableViews ?? none).filter(({ setBy, hidden }) => setBy === row.step && !hidden);
  return (
    <>
      <ul>
        {row.entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the entries of a visit are only ever added.
          <li key={index} dir="auto">
            <span className="muted">{clockSeconds(entry.at)}</span> {wordsOf(entry)}
          </li>
        ))}
      </ul>
      {row.until > row.at ? <p className="muted">Took {took(row.until - row.at)}.</p> : null}
      {outputs.map(({ name, value }) => (
        <div key={name} className="output">
          <code>{name}</code>
          <JsonView value={value} name={name} />
        </div>
      ))}
    </>
  );
}
