import type { ReactNode } from "react";
import { page, usePage } from "../state/page.ts";
import { viewUrl } from "../state/url.ts";
import { show } from "../state/visit.ts";

interface StepLinkProps {
  readonly step: string;
  readonly className?: string;
  readonly tabIndex?: number;
  /** Whether following it a second time puts the step away again. */
  readonly toggles?: boolean;
  readonly children: ReactNode;
}

/** A link to a step of the diagram; its address can be kept and sent. */
export function StepLink({ step, className, tabIndex, toggles = false, children }: StepLinkProps) {
  const conversation = usePage(({ view }) => view.conversation);
  return (
    <a
      className={className}
      tabIndex={tabIndex}
      href={viewUrl({ conversation, step })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        const { view } = page.get();
        show({ ...view, step: toggles && view.step === step ? null : step }, "replace");
      }}
    >
      {children}
    </a>
  );
}
