import type { Card } from "../../src/domain/card.ts";
import { addressSchema, conversationIdSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Press, PressAction, Receipt } from "../../src/domain/press.ts";
import type { Inbound, Place } from "../../src/ports/channel.ts";
import { agent, customer } from "../support/chat.ts";
import { workspace } from "./crash-store.ts";
import { agentsAddress, type CrashWorld, refOf } from "./crash-world.ts";

const conversation = conversationIdSchema.parse("c1");
const place = { workspace, conversation, address: addressSchema.parse("to-c1") };
// The channel itself, in whose threads the conversations stand.
const outside = {
  workspace,
  conversation: conversationIdSchema.parse("c2"),
  address: addressSchema.parse("to-c2"),
  isBeside: (other: string) => other === conversation,
};

/** What people need of the machine room: to let time pass, and the way in of whatever process is up. */
export interface Surroundings {
  readonly world: CrashWorld;
  now(): number;
  inbound(): Inbound | null;
  /** Lets things happen and time pass until this holds. Throws StrandedError when it never does. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** Lets this much time pass at once, while a process runs. */
  pass(ms: number): Promise<void>;
}

/** How an agent answers "did this happen?": by looking into the backend's journal, or by stopping the run. */
export type VerdictPolicy = "truth" | "stop";

interface Delivery {
  readonly hand: (inbound: Inbound) => Promise<void>;
  done: boolean;
  /** When the platform hands it over again, unless it was acknowledged. */
  againAt: number;
}

const platformPatienceMs = 3000;
// Longer than any restart takes, so that nobody writes again who only had to wait.
const silentMs = 300_000;

/**
 * The people of one run and the platform between them and Usher: what was not acknowledged is delivered again under the
 * same keys, and a button whose receipt never came is pressed again. They know only what they were shown.
 */
export class People {
  readonly #around: Surroundings;
  readonly #policy: VerdictPolicy;
  readonly #deliveries: Delivery[] = [];
  /** The questions that were answered: the card as it stood then, by what posted it, and their ids. */
  readonly #answered = new Map<string, Card>();
  readonly #judged = new Set<string>();
  /** Events and presses that were acknowledged. */
  acknowledged = 0;
  #turns = 0;
  #pressed = "";
  /** What the customer wrote last, and how much had been read until then. */
  #last: { readonly text: string; readonly read: number } | null = null;
  /** Since when the customer waits for an answer, or null. */
  #silentSince: number | null = null;
  /** Whether the customer writes again when nothing comes back: only where the model may have failed. */
  readonly writesAgain: boolean;

  constructor(around: Surroundings, policy: VerdictPolicy, writesAgain: boolean) {
    this.#around = around;
    this.#policy = policy;
    this.writesAgain = writesAgain;
  }

  /** The customer writes; resolves when the platform has its acknowledgement. */
  async writes(text: string): Promise<void> {
    this.#last = { text, read: this.#around.world.texts.length };
    await this.#deliver(`"${text}"`, this.#handTurn(text, customer));
  }

  /** The customer writes in the channel, outside the thread of the conversation. */
  async writesOutside(text: string): Promise<void> {
    this.#last = { text, read: this.#around.world.texts.length };
    await this.#deliver(`"${text}" outside the thread`, this.#handTurn(text, customer, outside));
  }

  /** An agent answers under the hand-off card. */
  async answers(text: string): Promise<void> {
    await this.#deliver(`the agent's "${text}"`, this.#handTurn(text, agent));
  }

