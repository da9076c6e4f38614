import { asWritten } from "../../domain/command.ts";
import type { View, ViewPart } from "../../domain/view.ts";
import { nearest } from "../../engine/nearest.ts";
import { shorten } from "../../engine/trace.ts";
import { type Asked, form, mayUse, perhaps, usageOf, type Verb } from "./grammar.ts";
import { verbSlot } from "./slots.ts";

/** What can be asked for. */
export const help: Verb = {
  name: "help",
  forms: [
    form({
      keyword: null,
      words: perhaps(verbSlot),
      does: "Shows what you can ask for.",
      may: "agent",
      run: async (asked, name) => {
        if (name === null) return { title: "What you can ask for", parts: [usageTable(asked, asked.verbs)] };
        const verb = openTo(asked).find((known) => known.name === name.toLowerCase());
        if (verb === undefined) return unknownVerb(asked, name);
        return { title: `How to ask for “${verb.name}”`, parts: [usageTable(asked, [verb])] };
      },
    }),
  ],
};

/** What somebody is told who asks for something that does not exist, or not for them. Pure. */
export function unknownVerb(asked: Asked, name: string): View {
  const open = openTo(asked);
  const names = open.map((verb) => verb.name);
  const near = nearest(name, names);
  const mend = near === null ? "This is what you can ask for:" : `Do you mean “${asWritten(asked.by.platform, near)}”?`;
  const meant = near === null ? open : open.filter((verb) => verb.name === near);
  const title = `I do not know “${shorten(name, 80)}”`;
  return { title, parts: [{ kind: "text", text: mend }, usageTable(asked, meant)] };
}

/** How verbs are used, as far as they are open to who asks. Pure. */
export function usageTable({ by }: Asked, verbs: readonly Verb[]): ViewPart {
  const rows = verbs.flatMap((verb) =>
    verb.forms.filter((one) => mayUse(by, one)).map((one) => [usageOf(by, verb, one), one.does]),
  );
  return { kind: "table", label: "Commands", columns: ["Write", "What it does"], rows, left: 0 };
}

function openTo({ by, verbs }: Asked): readonly Verb[] {
  return verbs.filter(({ forms }) => forms.some((one) => mayUse(by, one)));
}
