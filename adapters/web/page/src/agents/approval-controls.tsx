import { type SubmitEvent, useEffect, useId, useRef, useState } from "react";
import { webLimits } from "../../../limits.ts";
import { focusInto } from "../shared/scroll.ts";
import { page, useIsCutOff } from "../state/page.ts";
import { server } from "../state/server.ts";
import { recall, rememberText } from "../state/session.ts";
import type { Press } from "./use-press.ts";

interface ApprovalControlsProps {
  readonly card: string;
  readonly pressId: string;
  readonly press: Press;
}

/** Approve and Reject; rejecting asks for a reason first, in a form that survives a reload. */
export function ApprovalControls({ card, pressId, press }: ApprovalControlsProps) {
  const [reason, setReason] = useState<string | null>(recall().rejects[card] ?? null);
  const [byHand, setByHand] = useState(false);
  const rejectButton = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const locked = useIsCutOff() || press.state.kind === "sending";
  const keep = (text: string | null): void => {
    setReason(text);
    rememberText("rejects", card, text);
  };
  const decide = (approve: boolean, why: string | null): void => {
    if (!locked) press.press(() => server.decide(pressId, page.get().decidingAs, approve, why));
  };
  const open = (): void => {
    if (locked) return;
    setByHand(true);
    keep("");
  };
  useEffect(() => {
    if (reason === null && wasOpen.current) rejectButton.current?.focus();
    wasOpen.current = reason !== null;
  }, [reason]);
  // Decided, by whomever: the form is over.
  useEffect(() => () => closeForm(card), [card]);
  if (reason !== null) {
    return (
      <RejectForm
        reason={reason}
        takesFocus={byHand}
        locked={locked}
        onChange={keep}
        onReject={() => decide(false, reason)}
        onCancel={() => keep(null)}
      />
    );
  }
  return (
    <div className="buttons">
      <button type="button" className="primary" aria-disabled={locked} onClick={() => decide(true, null)}>
        Approve
      </button>
      <button ref={rejectButton} type="button" aria-disabled={locked} onClick={open}>
        Reject
      </button>
    </div>
  );
}

/** A card that is gone or decided keeps no form; one that still can be decided does, over a reload as well. */
function closeForm(card: string): void {
  const current = page.get().cards?.find(({ id }) => id === card)?.card;
  if (current !== undefined && current.buttons.length === 0) rememberText("rejects", card, null);
}

interface RejectFormProps {
  readonly reason: string;
  /** False for a form that a reload brought back. */
  readonly takesFocus: boolean;
  readonly locked: boolean;
  readonly onChange: (reason: string) => void;
  readonly onReject: () => void;
  readonly onCancel: () => void;
}

function RejectForm({ reason, takesFocus, locked, onChange, onReject, onCancel }: RejectFormProps) {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (takesFocus) focusInto(box.current?.form ?? null, box.current);
  }, [takesFocus]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (locked) return;
    setMissing(reason.trim() === "");
    if (reason.trim() === "") box.current?.focus();
    else onReject();
  };
  return (
    <form className="reject" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <label htmlFor={id}>Reason</label>
      <textarea
        ref={box}
        id={id}
        rows={2}
        dir="auto"
        maxLength={webLimits.reasonLength}
        value={reason}
        aria-invalid={missing}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={missing ? "problem" : "muted"}>
        {missing ? "Write a reason." : "Internal: the customer does not see it."}
      </p>
      <div className="buttons">
        <button type="submit" className="danger" aria-disabled={locked}>
          Reject
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
