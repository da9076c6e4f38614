import { limits } from "../../src/domain/limits.ts";
import { aProcedure } from "../support/procedures.ts";
import { company } from "../support/slack/company.ts";
import type { Fault, FaultPlan } from "../support/slack/faults.ts";
import type { Fields } from "../support/slack/fields.ts";
import { paceBreaches } from "../support/slack/journal.ts";
import { messagesIn } from "../support/slack/messages.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import { spread } from "./crash-points.ts";
import { type CrashRun, playScript, type Script } from "./crash-run.ts";
import { procedures, scripts } from "./crash-scripts.ts";
import { type DurableStore, openDurableStore } from "./crash-store.ts";
import type { Broken } from "./crash-world.ts";
import { brokenBy, promisesBroken } from "./oracles.ts";
import type { Scenario, ScenarioReport } from "./scenario.ts";
import { openSlackStage, slackAgents } from "./slack-stage.ts";
import type { SlackWorld } from "./slack-world.ts";

// R12. What Slack's Web API does to a call: on a virtual clock, through the real adapter, read from the fake's journal.

/** One run: a story, and what Slack does to which call. `ends`: whether it ends like an undisturbed one. */
interface Row {
  readonly script: Script;
  readonly plan: FaultPlan;
  readonly fault: Fault;
  readonly ends: "as undisturbed" | "without what was refused" | "without Usher";
}

/** Whatever passes by itself: nothing of it may be seen in the end. */
const passing: readonly Fault[] = [
  ...[1, 30, 3600, null].map((retryAfterS) => ({ kind: "rateLimited", retryAfterS }) as const),
  ...[500, 502, 503, 504].flatMap((status) =>
    (["before", "after"] as const).map((when) => ({ kind: "status", status, when }) as const),
  ),
  ...(["reset", "hang", "garbage"] as const).flatMap((kind) =>
    (["before", "after"] as const).map((when) => ({ kind, when }) as const),
  ),
  // Later than Usher waits, and then carried out after all, is what no look into the history can find in time.
  ...[3000, 9000].map((ms) => ({ kind: "slow", ms }) as const),
  ...["ratelimited", "service_unavailable", "request_timeout", "internal_error", "fatal_error"].map(
    (error) => ({ kind: "error", error }) as const,
  ),
];

const refusals: readonly Fault[] = [
  ...[
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "msg_blocks_too_long",
    "invalid_blocks",
    "restricted_action",
  ],
  ...["msg_too_long", "no_permission", "a_code_that_nobody_knows"],
].map((error) => ({ kind: "error", error }) as const);
const ends: readonly Fault[] = ["token_revoked", "account_inactive"].map(
  (error) => ({ kind: "error", error }) as const,
);

const words = Array.from({ length: 1500 }, (_, at) => `word-${at}`);
const longTale = aProcedure([{ id: "tell", kind: "message", content: words.join(" ") }], {
  slug: "long-tale",
  name: "Long tale",
  trigger: { when: "When a customer asks for a long tale", examples: ["long tale please"] },
});

const told = { firstPost: "answers", verdict: "truth", backendMs: 0 } as const;
const tale: Script = {
  ...told,
  name: "long-tale",
  async act(people) {
    await people.writes("long tale please");
    await people.reads("word-0");
  },
};
/** Writes without waiting for an answer, which may have been refused. */
const unheard: Script = {
  ...told,
  name: "order-status, unheard",
  async act(people) {
    await people.writes("Where is my order?");
    await people.wait(limits.leaseMs);
    await people.writes("1001");
  },
};
/** The card of the approval is refused for good: people take over. */
const cardless: Script = {
  ...told,
  name: "refund, without a card",
  async act(people) {
    await people.writes("I want a refund");
    await people.reads("What is your order number?");
    await people.writes("1001");
    await people.reads("why would you like a refund?");
    await people.writes("It arrived broken");
    await people.agentsSee("A person is needed");
    await people.presses({ kind: "resolve" });
  },
};

const named = (name: string): Script => {
  const found = scripts.find((script) => script.name === name);
  if (found === undefined) throw new Error(`no story is called ${name}`);
  return found;
};

function rows(): readonly Row[] {
  const refund = named("refund/approve");
  const rejected = named("refund/reject");
  const handOff = named("refund/hand-off");
  const times = [1, 3];
  const all = (
    script: Script,
    method: string,
    most: number,
    faults: readonly Fault[],
    where?: (args: Fields) => boolean,
  ) =>
    faults.flatMap((fault) =>
      times.flatMap((many) =>
        Array.from({ length: most }, (_, at): Row => {
          const plan = { method, nth: at + 1, times: many, ...(where === undefined ? {} : { where }) };
          return { script, plan, fault, ends: "as undisturbed" };
        }),
      ),
    );
  const inAgents = ({ channel }: Fields): boolean => channel === company.agents;
  return [
    ...all(refund, "chat.postMessage", 6, passing),
    ...all(refund, "chat.update", 1, passing),
    ...all(refund, "conversations.info", 1, passing),
    ...all(refund, "users.info", 2, passing),
    ...all(handOff, "chat.postMessage", 8, passing),
    ...all(rejected, "views.open", 1, passing),
    ...all(tale, "chat.postMessage", 2, passing),
    ...refusals.flatMap((fault): readonly Row[] => [
      { script: unheard, plan: { method: "chat.postMessage" }, fault, ends: "without what was refused" },
      { script: unheard, plan: { method: "chat.postMessage", nth: 2 }, fault, ends: "without what was refused" },
      {
        script: cardless,
        plan: { method: "chat.postMessage", where: inAgents },
        fault,
        ends: "without what was refused",
      },
    ]),
    ...ends.flatMap((fault): readonly Row[] => [
      { script: unheard, plan: { method: "chat.postMessage", times: 1000 }, fault, ends: "without Usher" },
      { script: unheard, plan: { method: "chat.postMessage", nth: 2, times: 1000 }, fault, ends: "without Usher" },
    ]),
  ];
}

