import type { View } from "../../domain/view.ts";
import { sentences } from "./answers.ts";
import { type Asked, form, nothing, type Verb } from "./grammar.ts";

// A card is long, and a message on the platforms is not.
const cardsShown = 5;

/** What waits for a decision, to decide there and then. */
export const approvals: Verb = {
  name: "approvals",
  forms: [
    form({
      keyword: null,
      words: nothing,
      does: "Shows what waits for an approval, with the buttons to decide.",
      may: "agent",
      run: pending,
    }),
  ],
};

async function pending({ options, workspace }: Asked): Promise<View> {
  const { cards, left } = await options.inspector.approvalCards(workspace, cardsShown);
  if (cards.length === 0) return sentences("Approvals", "Nothing waits for an approval.");
  const more = left === 1 ? "One more waits" : `${left} more wait`;
  const rest = left === 0 ? [] : [{ kind: "text", text: `${more}. These expire first.` } as const];
  return { title: "Approvals", parts: [...rest, ...cards.map((card) => ({ kind: "card", card }) as const)] };
}
