import { answerJson, type Delivered, type Deliverer, type Knobs } from "./deliver.ts";
import { botOf, tokenIn } from "./directory.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { type Fields, fieldsOf, labelOf, listOf, textOf } from "./fields.ts";
import { type Entered, enteredValue, formValues } from "./form-values.ts";
import { addHook, respond } from "./hooks.ts";
import { findMessage, messageJson } from "./messages.ts";
import { channelRef, elementsOf, type Found, interactionOf, viewWith } from "./payloads.ts";
import { channelOf, messageOf } from "./people.ts";
import type { FakeChannel, FakeEphemeral, FakeMessage, FakeToken, FakeView, SlackState } from "./state.ts";
import { addTrigger, checkView, closeViews, replaceView, stackView, topView } from "./views.ts";

/** An interaction that was sent, so that it can be sent again, and what the bot answered. */
export interface Interaction {
  readonly payload: Fields;
  readonly delivered: Delivered;
}

/** Which element: by its label (of a select, its placeholder) or its `action_id`; `option`: what is chosen in it. */
export interface Pick {
  readonly user: string;
  readonly label?: string;
  readonly actionId?: string;
  readonly option?: string;
  readonly knobs?: Knobs;
}

/** What people do in Slack's client beside writing. Each throws Error for what the client would not let them do. */
export interface Interactions {
  /** Presses a button of a message, or chooses an option in it; also of a message that only they see. */
  presses(pick: Pick & { readonly channel: string; readonly ts: string }): Promise<Interaction>;
  pressesInModal(pick: Pick): Promise<Interaction>;
  pressesInHome(pick: Pick & { readonly team?: string }): Promise<Interaction>;
  /** Submits the modal that they have before them; Slack does with the answer what it says. */
  submits(form: { readonly user: string; readonly values?: Entered; readonly knobs?: Knobs }): Promise<Interaction>;
  /** Closes the modal; the bot hears of it only where it asked for that. */
  closes(closing: { readonly user: string; readonly all?: boolean }): Promise<Interaction | null>;
  /** `team`: whose app it is, the user's own by default; somebody of another team has no commands in Slack. */
  runsCommand(command: {
    readonly user: string;
    readonly channel: string;
    readonly command: string;
    readonly text?: string;
    readonly team?: string;
    readonly knobs?: Knobs;
  }): Promise<Interaction>;
  /** A shortcut in the menu of a message. */
  usesShortcut(shortcut: {
    readonly user: string;
    readonly channel: string;
    readonly ts: string;
    readonly callbackId: string;
    readonly knobs?: Knobs;
  }): Promise<Interaction>;
  /** Types into a select that asks the app for its options, in the modal that they have before them. */
  looksUp(search: { readonly user: string; readonly actionId: string; readonly value: string }): Promise<Interaction>;
}

/** Makes the doings of people in Slack's client, delivered to a bot. */
export function createInteractions(slack: FakeSlack, bot: Deliverer): Interactions {
  const { state } = slack;
  const parts: Parts = { state, bot, hooksUrl: slack.hooksUrl };
  return {
    presses: (pick) => pressInMessage(parts, pick),
    pressesInModal: (pick) => pressInView(parts, modalOf(state, pick.user), pick),
    pressesInHome({ team, ...pick }) {
      const home = state.homes.get(`${team ?? teamOf(state, pick.user)} ${pick.user}`);
      if (home === undefined) throw new Error(`${pick.user} sees no home tab.`);
      return pressInView(parts, home, pick);
    },
    submits: (form) => submit(parts, form),
    async closes({ user, all = false }) {
      const view = modalOf(state, user);
      closeViews(state, user, all ? "all" : "top");
      if (view.json["notify_on_close"] !== true) return null;
      const who = interactionOf(state, tokenIn(state, view.team), user);
      return send(parts, { type: "view_closed", ...who, view: view.json, is_cleared: all });
    },
    runsCommand: (command) => runCommand(parts, command),
    usesShortcut(shortcut) {
      const { user, channel: id, ts, callbackId, knobs } = shortcut;
      const channel = visibleChannel(state, user, id);
      const message = messageOf(state, id, ts);
      const token = appIn(state, channel, user);
      const hook = addHook(state, "app", { team: token.team, user, channel: id, original: ts });
      const payload = {
        type: "message_action",
        action_ts: state.ts(),
        ...interactionOf(state, token, user),
        channel: channelRef(channel),
        callback_id: callbackId,
        trigger_id: addTrigger(state, token.team, user, null).id,
        response_url: `${parts.hooksUrl}${hook.path}`,
        message_ts: ts,
        message: messageJson(state, message, { metadata: false }),
      };
      return send(parts, payload, knobs);
    },
    looksUp({ user, actionId, value }) {
      const view = modalOf(state, user);
      const input = listOf(view.json["blocks"]).find((block) => fieldsOf(block["element"])["action_id"] === actionId);
      if (input === undefined) throw new Error(`The modal has no element ${actionId}.`);
      const where = { container: { type: "view", view_id: view.id }, view: view.json };
      const what = { action_id: actionId, block_id: input["block_id"], value };
      const who = interactionOf(state, tokenIn(state, view.team), user);
      return send(parts, { type: "block_suggestion", ...who, ...where, ...what });
    },
  };
}

