import { z } from "zod";
import type { CardRef, WorkspaceId } from "../../src/domain/ids.ts";
import { type PressAction, pressActionSchema } from "../../src/domain/press.ts";
import { cardRefOf, momentOf, type SlackPlace } from "./address.ts";
import { actionIds } from "./buttons.ts";
import { channelId, ts, userId } from "./id-forms.ts";
import { decodeEntities } from "./text.ts";

/** Somebody who pressed a button of ours. `triggerId`: what opens a modal, for 3 s. */
interface Pressed {
  readonly user: string;
  readonly triggerId: string;
}

/** What a pressed button says. `card`: the message that it stands on; null in a view, which stands for no message. */
export type Action =
  | (Pressed & {
      readonly kind: "press";
      readonly action: PressAction["kind"];
      readonly id: string;
      readonly card: CardRef | null;
      /** The timestamp of that message, empty in a view. */
      readonly posted: string;
      readonly at: SlackPlace | null;
    })
  | (Pressed & {
      readonly kind: "choice";
      readonly card: CardRef;
      readonly text: string;
      readonly key: string;
      readonly moment: number;
      readonly at: SlackPlace;
    })
  | (Pressed & {
      readonly kind: "answerPrivately";
      readonly question: string;
      /** The timestamp of the message that asks it. */
      readonly posted: string;
      readonly at: SlackPlace;
    })
  | { readonly kind: "nothing" };

const payloadSchema = z.object({
  user: z.object({ id: userId }),
  trigger_id: z.string().default(""),
  message: z.object({ text: z.string().default(""), thread_ts: ts.optional() }).optional(),
  container: z.union([
    z.object({
      type: z.literal("message"),
      message_ts: ts,
      channel_id: channelId,
      is_ephemeral: z.boolean().default(false),
      thread_ts: ts.optional(),
    }),
    // Whatever names no message is read as a view: local-slack says "message" of App Home, too.
    z.looseObject({}).transform(() => ({ type: "view" as const })),
  ]),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2000).default(""), action_ts: ts })).min(1),
});

const actionKinds: ReadonlySet<string> = new Set(pressActionSchema.options.map(({ shape }) => shape.kind.value));

/**
 * What the press of a button in a message or a view comes to; the id in the button's value is all that is read of what it
 * says, and a value that somebody has changed is an unknown id. Pure.
 */
export function readAction(payload: unknown, workspace: WorkspaceId): Action {
  const parsed = payloadSchema.safeParse(payload);
  const action = parsed.data?.actions[0];
  if (!parsed.success || action === undefined) return { kind: "nothing" };
  const { user, trigger_id: triggerId, container, message } = parsed.data;
  const pressed = { user: user.id, triggerId };
  const at =
    container.type === "message"
      ? { workspace, channel: container.channel_id, thread: threadOf(container, message) }
      : null;
  const { action_id: actionId } = action;
  const what = actionId.startsWith(actionIds.press) ? actionId.slice(actionIds.press.length) : "";
  if (isPressKind(what)) {
    // What only one person was shown is no card that was posted.
    const isPosted = container.type === "message" && !container.is_ephemeral;
    const posted = isPosted ? container.message_ts : "";
    const card = isPosted
      ? cardRefOf({ workspace, kind: "card", channel: container.channel_id, ts: container.message_ts })
      : null;
    return { kind: "press", ...pressed, action: what, id: action.value, card, posted, at };
  }
  if (at === null || container.type !== "message") return { kind: "nothing" };
  if (actionId.startsWith(actionIds.choice)) {
    const key = `slack:choice:${container.channel_id}:${container.message_ts}:${user.id}`;
    return {
      kind: "choice",
      ...pressed,
      card: cardRefOf({ workspace, kind: "card", channel: container.channel_id, ts: container.message_ts }),
      text: decodeEntities(action.value),
      key,
      moment: momentOf(action.action_ts),
      at,
    };
  }
  if (actionId !== actionIds.answerPrivately) return { kind: "nothing" };
  const question = decodeEntities(message?.text ?? "");
  return { kind: "answerPrivately", ...pressed, question, posted: container.message_ts, at };
}

/** Slack names the thread twice, local-slack in the message alone; what stands in no thread begins one. */
function threadOf(
  { thread_ts: thread, message_ts: posted }: { readonly thread_ts?: string | undefined; readonly message_ts: string },
  message: { readonly thread_ts?: string | undefined } | undefined,
): string {
  return thread ?? message?.thread_ts ?? posted;
}

function isPressKind(text: string): text is PressAction["kind"] {
  return actionKinds.has(text);
}
