import { memo } from "react";
import type { Json } from "../../../../../src/domain/json.ts";
import type { Step } from "../../../../../src/domain/step.ts";
import { type Exit, kindWords, type StepFacts } from "../../../../../src/domain/step-facts.ts";
import { Icon } from "../shared/icon.tsx";
import { JsonView } from "../shared/json-view.tsx";
import type { LineStyle, Piece } from "./gutter.ts";
import type { StepMark } from "./marks.ts";
import { StepLink } from "./step-link.tsx";

export interface StepRowProps {
  readonly facts: StepFacts;
  /** The step as it stands in the file, once it is picked; else null. */
  readonly picked: Step | null;
  readonly state: StepMark["state"];
  readonly visits: number;
  readonly failed: boolean;
  readonly lanes: number;
  readonly pieces: readonly Piece[];
  readonly above: LineStyle | null;
  readonly below: LineStyle | null;
  /** Where the exits lead, as numbers in the order of `facts.exits`; null: the end. */
  readonly targets: readonly (number | null)[];
  /** False in a preview, where there is nothing to pick. */
  readonly links: boolean;
  readonly isTabStop: boolean;
}

/** One step of the diagram, with its piece of the lines beside it. */
export const StepRow = memo(function StepRow(props: StepRowProps) {
  const { facts, state, picked } = props;
  return (
    <li
      className={`step is-${state} kind-${facts.kind}${picked === null ? "" : " picked"}`}
      data-step={facts.id}
      aria-current={state === "current" ? "step" : undefined}
    >
      <Lines {...props} />
      <div className="step-card">
        <Head {...props} />
        <p className="step-summary" dir="auto">
          <span className="step-id">{facts.title ?? facts.id}</span> {facts.summary}
        </p>
        <Exits {...props} />
        {picked === null ? null : <Details step={picked} />}
      </div>
    </li>
  );
});

function Head({ facts, state, visits, failed, links, isTabStop }: StepRowProps) {
  const title = (
    <>
      {facts.number} {kindWords[facts.kind]}
    </>
  );
  return (
    <div className="step-head">
      <Icon name={facts.kind} />
      {links ? (
        <StepLink step={facts.id} className="step-title" tabIndex={isTabStop ? 0 : -1} toggles>
          {title}
        </StepLink>
      ) : (
        <span className="step-title">{title}</span>
      )}
      {facts.gate === null ? null : (
        <span className={`gate gate-${facts.gate}`}>
          <Icon name="gate" size={12} /> {facts.gate === "require" ? "approval" : "notify"}
        </span>
      )}
      <Mark state={state} visits={visits} failed={failed} />
    </div>
  );
}

function Mark({ state, visits, failed }: Pick<StepRowProps, "state" | "visits" | "failed">) {
  const times = visits > 1 ? <span className="visits">{visits} times</span> : null;
  if (state === "current") return <span className="mark now">{times} Now</span>;
  if (state === "notTaken") return <span className="mark">not taken</span>;
  if (state !== "walked") return null;
  if (failed) return <span className="mark failed">{times} ✗ failed</span>;
  return (
    <span className="mark">
      {times} <span aria-hidden="true">✓</span>
      <span className="visually-hidden">walked</span>
    </span>
  );
}

function Exits({ facts, targets, links, isTabStop }: StepRowProps) {
  if (facts.exits.length === 0) return <p className="exits">■ ends here</p>;
  const told = facts.exits.flatMap((exit, index) => {
    const target = targets[index] ?? null;
    const goesOn = exit.label === null && target === facts.number + 1;
    return goesOn ? [] : [{ exit, target }];
  });
  if (told.length === 0) return null;
  return (
    <p className="exits">
      {told.map(({ exit, target }, index) => (
        <span key={exit.label ?? "next"}>
          {index === 0 ? "" : " · "}
          <ExitText exit={exit} target={target} links={links} isTabStop={isTabStop} />
        </span>
      ))}
    </p>
  );
}

interface ExitTextProps {
  readonly exit: Exit;
  readonly target: number | null;
  readonly links: boolean;
  readonly isTabStop: boolean;
}

function ExitText({ exit, target, links, isTabStop }: ExitTextProps) {
  const label = exit.label === null ? "" : `${exit.label} `;
  if (exit.to === null || target === null) return <>{label}■ ends here</>;
  const text = `${label === "" ? "next " : label}→ ${target}`;
  if (!links) return <>{text}</>;
  return (
    <StepLink step={exit.to} tabIndex={isTabStop ? 0 : -1}>
      {text}
    </StepLink>
  );
}

function Lines({ lanes, pieces, above, below, state }: StepRowProps) {
  return (
    <div className="lines" data-lanes={lanes} aria-hidden="true">
      {pieces.map(({ lane, part, down, style }) => (
        <span
          key={`${lane}-${part}`}
          className={`jump ${part} ${down ? "down" : "up"} line-${style}`}
          data-lane={lane}
        />
      ))}
      {above === null ? null : <span className={`spine spine-above line-${above}`} />}
      {below === null ? null : <span className={`spine spine-below line-${below}`} />}
      <span className={`node node-${state}`} />
    </div>
  );
}

function Details({ step }: { readonly step: Step }) {
  const fields = Object.entries(step).flatMap(([name, value]): [string, Json][] =>
    name === "kind" || value === undefined ? [] : [[name, value]],
  );
  return (
    <dl className="step-details">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <JsonView value={value} name={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
