import { usePage } from "../state/page.ts";
import { guidedProcedure, guideEnd, guideSteps, guideTicks } from "./guide.ts";

/** Four things to do, ticked by what the run does; without the procedure that it leads through there is no guide. */
export function GuideStrip({ onHide }: { readonly onHide: () => void }) {
  const run = usePage(({ conversation }) => conversation?.run ?? conversation?.lastRun ?? null);
  const exists = usePage(({ world }) => world?.procedures.some(({ procedure }) => procedure.slug === guidedProcedure));
  const demo = usePage(({ world }) => world?.demo === true);
  if (exists !== true) return null;
  const ticks = guideTicks(run);
  const end = guideEnd(run, demo);
  const next = ticks.indexOf(false);
  const steps = end === null ? guideSteps : [...guideSteps.slice(0, next), end];
  // The one that stays in sight where there is room for one only.
  const main = next === -1 ? steps.length - 1 : next;
  return (
    <div className="guide">
      <ol aria-label="Guide">
        {steps.map((step, index) => (
          <li
            key={step}
            className={`${ticks[index] === true ? "ticked" : index === next ? "next" : ""}${index === main ? " main-step" : ""}`}
          >
            <span className="guide-number" aria-hidden="true">
              {ticks[index] === true ? "✓" : step === end ? "–" : index + 1}
            </span>
            <span className="guide-words">
              {step} {ticks[index] === true ? <span className="visually-hidden">(done)</span> : null}
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
