import { defaultTexts } from "../../src/domain/texts.ts";
import type { Backend, JournalEntry } from "./process-backend.ts";
import type { Story } from "./process-customers.ts";
import type { Desk, Told } from "./process-desk.ts";
import type { ScenarioReport } from "./scenario.ts";

/**
 * What the journals of the backend, the agents and the customers say. What the customers were shown came through
 * Usher's own API, which is all that a customer ever sees: so a story's messages, the run's variables and its end are
 * Usher's word, and the requests, their bytes and moments are not. No table of the store is opened.
 */
export type Findings = Pick<ScenarioReport, "lost" | "unsafeRepeats" | "doubleDecisions" | "stranded" | "violations">;

/**
 * A story's own part: what was acknowledged and shown is there once, in order, and said once; only that a colleague looks
 * into it may be said `asked` times, once for each question to the agents.
 */
function problemsOf(
  story: Story,
  asked: number,
): { readonly lost: readonly string[]; readonly other: readonly string[] } {
  const lost: string[] = [];
  const other: string[] = [];
  const messages = story.last?.messages ?? [];
  for (const [id, text] of story.acknowledged) {
    const count = messages.filter((message) => message.id === id && message.text === text).length;
    if (count !== 1) lost.push(`message ${id} was acknowledged and is there ${count} times`);
  }
  const order = messages.filter(({ id }) => story.acknowledged.has(id)).map(({ id }) => id);
  if (order.join() !== [...story.acknowledged.keys()].join()) other.push(`the order is ${order.join()}`);
  const said = messages.filter(({ role }) => role !== "customer").map(({ text }) => text);
  for (const text of new Set(said)) {
    const times = said.filter((other) => other === text).length;
    if (times > (text === defaultTexts.checking ? asked : 1))
      other.push(`said ${times} times, asked ${asked}: ${text}`);
  }
  // Each message was one turn: a second one would have filled the next question too.
  const filled = story.last?.lastRun?.variables;
  if (story.ended === "completed") {
    if (filled?.["order_id"] !== story.order) other.push("the order was filled with another message");
    if (filled?.["note"] !== story.note) other.push("the note was filled with another message");
    if (!said.includes(`${story.kind}: done with ${story.order}`)) other.push("it ended without its last words");
  }
  return { lost, other };
}

/** Reads all journals at the end. `again`: how a run is seen again, for each line. */
export function judge(backend: Backend, desk: Desk, stories: readonly Story[], again: string): Findings {
  const violations: string[] = [];
  const note = (line: string): void => {
    violations.push(`${line} (${again})`);
  };
  let lost = 0;
  for (const story of stories) {
    const problems = problemsOf(story, desk.questions.get(story.id) ?? 0);
    lost += problems.lost.length;
    for (const problem of [...problems.lost, ...problems.other]) note(`${story.kind} ${story.id}: ${problem}`);
  }
  const open = stories.filter(({ ended }) => ended === null);
  for (const { id, kind, last } of open) {
    note(`stranded: ${kind} ${id}, ${last?.run?.status ?? "no run"} before ${last?.run?.stepId}, ${last?.handledBy}`);
  }
  // A run of pure errors must not pass, nor one in which nobody was ever asked.
  if (!stories.some(({ ended }) => ended === "completed")) note("no story was completed");
  if (desk.approvals.size === 0) note("no agent was ever asked for an approval");
  judgeProgress(backend, desk, note);
  const unsafeRepeats = judgeCalls(backend, desk, stories, note);
  return { lost, unsafeRepeats, doubleDecisions: judgeDecisions(desk, note), stranded: open.length, violations };
}

// One call in six ends in a way that nobody knows: of so many, some surely.
const enoughCalls = 40;

/** Agents must have been asked about a call whose outcome nobody knows, where there were enough calls for that. */
export function judgeProgress(backend: Backend, desk: Pick<Desk, "verdicts">, note: (line: string) => void): void {
  const unsafe = new Set(backend.journal.filter(({ method }) => method === "POST").map(({ key }) => key));
  if (unsafe.size >= enoughCalls && desk.verdicts.size === 0) note("no agent was ever asked for a verdict");
}

/** What the agents decided, by what they were told or shown. */
export type Decided = Pick<Desk, "approvals" | "verdicts" | "runAgains">;

