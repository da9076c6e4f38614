import type { Card } from "../../../../../src/domain/card.ts";
import type { IconName } from "../shared/icon-paths.ts";

const icons: { readonly [tone in Card["tone"]]: IconName | null } = {
  wait: "waiting",
  ok: "done",
  bad: "failed",
  doubt: "unknown",
  plain: null,
};

/** The icon that repeats the tone of a card or of a line on it; null for a plain one, which has none of its own. Pure. */
export function toneIcon(tone: Card["tone"]): IconName | null {
  return icons[tone];
}
