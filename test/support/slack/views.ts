import { viewProblems, withIds } from "./blocks.ts";
import { botOf } from "./directory.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { FakeToken, FakeTrigger, FakeView, SlackState } from "./state.ts";

// How long a trigger opens a modal, and how many modals stand on each other.
const triggerMs = 3000;
const mostStacked = 3;

/** Makes a trigger, as each interaction of somebody brings one. `root`: the modal in which it was, if any. */
export function addTrigger(state: SlackState, team: string, user: string, root: string | null): FakeTrigger {
  const id = `${Math.floor(state.clock.now())}.${state.triggers.size + 1}.${state.hex(32)}`;
  const trigger = { id, team, user, root, madeAt: state.clock.monotonic(), used: false };
  state.triggers.set(id, trigger);
  return trigger;
}

/** The trigger of this id, which is thereby used up. Throws Refusal when it is none, used, or too old. */
export function spendTrigger(state: SlackState, token: FakeToken, id: string): FakeTrigger {
  const trigger = checkTrigger(state, token, id);
  state.triggers.set(id, { ...trigger, used: true });
  return trigger;
}

/** The same without using it up. */
export function checkTrigger(state: SlackState, token: FakeToken, id: string): FakeTrigger {
  const trigger = state.triggers.get(id);
  if (trigger === undefined || trigger.team !== token.team) throw new Refusal("invalid_trigger_id");
  if (trigger.used) throw new Refusal("exchanged_trigger_id");
  if (state.clock.monotonic() - trigger.madeAt > triggerMs) throw new Refusal("expired_trigger_id");
  return trigger;
}

/** Throws Refusal unless Slack would take this view. */
export function checkView(view: Fields, surface: "modal" | "home"): void {
  const problems = viewProblems(view, surface);
  if (problems.length > 0) throw invalid("invalid_arguments", problems);
  if (Buffer.byteLength(JSON.stringify(view)) > 250_000) throw new Refusal("view_too_large");
}

/** Opens a modal over those that somebody has before them, or, with `root` null, in their place. Throws Refusal. */
export function stackView(
  state: SlackState,
  token: FakeToken,
  user: string,
  { view, root }: { readonly view: Fields; readonly root: string | null },
): FakeView {
  const below = root === null ? [] : (state.stacks.get(user) ?? []);
  if (root !== null && below.length === 0) throw new Refusal("not_found");
  if (below.length >= mostStacked) throw new Refusal("push_limit_reached");
  const external = textOf(view["external_id"]) ?? "";
  const isKnown = [...state.views.values()].some(
    ({ json, team }) => team === token.team && json["external_id"] === external,
  );
  if (external !== "" && isKnown) throw new Refusal("duplicate_external_id");
  const id = state.id("V");
  const opened = {
    id,
    team: token.team,
    user,
    root: below[0] ?? id,
    json: viewJson(state, token, view, { id, root: below[0] ?? id, previous: below.at(-1) ?? null }),
  };
  state.views.set(id, opened);
  state.stacks.set(user, [...below, id]);
  return opened;
}

/** Puts another content into an open view or a home tab, which keeps its id. */
export function replaceView(state: SlackState, token: FakeToken, old: FakeView, view: Fields): FakeView {
  const { root_view_id: root, previous_view_id: previous } = old.json;
  const place = { id: old.id, root: textOf(root) ?? old.id, previous: textOf(previous) };
  const replaced = { ...old, json: viewJson(state, token, view, place) };
  if (old.json["type"] === "home") state.homes.set(`${old.team} ${old.user}`, replaced);
  else state.views.set(old.id, replaced);
  return replaced;
}

/** Shows somebody a home tab. */
export function publishHome(state: SlackState, token: FakeToken, user: string, view: Fields): FakeView {
  const old = state.homes.get(`${token.team} ${user}`);
  if (old !== undefined) return replaceView(state, token, old, view);
  const id = state.id("V");
  const json = viewJson(state, token, view, { id, root: id, previous: null });
  const home = { id, team: token.team, user, root: id, json };
  state.homes.set(`${token.team} ${user}`, home);
  return home;
}

/** Takes the topmost modal away from somebody, or all of them. */
export function closeViews(state: SlackState, user: string, which: "top" | "all"): void {
  const stack = state.stacks.get(user) ?? [];
  const closed = which === "all" ? stack : stack.slice(-1);
  for (const id of closed) state.views.delete(id);
  state.stacks.set(user, stack.slice(0, stack.length - closed.length));
}

/** The modal that somebody has before them, or null. */
export function topView(state: SlackState, user: string): FakeView | null {
  return state.views.get(state.stacks.get(user)?.at(-1) ?? "") ?? null;
}

function viewJson(
  state: SlackState,
  token: FakeToken,
  view: Fields,
  { id, root, previous }: { readonly id: string; readonly root: string; readonly previous: string | null },
): Fields {
  return {
    id,
    team_id: token.team,
    type: view["type"],
    blocks: withIds(listOf(view["blocks"]), state),
    private_metadata: textOf(view["private_metadata"]) ?? "",
    callback_id: textOf(view["callback_id"]) ?? "",
    state: { values: {} },
    hash: `${Math.floor(state.clock.now() / 1000)}.${state.hex(8)}`,
    ...(view["type"] === "modal" ? { title: withEmoji(view["title"]) } : {}),
    clear_on_close: view["clear_on_close"] === true,
    notify_on_close: view["notify_on_close"] === true,
    close: withEmoji(view["close"]),
    submit: withEmoji(view["submit"]),
    previous_view_id: previous,
    root_view_id: root,
    app_id: state.app.id,
    external_id: textOf(view["external_id"]) ?? "",
    app_installed_team_id: token.team,
    bot_id: botOf(token).id,
  };
}

function withEmoji(text: unknown): Fields | null {
  return text === undefined || text === null ? null : { emoji: true, ...fieldsOf(text) };
}
