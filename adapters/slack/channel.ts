import type { CardRef } from "../../src/domain/ids.ts";
import type { OutMessage } from "../../src/domain/message.ts";
import type { Channel, Delivery } from "../../src/ports/channel.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import { cardRefOf, readAddress, readCardRef, type SlackCard, type SlackPlace } from "./address.ts";
import type { Background } from "./background.ts";
import type { Bolt } from "./bolt.ts";
import type { SlackClient } from "./client.ts";
import type { Digest } from "./digest.ts";
import type { Gate } from "./gate.ts";
import type { ConversationInfo } from "./info.ts";
import type { Post } from "./layout.ts";
import type { Posts } from "./posts.ts";
import { renderMessage } from "./render.ts";
import { fitsInView } from "./render-card.ts";
import type { Working } from "./working.ts";

export interface SlackChannelOptions {
  readonly client: Pick<SlackClient, "conversationInfo" | "update">;
  readonly posts: Posts;
  readonly digest: Digest;
  readonly gate: Gate;
  readonly background: Background;
  readonly working: Working;
  readonly inspector: Pick<Inspector, "watch">;
  readonly bolt: Pick<Bolt, "start" | "stop">;
}

/** Slack as a channel: what goes out, and when what comes in is heard. */
export function createSlackChannel(options: SlackChannelOptions): Channel {
  const { client, posts, digest, gate, background, working, inspector, bolt } = options;
  let unwatch = (): void => {};
  return {
    name: "slack",
    async start(inbound) {
      gate.open(inbound);
      unwatch();
      unwatch = inspector.watch((_workspace, _id, state) => working.saved(state));
      await bolt.start();
    },
    async send(to, message, delivery) {
      const place = readAddress(to);
      if (place === null) throw new PermanentError(`${to} is no address in Slack.`);
      const under = delivery.under === null ? null : readCardRef(delivery.under);
      if (delivery.under !== null && under === null)
        throw new PermanentError(`${delivery.under} is no message in Slack.`);
      // What belongs under a card stands where that card is, also when the agents channel has moved.
      const at = under === null ? place : { ...place, channel: under.channel, thread: null };
      // Under a card stands what a customer has said.
      if (message.kind === "card" || under !== null) await demandInternal(client, at);
      return show({ posts, digest }, at, under, message, delivery);
    },
    async edit(ref, message) {
      const card = readCardRef(ref);
      if (card === null) throw new PermanentError(`${ref} is no message in Slack.`);
      if (card.kind === "digest") return digest.changed(card);
      // A card whose channel was shared meanwhile takes back what it shows; its buttons go with that.
      const isShown =
        message.kind !== "card" || isInternal(await client.conversationInfo(card.workspace, card.channel));
      const post = isShown ? renderMessage(message)[0] : hiddenPost(card.channel);
      await client.update({ workspace: card.workspace, channel: card.channel, ts: card.ts, post });
    },
    async stop() {
      // What is inside is acknowledged yet; what comes now is not, and Slack sends it again.
      await gate.close();
      await bolt.stop();
      unwatch();
      working.stop();
      await background.drain();
      await digest.stop();
    },
  };
}

function isInternal({ external, invited }: ConversationInfo): boolean {
  return external === false && invited === false;
}

/** Pitfall 52: who is of another organisation must not read what the agents decide; this is asked before each card. */
async function demandInternal(client: Pick<SlackClient, "conversationInfo">, place: SlackPlace): Promise<void> {
  const info = await client.conversationInfo(place.workspace, place.channel);
  if (isInternal(info)) return;
  const isUnknown = info.external === null || info.invited === null;
  const why = isUnknown ? "Slack did not say whether it is shared" : "it is shared";
  throw new PermanentError(
    `In the channel ${place.channel} no cards are posted: ${why} with another organisation. ` +
      "Choose another one with /procedures channel set.",
  );
}

function hiddenPost(channel: string): Post {
  const text =
    `What stood here is not shown any more: the channel ${channel} is shared with another organisation. ` +
    "An admin can choose another one with /procedures channel set.";
  return { text, blocks: [] };
}

async function show(
  { posts, digest }: Pick<SlackChannelOptions, "posts" | "digest">,
  { workspace, channel, thread }: SlackPlace,
  above: SlackCard | null,
  message: OutMessage,
  { effectId, mayHaveBeenSent, firstAt }: Delivery,
): Promise<CardRef> {
  if (above?.kind === "digest") {
    // Nothing stands under a message that is about many; what has changed is seen in App Home.
    digest.changed(above);
    return cardRefOf(above);
  }
  const threadTs = above?.ts ?? thread;
  const isHandOff = message.kind === "card" && message.card.kind === "handOff";
  const attempt = { effectId, mayHaveBeenSent, firstAt, isHandOff };
  const sending = { workspace, channel, threadTs, posts: renderMessage(message), ...attempt };
  if (message.kind === "card" && message.card.kind === "approval" && threadTs === null) {
    const approval = { ...sending, fitsHome: fitsInView(message.card) };
    const shown = await digest.send(approval, () => posts.send(sending));
    return cardRefOf({ workspace, channel, ...shown });
  }
  return cardRefOf({ workspace, channel, kind: "card", ts: await posts.send(sending) });
}
