import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { findMessage, messageJson } from "./messages.ts";
import type { FakeChannel, FakeMessage, FakeToken, FakeView, SlackState } from "./state.ts";

/** The envelope in which the Events API sends an event to the app in the team of `token`. Every envelope has an id of its own. */
export function envelopeOf(state: SlackState, token: FakeToken, event: Fields, channel?: FakeChannel): Fields {
  const team = state.teams.get(token.team);
  const enterprise = team?.enterprise?.id ?? null;
  const about = { et: event["type"], tid: token.team, aid: state.app.id, cid: channel?.id };
  return {
    token: state.app.token,
    team_id: token.team,
    ...(enterprise === null ? {} : { enterprise_id: enterprise }),
    context_team_id: token.team,
    context_enterprise_id: enterprise,
    api_app_id: state.app.id,
    event,
    type: "event_callback",
    event_id: state.id("Ev"),
    event_time: Math.floor(state.clock.now() / 1000),
    authorizations: [
      {
        enterprise_id: enterprise,
        team_id: token.team,
        user_id: token.bot?.user,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: channel?.isExtShared ?? false,
    event_context: `4-${Buffer.from(JSON.stringify(about)).toString("base64url")}`,
  };
}

/** What kind of place a channel is in events. Pure. */
function channelType({ isIm, isPrivate }: FakeChannel): "im" | "group" | "channel" {
  if (isIm) return "im";
  return isPrivate ? "group" : "channel";
}

/** The `message` event of a message that was posted. */
export function messageEvent(state: SlackState, message: FakeMessage, channel: FakeChannel): Fields {
  const posted = messageJson(state, message, { metadata: false });
  return {
    ...withoutReplies(posted),
    ...(channel.isExtShared ? connectFields(state, message) : {}),
    ...(message.subtype === "thread_broadcast" ? { root: rootOf(state, message) } : {}),
    channel: message.channel,
    event_ts: message.ts,
    channel_type: channelType(channel),
  };
}

/** The `app_mention` event of the same message: it has no kind of channel. */
export function mentionEvent(state: SlackState, message: FakeMessage, channel: FakeChannel): Fields {
  const { channel_type: _kind, subtype: _subtype, root: _root, ...rest } = messageEvent(state, message, channel);
  return { ...rest, type: "app_mention" };
}

/** The `message_changed` event: of an edit, or (where only attachments came) of a link that was unfolded. */
export function changedEvent(state: SlackState, before: FakeMessage, after: FakeMessage, channel: FakeChannel): Fields {
  const home = { source_team: after.team, user_team: after.team };
  const ts = state.ts();
  return {
    type: "message",
    subtype: "message_changed",
    message: {
      ...messageJson(state, after, { metadata: false }),
      ...(after.subtype === "tombstone" ? { hidden: true } : home),
    },
    previous_message: messageJson(state, before, { metadata: false }),
    channel: after.channel,
    hidden: true,
    ts,
    event_ts: ts,
    channel_type: channelType(channel),
  };
}

/** The `message_deleted` event. */
export function deletedEvent(state: SlackState, message: FakeMessage, channel: FakeChannel): Fields {
  const ts = state.ts();
  return {
    type: "message",
    subtype: "message_deleted",
    previous_message: messageJson(state, message, { metadata: false }),
    channel: message.channel,
    hidden: true,
    deleted_ts: message.ts,
    event_ts: ts,
    ts,
    channel_type: channelType(channel),
  };
}

/** What events say beside the message where several teams share a channel. */
function connectFields(state: SlackState, { user, team }: FakeMessage): Fields {
  const who = state.users.get(user);
  return {
    user_team: who?.team ?? team,
    source_team: who?.team ?? team,
    user_profile: {
      avatar_hash: "0123456789ab",
      image_72: "https://avatars.example.com/72.png",
      first_name: who?.realName.split(" ")[0],
      real_name: who?.realName,
      display_name: who?.name,
      team: who?.team ?? team,
      name: who?.name,
      is_restricted: who?.isRestricted ?? false,
      is_ultra_restricted: who?.isUltraRestricted ?? false,
    },
  };
}

function rootOf(state: SlackState, { channel, thread }: FakeMessage): Fields {
  const root = findMessage(state, channel, thread ?? "");
  return root === null ? {} : messageJson(state, root, { metadata: false });
}

/** A message that is just posted tells nothing of replies. */
function withoutReplies(message: Fields): Fields {
  const ofRoot = ["reply_count", "reply_users_count", "latest_reply", "reply_users", "is_locked", "subscribed"];
  const isRoot = "reply_count" in message;
  return Object.fromEntries(
    Object.entries(message).filter(([name]) => !ofRoot.includes(name) && !(isRoot && name === "thread_ts")),
  );
}

/** What every interaction says of who and where. `team`: whose app is meant. */
export function interactionOf(state: SlackState, token: FakeToken, user: string): Fields {
  const team = state.teams.get(token.team);
  const who = state.users.get(user);
  return {
    user: { id: user, username: who?.name ?? user, name: who?.name ?? user, team_id: who?.team ?? token.team },
    api_app_id: state.app.id,
    token: state.app.token,
    team: {
      id: token.team,
      domain: team?.domain ?? "",
      ...(team?.enterprise ? { enterprise_id: team.enterprise.id, enterprise_name: team.enterprise.name } : {}),
    },
    enterprise: team?.enterprise ?? null,
    is_enterprise_install: false,
  };
}

/** The channel as interactions name it. Pure. */
export function channelRef({ id, name }: FakeChannel): Fields {
  return { id, name };
}

/** An interactive element, and the block that it stands in. */
export interface Found {
  readonly element: Fields;
  readonly blockId: string;
}

/** Every interactive element of blocks, in the order in which people see them. Pure. */
export function elementsOf(blocks: readonly Fields[]): readonly Found[] {
  return blocks.flatMap((block) => {
    const blockId = textOf(block["block_id"]) ?? "";
    const inside = [
      ...listOf(block["child_blocks"]),
      ...(block["type"] === "carousel" ? listOf(block["elements"]) : []),
    ];
    const own = block["type"] === "carousel" ? [] : [...listOf(block["elements"]), ...listOf(block["actions"])];
    const accessory = "accessory" in block ? [fieldsOf(block["accessory"])] : [];
    const here = [...own, ...accessory].filter((element) => "action_id" in element);
    return [...here.map((element) => ({ element, blockId })), ...elementsOf(inside)];
  });
}

/** The view as it stands in a payload, with what somebody has entered. */
export function viewWith(view: FakeView, values: Fields): Fields {
  return { ...view.json, state: { values } };
}
