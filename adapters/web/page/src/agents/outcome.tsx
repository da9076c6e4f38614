import { useLayoutEffect, useRef } from "react";
import type { Card, CardStatus } from "../../../../../src/domain/card.ts";
import { personWords } from "../../../../../src/domain/person-words.ts";
import { Icon } from "../shared/icon.tsx";
import { DayTimeText } from "../shared/time-text.tsx";
import { toneIcon } from "./tone-icon.ts";
import type { Press } from "./use-press.ts";

interface OutcomeProps {
  readonly status: Card["status"];
  readonly press: Press;
  /** Something that only this visitor is to know, beside what became of the press. */
  readonly privately?: string | null;
  /** True while the card holds the focus. */
  readonly hasFocus: { current: boolean };
  readonly isOpen: boolean;
}

/** The outcome lines of a card, then what became of this visitor's own press. It takes the focus after a press. */
export function Outcome({ status, press, privately = null, hasFocus, isOpen }: OutcomeProps) {
  const box = useRef<HTMLDivElement>(null);
  const { state, wantsFocus, before } = press;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the moments at which a line comes or goes.
  useLayoutEffect(() => {
    const lines = box.current?.querySelectorAll<HTMLElement>("p") ?? [];
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (wantsFocus.current) {
      const own = lines[state.kind === "idle" ? newLine(status, before.current) : lines.length - 1];
      // Whoever went on with Tab meanwhile is left in peace.
      if (own !== undefined && (lost || hasFocus.current)) own.focus();
      if (state.kind !== "sending") wantsFocus.current = false;
    } else if (hasFocus.current && lost && !isOpen) {
      // Somebody else decided, and the form that held the focus is gone.
      lines[lines.length - 1]?.focus();
    }
  }, [state, status.length, isOpen]);
  const told = privately ?? (state.kind === "told" ? state.text : null);
  return (
    <div ref={box} className="outcome">
      {status.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line may be told again in other words, and keeps its place.
        <StatusLine key={index} line={line} />
      ))}
      {told === null ? null : (
        <p className="private" tabIndex={-1}>
          {told} <span className="muted">Only you can see this.</span>
        </p>
      )}
      {state.kind === "sending" ? (
        <p className="pending" tabIndex={-1}>
          {state.text}
        </p>
      ) : null}
    </div>
  );
}

/** The first line that was not there before, or the last one. */
function newLine(status: Card["status"], before: Card["status"]): number {
  const known = new Set(before.map((line) => JSON.stringify(line)));
  const index = status.findIndex((line) => !known.has(JSON.stringify(line)));
  return index === -1 ? status.length - 1 : index;
}

function StatusLine({ line: { tone, before, by, at, after } }: { readonly line: CardStatus }) {
  const icon = toneIcon(tone);
  return (
    <p className={`status-line ${icon ?? ""}`} tabIndex={-1}>
      {icon === null ? null : <Icon name={icon} />}
      <span dir="auto">
        {before}
        {by === undefined ? null : `${personWords(by)}, `}
        <DayTimeText at={at} />
        {after}
      </span>
    </p>
  );
}
