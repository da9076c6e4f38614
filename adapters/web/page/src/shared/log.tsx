import type { ReactNode } from "react";
import type { Newest } from "./scroll.ts";

interface LogProps {
  readonly name: string;
  readonly className?: string;
  readonly newest: Newest;
  readonly children: ReactNode;
}

/** A list that grows at its end: read out as it grows, and kept at its end unless the reader has scrolled up. */
export function Log({ name, className = "", newest, children }: LogProps) {
  const { box, rows, unread, onScroll, showNewest } = newest;
  return (
    <div className="scroller">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div ref={box} className={`thread ${className}`} role="log" aria-label={name} tabIndex={0} onScroll={onScroll}>
        <div ref={rows} className="rows">
          {children}
        </div>
      </div>
      {unread > 0 ? (
        <button type="button" className="unread" onClick={showNewest}>
          {unread} new
        </button>
      ) : null}
    </div>
  );
}
