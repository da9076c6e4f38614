import { type ReactNode, useMemo } from "react";
import { factsOf } from "../../../../../src/domain/step-facts.ts";
import type { ProcedureJson, RunJson } from "../../../api.ts";
import { Icon } from "../shared/icon.tsx";
import { Section } from "../shared/section.tsx";
import { Pane } from "../shell/pane.tsx";
import { usePage } from "../state/page.ts";
import { procedureOf } from "../state/procedure-of.ts";
import { Procedures } from "./procedures.tsx";
import { Records } from "./records-view.tsx";
import { RunView } from "./run-view.tsx";
import { routeWords, standingOf } from "./run-words.ts";
import { TraceView } from "./trace-view.tsx";
import { VariablesView } from "./variables-view.tsx";

const none: readonly ProcedureJson[] = [];

/** What Usher does, and why: the diagram of the run, its trace and variables, and what came of it. */
export function InsidePane() {
  const conversation = usePage((page) => page.conversation);
  const procedures = usePage(({ world }) => world?.procedures ?? none);
  const known = usePage(({ world }) => world !== null);
  const run = conversation?.run ?? conversation?.lastRun ?? null;
  const older = usePage((page) => page.older);
  const kept = run === null ? null : procedureOf(run, procedures, older);
  const procedure = kept ?? null;
  const facts = useMemo(() => (procedure === null ? [] : factsOf(procedure)), [procedure]);
  const why = conversation?.run === null ? routeWords(conversation.lastRoute, procedures) : null;
  return (
    <Pane id="inside" title="Inside" tools={run === null ? null : <Standing run={run} />}>
      {/* Two columns where there is room; each then scrolls by itself. */}
      <div className="inside-body">
        <Column label="Diagram">
          {why === null ? null : <p className="note">{why}</p>}
          {run === null ? <NoRun procedures={procedures} known={known} /> : <RunView run={run} procedure={kept} />}
        </Column>
        <Column label="Details">
          <Section title="Trace">
            <TraceView key={run?.id} run={run} procedure={procedure} />
          </Section>
          <Section title="Variables">
            <VariablesView run={run} facts={facts} conversation={conversation?.id ?? null} />
          </Section>
          <Records />
        </Column>
      </div>
    </Pane>
  );
}

function Column({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms.
    <div className="inside-column" tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}

function Standing({ run }: { readonly run: RunJson }) {
  const handledBy = usePage(({ conversation }) => conversation?.handledBy ?? "bot");
  const { words, tone, icon } = standingOf(run, handledBy);
  return (
    <p className="standing">
      <span className="standing-name">
        {run.procedureName} <span className="muted">v{run.version}</span>
      </span>
      <span className={`badge tone-${tone}`}>
        <Icon name={icon} size={12} /> {words}
      </span>
    </p>
  );
}

function NoRun({ procedures, known }: { readonly procedures: readonly ProcedureJson[]; readonly known: boolean }) {
  if (!known) return null;
  return (
    <>
      {procedures.length === 0 ? null : (
        <p className="empty">
          No run yet. When a message matches a procedure, its steps light up here, with the reason for every branch.
        </p>
      )}
      <Procedures procedures={procedures} />
    </>
  );
}
