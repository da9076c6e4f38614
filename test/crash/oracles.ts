import type { Card, CardValue } from "../../src/domain/card.ts";
import { defaultTexts } from "../../src/domain/texts.ts";
import { agent, otherAgent } from "../support/chat.ts";
import { effectOf } from "./crash-people.ts";
import type { CrashRun } from "./crash-run.ts";
import { agentsAddress, type Broken, type CrashWorld } from "./crash-world.ts";

/** What the world saw of a run in the end, without the ids and moments that differ from run to run. */
interface FinalState {
  readonly texts: readonly string[];
  readonly chosen: readonly string[];
  readonly cards: readonly string[];
  readonly requests: readonly string[];
  readonly records: readonly string[];
}

/** Answers what a run came to, from the journals of its world. Pure. */
function finalStateOf({ world, records }: CrashRun): FinalState {
  const { arrivals, tickets, leads, mails } = world;
  return {
    texts: world.texts.map(withoutIds),
    chosen: world.chosen,
    cards: [...world.cards.values()].map(cardInWords),
    requests: [
      ...distinct(arrivals, ({ key, request }) => `${key} ${request.method} ${request.url} ${request.body}`),
      ...distinct(tickets, ({ effectId, subject, priority }) => `${effectId} ticket ${subject} ${priority}`),
      ...distinct(leads, ({ effectId, email, companySize }) => `${effectId} lead ${email} ${companySize}`),
      ...distinct(mails, ({ mail }) => `${mail.effectId} mail ${mail.to} ${mail.subject}`),
    ],
    records: records.toSorted(),
  };
}

/**
 * Answers every guarantee that this run broke, against one that nothing disturbed. Where people had to find out what
 * became of a call (G6), what they were asked and told meanwhile is not compared. Pure.
 */
export function brokenBy(run: CrashRun, clean: CrashRun): readonly Broken[] {
  const { world, stranded } = run;
  const broken = [...promisesBroken(run)];
  if (stranded !== null) return broken;
  const asked = run.verdicts > clean.verdicts || checks(run) > checks(clean);
  const found = finalStateOf(run);
  const wanted = finalStateOf(clean);
  broken.push(...differences("O1", "the customer read", spoken(found.texts, asked), spoken(wanted.texts, asked)));
  // Who stops a run without looking leaves it open whether the call had been made.
  const isOpen = run.script.verdict === "stop" && found.requests.length < wanted.requests.length;
  if (!isOpen) broken.push(...differences("O1", "the backends got", found.requests, wanted.requests));
  broken.push(...differences("O1", "the messages show as chosen", found.chosen, wanted.chosen));
  broken.push(...differences("O1", "the records say", found.records, wanted.records));
  if (!asked) broken.push(...differences("O1", "the agents see", found.cards, wanted.cards));
  const open = [...world.cards.values()].filter(({ buttons }) => buttons.length > 0);
  broken.push(...open.map(({ title }) => ({ oracle: "O10", what: `"${title}" can still be pressed in the end` })));
  if (run.acknowledged < clean.acknowledged) broken.push({ oracle: "O10", what: "not every event was acknowledged" });
  return broken;
}

/** Answers what of this run no run may do, however it ends. Pure. */
export function promisesBroken({ world, stranded }: CrashRun): readonly Broken[] {
  const broken = [...world.broken, ...calls(world), ...decisions(world), ...posts(world), ...sideEffects(world)];
  return stranded === null ? broken : [...broken, { oracle: "O10", what: stranded }];
}

/** O2, O3: an unsafe call once, unless a person chose "run again"; the same call always with the same bytes. */
function calls(world: CrashWorld): readonly Broken[] {
  return [...Map.groupBy(world.arrivals, ({ key }) => key)].flatMap(([key, arrivals]) => {
    const broken: Broken[] = [];
    const bytes = new Set(arrivals.map(({ request }) => JSON.stringify(request)));
    if (bytes.size > 1) broken.push({ oracle: "O3", what: `call ${withoutIds(key)} was sent in ${bytes.size} forms` });
    const first = arrivals[0]?.request;
    if (first?.method !== "POST") return broken;
    const allowed = 1 + runAgains(world, key);
    if (arrivals.length > allowed) {
      broken.push({ oracle: "O2", what: `${first.method} ${first.url} was sent ${arrivals.length} times` });
    }
    return broken;
  });
}

/** O2 for mails, which cannot be called back either, and O3 for tickets and leads, which may be asked for again. */
function sideEffects({ mails, tickets, leads, receipts }: CrashWorld): readonly Broken[] {
  const world = { receipts };
  const byMail = Map.groupBy(mails, ({ mail }) => mail.effectId);
  const twice = [...byMail].filter(([id, sent]) => sent.length > 1 + runAgains(world, id));
  const forms = [...tickets, ...leads];
  const changed = [...Map.groupBy(forms, ({ effectId }) => effectId).values()].filter(
    (drafts) => new Set(drafts.map((draft) => JSON.stringify(draft))).size > 1,
  );
  return [
    ...twice.map(([, sent]) => ({ oracle: "O2", what: `a mail was sent ${sent.length} times` })),
    ...changed.map((drafts) => ({ oracle: "O3", what: `an action came in ${drafts.length} forms` })),
  ];
}

