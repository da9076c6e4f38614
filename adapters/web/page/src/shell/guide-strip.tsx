import { usePage } from "../state/page.ts";
import { guidedProcedure, guideSteps, guideTicks } from "./guide.ts";

/** Four things to do, ticked by what the run does; without the procedure that it leads through there is no guide. */
export function GuideStrip({ onHide }: { readonly onHide: () => void }) {
  const run = usePage(({ conversation }) => conversation?.run ?? conversation?.lastRun ?? null);
  const exists = usePage(({ world }) => world?.procedures.some(({ procedure }) => procedure.slug === guidedProcedure));
  if (exists !== true) return null;
  const ticks = guideTicks(run);
  const next = ticks.indexOf(false);
  // The one that stays in sight where there is room for one only.
  const main = next === -1 ? guideSteps.length - 1 : next;
  return (
    <div className="guide">
      <ol aria-label="Guide">
        {guideSteps.map((step, index) => (
          <li
            key={step}
            className={`${ticks[index] === true ? "ticked" : index === next ? "next" : ""}${index === main ? " main-step" : ""}`}
          >
            <span className="guide-number" aria-hidden="true">
              {ticks[index] === true ? "✓" : index + 1}
            </span>
            <span className="guide-words">
              {step}
              {ticks[index] === true ? <span className="visually-hidden">, done</span> : null}
            </span>
          </li>
        ))}
      </ol>
      <button type="button" className="quiet" onClick={onHide}>
        Hide guide
      </button>
    </div>
  );
}
