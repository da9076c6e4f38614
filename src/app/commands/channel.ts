import { asWritten } from "../../domain/command.ts";
import type { Platform } from "../../domain/person.ts";
import type { WorkspaceSettings } from "../../domain/settings.ts";
import type { ChannelCell, View } from "../../domain/view.ts";
import { lineCard } from "../../engine/cards.ts";
import { PermanentError } from "../../ports/errors.ts";
import { sentences } from "./answers.ts";
import { type Asked, form, nothing, one, type Verb } from "./grammar.ts";
import { type GivenPlace, placeSlot } from "./slots.ts";

/** Where approvals, notices and hand-offs go. */
export const channel: Verb = {
  name: "channel",
  forms: [
    form({
      keyword: null,
      words: nothing,
      does: "Shows where approvals, notices and hand-offs go.",
      may: "agent",
      run: async (asked) => current(asked),
    }),
    form({
      keyword: "set",
      words: one(placeSlot),
      does: "Sends approvals, notices and hand-offs to a channel.",
      may: "admin",
      run: set,
    }),
  ],
};

const title = "Agents channel";
const platformWords: { readonly [platform in Platform]: string } = {
  web: "the playground",
  slack: "Slack",
  teams: "Microsoft Teams",
};

function current({ options, workspace, by, channel: here }: Asked): View {
  const { agentsChannel } = options.settings.of(workspace);
  if (agentsChannel === null) {
    const how = `An admin sets it with “${asWritten(by.platform, "channel set here")}”.`;
    return sentences(title, `There is none yet, so nothing can be approved. ${how}`);
  }
  const { platform, address, name } = agentsChannel;
  if (platform === by.platform && address === here?.address) {
    return sentences(title, "Approvals, notices and hand-offs come here.");
  }
  return placeView("Approvals, notices and hand-offs go to", { platform, address, name: name ?? address });
}

function placeView(label: string, channel: ChannelCell["channel"]): View {
  const fields = [
    { name: "Channel", value: { channel } },
    { name: "In", value: platformWords[channel.platform] },
  ];
  return { title, parts: [{ kind: "fields", label, fields }] };
}

/** A place counts only when something could be posted there: the channel itself refuses one that outsiders read. */
async function set(asked: Asked, place: GivenPlace): Promise<View> {
  const { options, workspace, by } = asked;
  const to = place.kind === "here" ? asked.channel : place.channel;
  if (to === null) {
    const how = `Write “${asWritten(by.platform, "channel set here")}” in a channel.`;
    return sentences(title, `This is no place for approvals. ${how}`);
  }
  const problem = await post(asked, to.address);
  if (problem !== null) return sentences(title, `“${to.name}” was not set. ${problem}`);
  const before = options.settings.of(workspace).agentsChannel;
  const agentsChannel = { platform: by.platform, address: to.address, name: to.name };
  await options.settings.set(workspace, { agentsChannel });
  options.log.info({ workspace, by: by.id, platform: by.platform }, "The agents channel was changed.");
  if (before !== null && before.address !== to.address) await tellMoved(asked, before);
  await options.postWaiting(workspace);
  const view = placeView("From now on approvals, notices and hand-offs go to", agentsChannel);
  return to.isPublic === true ? { ...view, parts: [...view.parts, { kind: "text", text: openToAll(to.name) }] } : view;
}

function openToAll(name: string): string {
  return (
    `Please note: “${name}” is a public channel. Whoever is in this workspace, customers too, can read there ` +
    "who asked for what, the customers' own words, and each request with what it holds, such as addresses and amounts. " +
    "If that is not meant, write “channel set here” in a private channel."
  );
}

/** Best effort: who reads the old channel should know why nothing new comes there. What is open there stays there. */
async function tellMoved(
  { options, workspace }: Asked,
  { platform, address }: NonNullable<WorkspaceSettings["agentsChannel"]>,
): Promise<void> {
  // Not its name: whoever reads the old channel may not know the new one.
  const words =
    "Usher's approvals, notices and hand-offs go to another channel from now on: agents ask “channel” for it. " +
    "The cards that are open here stay open: decide on them, and write under them, as before.";
  const delivery = { effectId: options.ids.nonce(), under: null, mayHaveBeenSent: false, firstAt: null };
  try {
    await options.channels
      .get(platform)
      ?.send(address, { kind: "card", card: lineCard("notice", words, "plain") }, delivery);
  } catch (error) {
    options.log.warn({ workspace, platform, error }, "The old agents channel could not be told that it moved.");
  }
}

/** Says in the new place what comes there; answers why that did not work, or null. */
async function post({ options, workspace, by }: Asked, to: NonNullable<Asked["channel"]>["address"]) {
  const card = lineCard("notice", "Usher's approvals, notices and hand-offs come here from now on.", "plain");
  const delivery = { effectId: options.ids.nonce(), under: null, mayHaveBeenSent: false, firstAt: null };
  const channel = options.channels.get(by.platform);
  if (channel === undefined) return `Usher has no way to ${platformWords[by.platform]}.`;
  try {
    await channel.send(to, { kind: "card", card }, delivery);
    return null;
  } catch (error) {
    if (error instanceof PermanentError) return error.message;
    options.log.warn({ workspace, platform: by.platform, error }, "A new agents channel could not be tried.");
    return "I could not post there just now; try again in a moment.";
  }
}
