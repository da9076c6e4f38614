import { type MouseEvent, useLayoutEffect, useRef } from "react";
import { limits } from "../../../../../src/domain/limits.ts";
import { isSendKey } from "../shared/enter.ts";
import { write } from "../state/actions.ts";

const boxId = "message-box";

interface MessageBoxProps {
  readonly draft: string;
  readonly hidden: boolean;
  readonly hintId: string;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
}

/** The textbox of the composer; while a sensitive answer is waited for, one that shows dots. */
export function MessageBox({ draft, hidden, hintId, onChange, onSend }: MessageBoxProps) {
  const hasFocus = useRef(false);
  const field = {
    id: boxId,
    value: draft,
    maxLength: limits.turnLength,
    dir: "auto",
    "aria-label": "Message",
    "aria-describedby": hintId,
    onFocus: () => {
      hasFocus.current = true;
    },
    onBlur: () => {
      hasFocus.current = false;
    },
  } as const;
  // One box has taken the place of the other: whoever was typing goes on typing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `hidden` is what changes the box.
  useLayoutEffect(() => {
    if (hasFocus.current) document.getElementById(boxId)?.focus();
  }, [hidden]);
  return hidden ? (
    <input
      {...field}
      type="password"
      autoComplete="off"
      placeholder="Your answer, shown as dots"
      onChange={(event) => onChange(event.target.value)}
    />
  ) : (
    <textarea
      {...field}
      rows={1}
      placeholder="Message"
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (!isSendKey(event)) return;
        event.preventDefault();
        onSend();
      }}
    />
  );
}

/** Sends an offered text. Its button goes away, so that whoever pressed it by key (detail 0) goes on in the textbox. */
export function pick(text: string, event: MouseEvent): void {
  write(text);
  if (event.detail === 0) focusMessageBox();
}

/** Moves the focus to where one writes. */
export function focusMessageBox(): void {
  document.getElementById(boxId)?.focus();
}
