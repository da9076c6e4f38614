import { memo, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Card } from "../../../../../src/domain/card.ts";
import type { AgentsCardJson } from "../../../api.ts";
import { Icon } from "../shared/icon.tsx";
import type { IconName } from "../shared/icon-paths.ts";
import { TimeText } from "../shared/time-text.tsx";
import { recall } from "../state/session.ts";
import { ApprovalControls } from "./approval-controls.tsx";
import { CardSections } from "./card-sections.tsx";
import { CardThread } from "./card-thread.tsx";
import { HandOffControls } from "./hand-off-controls.tsx";
import { Outcome } from "./outcome.tsx";
import { ThreadLink } from "./thread-link.tsx";
import { toneIcon } from "./tone-icon.ts";
import { type Press, usePress } from "./use-press.ts";
import { VerdictControls } from "./verdict-controls.tsx";

interface AgentsCardProps {
  readonly item: AgentsCardJson;
  /** The cards that stand under this one. */
  readonly under: readonly AgentsCardJson[];
}

/** One card of the agents channel, with what stands under it. */
export const AgentsCard = memo(function AgentsCard({ item, under }: AgentsCardProps) {
  const { card } = item;
  const isOpen = card.buttons.length > 0;
  const press = usePress(item, pressedOf(card));
  const lost = useLostReason(item, press);
  const hasFocus = useRef(false);
  const isLine = card.sections.length === 0 && !isOpen;
  return (
    <CardFrame item={item} isLine={isLine} hasFocus={hasFocus}>
      <CardSections card={card} />
      {isLine ? null : <ThreadLink conversation={item.conversationId} />}
      {under.length > 0 || card.kind === "handOff" ? <CardThread item={item} under={under} /> : null}
      <Outcome status={card.status} press={press} privately={lost} hasFocus={hasFocus} isOpen={isOpen} />
      {isOpen ? <Controls item={item} press={press} /> : null}
    </CardFrame>
  );
});

interface CardFrameProps {
  readonly item: AgentsCardJson;
  readonly isLine: boolean;
  readonly hasFocus: { current: boolean };
  readonly children: ReactNode;
}

// Not live: the page's one status says what is new, and the rest would be read out twice.
function CardFrame({ item: { card, at }, isLine, hasFocus, children }: CardFrameProps) {
  const id = useId();
  return (
    <article
      className={`card tone-${card.tone}${isLine ? " line" : ""}${card.buttons.length > 0 ? " open" : ""}`}
      aria-labelledby={id}
      aria-live="off"
      onFocus={() => {
        hasFocus.current = true;
      }}
      onBlur={() => {
        hasFocus.current = false;
      }}
    >
      <header className="card-head">
        <Icon name={iconOf(card)} />
        <h3 id={id} dir="auto">
          {card.title}
        </h3>
        <TimeText at={at} />
      </header>
      {children}
    </article>
  );
}

function Controls({ item, press }: { readonly item: AgentsCardJson; readonly press: Press }) {
  const { card, id } = item;
  const pressId = card.pressId ?? "";
  switch (pressedOf(card)) {
    case "decision":
      return <ApprovalControls key={pressId} card={id} pressId={pressId} press={press} />;
    case "verdict":
      return <VerdictControls key={pressId} pressId={pressId} press={press} />;
    case "end":
      return <HandOffControls item={item} press={press} />;
    default:
      return null;
  }
}

function pressedOf({ buttons }: Card): "decision" | "verdict" | "end" {
  const [first] = buttons;
  if (first?.action === "approve" || first?.action === "reject") return "decision";
  return first?.action === "handBack" || first?.action === "resolve" ? "end" : "verdict";
}

function iconOf({ kind, tone, buttons }: Card): IconName {
  if (kind === "handOff") return "escalate";
  const isDecision = kind === "approval" && (buttons.length > 0 || tone === "plain");
  return isDecision ? "gate" : (toneIcon(tone) ?? "message");
}

/** What to say to somebody who was writing a reason when another agent decided; else null. */
function useLostReason({ id, card }: AgentsCardJson, { state, accepted }: Press): string | null {
  const isOpen = card.buttons.length > 0;
  const wasOpen = useRef(isOpen);
  const [lost, setLost] = useState(false);
  // Read while rendering: the form forgets its text when it goes.
  const typed = recall().rejects[id] ?? "";
  useEffect(() => {
    if (wasOpen.current && !isOpen && state.kind !== "sending" && !accepted && typed.trim() !== "") setLost(true);
    wasOpen.current = isOpen;
  }, [isOpen, state.kind, accepted, typed]);
  return lost ? "Somebody decided this before you. Your reason went nowhere." : null;
}