function runAgains({ receipts }: Pick<CrashWorld, "receipts">, effectId: string): number {
  const presses = receipts.flatMap(({ press }) =>
    press.action.kind === "runAgain" && effectOf(press.id) === effectId ? [press.id] : [],
  );
  return new Set(presses).size;
}

/**
 * O4: one decision is accepted, and only an agent's; everybody else hears of that one; what the card showed is what was
 * carried out.
 */
function decisions(world: CrashWorld): readonly Broken[] {
  const strangers = world.receipts.filter(
    ({ press, receipt }) => receipt.kind === "accepted" && press.by.id !== agent.id && press.by.id !== otherAgent.id,
  );
  const broken = strangers.map(({ press }) => ({ oracle: "O4", what: `${press.by.id} decided, who is no agent` }));
  for (const [id, given] of Map.groupBy(world.receipts, ({ press }) => press.id)) {
    const accepted = given.filter(({ receipt }) => receipt.kind === "accepted").length;
    if (accepted > 1) broken.push({ oracle: "O4", what: `${accepted} decisions were accepted on ${withoutIds(id)}` });
    const said = new Set(given.flatMap(({ receipt }) => ("decision" in receipt ? [receipt.decision.action] : [])));
    if (said.size > 1) broken.push({ oracle: "O4", what: `receipts tell of ${[...said].join(" and ")}` });
  }
  return [...broken, ...approvals(world)];
}

function approvals({ posts: sent, arrivals, tickets, receipts }: CrashWorld): readonly Broken[] {
  return sent.flatMap(({ message, first }) => {
    if (!first || message.kind !== "card" || message.card.kind !== "approval") return [];
    const id = message.card.pressId ?? "";
    const shown = fieldsOf(message.card);
    const done = [
      ...arrivals.flatMap(({ key, request }) => (key === id ? [[request.method, request.url]] : [])),
      ...tickets.flatMap(({ effectId, subject, priority }) => (effectId === id ? [[subject, priority]] : [])),
    ];
    const approved = receipts.some(({ press }) => press.id === id && press.action.kind === "approve");
    if (done.length > 0 && !approved) return [{ oracle: "O4", what: "carried out, and nobody approved it" }];
    const other = done.find((values) => !values.every((value) => shown.includes(value)));
    return other === undefined ? [] : [{ oracle: "O4", what: `approved was another request than ${other.join(" ")}` }];
  });
}

function fieldsOf(card: Card): readonly string[] {
  return card.sections.flatMap(({ fields }) =>
    fields.flatMap(({ value }) => (typeof value === "string" ? [value] : [])),
  );
}

/** O5, O7: in their order; a second time only by who says that it may have been sent. */
function posts({ posts: sent }: CrashWorld): readonly Broken[] {
  const blind = sent.filter(({ first, mayHaveBeenSent }) => !first && !mayHaveBeenSent);
  const lanes = Map.groupBy(
    sent.filter(({ first }) => first),
    ({ to }) => (to === agentsAddress ? "the agents" : "the customer"),
  );
  const unordered = [...lanes].filter(([, lane]) => {
    const numbers = lane.map(({ effectId }) => Number(effectId.split("-")[1]));
    return numbers.some((number, index) => number < (numbers[index - 1] ?? 0));
  });
  return [
    ...blind.map(({ effectId }) => ({ oracle: "O7", what: `${withoutIds(effectId)} was posted twice without a look` })),
    ...unordered.map(([who]) => ({ oracle: "O5", what: `${who} read messages out of order` })),
  ];
}

/** How often the customer read that somebody is checking; a late answer may have come before anybody did. */
function checks({ world }: CrashRun): number {
  return world.texts.filter((text) => text === defaultTexts.checking).length;
}

/** What was said meanwhile by people who had to find out first is left out. */
function spoken(texts: readonly string[], asked: boolean): readonly string[] {
  return asked ? texts.filter((text) => text !== defaultTexts.checking) : texts;
}

function differences(
  oracle: string,
  what: string,
  found: readonly string[],
  wanted: readonly string[],
): readonly Broken[] {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return [];
  const missing = wanted.filter((one) => !found.includes(one));
  const more = found.filter((one) => !wanted.includes(one));
  const words = missing.length + more.length === 0 ? { found } : { missing, more };
  return [{ oracle, what: `${what} ${JSON.stringify(words)}` }];
}

function cardInWords({ kind, title, tone, sections, status, buttons }: Card): string {
  const fields = sections.flatMap(({ fields: all }) => all.map(({ name, value }) => `${name}: ${valueInWords(value)}`));
  const lines = status.map(({ before, by, after }) => `${before}${by?.id ?? ""}${after}`);
  return withoutIds(
    [kind, title, tone, ...fields, ...lines, ...buttons.map(({ action }) => `[${action}]`)].join(" / "),
  );
}

function valueInWords(value: CardValue): string {
  if (typeof value === "string") return value;
  return "at" in value ? "a moment" : `${value.person.name} (${value.person.id})`;
}

function distinct<Item>(items: readonly Item[], inWords: (item: Item) => string): readonly string[] {
  return [...new Set(items.map(inWords))].map(withoutIds);
}

/** Ids hold the nonce of their conversation, and a crash before the first save means another one. */
function withoutIds(text: string): string {
  return text.replaceAll(/[0-9a-f]{44}-\d+/g, "<id>");
}
