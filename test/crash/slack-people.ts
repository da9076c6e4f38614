import { conversationOf } from "../../adapters/slack/address.ts";
import type { Event } from "../../src/domain/event.ts";
import type { ConversationId } from "../../src/domain/ids.ts";
import type { Press, Receipt } from "../../src/domain/press.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import { company } from "../support/slack/company.ts";
import type { Delivered, Deliverer } from "../support/slack/deliver.ts";
import { tokenIn } from "../support/slack/directory.ts";
import type { Fields } from "../support/slack/fields.ts";
import { addMessage } from "../support/slack/messages.ts";
import { envelopeOf, interactionOf, messageEvent } from "../support/slack/payloads.ts";
import { asTyped, channelOf } from "../support/slack/people.ts";
import type { FakeMessage } from "../support/slack/state.ts";
import { addTrigger } from "../support/slack/views.ts";
import { inSlack, type SlackWorld } from "./slack-world.ts";

/**
 * What people do in Slack, as signed requests to a process. It has the form of the way in that the people of the stories
 * know; resolved means that Slack has its 200, and anything else that it sends again.
 */
export class SlackPeople {
  readonly #world: SlackWorld;
  readonly #bot: Deliverer;
  readonly #said = new Map<string, FakeMessage>();
  #root: string | null = null;

  constructor(world: SlackWorld, bot: Deliverer) {
    this.#world = world;
    this.#bot = bot;
  }

  get conversation(): ConversationId | null {
    return this.#root === null ? null : conversationOf({ channel: company.support, thread: this.#root });
  }

  get inbound(): Inbound {
    const never = () => Promise.reject(new Error("no story does this"));
    return {
      event: (_place, event) => this.#event(event),
      press: (_workspace, press) => this.#press(press),
      startable: never,
      start: never,
      answerTo: never,
      underCard: never,
      command: never,
    };
  }

  async #event(event: Event): Promise<void> {
    if (event.kind !== "turn" && event.kind !== "agentWrote") throw new Error(`no story tells of ${event.kind}`);
    const { state } = this.#world.slack;
    const message = this.#said.get(event.turn.id) ?? this.#write(event.turn, event.kind === "agentWrote");
    this.#said.set(event.turn.id, message);
    const where = channelOf(state, message.channel);
    const token = tokenIn(state, company.team);
    taken(await this.#bot.event(envelopeOf(state, token, messageEvent(state, message, where), where)));
  }

  #write({ from, text }: Turn, underCard: boolean): FakeMessage {
    const { state } = this.#world.slack;
    const handOff = [...this.#world.cards].findLast(([, { kind }]) => kind === "handOff")?.[0] ?? "";
    const thread = underCard ? (this.#world.standing.get(handOff)?.ts ?? null) : this.#root;
    const message = addMessage(state, {
      channel: underCard ? company.agents : company.support,
      team: company.team,
      user: inSlack.get(from.id) ?? from.id,
      text: asTyped(text),
      thread,
      clientMsgId: state.hex(32),
    });
    if (!underCard) this.#root ??= message.ts;
    return message;
  }

  /** A button, or the form that it opens; no receipt at all: whoever pressed was told to press again. */
  async #press(press: Press): Promise<Receipt> {
    const { receipts, slack } = this.#world;
    const before = receipts.length;
    const { state } = slack;
    const id = inSlack.get(press.by.id) ?? press.by.id;
    const who = interactionOf(state, tokenIn(state, company.team), id);
    const at = this.#world.standing.get(press.card?.slice("card:".length) ?? "");
    const { channel = company.agents, ts = "1.1" } = at ?? {};
    const { kind } = press.action;
    const clicked: Fields = {
      type: "block_actions",
      ...who,
      container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
      trigger_id: addTrigger(state, company.team, id, null).id,
      channel: { id: channel, name: "agents" },
      actions: [{ type: "button", action_id: `press:${kind}`, block_id: "b", value: press.id, action_ts: state.ts() }],
    };
    taken(await this.#bot.interaction(clicked));
    const form = formOf(press);
    if (form !== null) {
      const view = {
        ...{
          id: state.id("V"),
          callback_id: form.id,
          app_installed_team_id: company.team,
          state: { values: form.values },
        },
        private_metadata: JSON.stringify({ pressId: press.id, channel, ts }),
      };
      taken(await this.#bot.interaction({ type: "view_submission", ...who, view }));
    }
    const receipt = receipts.slice(before).find((one) => one.press.id === press.id && one.press.by.id === press.by.id);
    if (receipt === undefined) throw new Error("Nothing was decided, and the person was told to try again.");
    return receipt.receipt;
  }
}

/** What is typed into the form of a press, or null if it has none. */
function formOf({ action }: Press): { readonly id: string; readonly values: Fields } | null {
  if (action.kind === "reject") return { id: "reject", values: { reason: { value: { value: action.reason } } } };
  if (action.kind !== "happened") return null;
  return { id: "happened", values: { result: { value: { value: JSON.stringify(action.value) } } } };
}

function taken({ status }: Delivered): void {
  if (status !== 200) throw new Error(`Slack got ${status}.`);
}