// Three times an hour, and what came of it.
const patienceMs = 4 * 3_600_000;
const rowsWhenShort = 60;

/** The scenario R12. */
export const slackRefusalsScenario: Scenario = {
  key: "R12",
  keepsBusy: "one thread",
  title: "what Slack's Web API does to a call",
  async run({ short, say }) {
    const all = rows();
    return playRows(short ? spread(all, rowsWhenShort) : all, say);
  },
};

/** Plays rows, in a laboratory of their own. */
export async function playRows(chosen: readonly Row[], say: (line: string) => void): Promise<ScenarioReport> {
  const lab = await openDurableStore([...procedures, longTale], { workspace: slackWorkspace, agents: slackAgents });
  const clean = new Map<Script, CrashRun>();
  const counts = { runs: 0, posts: 0, calls: 0, looks: 0, rateBreaches: 0 };
  const injected: Record<string, number> = {};
  const figures = { lost: 0, unsafeRepeats: 0, doubleDecisions: 0, stranded: 0 };
  const violations: string[] = [];
  for (const row of chosen) {
    const undisturbed = clean.get(row.script) ?? (await play(lab, row.script, null)).run;
    clean.set(row.script, undisturbed);
    const { run, world } = await play(lab, row.script, row);
    const { calls } = world.slack.journal;
    const breaches = paceBreaches(calls, { graceMs: 1 });
    const broken = [
      ...judge(row, run, undisturbed, world),
      ...breaches.map(({ why }) => ({ oracle: "G15", what: why })),
    ];
    counts.runs += 1;
    counts.calls += calls.length;
    counts.posts += calls.filter(({ method, carriedOut }) => method === "chat.postMessage" && carriedOut).length;
    counts.looks += calls.filter(({ method }) => /^conversations\.(?:history|replies)$/.test(method)).length;
    counts.rateBreaches += breaches.length;
    injected[row.fault.kind] = (injected[row.fault.kind] ?? 0) + world.slack.faults.met();
    const of = (oracle: string): number => broken.filter((one) => one.oracle === oracle).length;
    figures.lost += of("O1");
    figures.unsafeRepeats += of("O2");
    figures.doubleDecisions += of("O4");
    figures.stranded += of("O10");
    violations.push(...broken.map(({ oracle, what }) => `${oracle}: ${what}; ${nameOf(row)}`));
    if (counts.runs % 100 === 0) say(`${counts.runs} of ${chosen.length} runs`);
  }
  await lab.close();
  return { counts, injected, ...figures, violations };
}

/** The rows of the short form. */
export const shortRows = (most: number): readonly Row[] => spread(rows(), most);

async function play(lab: DurableStore, script: Script, row: Row | null) {
  let world: SlackWorld | null = null;
  const run = await playScript(lab, script, [], (given) =>
    openSlackStage(given, patienceMs, (made) => {
      world = made;
      if (row !== null) made.slack.faults.plan(row.plan, row.fault);
    }),
  );
  if (world === null) throw new Error("unreachable: the stage was made");
  return { run, world: world as SlackWorld };
}

function judge(
  { ends: end, script, fault }: Row,
  run: CrashRun,
  clean: CrashRun,
  world: SlackWorld,
): readonly Broken[] {
  if (world.slack.faults.met() === 0) return [{ oracle: "harness", what: "the fault never came" }];
  const tales = script === tale && run.stranded === null ? wholeTale(world) : [];
  if (end === "as undisturbed") return [...brokenBy(run, clean), ...tales];
  const broken = promisesBroken(run);
  // Here nobody cancels the runs of a workspace that Usher has left: what waits then waits.
  if (end === "without Usher") return [...broken.filter(({ oracle }) => oracle !== "O10"), ...silent(world, fault)];
  const missing =
    world.texts.some((text) => text.includes("Expected delivery")) || script === cardless || isLast(world);
  return missing ? broken : [...broken, { oracle: "O1", what: "the run did not go on after what was refused" }];
}

/** Whether what was refused was the end of the story itself. */
function isLast({ texts }: SlackWorld): boolean {
  return texts.length === 1 && (texts[0] ?? "").includes("order number");
}

function wholeTale({ slack }: SlackWorld): readonly Broken[] {
  const read = messagesIn(slack.state, company.support)
    .filter(({ botId }) => botId !== null)
    .flatMap(({ blocks }) => [...JSON.stringify(blocks).matchAll(/word-\d+/g)].map(([word]) => word));
  return JSON.stringify(read) === JSON.stringify(words)
    ? []
    : [{ oracle: "O1", what: "the long text is not there whole, once and in order" }];
}

/** After its token is void, nothing more is asked of Slack but what was under way. */
function silent({ slack }: SlackWorld, fault: Fault): readonly Broken[] {
  const first = slack.journal.calls.find(({ fault: met }) => met === fault.kind);
  const after = slack.journal.calls.filter(
    ({ n, monotonicMs }) => n > (first?.n ?? 0) && monotonicMs > (first?.monotonicMs ?? 0),
  );
  return after.length === 0 ? [] : [{ oracle: "R20", what: `${after.length} calls after the token was void` }];
}

function nameOf({ script, plan: { method, nth = 1, times = 1 }, fault }: Row): string {
  return `${script.name}, ${method} ${nth} to ${nth + times - 1}: ${JSON.stringify(fault)}`;
}
