import type { Command } from "../domain/command.ts";
import type { Event } from "../domain/event.ts";
import type { Address, CardRef, ConversationId, WorkspaceId } from "../domain/ids.ts";
import type { OutMessage } from "../domain/message.ts";
import type { Person, Platform } from "../domain/person.ts";
import type { Press, Receipt } from "../domain/press.ts";
import type { Procedure } from "../domain/procedure.ts";
import type { Turn } from "../domain/turn.ts";
import type { View } from "../domain/view.ts";

/**
 * Which conversation an event belongs to, and where its replies go. `isBeside`: only of a message that stands in a channel
 * itself and so begins a thread there: whether another conversation is in a thread of that channel, too. Such a message
 * may answer one of them. `isOurs`: a message of ours heads the thread, such as a card in a channel that was the agents'
 * before: there a conversation goes on, and only who speaks to Usher by name begins one.
 */
export interface Place {
  readonly workspace: WorkspaceId;
  readonly conversation: ConversationId;
  readonly address: Address;
  readonly isBeside?: (other: ConversationId) => boolean;
  readonly isOurs?: boolean;
}

/**
 * `under`: the card that this answers, and stands with, wherever that is. `mayHaveBeenSent`: an earlier attempt may have
 * arrived; look before sending. `firstAt`: when it was first tried, and so since when to look (Unix ms); null: nobody knows.
 */
export interface Delivery {
  readonly effectId: string;
  readonly under: CardRef | null;
  readonly mayHaveBeenSent: boolean;
  readonly firstAt: number | null;
}

/** That something did not count, and why, as a sentence for whoever wanted it. */
interface Refused {
  readonly kind: "refused";
  readonly reason: string;
}

/**
 * What somebody is told who started a procedure by hand, or answered on a message of ours. `known`: this very turn was
 * taken in before, and nothing has changed.
 */
export type TurnReceipt = { readonly kind: "accepted" | "known" } | Refused;

/** What can be started by hand. */
export type Startable =
  | { readonly kind: "open"; readonly procedures: readonly Pick<Procedure, "slug" | "name">[] }
  | Refused;

/** What a channel reports. Resolved means durably stored: acknowledge now, and not before. */
export interface Inbound {
  /**
   * Somebody wrote, edited or deleted. The adapter says `turn` with role customer; who they are is decided inside.
   * Throws TransientError when it could not be stored: the platform is to send it again.
   */
  event(place: Place, event: Event): Promise<void>;
  /** Somebody pressed a button on one of our cards. Throws TransientError as above. */
  press(workspace: WorkspaceId, press: Press): Promise<Receipt>;
  /**
   * An agent wrote under one of our cards: under a hand-off card the words are relayed to the customer, under any other
   * nothing comes of them. Answers false if no card of ours has this reference (perhaps not yet). Throws TransientError as
   * above, PermanentError if the person is no agent.
   */
  underCard(workspace: WorkspaceId, card: CardRef, turn: Turn): Promise<boolean>;
  /**
   * What may be started for this customer, by an agent; `by` null: by a workflow that people of the workspace have made.
   * Changes nothing. Throws TransientError.
   */
  startable(workspace: WorkspaceId, customer: Person, by: Person | null): Promise<Startable>;
  /**
   * Somebody (`by`, as above) chose a procedure for a conversation. `turn` is from the customer in whose name it runs; its
   * id names the choice, and further keys the message from which it was made. Throws TransientError as above.
   */
  start(place: Place, slug: string, turn: Turn, by: Person | null): Promise<TurnReceipt>;
  /**
   * Somebody answered on a message of ours, which `card` names, by pressing one of its choices or in the private form that
   * was opened from it; the turn's text is the answer. It counts only while that message is the one that waits for it.
   * Throws TransientError as above.
   */
  answerTo(place: Place, card: CardRef, turn: Turn): Promise<TurnReceipt>;
  /** Somebody asked for something in words; answers what only this person is to see. Throws TransientError as above. */
  command(workspace: WorkspaceId, command: Command): Promise<View>;
}

/** A platform on which people talk. Five members, none optional. */
export interface Channel {
  readonly name: Platform;
  start(inbound: Inbound): Promise<void>;
  /**
   * Shows a message and answers how to find it again. Throws TransientError (surely not shown: try again),
   * PermanentError (refused for good), anything else (it may have been shown).
   */
  send(to: Address, message: OutMessage, delivery: Delivery): Promise<CardRef>;
  /** Puts another message in the place of a shown one; throws as `send` does. Doing it twice is harmless. */
  edit(card: CardRef, message: OutMessage): Promise<void>;
  /** Takes no more events; resolves when those in flight have been answered. */
  stop(): Promise<void>;
}
