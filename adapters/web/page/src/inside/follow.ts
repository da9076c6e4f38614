import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { revealInBox, scrollBoxOf } from "../shared/scroll.ts";

/** Whether the diagram goes along with the run, and how to have it do so again. */
export interface Follow {
  readonly following: boolean;
  readonly follow: () => void;
}

const ownScrollMs = 200;

/** Keeps the current step in view until the reader scrolls; with another run it begins anew. */
export function useFollow(box: RefObject<HTMLElement | null>, run: string, step: string | null): Follow {
  const [following, setFollowing] = useState(true);
  const scrolledAt = useRef(0);
  const reveal = useCallback(() => {
    const current = box.current?.querySelector<HTMLElement>('[aria-current="step"]');
    if (!current) return;
    scrolledAt.current = performance.now();
    revealInBox(current);
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is what begins anew.
  useLayoutEffect(() => setFollowing(true), [run]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is what is to be shown.
  useLayoutEffect(() => {
    if (following) reveal();
  }, [following, reveal, run, step]);
  useEffect(() => {
    const onScroll = (event: Event): void => {
      const diagram = box.current;
      if (diagram === null || event.target !== scrollBoxOf(diagram)) return;
      if (performance.now() - scrolledAt.current > ownScrollMs) setFollowing(false);
    };
    // A scroll event does not bubble, but it can be caught on its way down.
    document.addEventListener("scroll", onScroll, { capture: true, passive: true });
    return () => document.removeEventListener("scroll", onScroll, { capture: true });
  }, [box]);
  return { following, follow: () => setFollowing(true) };
}
