import type { KeyboardEvent } from "react";

/**
 * Whether this key sends what was typed: Enter without Shift. Enter that ends a composition (Chinese, Japanese, Korean)
 * belongs to the input method; Safari reports it as key 229.
 */
export function isSendKey(event: KeyboardEvent): boolean {
  const composing = event.nativeEvent.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !composing;
}
