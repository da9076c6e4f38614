import { Fragment, memo, type ReactNode, useEffect, useState } from "react";
import type { Json } from "../../../../../src/domain/json.ts";
import type { StepFacts } from "../../../../../src/domain/step-facts.ts";
import type { RunJson } from "../../../api.ts";
import { JsonView } from "../shared/json-view.tsx";
import { page, useIsCutOff } from "../state/page.ts";
import { AnswerError, server } from "../state/server.ts";
import { StepLink } from "./step-link.tsx";

type Variable = RunJson["variableViews"][number];

interface VariablesViewProps {
  readonly run: RunJson | null;
  readonly facts: readonly StepFacts[];
  readonly conversation: string | null;
}

/** What a run knows, and which step learned it. */
export function VariablesView({ run, facts, conversation }: VariablesViewProps) {
  const variables = run?.variableViews ?? [];
  if (variables.length === 0 || conversation === null) {
    return <p className="empty">No variables yet. Answers and call results land here.</p>;
  }
  const numbers = new Map(facts.map(({ id, number }) => [id, number]));
  return (
    <table className="variables">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">Step</th>
        </tr>
      </thead>
      <tbody>
        {variables.map((variable) => (
          <Row
            key={variable.name}
            variable={variable}
            number={numbers.get(variable.setBy ?? "")}
            conversation={conversation}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly variable: Variable;
  /** Of the step that set it. */
  readonly number: number | undefined;
  readonly conversation: string;
}

const Row = memo(function Row({ variable, number, conversation }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <code>{wrappable(variable.name)}</code> <span className="muted">{variable.type}</span>
      </th>
      <td>
        {variable.hidden ? (
          <Hidden name={variable.name} conversation={conversation} />
        ) : (
          <JsonView value={variable.value} name={variable.name} />
        )}
      </td>
      <td>
        <SetBy variable={variable} number={number} />
      </td>
    </tr>
  );
});

/** A name that may be broken behind each of its underscores, and nowhere else. */
function wrappable(name: string): ReactNode {
  return name.split("_").map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one name never change places.
    <Fragment key={index}>
      {index === 0 ? null : (
        <>
          _<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

function SetBy({ variable, number }: Pick<RowProps, "variable" | "number">) {
  if (variable.setBy === null) return <span className="muted">?</span>;
  return <StepLink step={variable.setBy}>{number ?? variable.setBy}</StepLink>;
}

const shownForMs = 30_000;

/** A sensitive value: asked for when an agent wants to see it (which is logged), and put away after 30 s. */
function Hidden({ name, conversation }: { readonly name: string; readonly conversation: string }) {
  const [shown, setShown] = useState<{ readonly value: Json } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const cutOff = useIsCutOff();
  useEffect(() => {
    if (shown === null) return;
    const hide = setTimeout(() => setShown(null), shownForMs);
    return () => clearTimeout(hide);
  }, [shown]);
  const reveal = async (): Promise<void> => {
    if (cutOff) return;
    setProblem(null);
    try {
      setShown(await server.reveal(conversation, page.get().decidingAs, name));
    } catch (error) {
      setProblem(error instanceof AnswerError ? error.message : "No answer from the server.");
    }
  };
  if (shown !== null) {
    return (
      <>
        <JsonView value={shown.value} name={name} />
        <button type="button" className="small" onClick={() => setShown(null)}>
          Hide value
        </button>
      </>
    );
  }
  return (
    <>
      <span className="nowrap">•••••• hidden</span>{" "}
      <button type="button" className="small" aria-disabled={cutOff} onClick={() => void reveal()}>
        Show value
      </button>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
