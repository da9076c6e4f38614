import { blockProblems, withIds } from "./blocks.ts";
import { botOf, tokenIn } from "./directory.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { addMessage, findMessage, removeMessage, replaceMessage, ring } from "./messages.ts";
import { Refusal } from "./refusal.ts";
import type { FakeHook, SlackState } from "./state.ts";

interface Content {
  readonly text: string;
  readonly blocks: readonly Fields[];
}

const mostUses = 5;
const lifeMs = 30 * 60 * 1000;

/** Makes an address at which an interaction may be answered. Answers its path. */
export function addHook(
  state: SlackState,
  kind: "commands" | "actions" | "app",
  about: Omit<FakeHook, "path" | "madeAt" | "uses">,
): FakeHook {
  const path = `/${kind}/${about.team}/${state.hooks.size + 1}/${state.hex(24)}`;
  const hook = { ...about, path, madeAt: state.clock.monotonic(), uses: 0 };
  state.hooks.set(path, hook);
  return hook;
}

/** Answers an interaction at its address. Throws Refusal when it is none, used up, or too old. */
export function answerAt(state: SlackState, path: string, body: unknown): void {
  const hook = state.hooks.get(path);
  if (hook === undefined) throw new Refusal("invalid_url");
  if (state.clock.monotonic() - hook.madeAt > lifeMs) throw new Refusal("expired_url");
  if (hook.uses >= mostUses) throw new Refusal("used_url");
  state.hooks.set(path, { ...hook, uses: hook.uses + 1 });
  respond(state, hook, fieldsOf(body));
}

/** What Slack does with an answer to an interaction, at its address or in the acknowledgement. Throws Refusal. */
export function respond(state: SlackState, hook: Omit<FakeHook, "path" | "madeAt" | "uses">, body: Fields): void {
  const sent = body["blocks"];
  const problems = sent === undefined ? [] : blockProblems(sent, "message", state.unknownBlocks);
  if (problems.length > 0) throw new Refusal("invalid_blocks");
  const content: Content = { text: textOf(body["text"]) ?? "", blocks: withIds(listOf(sent), state) };
  if (body["delete_original"] === true) removeOriginal(state, hook);
  else if (body["replace_original"] === true) replaceOriginal(state, hook, content);
  else addAnswer(state, hook, content, body);
}

function addAnswer(
  state: SlackState,
  hook: Omit<FakeHook, "path" | "madeAt" | "uses">,
  content: Content,
  body: Fields,
): void {
  if (content.text === "" && content.blocks.length === 0) throw new Refusal("no_text");
  const { channel, team, user } = hook;
  const answer = { ...content, channel, team, thread: textOf(body["thread_ts"]), ts: state.ts() };
  ring(state, answer, false);
  if (body["response_type"] === "in_channel") {
    const bot = botOf(tokenIn(state, team));
    addMessage(state, { ...answer, user: bot.user, botId: bot.id });
  } else {
    state.ephemerals.push({ ...answer, to: user });
  }
}

function removeOriginal(state: SlackState, { channel, original }: Pick<FakeHook, "channel" | "original">): void {
  const message = findMessage(state, channel, original ?? "");
  if (message !== null) removeMessage(state, message);
  else takeEphemeral(state, original);
}

function replaceOriginal(state: SlackState, hook: Pick<FakeHook, "channel" | "original">, content: Content): void {
  const message = findMessage(state, hook.channel, hook.original ?? "");
  const ephemeral = message === null ? takeEphemeral(state, hook.original) : null;
  const old = message ?? ephemeral;
  if (message !== null) replaceMessage(state, { ...message, ...content });
  if (ephemeral !== null) state.ephemerals.push({ ...ephemeral, ...content });
  if (old !== null) ring(state, { ...old, ...content, attachments: [] }, false);
}

function takeEphemeral(state: SlackState, ts: string | null) {
  const at = state.ephemerals.findIndex((one) => one.ts === ts);
  return at < 0 ? null : (state.ephemerals.splice(at, 1)[0] ?? null);
}
