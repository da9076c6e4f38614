import type { ModalView } from "@slack/types";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Installation } from "../../src/domain/installation.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { SlackClient } from "./client.ts";
import { RefusedError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { readStart, type StartTarget } from "./modal-values.ts";
import { noticeModal, startModal } from "./modals.ts";
import { inWorkspace } from "./parse.ts";
import { readShortcut, type Shortcut } from "./parse-shortcut.ts";
import type { SlackPeople } from "./people.ts";
import type { ViewAnswer } from "./view-answer.ts";

export interface ShortcutsOptions {
  readonly gate: Gate;
  readonly people: SlackPeople;
  readonly client: Pick<SlackClient, "openView" | "conversationInfo">;
  readonly clock: Clock;
  /** The agents channel of a workspace, where it is one of Slack's. */
  readonly agentsChannelOf: (workspace: WorkspaceId) => string | null;
}

/** "Start a procedure" in the menu of a message: a modal to choose one, and what is then submitted. */
export interface Shortcuts {
  /**
   * Opens the modal, or says in its place why nothing can be started; answers what is to be said in words where Slack did
   * not say that it has opened it. Nothing has begun then. Throws TransientError.
   */
  used(installation: Installation, payload: unknown): Promise<string | null>;
  /** Starts what was chosen. Resolved means stored. Throws TransientError. */
  submitted(installation: Installation, user: string, view: unknown): Promise<ViewAnswer>;
}

/** Makes what handles them. */
export function createShortcuts(options: ShortcutsOptions): Shortcuts {
  const { client } = options;
  return {
    async used(installation, payload) {
      const shortcut = readShortcut(payload, installation.botUser);
      if (shortcut === null) return null;
      const view = await modalFor(options, installation, shortcut);
      try {
        await client.openView(installation.workspace, shortcut.triggerId, view);
        return null;
      } catch {
        // Attack 94. The log has it: mostly the 3 s were over. The words are true also where the form may be open.
        return "If no form has opened, nothing was started. Choose “Start a procedure” again.";
      }
    },
    submitted: (installation, user, view) => submitted(options, installation, user, view),
  };
}

async function modalFor(options: ShortcutsOptions, installation: Installation, shortcut: Shortcut): Promise<ModalView> {
  const { gate, people, client, agentsChannelOf } = options;
  const { workspace } = installation;
  const { user, channel, target } = shortcut;
  if (target === null) return noticeModal("A bot has written this message. Choose a message of a customer.");
  const [by, customer, isThere] = await Promise.all([
    people.knownOrNull(installation, user),
    people.of(installation, target.user, null),
    mayWriteIn(client, workspace, channel),
  ]);
  if (by === null) return noticeModal(unknownPerson);
  const startable = await gate.answer((inbound) => inbound.startable(workspace, customer, by));
  if (startable.kind === "refused") return noticeModal(startable.reason);
  if (channel === agentsChannelOf(workspace)) {
    return noticeModal("This is the agents channel. Choose a message of a customer, where the customer wrote it.");
  }
  if (!isThere)
    return noticeModal("Usher is not in this channel, so it cannot answer here. Invite it, then try again.");
  return startModal(startable.procedures, target);
}

const unknownPerson = "Slack did not say who you are. Try again in a moment.";

/** Whether Usher could answer there; where Slack does not tell, what is sent later will. */
async function mayWriteIn(
  client: Pick<SlackClient, "conversationInfo">,
  workspace: WorkspaceId,
  channel: string,
): Promise<boolean> {
  // Of a direct message it does not: Usher has no scope for that.
  if (channel.startsWith("D")) return true;
  try {
    const { kind, isMember } = await client.conversationInfo(workspace, channel);
    return kind !== "channel" || isMember;
  } catch (error) {
    return !(error instanceof RefusedError && error.code === "channel_not_found");
  }
}

async function submitted(
  { gate, people, clock }: ShortcutsOptions,
  installation: Installation,
  user: string,
  view: unknown,
): Promise<ViewAnswer> {
  const read = readStart(view);
  if (read === null) return { response_action: "clear" };
  if (read.kind === "wrong") return { response_action: "errors", errors: read.errors };
  const { target, value: slug } = read;
  const { workspace } = installation;
  const receipt = await gate.answer(async (inbound) => {
    const [by, from] = await Promise.all([
      people.knownOrNull(installation, user),
      people.of(installation, target.user, null),
    ]);
    if (by === null) return { kind: "refused", reason: unknownPerson } as const;
    const at = { workspace, channel: target.channel, thread: target.thread ?? target.ts };
    const turn = { ...choiceOf(target, slug), from, text: target.text, mentioned: true, at: clock.now() };
    return inbound.start(inWorkspace(at), slug, turn, by);
  });
  switch (receipt.kind) {
    case "accepted":
      return { response_action: "clear" };
    case "known":
      return noticeOf("This procedure was started from this message already. Nothing more has happened.");
    case "refused":
      return noticeOf(receipt.reason);
    default:
      return receipt satisfies never;
  }
}

/**
 * One message starts one procedure once, whoever chooses it and however often. The message itself counts as heard, too:
 * should Slack tell of it later, it is no answer to what the procedure asks.
 */
function choiceOf({ channel, ts }: StartTarget, slug: string): { readonly id: string; readonly keys: string[] } {
  const id = `slack:start:${channel}:${ts}:${slug}`;
  return { id, keys: [id, `slack:${channel}:${ts}`] };
}

function noticeOf(words: string): ViewAnswer {
  return { response_action: "update", view: noticeModal(words) };
}
