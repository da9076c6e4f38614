import { useEffect, useRef, useState } from "react";
import type { Card } from "../../../../../src/domain/card.ts";
import type { AgentsCardJson, ReceiptJson } from "../../../api.ts";
import { loadAgents } from "../state/load.ts";
import { announce } from "../state/page.ts";
import { AnswerError } from "../state/server.ts";
import { type Pressed, receiptText } from "./receipt.ts";

const slowAfterMs = 5000;

/** Where a press of this visitor stands. `told`: it did not count, and only they are told why. */
export type PressState =
  | { readonly kind: "idle" }
  | { readonly kind: "sending"; readonly text: string }
  | { readonly kind: "told"; readonly text: string };

export interface Press {
  readonly state: PressState;
  /** Whether a press of this visitor's has counted. */
  readonly accepted: boolean;
  /** True from a press of one's own until its outcome line has had the focus. */
  readonly wantsFocus: { current: boolean };
  /** The outcome lines at the press: the first other one is its own. */
  readonly before: { current: Card["status"] };
  readonly press: (send: () => Promise<ReceiptJson>) => void;
}

const idle: PressState = { kind: "idle" };

/** Sends what a card's button says, once at a time, and follows what becomes of it. */
export function usePress({ card }: AgentsCardJson, pressed: Pressed): Press {
  const [state, setState] = useState<PressState>(idle);
  // The channel edits the card a moment after the receipt: until then the buttons stay locked.
  const [acceptedOn, setAcceptedOn] = useState<typeof card | null>(null);
  const wantsFocus = useRef(false);
  const before = useRef<Card["status"]>([]);
  const isSettled = acceptedOn !== null && acceptedOn !== card;
  useEffect(() => {
    if (state.kind !== "sending") return;
    const slow = setTimeout(() => setState({ kind: "sending", text: "Still waiting for the server." }), slowAfterMs);
    return () => clearTimeout(slow);
  }, [state.kind]);

  const follow = async (send: () => Promise<ReceiptJson>): Promise<void> => {
    try {
      const told = receiptText(await send(), pressed);
      if (told === null) {
        setAcceptedOn(card);
      } else {
        setState({ kind: "told", text: told });
        announce(told);
      }
      await loadAgents();
    } catch (error) {
      const text = error instanceof AnswerError ? error.message : noAnswer;
      setState({ kind: "told", text });
      announce(text);
    }
  };
  const press = (send: () => Promise<ReceiptJson>): void => {
    if (state.kind === "sending" && !isSettled) return;
    wantsFocus.current = true;
    before.current = card.status;
    setAcceptedOn(null);
    setState({ kind: "sending", text: "Sending your decision…" });
    void follow(send);
  };
  return { state: isSettled ? idle : state, accepted: acceptedOn !== null, wantsFocus, before, press };
}

const noAnswer = "No answer from the server. Pressing again is safe: a decision counts once.";
