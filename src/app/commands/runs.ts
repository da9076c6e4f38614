import type { Conversation } from "../../domain/conversation.ts";
import type { Run, Wait } from "../../domain/run.ts";
import type { RunRecord } from "../../domain/run-record.ts";
import { runWords } from "../../domain/run-words.ts";
import type { Cell, View, ViewPart } from "../../domain/view.ts";
import { allOf } from "../all-of.ts";
import { conversationCell, personCell, sentences, stepLabel } from "./answers.ts";
import { type Asked, form, perhapsPhrase, type Verb } from "./grammar.ts";
import { namedProcedure } from "./named-procedure.ts";
import { procedureSlot } from "./slots.ts";
import { withPeople } from "./with-people.ts";

/** What is under way, and what has ended. */
export const runs: Verb = {
  name: "runs",
  forms: [
    form({
      keyword: null,
      words: perhapsPhrase(procedureSlot),
      does: "Shows what people have, the runs under way and what they wait for, and the last ones that have ended.",
      may: "agent",
      run: async (asked, text) => {
        const named = text === null ? null : await namedProcedure(asked, text);
        if (named?.kind === "unknown") return named.view;
        return runsView(asked, named?.published.procedure.slug ?? null);
      },
    }),
  ],
};

const shown = 20;
const endedShown = 10;
// Whoever has more under way than this looks for one, and names its procedure or its conversation.
const lookedAt = 1000;

// What waits for people first.
const urgency = ["verdict", "approval", "held", "effect", "input"] as const satisfies readonly Wait["kind"][];

interface UnderWay {
  readonly conversation: Conversation;
  readonly run: Run;
  readonly since: number;
}

async function runsView(asked: Asked, slug: string | null): Promise<View> {
  const { under, cut } = await runsUnderWay(asked, slug);
  const ended = await asked.options.store.runs.find(asked.workspace, slug === null ? {} : { procedure: slug }, null);
  const title = slug === null ? "Runs" : `Runs of ${slug}`;
  const people = await withPeople(asked, slug);
  if (under.length === 0 && ended.items.length === 0) {
    return people.length === 0 ? sentences(title, "There is no run yet.") : { title, parts: people };
  }
  const note: readonly ViewPart[] = cut
    ? [{ kind: "text", text: `More than ${lookedAt} runs are under way; this is about ${lookedAt} of them.` }]
    : [];
  return {
    title,
    parts: [...note, ...people, await underWayTable(asked, under), endedTable(ended.items.slice(0, endedShown))],
  };
}

async function runsUnderWay(asked: Asked, slug: string | null) {
  const { conversations } = asked.options.store;
  // By conversation: a run may come to wait for something else while the next list is read.
  const found = new Map<string, UnderWay>();
  for (const waiting of urgency) {
    const where = slug === null ? { waiting } : { waiting, procedure: slug };
    for await (const conversation of allOf((page) => conversations.find(asked.workspace, where, page))) {
      if (conversation.run === null || found.has(conversation.id)) continue;
      if (found.size === lookedAt) return { under: inOrder([...found.values()]), cut: true };
      const { run } = conversation;
      found.set(conversation.id, { conversation, run, since: waitsSince(conversation, run) });
    }
  }
  return { under: inOrder([...found.values()]), cut: false };
}

function inOrder(found: UnderWay[]): readonly UnderWay[] {
  const rank = ({ run }: UnderWay) => urgency.indexOf(run.wait.kind);
  return found.sort((a, b) => rank(a) - rank(b) || a.since - b.since);
}

/** Since when a run waits for what it waits for (Unix ms), as far back as its trace goes. */
function waitsSince({ people }: Conversation, { wait, trace, startedAt }: Run): number {
  const at = (fits: (entry: Run["trace"][number]) => boolean): number =>
    trace.findLast(fits)?.at ?? trace[0]?.at ?? startedAt;
  switch (wait.kind) {
    case "approval":
      return at((entry) => entry.kind === "asked" && entry.id === wait.of.id);
    case "verdict":
      return at((entry) => entry.kind === "outcome" && entry.id === wait.of.id);
    case "effect":
      return at((entry) => entry.kind === "sent" && entry.id === wait.effectId);
    case "held":
      return people?.since ?? startedAt;
    case "input":
      // The question and the reminders of it come after whatever led to it.
      return people?.since ?? at((entry) => entry.kind !== "said");
    default:
      return wait satisfies never;
  }
}

async function underWayTable(asked: Asked, under: readonly UnderWay[]): Promise<ViewPart> {
  const rows = await Promise.all(under.slice(0, shown).map((one) => underWayRow(asked, one)));
  const columns = ["Procedure", "Customer", "Step", "State", "Since", "Conversation"];
  return { kind: "table", label: "Under way", columns, rows, left: under.length - rows.length };
}

async function underWayRow(asked: Asked, { conversation, run, since }: UnderWay): Promise<readonly Cell[]> {
  const { slug, version } = run.procedure;
  const published = await asked.options.inspector.procedure(asked.workspace, slug, version);
  // While people have the conversation, a run that waits for an answer is paused.
  const status = conversation.people !== null && run.wait.kind === "input" ? "held" : run.wait.kind;
  return [
    versionOf(run),
    personCell(run.startedBy),
    stepLabel(published, run.stepId),
    runWords[status],
    { at: since },
    conversationCell(conversation.id, run.startedBy),
  ];
}

function endedTable(records: readonly RunRecord[]): ViewPart {
  const rows = records.map((record): readonly Cell[] => [
    versionOf(record),
    personCell(record.startedBy),
    runWords[record.ended],
    { at: record.endedAt },
    conversationCell(record.conversationId, record.startedBy),
  ]);
  const columns = ["Procedure", "Customer", "Ended", "When", "Conversation"];
  return { kind: "table", label: `The last ${endedShown} that have ended`, columns, rows, left: 0 };
}

function versionOf({ procedure: { slug, version } }: Pick<Run, "procedure">): string {
  return `${slug}, version ${version}`;
}
