import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Json } from "../../../../../src/domain/json.ts";
import { page, useIsCutOff } from "../state/page.ts";
import { server } from "../state/server.ts";
import type { Press } from "./use-press.ts";

interface VerdictControlsProps {
  readonly pressId: string;
  readonly press: Press;
}

/** What to do about something of which nobody knows whether it happened. Running it again is asked once more. */
export function VerdictControls({ pressId, press }: VerdictControlsProps) {
  const [value, setValue] = useState("");
  const [asking, setAsking] = useState(false);
  const againButton = useRef<HTMLButtonElement>(null);
  const locked = useIsCutOff() || press.state.kind === "sending";
  const say = (verdict: "happened" | "runAgain" | "stop", result: Json = null): void => {
    if (!locked) press.press(() => server.verdict(pressId, page.get().decidingAs, verdict, result));
  };
  if (asking) {
    const cancel = (): void => {
      setAsking(false);
      // The button comes back with this render.
      setTimeout(() => againButton.current?.focus());
    };
    return (
      <RunAgainQuestion onCancel={cancel}>
        <button type="button" className="danger" aria-disabled={locked} onClick={() => say("runAgain")}>
          Yes, run again
        </button>
      </RunAgainQuestion>
    );
  }
  return (
    <>
      <ResultBox value={value} onChange={setValue} />
      <div className="buttons">
        <button type="button" className="primary" aria-disabled={locked} onClick={() => say("happened", asJson(value))}>
          It happened
        </button>
        <button ref={againButton} type="button" aria-disabled={locked} onClick={() => !locked && setAsking(true)}>
          Run again
        </button>
        <button type="button" aria-disabled={locked} onClick={() => say("stop")}>
          Stop
        </button>
      </div>
    </>
  );
}

function ResultBox({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="result">
      <label htmlFor={id}>Result, if it happened (optional)</label>
      <textarea
        id={id}
        rows={1}
        dir="auto"
        className="mono"
        placeholder='{"id": 7}'
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

interface RunAgainQuestionProps {
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

// The question takes the focus, not its button: a second Enter must not run anything.
function RunAgainQuestion({ onCancel, children }: RunAgainQuestionProps) {
  const question = useRef<HTMLParagraphElement>(null);
  useEffect(() => question.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves the question from wherever the focus is in it.
    <div className="ask" onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <p ref={question} tabIndex={-1}>
        If it did happen, running it again makes it happen twice. Run it?
      </p>
      <div className="buttons">
        {children}
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
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