interface Parts {
  readonly state: SlackState;
  readonly bot: Deliverer;
  readonly hooksUrl: string;
}

async function send({ bot }: Parts, payload: Fields, knobs?: Knobs): Promise<Interaction> {
  return { payload, delivered: await bot.interaction(payload, knobs) };
}

function pressInMessage(parts: Parts, pick: Parameters<Interactions["presses"]>[0]): Promise<Interaction> {
  const { state } = parts;
  const { user, channel: id, ts } = pick;
  const channel = visibleChannel(state, user, id);
  const ephemeral = state.ephemerals.find((one) => one.channel === id && one.ts === ts && one.to === user);
  const seen: FakeMessage | FakeEphemeral = ephemeral ?? messageOf(state, id, ts);
  const token = tokenIn(state, seen.team);
  const found = pickIn(seen.blocks, pick);
  const thread = seen.thread === null ? {} : { thread_ts: seen.thread };
  const hook = addHook(state, "actions", { team: token.team, user, channel: id, original: ts });
  const message = findMessage(state, id, ts);
  const payload = {
    type: "block_actions",
    ...interactionOf(state, token, user),
    container: { type: "message", message_ts: ts, channel_id: id, is_ephemeral: ephemeral !== undefined, ...thread },
    trigger_id: addTrigger(state, token.team, user, null).id,
    channel: channelRef(channel),
    // Of a message that one person alone sees Slack sends nothing but its place.
    ...(message === null ? {} : { message: messageJson(state, message, { metadata: false }) }),
    state: { values: stateOf(found, pick) },
    response_url: `${parts.hooksUrl}${hook.path}`,
    actions: [actionOf(state, found, pick)],
  };
  return send(parts, payload, pick.knobs);
}

function pressInView(parts: Parts, view: FakeView, pick: Pick): Promise<Interaction> {
  const { state } = parts;
  const found = pickIn(listOf(view.json["blocks"]), pick);
  const root = view.json["type"] === "modal" ? view.root : null;
  const payload = {
    type: "block_actions",
    ...interactionOf(state, tokenIn(state, view.team), pick.user),
    container: { type: "view", view_id: view.id },
    trigger_id: addTrigger(state, view.team, pick.user, root).id,
    view: viewWith(view, stateOf(found, pick)),
    actions: [actionOf(state, found, pick)],
  };
  return send(parts, payload, pick.knobs);
}

async function submit(
  parts: Parts,
  { user, values = {}, knobs }: Parameters<Interactions["submits"]>[0],
): Promise<Interaction> {
  const { state } = parts;
  const view = modalOf(state, user);
  const token = tokenIn(state, view.team);
  const home = teamOf(state, user);
  const who = interactionOf(state, token, user);
  const payload = {
    type: "view_submission",
    ...who,
    // Slack names the team of who submits, here and in the view; whose app it is stands there as app_installed_team_id.
    team: { id: home, domain: state.teams.get(home)?.domain ?? "" },
    trigger_id: addTrigger(state, token.team, user, view.root).id,
    view: { ...viewWith(view, formValues(listOf(view.json["blocks"]), values)), team_id: home },
    response_urls: [],
  };
  const sent = await send(parts, payload, knobs);
  if (sent.delivered.status === 200) obey(state, token, view, answerJson(sent.delivered));
  return sent;
}

/** Does with a submitted modal what the app's answer says: nothing said, and it closes. */
function obey(state: SlackState, token: FakeToken, view: FakeView, answer: Fields): void {
  const next = fieldsOf(answer["view"]);
  switch (answer["response_action"]) {
    case "errors": {
      const known = listOf(view.json["blocks"]).map((block) => block["block_id"]);
      const astray = Object.keys(fieldsOf(answer["errors"])).filter((id) => !known.includes(id));
      if (astray.length > 0)
        throw new Error(`The bot finds fault with fields that the modal does not have: ${astray.join(", ")}.`);
      return;
    }
    case "update":
      checkView(next, "modal");
      replaceView(state, token, view, next);
      return;
    case "push":
      checkView(next, "modal");
      stackView(state, token, view.user, { view: next, root: view.root });
      return;
    default:
      closeViews(state, view.user, answer["response_action"] === "clear" ? "all" : "top");
  }
}

