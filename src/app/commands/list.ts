import { sentences } from "./answers.ts";
import { form, nothing, type Verb } from "./grammar.ts";

/** The active procedures. */
export const list: Verb = {
  name: "list",
  forms: [
    form({
      keyword: null,
      words: nothing,
      does: "Lists the procedures that customers can start.",
      may: "agent",
      run: async ({ options, workspace }) => {
        const rows = options.inspector
          .procedures(workspace)
          .map(({ procedure: { slug, name, trigger }, version }) => [
            slug,
            name,
            String(version),
            "active",
            trigger.when,
          ]);
        if (rows.length === 0) return sentences("Procedures", "No procedure is active here.");
        const columns = ["Procedure", "Name", "Version", "Status", "Starts when"];
        return { title: "Procedures", parts: [{ kind: "table", label: "Procedures", columns, rows, left: 0 }] };
      },
    }),
  ],
};