/** A story as far as the calls matter that it led to. */
export type Wish = Pick<Story, "id" | "kind" | "order" | "note" | "ended">;

/** How often an unsafe call was sent once too often; what was paid, and what was let through without an approval, is noted. */
export function judgeCalls(
  backend: Backend,
  desk: Decided,
  stories: readonly Wish[],
  note: (line: string) => void,
): number {
  const repeats = judgeRepeats(backend, desk, note);
  const payments = Map.groupBy(
    backend.journal.filter(({ method }) => method === "POST"),
    ({ path }) => path,
  );
  for (const story of stories) {
    const own = payments.get(`/credits/${story.order}`) ?? [];
    judgePayment(story, own, note);
    if (story.kind === "bravo") judgeGate(`bravo ${story.id}`, own, desk, note);
  }
  return repeats;
}

/** How often an unsafe call was sent more often than an agent had said; other bytes under one key are noted, too. */
export function judgeRepeats(backend: Backend, desk: Pick<Desk, "runAgains">, note: (line: string) => void): number {
  const keys = new Map(backend.journal.map(({ key }) => [key, backend.byKey(key)]));
  let repeats = 0;
  for (const [key, entries] of keys) {
    if (new Set(entries.map(({ bytes }) => bytes)).size > 1) note(`one key and other bytes: ${key}`);
    const begun = entries.filter(({ did, method }) => method === "POST" && did !== "refused").length;
    const allowed = 1 + (desk.runAgains.get(key) ?? 0);
    if (begun <= allowed) continue;
    repeats += begun - allowed;
    note(`unsafe call ${key} was sent ${begun} times, ${allowed} allowed`);
  }
  return repeats;
}

/** A call that needs an approval goes out under the approval's id, after somebody had approved, and never otherwise. */
export function judgeGate(
  at: string,
  entries: readonly JournalEntry[],
  desk: Pick<Desk, "approvals">,
  note: (line: string) => void,
): void {
  for (const [key, requests] of Map.groupBy(entries, (entry) => entry.key)) {
    const decision = decisionOf(desk.approvals.get(key)?.receipts ?? []);
    const how = decision === null ? "and nobody had decided" : decision.approved ? null : "and it was rejected";
    if (how !== null) note(`${at}: ${requests.length} requests went out under ${key}, ${how}`);
    const first = Math.min(...requests.map((request) => request.at));
    if (decision?.approved === true && first < (decision.at ?? Number.POSITIVE_INFINITY)) {
      note(`${at}: a request went out under ${key} before it was approved`);
    }
  }
}

/** The decision that counts, as the agents were told; null: nobody was told of one. Pure. */
export function decisionOf(receipts: readonly Told[]): Told | null {
  return receipts.find(({ outcome }) => outcome !== "refused") ?? null;
}

// The agents say what is true, so a finished story was paid exactly once, and with its own words.
function judgePayment(story: Wish, entries: readonly JournalEntry[], note: (line: string) => void): void {
  const paid = entries.filter(({ did }) => did === "applied");
  const at = `${story.kind} ${story.id}`;
  if (new Set(entries.map(({ key }) => key)).size > 1) note(`${at}: its payment went out under two keys`);
  if (paid.length > 1) note(`${at}: paid ${paid.length} times`);
  if (story.kind === "charlie" || story.ended !== "completed") return;
  if (paid.length === 0) note(`${at}: completed and never paid`);
  if (paid.some(({ bytes }) => !bytes.includes(`"note":"${story.note}"`))) note(`${at}: paid with other words`);
}

/** How many approvals and verdicts were decided twice, by what the agents were told. */
export function judgeDecisions(desk: Pick<Desk, "approvals" | "verdicts">, note: (line: string) => void): number {
  let doubled = 0;
  const approvals = [...desk.approvals].map(([id, { receipts }]) => [id, receipts] as const);
  for (const [id, receipts] of [...approvals, ...desk.verdicts]) {
    const counted = receipts.filter(({ outcome }) => outcome !== "refused");
    const makers = new Set(counted.map(({ by, at, approved }) => `${by} ${at} ${approved}`));
    const accepted = counted.filter(({ outcome }) => outcome === "accepted").length;
    if (makers.size <= 1 && accepted <= 1) continue;
    doubled += 1;
    note(`two decisions of ${id}: ${[...makers].join(" and ")}, ${accepted} accepted`);
  }
  return doubled;
}
