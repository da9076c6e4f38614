import { type ReactNode, type SubmitEvent, useEffect, useId, useRef, useState } from "react";
import type { Json } from "../../../../../src/domain/json.ts";
import { focusInto } from "../shared/scroll.ts";
import { page, useIsCutOff } from "../state/page.ts";
import { server } from "../state/server.ts";
import type { Press } from "./use-press.ts";

interface VerdictControlsProps {
  readonly pressId: string;
  readonly press: Press;
}

/** What to do about something of which nobody knows whether it happened. Two of the answers ask once more. */
export function VerdictControls({ pressId, press }: VerdictControlsProps) {
  const [asking, setAsking] = useState<"happened" | "runAgain" | null>(null);
  const back = useRef<HTMLButtonElement>(null);
  const locked = useIsCutOff() || press.state.kind === "sending";
  const say = (verdict: "happened" | "runAgain" | "stop", result: Json = null): void => {
    if (!locked) press.press(() => server.verdict(pressId, page.get().decidingAs, verdict, result));
  };
  const ask = (what: "happened" | "runAgain"): void => {
    if (!locked) setAsking(what);
  };
  const cancel = (): void => {
    setAsking(null);
    // The buttons come back with this render.
    setTimeout(() => back.current?.focus());
  };
  if (asking === "happened") {
    return <HappenedForm locked={locked} onHappened={(value) => say("happened", value)} onCancel={cancel} />;
  }
  if (asking === "runAgain") {
    return <RunAgainQuestion locked={locked} onRunAgain={() => say("runAgain")} onCancel={cancel} />;
  }
  return (
    <div className="buttons">
      <button ref={back} type="button" className="primary" aria-disabled={locked} onClick={() => ask("happened")}>
        It happened
      </button>
      <button type="button" aria-disabled={locked} onClick={() => ask("runAgain")}>
        Run again
      </button>
      <button type="button" aria-disabled={locked} onClick={() => say("stop")}>
        Stop
      </button>
    </div>
  );
}

interface HappenedFormProps {
  readonly locked: boolean;
  readonly onHappened: (value: Json) => void;
  readonly onCancel: () => void;
}

/** It happened: what came back may be pasted, so that the later steps have it. */
function HappenedForm({ locked, onHappened, onCancel }: HappenedFormProps) {
  const id = useId();
  const [value, setValue] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => focusInto(box.current?.form ?? null, box.current), []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!locked) onHappened(asJson(value));
  };
  return (
    <form className="result" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <label htmlFor={id}>Result (optional)</label>
      <textarea
        ref={box}
        id={id}
        rows={1}
        dir="auto"
        className="mono"
        placeholder='{"id": 7}'
        aria-describedby={`${id}-note`}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <p id={`${id}-note`} className="muted">
        What the other side answered, if you know it: the steps that follow may need it.
      </p>
      <Buttons onCancel={onCancel}>
        <button type="submit" className="primary" aria-disabled={locked}>
          It happened
        </button>
      </Buttons>
    </form>
  );
}

interface RunAgainQuestionProps {
  readonly locked: boolean;
  readonly onRunAgain: () => void;
  readonly onCancel: () => void;
}

// The question takes the focus, not its button: a second Enter must not run anything.
function RunAgainQuestion({ locked, onRunAgain, onCancel }: RunAgainQuestionProps) {
  const question = useRef<HTMLParagraphElement>(null);
  useEffect(() => focusInto(question.current?.parentElement ?? null, question.current), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves the question from wherever the focus is in it.
    <div className="ask" onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <p ref={question} tabIndex={-1}>
        If it did happen, running it again makes it happen twice. Run it?
      </p>
      <Buttons onCancel={onCancel}>
        <button type="button" className="danger" aria-disabled={locked} onClick={onRunAgain}>
          Yes, run again
        </button>
      </Buttons>
    </div>
  );
}

function Buttons({ onCancel, children }: { readonly onCancel: () => void; readonly children: ReactNode }) {
  return (
    <div className="buttons">
      {children}
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

/** What was pasted: JSON as what it is, anything else as text, nothing as null. */
function asJson(text: string): Json {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text.trim();
  }
}
