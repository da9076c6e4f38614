import { useId, useLayoutEffect, useRef, useState } from "react";

/** Somebody's words: line breaks kept, either direction, at most 12 lines until asked for more. */
export function LongText({ text, className = "" }: { readonly text: string; readonly className?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [isLong, setLong] = useState(false);
  const [open, setOpen] = useState(false);
  // Most texts are short: those are not measured.
  const mayBeLong = text.length > 240 || (text.match(/\n/g)?.length ?? 0) >= 12;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text may have another height.
  useLayoutEffect(() => {
    if (!mayBeLong || open || box.current === null) return;
    setLong(box.current.scrollHeight > box.current.clientHeight + 2);
  }, [text, mayBeLong, open]);
  return (
    <div className={`long ${className}`}>
      <div ref={box} id={id} className={mayBeLong && !open ? "long-text clamped" : "long-text"} dir="auto">
        {text}
      </div>
      {isLong ? (
        <button type="button" className="link" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {open ? "Show less" : "Show all"}
        </button>
      ) : null}
    </div>
  );
}
