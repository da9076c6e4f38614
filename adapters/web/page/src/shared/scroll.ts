import { type RefObject, useLayoutEffect, useRef, useState } from "react";

const nearPx = 32;

/** How a growing list behaves: it stays at its end unless the reader has scrolled up; then `unread` counts. */
export interface Newest {
  /** What scrolls, and all that is in it. */
  readonly box: RefObject<HTMLDivElement | null>;
  readonly rows: RefObject<HTMLDivElement | null>;
  readonly unread: number;
  readonly onScroll: () => void;
  readonly showNewest: () => void;
}

/** Keeps the newest item in view; `count` is how many items there are. */
export function useNewest(count: number): Newest {
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const seen = useRef(count);
  const [unread, setUnread] = useState(0);
  const showNewest = (): void => {
    scrollToEnd(box.current);
    atEnd.current = true;
    seen.current = count;
    setUnread(0);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new item is news.
  useLayoutEffect(() => {
    if (atEnd.current) showNewest();
    else setUnread(Math.max(0, count - seen.current));
  }, [count]);
  // An item may grow, and the box shrink, without anything new.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      if (atEnd.current && !isUnfolding(box.current)) scrollToEnd(box.current);
    });
    for (const part of [box.current, rows.current]) if (part !== null) observer.observe(part);
    return () => observer.disconnect();
  }, []);
  const onScroll = (): void => {
    const list = box.current;
    if (list === null) return;
    const isNear = list.scrollHeight - list.scrollTop - list.clientHeight < nearPx;
    // Only a reader scrolls up; an end that has moved away is followed.
    atEnd.current = isNear || (atEnd.current && list.scrollTop >= top.current);
    top.current = list.scrollTop;
    if (isNear) {
      seen.current = count;
      setUnread(0);
    }
  };
  return { box, rows, unread, onScroll, showNewest };
}

function scrollToEnd(list: HTMLElement | null): void {
  if (list !== null) list.scrollTop = list.scrollHeight;
}

/** Whether the reader has just unfolded something, and looks at it. */
function isUnfolding(list: HTMLElement | null): boolean {
  const focused = document.activeElement;
  return list?.contains(focused) === true && focused?.matches("summary, [aria-expanded]") === true;
}

/**
 * Brings an element into view inside its own scrolling box and moves nothing else: scrollIntoView would move the whole
 * page at phone width.
 */
export function revealInBox(element: HTMLElement): void {
  const box = scrollBoxOf(element);
  if (box === null) return;
  const inner = element.getBoundingClientRect();
  const outer = box.getBoundingClientRect();
  const margin = 12;
  if (inner.top < outer.top + margin) box.scrollTop += inner.top - outer.top - margin;
  else if (inner.bottom > outer.bottom - margin) box.scrollTop += inner.bottom - outer.bottom + margin;
}

/** Moves the focus into something that has just opened, all of which is to be in view. */
export function focusInto(opened: HTMLElement | null, on: HTMLElement | null): void {
  on?.focus({ preventScroll: true });
  if (opened !== null) revealInBox(opened);
}

/** The box that scrolls an element up and down, or null. */
export function scrollBoxOf(element: HTMLElement): HTMLElement | null {
  for (let box = element.parentElement; box !== null; box = box.parentElement) {
    const { overflowY } = getComputedStyle(box);
    if ((overflowY === "auto" || overflowY === "scroll") && box.scrollHeight > box.clientHeight) return box;
  }
  return null;
}
