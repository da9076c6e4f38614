import type { Receipt } from "../../src/domain/press.ts";
import type { House, World } from "../support/house.ts";

/** What every customer of the outage is asked first. */
export const question = "which order?";

/** What the world around a house saw during an outage, and what its people were told. */
export interface OutageJournal {
  /** Its posts and its requests. */
  readonly world: World;
  readonly everybody: readonly string[];
  /** What was acknowledged: `${conversation}-start`, `${conversation}-order`. */
  readonly acknowledged: Set<string>;
  /** By the id on the card: what everybody who pressed was told. */
  readonly receipts: Map<string, Receipt[]>;
  /** How often the backend was not reached, by address: such a request may come again. */
  readonly notSent: Map<string, number>;
  /** Requests that came before anybody had pressed on their card. */
  readonly unapproved: string[];
}

/** The figures of an outage. `completed`: conversations whose last words were said. */
export interface OutageFindings {
  readonly completed: number;
  readonly lost: number;
  readonly unsafeRepeats: number;
  readonly doubleDecisions: number;
  readonly stranded: number;
}

/** The id on the card that asks the agents about a conversation's credit; null: none was posted. */
export function cardAbout({ sent }: World, id: string): string | null {
  const cards = sent.flatMap(({ message }) => (message.kind === "card" ? [message.card] : []));
  const mine = cards.find(({ sections }) => JSON.stringify(sections).includes(`shop.example/credit/${id}"`));
  return mine?.pressId ?? null;
}

/** Whether this text was posted to the customer of the conversation. */
export function hears({ sent }: World, id: string, text: string): boolean {
  return sent.some(({ to, message }) => to === `to-${id}` && message.kind === "text" && message.text === text);
}

/** Whether the last words of the procedure were posted. */
export function isDone(world: World, id: string): boolean {
  return hears(world, id, `done with ${id}`);
}

/**
 * Reads the posts, the requests and the receipts. One thing is looked up inside, in the store: the tickets, which are
 * Usher's own records, so that nobody outside sees them.
 */
export async function judgeOutage(house: House, journal: OutageJournal, problems: string[]): Promise<OutageFindings> {
  const { everybody, unapproved, world } = journal;
  for (const url of unapproved) problems.push(`${url} was called before anybody approved it`);
  let stranded = 0;
  for (const id of everybody) {
    const said = world.texts.filter((text) => text === `done with ${id}`).length;
    if (said === 0) stranded += 1;
    if (said !== 1) problems.push(`${id}: its last words were said ${said} times`);
  }
  const tickets = await house.store.tickets.list(house.workspace, null);
  const owners = new Set(tickets.items.map(({ conversationId }) => conversationId));
  if (tickets.items.length !== everybody.length || owners.size !== everybody.length) {
    problems.push(`there are ${tickets.items.length} tickets of ${owners.size} conversations`);
  }
  return {
    completed: everybody.length - stranded,
    lost: countLost(journal, problems),
    unsafeRepeats: countRepeats(journal, problems),
    doubleDecisions: countDoubles(journal, problems),
    stranded,
  };
}

/** What was acknowledged and had no effect on the world: no question, no payment, no credit. */
function countLost({ acknowledged, everybody, receipts, world }: OutageJournal, problems: string[]): number {
  const lost: string[] = [];
  const called = (path: string): boolean => world.requests.some(({ url }) => url === `https://shop.example/${path}`);
  for (const id of everybody) {
    if (acknowledged.has(`${id}-start`) && !hears(world, id, question)) lost.push(`${id}-start`);
    if (acknowledged.has(`${id}-order`) && !called(`pay/${id}`)) lost.push(`${id}-order`);
    const told = receipts.get(cardAbout(world, id) ?? "") ?? [];
    const approved = told.some((receipt) => receipt.kind !== "refused" && receipt.decision.action === "approve");
    if (approved && !called(`credit/${id}`)) lost.push(`the approval of ${id}`);
  }
  for (const what of lost) problems.push(`accepted and lost: ${what}`);
  return lost.length;
}

function countRepeats({ notSent, world }: OutageJournal, problems: string[]): number {
  let repeats = 0;
  for (const [url, requests] of Map.groupBy(world.requests, (request) => request.url)) {
    const more = requests.length - 1 - (notSent.get(url) ?? 0);
    if (more > 0) problems.push(`${url} was called ${requests.length} times`);
    repeats += Math.max(0, more);
    if (new Set(requests.map(({ key, body }) => `${key} ${body}`)).size > 1)
      problems.push(`${url}: other bytes or key`);
  }
  return repeats;
}

/** Everybody who pressed, the one who came late included, was told of one and the same decision. */
function countDoubles({ receipts }: OutageJournal, problems: string[]): number {
  let doubled = 0;
  for (const [card, told] of receipts) {
    const decisions = told.flatMap((receipt) => (receipt.kind === "refused" ? [] : [receipt.decision]));
    const makers = new Set(decisions.map(({ by, at, action }) => `${by.id} ${at} ${action}`));
    const accepted = told.filter(({ kind }) => kind === "accepted").length;
    if (told.at(-1)?.kind !== "decided") problems.push(`a late press on ${card} was ${told.at(-1)?.kind}`);
    if (makers.size <= 1 && accepted <= 1) continue;
    doubled += 1;
    problems.push(`two decisions of ${card}: ${[...makers].join(" and ")}`);
  }
  return doubled;
}
