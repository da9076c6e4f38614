import { type RefObject, useLayoutEffect, useRef, useState } from "react";

const nearPx = 32;

/** How a growing list behaves: it stays at its end unless the reader has scrolled up; then `unread` counts. */
export interface Newest {
  readonly unread: number;
  readonly onScroll: () => void;
  readonly showNewest: () => void;
}

/**
 * Keeps the newest item in view; `count` is how many items there are, and `version` is another one whenever the list
 * shows something else.
 */
export function useNewest(box: RefObject<HTMLElement | null>, count: number, version: unknown): Newest {
  const atEnd = useRef(true);
  const seen = useRef(count);
  const [unread, setUnread] = useState(0);
  const showNewest = (): void => {
    const list = box.current;
    if (list !== null) list.scrollTop = list.scrollHeight;
    atEnd.current = true;
    seen.current = count;
    setUnread(0);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only news move the list.
  useLayoutEffect(() => {
    if (atEnd.current) showNewest();
    else setUnread(Math.max(0, count - seen.current));
  }, [count, version]);
  const onScroll = (): void => {
    const list = box.current;
    if (list === null) return;
    atEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < nearPx;
    if (atEnd.current) {
      seen.current = count;
      setUnread(0);
    }
  };
  return { unread, onScroll, showNewest };
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
