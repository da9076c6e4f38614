import type { Installation } from "../../src/domain/installation.ts";
import type { PressAction, Receipt } from "../../src/domain/press.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { cardRefOf, type SlackPlace } from "./address.ts";
import type { Background } from "./background.ts";
import type { SlackClient } from "./client.ts";
import { isNotDone } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { ShowHome } from "./home.ts";
import type { Post } from "./layout.ts";
import { inputs, readAnswer, readHappened, readRejection, type Submitted } from "./modal-values.ts";
import { answerModal, blocksModal, happenedModal, modalIds, rejectModal } from "./modals.ts";
import { inWorkspace } from "./parse.ts";
import { type Action, readAction } from "./parse-action.ts";
import type { SlackPeople } from "./people.ts";
import { receiptBlocks, receiptPost, receiptWords } from "./receipt-words.ts";
import type { Shortcuts } from "./shortcuts-in.ts";
import type { ViewAnswer } from "./view-answer.ts";
import { whisperOf } from "./whisper.ts";

export interface InteractionsOptions {
  readonly gate: Gate;
  readonly people: SlackPeople;
  readonly client: Pick<SlackClient, "openView" | "postEphemeral">;
  readonly background: Background;
  readonly showHome: ShowHome;
  readonly shortcuts: Pick<Shortcuts, "submitted">;
  readonly clock: Clock;
}

/** Buttons and modals of Slack. Resolved means stored; TransientError that Slack must not take it for that. */
export interface Interactions {
  pressed(installation: Installation, payload: unknown): Promise<void>;
  submitted(
    installation: Installation,
    payload: { readonly user: string; readonly view: SubmittedView },
  ): Promise<ViewAnswer>;
}

/** A submitted modal, as far as it is looked at before it is read. */
export interface SubmittedView {
  readonly id: string;
  readonly callback_id: string;
}

type Press = Action & { readonly kind: "press" };

/** Makes what handles them. */
export function createInteractions(options: InteractionsOptions): Interactions {
  return {
    async pressed(installation, payload) {
      const action = readAction(payload, installation.workspace);
      switch (action.kind) {
        case "press":
          return onPress(options, installation, action);
        case "choice":
          return onChoice(options, installation, action);
        case "answerPrivately": {
          const { channel, thread } = action.at;
          const view = answerModal(action.question, { channel, thread, ts: action.posted });
          return openForm(options, installation, action, view);
        }
        case "nothing":
          return;
        default:
          return action satisfies never;
      }
    },
    async submitted(installation, { user, view }) {
      switch (view.callback_id) {
        case modalIds.reject:
          return decided(options, installation, user, readRejection(view), (reason) => ({ kind: "reject", reason }));
        case modalIds.happened:
          return decided(options, installation, user, readHappened(view), (value) => ({ kind: "happened", value }));
        case modalIds.answer:
          return answered(options, installation, user, view);
        case modalIds.start:
          return options.shortcuts.submitted(installation, user, view);
        default:
          return { response_action: "clear" };
      }
    },
  };
}

/** A rejection needs its reason, and what happened may bring a result: both are asked for first, while the trigger is good. */
async function onPress(options: InteractionsOptions, installation: Installation, press: Press): Promise<void> {
  const { client, background, showHome } = options;
  const { workspace } = installation;
  if (press.action === "reject" || press.action === "happened") {
    const target = { pressId: press.id, channel: press.at?.channel ?? "", ts: press.posted };
    const modal = press.action === "reject" ? rejectModal(target) : happenedModal(target);
    return openForm(options, installation, press, modal);
  }
  const action = { kind: press.action };
  const receipt = await decide(options, installation, press.user, { id: press.id, card: press.card, action });
  const words = receiptWords(receipt, press.user);
  if (press.at === null) {
    background.run("App Home after a press", () => showHome(installation, press.user));
    // What was decided is decided, whether the words about it can be shown or not.
    if (words !== null) {
      await client.openView(workspace, press.triggerId, blocksModal(receiptBlocks(words))).catch(() => {});
    }
  } else if (words !== null) {
    tell(options, installation, press.user, press.at, receiptPost(words));
  }
}

// True also where Slack did not say whether it has opened the form.
const noForm = "If no form has opened, press the button again. Nothing has happened.";

