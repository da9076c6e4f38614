import { asWritten } from "../../domain/command.ts";
import { type ConversationId, nonceOf } from "../../domain/ids.ts";
import type { Platform } from "../../domain/person.ts";
import type { Route } from "../../domain/route.ts";
import { runWords } from "../../domain/run-words.ts";
import { conditionAt, wordsOf } from "../../domain/trace-words.ts";
import type { Cell, View, ViewPart } from "../../domain/view.ts";
import type { ConversationView, RunView } from "../../ports/inspector.ts";
import { conversationCell, personCell, sentences, stepLabel } from "./answers.ts";
import { type Asked, form, perhaps, type Verb } from "./grammar.ts";
import { conversationSlot } from "./slots.ts";

/** Why Usher did what it did in one conversation. */
export const why: Verb = {
  name: "why",
  forms: [
    form({
      keyword: null,
      words: perhaps(conversationSlot),
      does: "Explains a conversation: how its procedure was chosen, and what the run did and why.",
      may: "agent",
      run: explain,
    }),
  ],
};

function howToAsk(platform: Platform): string {
  const inThread = asWritten(platform, "why", "inThread");
  const elsewhere = `“${asWritten(platform, "why")}” and then its id, as “${asWritten(platform, "runs")}” shows it`;
  return `In the thread of the conversation, or of a card about it, write “${inThread}”. Or write ${elsewhere}, or a link to it.`;
}

async function explain(asked: Asked, named: ConversationId | null): Promise<View> {
  const { platform } = asked.by;
  const id = named ?? (await underCard(asked)) ?? asked.conversation;
  if (id === null) return sentences("Why?", howToAsk(platform));
  const seen = await asked.options.inspector.conversation(asked.workspace, id);
  if (seen === null) return sentences("Why?", `I know no such conversation. ${howToAsk(platform)}`);
  const run = seen.run ?? seen.lastRun;
  if (run === null && seen.lastRoute === null) {
    return sentences("Why?", "Nothing has happened in this conversation yet that could be explained.");
  }
  const parts = [
    about(seen, run),
    ...(seen.lastRoute === null ? [] : chosen(asked, seen.lastRoute)),
    ...(run === null ? [] : [await walked(asked, run)]),
  ];
  return { title: "Why?", parts };
}

/** The conversation that the card is about under which it was asked, or null. */
async function underCard({ options, workspace, card }: Asked): Promise<ConversationId | null> {
  const nonce = card === null ? null : nonceOf(card);
  return nonce === null ? null : options.store.conversations.locate(workspace, nonce);
}

function about({ id, customer, handledBy }: ConversationView, run: RunView | null): ViewPart {
  const fields = [
    { name: "Customer", value: personCell(customer) },
    { name: "Conversation", value: conversationCell(id, customer) },
    { name: "In the hands of", value: handledBy === "bot" ? "Usher" : "people" },
  ];
  if (run === null) return { kind: "fields", label: "Conversation", fields };
  const { name, version } = run.procedure;
  const paused = run.status === "input" && handledBy === "people";
  const ofRun = [
    { name: run.endedAt === null ? "Run" : "Last run", value: `${name}, version ${version}` },
    { name: "State", value: runWords[paused ? "held" : run.status] },
    { name: "Started", value: { at: run.startedAt } },
    ...(run.endedAt === null ? [] : [{ name: "Ended", value: { at: run.endedAt } }]),
  ];
  return { kind: "fields", label: "Conversation", fields: [...fields, ...ofRun] };
}

function chosen({ options, workspace }: Asked, route: Route): readonly ViewPart[] {
  const active = options.inspector.procedures(workspace);
  const nameOf = (slug: string) => active.find(({ procedure }) => procedure.slug === slug)?.procedure.name ?? slug;
  const needed = route.threshold.toFixed(2);
  const rows = route.scores.map(({ slug, score }) => [nameOf(slug), score.toFixed(2), needed]);
  const text = `The last message that had to be understood: ${routeWords(route, nameOf, needed)}`;
  const columns = ["Procedure", "Score", "Needed"];
  const scores: ViewPart = { kind: "table", label: "The best candidates", columns, rows, left: 0 };
  return [{ kind: "text", text }, ...(rows.length === 0 ? [] : [scores])];
}

/** What was made of a message, in words; `needed`: the score that a procedure must reach. */
function routeWords(route: Route, nameOf: (slug: string) => string, needed: string): string {
  switch (route.kind) {
    case "run": {
      const scored = route.scores.find(({ slug }) => slug === route.slug);
      const score = scored === undefined ? "" : ` It scored ${scored.score.toFixed(2)}; ${needed} was needed.`;
      return `“${nameOf(route.slug)}” was recognised.${score}`;
    }
    case "ask":
      return `a near tie, so Usher asked which was meant: ${route.slugs.map((slug) => `“${nameOf(slug)}”`).join(" or ")}.`;
    case "reply":
      return "no procedure was meant, and Usher answered in words.";
    case "silent":
      return `no procedure reached the score of ${needed}, so none was started.`;
    case "escalate":
      return "it was for a person, so it was handed over.";
    default:
      return route satisfies never;
  }
}

async function walked({ options, workspace }: Asked, run: RunView): Promise<ViewPart> {
  const { slug, version } = run.procedure;
  const published = await options.inspector.procedure(workspace, slug, version);
  const rows = run.trace.map((entry): readonly Cell[] => [
    { at: entry.at },
    stepLabel(published, entry.step),
    wordsOf(entry, conditionAt(published?.procedure ?? null, entry.step)),
  ]);
  return { kind: "table", label: "What the run did", columns: ["When", "Step", "What happened"], rows, left: 0 };
}