async function runCommand(parts: Parts, sent: Parameters<Interactions["runsCommand"]>[0]): Promise<Interaction> {
  const { state, bot, hooksUrl } = parts;
  const { user, channel: id, command, text = "", team = teamOf(state, user), knobs } = sent;
  const channel = visibleChannel(state, user, id);
  const token = tokenIn(state, team);
  const hook = addHook(state, "commands", { team, user, channel: id, original: null });
  const home = state.teams.get(team);
  const enterprise = home?.enterprise ?? null;
  const fields = {
    token: state.app.token,
    team_id: team,
    team_domain: home?.domain ?? "",
    ...(enterprise === null ? {} : { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
    channel_id: id,
    channel_name: channel.isIm ? "directmessage" : channel.isPrivate ? "privategroup" : channel.name,
    user_id: user,
    user_name: state.users.get(user)?.name ?? user,
    command,
    text,
    api_app_id: state.app.id,
    is_enterprise_install: "false",
    response_url: `${hooksUrl}${hook.path}`,
    trigger_id: addTrigger(state, token.team, user, null).id,
  };
  const delivered = await bot.form(fields, knobs);
  const said = delivered.headers["content-type"]?.startsWith("application/json") === true;
  const answer: Fields = said ? answerJson(delivered) : { text: delivered.body };
  // What stands in the acknowledgement is shown like an answer.
  if (delivered.status === 200 && delivered.body !== "" && ("blocks" in answer || textOf(answer["text"]) !== "")) {
    respond(state, hook, answer);
  }
  return { payload: fields, delivered };
}

/** The one element that is meant. */
function pickIn(blocks: readonly Fields[], { label, actionId }: Pick): Found {
  const all = elementsOf(blocks);
  const found = all.find(({ element }) => {
    const shown = labelOf(element["text"]) ?? labelOf(element["placeholder"]);
    return (label === undefined || shown === label) && (actionId === undefined || element["action_id"] === actionId);
  });
  if (found === undefined) {
    const there = all.map(({ element }) => labelOf(element["text"]) ?? element["action_id"]).join(", ");
    throw new Error(`Nothing there is called ${label ?? actionId}; there is: ${there || "nothing to press"}.`);
  }
  return found;
}

function actionOf(state: SlackState, { element, blockId }: Found, { option }: Pick): Fields {
  const { type, action_id, text, value, style, url, placeholder } = element;
  const shown = { text, value, style, url, placeholder };
  const chosen = type === "button" ? {} : enteredValue(element, option ?? "");
  const given = Object.fromEntries(Object.entries(shown).filter(([, one]) => one !== undefined));
  return { ...given, ...chosen, type, action_id, block_id: blockId, action_ts: state.ts() };
}

function stateOf({ element, blockId }: Found, { option }: Pick): Fields {
  if (element["type"] === "button" || element["type"] === "overflow") return {};
  return { [blockId]: { [String(element["action_id"])]: enteredValue(element, option ?? "") } };
}

function visibleChannel(state: SlackState, user: string, id: string): FakeChannel {
  const channel = channelOf(state, id);
  if (!channel.members.includes(user)) throw new Error(`${user} is not in ${id}, and so can't see it.`);
  return channel;
}

/** The app of the user's own team where it is in the channel, else of the channel's. */
function appIn(state: SlackState, channel: FakeChannel, user: string): FakeToken {
  const own = teamOf(state, user);
  const teams = channel.teams.includes(own) ? [own, ...channel.teams] : channel.teams;
  const tokens = teams.flatMap((team) =>
    [...state.tokens.values()].filter((one) => one.team === team && one.bot !== null),
  );
  const found = tokens.find((token) => channel.members.includes(botOf(token).user)) ?? tokens[0];
  if (found === undefined) throw new Error(`The app is not in ${channel.id}.`);
  return tokenIn(state, found.team);
}

function modalOf(state: SlackState, user: string): FakeView {
  const view = topView(state, user);
  if (view === null) throw new Error(`${user} has no modal before them.`);
  return view;
}

function teamOf(state: SlackState, user: string): string {
  const who = state.users.get(user);
  if (who === undefined) throw new Error(`There is nobody called ${user} in the fake Slack.`);
  return who.team;
}