/**
 * Attack 94: a trigger is good for 3 s, and Slack may refuse the form for other reasons; whoever pressed on a message is
 * told what to do. In a view there is no place for words: of a form that surely has not opened, what the client throws is
 * thrown, and Slack marks the button.
 */
async function openForm(
  options: InteractionsOptions,
  installation: Installation,
  { user, triggerId, at }: Pick<Press, "user" | "triggerId" | "at">,
  form: Parameters<SlackClient["openView"]>[2],
): Promise<void> {
  try {
    await options.client.openView(installation.workspace, triggerId, form);
  } catch (error) {
    // The log has it, from the client.
    if (at !== null) tell(options, installation, user, at, whisperOf(noForm));
    else if (isNotDone(error)) throw error;
  }
}

interface Pressing {
  readonly id: string;
  readonly card: Press["card"];
  readonly action: PressAction;
}

async function decide(
  { gate, people }: InteractionsOptions,
  installation: Installation,
  user: string,
  { id, card, action }: Pressing,
): Promise<Receipt> {
  return gate.answer(async (inbound): Promise<Receipt> => {
    const by = await people.knownOrNull(installation, user);
    // Attack 87: whom Slack does not vouch for decides nothing.
    if (by === null) return { kind: "refused", reason: "Slack did not say who you are. Try again in a moment." };
    return inbound.press(installation.workspace, { id, card, by, action });
  });
}

/** Tells one person alone, where they pressed. Slack does not promise that it arrives. */
function tell(
  { client, background }: InteractionsOptions,
  { workspace }: Installation,
  user: string,
  { channel, thread }: SlackPlace,
  post: Post,
): void {
  background.run("a private word", () => client.postEphemeral({ workspace, channel, user, threadTs: thread, post }));
}

async function onChoice(
  options: InteractionsOptions,
  installation: Installation,
  { user, text, card, key, moment, at }: Action & { readonly kind: "choice" },
): Promise<void> {
  const { gate, people } = options;
  const receipt = await gate.answer(async (inbound) => {
    const from = await people.of(installation, user, null);
    return inbound.answerTo(inWorkspace(at), card, { id: key, keys: [key], from, text, mentioned: true, at: moment });
  });
  if (receipt.kind === "refused") tell(options, installation, user, at, whisperOf(receipt.reason));
}

async function decided<Value>(
  options: InteractionsOptions,
  installation: Installation,
  user: string,
  read: Submitted<{ readonly pressId: string; readonly channel: string; readonly ts: string }, Value>,
  actionOf: (value: Value) => PressAction,
): Promise<ViewAnswer> {
  if (read === null) return { response_action: "clear" };
  if (read.kind === "wrong") return { response_action: "errors", errors: read.errors };
  const { pressId, channel, ts } = read.target;
  const card = ts === "" ? null : cardRefOf({ workspace: installation.workspace, kind: "card", channel, ts });
  const receipt = await decide(options, installation, user, { id: pressId, card, action: actionOf(read.value) });
  if (ts === "") options.background.run("App Home after a decision", () => options.showHome(installation, user));
  const words = receiptWords(receipt, user);
  if (words === null) return { response_action: "clear" };
  return { response_action: "update", view: blocksModal(receiptBlocks(words)) };
}

/** An answer that comes too late stays in the form, with the reason under it: nobody has seen it, and nothing is lost. */
async function answered(
  { gate, people, clock }: InteractionsOptions,
  installation: Installation,
  user: string,
  view: SubmittedView,
): Promise<ViewAnswer> {
  const read = readAnswer(view);
  if (read === null) return { response_action: "clear" };
  if (read.kind === "wrong") return { response_action: "errors", errors: read.errors };
  const { channel, thread, ts } = read.target;
  const at = { workspace: installation.workspace, channel, thread };
  const card = cardRefOf({ workspace: installation.workspace, kind: "card", channel, ts });
  const key = `slack:answer:${view.id}`;
  const receipt = await gate.answer(async (inbound) => {
    const from = await people.of(installation, user, null);
    const turn = { id: key, keys: [key], from, text: read.value, mentioned: true, at: clock.now() };
    return inbound.answerTo(inWorkspace(at), card, turn);
  });
  if (receipt.kind === "refused") return { response_action: "errors", errors: { [inputs.answer]: receipt.reason } };
  return { response_action: "clear" };
}
