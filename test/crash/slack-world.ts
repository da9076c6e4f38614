import { readCardRef } from "../../adapters/slack/address.ts";
import type { OutMessage } from "../../src/domain/message.ts";
import type { Press } from "../../src/domain/press.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { agent, colleague, customer, otherAgent } from "../support/chat.ts";
import { company, user } from "../support/slack/company.ts";
import { createDirectSlack, type DirectSlack } from "../support/slack/direct.ts";
import { fieldsOf } from "../support/slack/fields.ts";
import { messagesIn } from "../support/slack/messages.ts";
import type { FakeMessage } from "../support/slack/state.ts";
import type { Script } from "./crash-run.ts";
import { agentsAddress, CrashWorld, refOf } from "./crash-world.ts";

/** Who the people of the stories are in Slack. */
export const inSlack: ReadonlyMap<string, string> = new Map([
  [customer.id, company.jane],
  [colleague.id, company.guest],
  [agent.id, company.agnes],
  [otherAgent.id, company.artur],
]);
const asTold = new Map([...inSlack].map(([told, id]) => [id, told]));

/** Where a message of Usher's came to stand in Slack. */
export interface Standing {
  readonly channel: string;
  readonly ts: string;
}

/**
 * The same world with a Slack in it. What was posted and how often, and what stands on the cards, is what the fake Slack
 * has taken, found by the marks that it keeps; the domain's words for it are what Usher gave the adapter to show.
 */
export class SlackWorld extends CrashWorld {
  readonly slack: DirectSlack;
  /** Where each effect stands that is posted. */
  readonly standing = new Map<string, Standing>();
  readonly #given = new Map<string, { readonly message: OutMessage; readonly mayHaveBeenSent: boolean }>();
  readonly #parts = new Set<string>();
  /** When each message was last edited, by its own timestamp. */
  readonly #seen = new Map<string, string>();
  #caller = "";
  readonly #edits = new Map<string, OutMessage>();

  constructor(clock: Clock, { firstPost, backendMs }: Script) {
    super(clock, firstPost, backendMs);
    this.slack = createDirectSlack(clock, () => this.#note());
    // Whether Slack says in time what people call themselves is chance where it fails; here they are called as they are.
    for (const { id } of [...this.slack.state.users.values()]) {
      this.slack.state.users.set(id, user(id, id, { ...this.slack.state.users.get(id), realName: id, name: id }));
    }
  }

  override told(press: Press): Press {
    return { ...press, by: { ...press.by, id: asTold.get(press.by.id) ?? press.by.id } };
  }

  /** The adapter's channel, with a journal of what it was given to show. */
  noted(channel: Channel): Channel {
    return {
      name: channel.name,
      start: (inbound) => channel.start(inbound),
      stop: () => channel.stop(),
      send: (to, message, delivery) => {
        this.#given.set(delivery.effectId, { message, mayHaveBeenSent: delivery.mayHaveBeenSent });
        return channel.send(to, message, delivery);
      },
      edit: (ref, message) => {
        this.#edits.set(readCardRef(ref)?.ts ?? "", message);
        return channel.edit(ref, message);
      },
    };
  }

  /** A call of the Web API by a process. */
  async call(owner: string, method: string, input: string, init: RequestInit): Promise<Response> {
    if (method === "chat.postMessage" || method === "chat.update") this.begins(owner, method);
    this.#caller = owner;
    try {
      return await this.slack.fetch(input, init);
    } finally {
      this.#note();
    }
  }

  /** Takes down what stands in Slack now and did not a moment ago, whether anybody was told of it or not. */
  #note(): void {
    for (const channel of [company.support, company.agents]) {
      for (const message of messagesIn(this.slack.state, channel)) {
        if (message.botId === null) continue;
        const edited = message.edited?.ts ?? "";
        const known = this.#seen.get(message.ts);
        if (known === edited) continue;
        this.#seen.set(message.ts, edited);
        if (known === undefined) this.#posted(message);
        else this.#wasEdited(message.ts);
      }
    }
  }

  #posted({ channel, ts, metadata }: FakeMessage): void {
    const { event_type: type, event_payload: payload } = fieldsOf(metadata);
    const { effect, part } = fieldsOf(payload);
    if (type !== "usher_effect" || typeof effect !== "string") return;
    const name = `${effect} ${part}`;
    if (this.#parts.has(name)) {
      this.broken.push({ oracle: "O7", what: `part ${part} of an effect was posted in Slack twice` });
    }
    this.#parts.add(name);
    // What does not fit into one post stands in its thread.
    const given = this.#given.get(effect);
    if (part !== 0 || given === undefined) return;
    const first = !this.standing.has(effect);
    const to = channel === company.agents ? agentsAddress : `slack ${channel}`;
    this.posts.push({ owner: this.#caller, to, effectId: effect, first, ...given });
    if (!first) return;
    this.standing.set(effect, { channel, ts });
    if (given.message.kind === "card") this.cards.set(effect, given.message.card);
  }

  #wasEdited(ts: string): void {
    const message = this.#edits.get(ts);
    const effect = [...this.standing].find(([, standing]) => standing.ts === ts)?.[0];
    if (effect === undefined || message === undefined) return;
    if (message.kind === "card") this.cards.set(effect, message.card);
    else this.edited.set(refOf(effect), message);
  }
}