  /** Waits until the customer has read this, `times` times in all. */
  async reads(text: string, times = 1): Promise<void> {
    const { world } = this.#around;
    this.#silentSince = this.#around.now();
    await this.#around.until(
      `the customer reads "${text}"`,
      () => world.texts.filter((one) => one.includes(text)).length >= times,
    );
    this.#silentSince = null;
  }

  /** Waits until the agents see a card that holds this text. */
  async agentsSee(text: string): Promise<void> {
    const { world } = this.#around;
    await this.#around.until(`the agents see "${text}"`, () =>
      JSON.stringify([...world.cards.values()]).includes(text),
    );
  }

  /** Waits for a card with this button and presses it, until there is a receipt. */
  async presses(action: PressAction, by: Person = agent): Promise<Receipt> {
    let found: readonly [string, Card] | undefined;
    await this.#around.until(`a card with the button ${action.kind}`, () => {
      found = this.#cardsWith(action.kind)[0];
      return found !== undefined;
    });
    if (found === undefined) throw new Error("unreachable: it was just seen");
    const [effectId, { pressId }] = found;
    this.#pressed = pressId ?? "";
    return this.#press({ id: pressId ?? "", card: refOf(effectId), by, action });
  }

  /** Somebody else presses the other button of the card that was pressed last, though it is decided. */
  async pressesTooLate(action: PressAction, by: Person): Promise<Receipt> {
    const last = this.#around.world.receipts.at(-1)?.press;
    return this.#press({ id: this.#pressed, card: last?.card ?? null, by, action });
  }

  /** Nobody does anything for so long. */
  wait(ms: number): Promise<void> {
    return this.#around.pass(ms);
  }

  /** What people do of their own accord as time passes; called between any two moments. */
  act(): void {
    this.#judge();
    this.#writeAgain();
    const now = this.#around.now();
    const inbound = this.#around.inbound();
    if (inbound === null) return;
    for (const delivery of this.#deliveries) {
      if (!delivery.done && delivery.againAt <= now) this.#hand(delivery, inbound);
    }
  }

  /** How many questions "did this happen?" were answered. */
  get verdicts(): number {
    return this.#judged.size;
  }

  /** Whether everything that people did was acknowledged. */
  get isIdle(): boolean {
    return this.#deliveries.every(({ done }) => done);
  }

  #handTurn(text: string, from: Person, at: Place = place): Delivery["hand"] {
    this.#turns += 1;
    const id = `m${this.#turns}`;
    // The role is what the channel says; who somebody is, is decided inside.
    const turn = { id, keys: [id], from: { ...from, role: "customer" as const }, text, mentioned: false };
    const dated = { ...turn, at: this.#around.now() + this.#turns };
    return from === customer
      ? (inbound) => inbound.event(at, { kind: "turn", turn: dated })
      : (inbound) =>
          inbound.event({ ...place, address: agentsAddress }, { kind: "agentWrote", turn: dated, where: "handOff" });
  }

  async #press(press: Press): Promise<Receipt> {
    let receipt: Receipt | null = null;
    await this.#deliver(`the press ${press.action.kind}`, async (inbound) => {
      receipt = await inbound.press(workspace, press);
    });
    if (receipt === null) throw new Error("unreachable: it was acknowledged");
    return receipt;
  }

  async #deliver(what: string, hand: Delivery["hand"]): Promise<void> {
    const delivery = this.#send(hand);
    await this.#around.until(`${what} is acknowledged`, () => delivery.done);
  }

  #send(hand: Delivery["hand"]): Delivery {
    const delivery = { hand, done: false, againAt: this.#around.now() };
    this.#deliveries.push(delivery);
    const inbound = this.#around.inbound();
    if (inbound !== null) this.#hand(delivery, inbound);
    return delivery;
  }

  #hand(delivery: Delivery, inbound: Inbound): void {
    delivery.againAt = this.#around.now() + platformPatienceMs;
    delivery.hand(inbound).then(
      () => {
        if (!delivery.done) this.acknowledged += 1;
        delivery.done = true;
      },
      () => {
        delivery.againAt = Math.min(delivery.againAt, this.#around.now() + 1000);
      },
    );
  }

  #cardsWith(action: PressAction["kind"]): readonly (readonly [string, Card])[] {
    return [...this.#around.world.cards].filter(([, { buttons }]) =>
      buttons.some((button) => button.action === action),
    );
  }

  /** Somebody looks after each question "did this happen?". */
  #judge(): void {
    for (const [effectId, card] of this.#cardsWith("runAgain")) {
      const { pressId } = card;
      // A card that was put up anew asks anew, also when it looks the same.
      if (pressId === null || this.#answered.get(effectId) === card) continue;
      this.#answered.set(effectId, card);
      this.#judged.add(pressId);
      const press: Press = { id: pressId, card: refOf(effectId), by: agent, action: this.#verdictOn(pressId) };
      this.#send(async (inbound) => {
        await inbound.press(workspace, press);
      });
    }
  }

  #verdictOn(pressId: string): PressAction {
    if (this.#policy === "stop") return { kind: "stop" };
    const value = whatHappened(this.#around.world, effectOf(pressId));
    return value === undefined ? { kind: "runAgain" } : { kind: "happened", value };
  }

  #writeAgain(): void {
    const last = this.#last;
    const since = this.#silentSince;
    if (!this.writesAgain || last === null || since === null || this.#around.now() - since < silentMs) return;
    if (this.#around.world.texts.length > last.read) return;
    this.#silentSince = this.#around.now();
    this.#send(this.#handTurn(last.text, customer));
  }
}

/** The effect that the id in a button of a verdict is about. Pure. */
export function effectOf(pressId: string): string {
  return pressId.split("-").slice(0, 2).join("-");
}

/** What the world outside knows of an effect: its result, or undefined if it was not carried out. */
function whatHappened(world: CrashWorld, effectId: string): Json | undefined {
  const arrival = world.arrivals.find(({ key, carriedOut }) => key === effectId && carriedOut);
  if (arrival !== undefined) return arrival.value;
  return world.mails.some(({ mail }) => mail.effectId === effectId) ? { mailId: effectId } : undefined;
}
