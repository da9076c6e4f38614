import type { ConversationId, WorkspaceId } from "../domain/ids.ts";
import { nonceOf } from "../domain/ids.ts";
import { isAgent } from "../domain/person.ts";
import type { Press, Receipt } from "../domain/press.ts";
import { advance } from "../engine/advance.ts";
import { earlierDecision, type Judgement, judge } from "../engine/press.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import { allOf } from "./all-of.ts";
import { withRole } from "./receive.ts";
import type { Work } from "./work.ts";

/** What deciding needs. */
export interface DecideOptions {
  readonly work: Work;
  readonly store: Pick<Store, "conversations" | "runs" | "roles">;
  readonly log: Log;
}

const gone: Receipt = { kind: "refused", reason: "There is nothing to decide here any more." };

/**
 * Takes in a pressed button: the role is looked up at this very moment, the first decision wins in one conditional
 * write, and every later one is told who decided, also when the conversation is gone. Throws TransientError when it
 * could not be stored.
 */
export async function decide(options: DecideOptions, workspace: WorkspaceId, pressed: Press): Promise<Receipt> {
  const press = { ...pressed, by: await withRole(options.store.roles, workspace, pressed.by) };
  const nonce = nonceOf(press.id);
  const receipt = nonce === null ? gone : await decideIn(options, workspace, nonce, press);
  const { kind } = press.action;
  options.log.info(
    { decision: press.id, action: kind, by: press.by.id, receipt: receipt.kind },
    "A button was pressed.",
  );
  return receipt;
}

async function decideIn(options: DecideOptions, workspace: WorkspaceId, nonce: string, press: Press): Promise<Receipt> {
  const id = await options.store.conversations.locate(workspace, nonce);
  const receipt = id === null ? gone : await decideOn(options, workspace, id, press);
  // A run that has left its conversation keeps its decisions in its record.
  return receipt.kind === "refused" && isAgent(press.by)
    ? ((await fromRecords(options, workspace, nonce, press)) ?? receipt)
    : receipt;
}

function decideOn(options: DecideOptions, workspace: WorkspaceId, id: ConversationId, press: Press): Promise<Receipt> {
  return options.work.apply<Receipt>({ workspace, id }, (conversation, contextOf) => {
    if (conversation === null) return { conversation, answer: gone };
    const context = contextOf(conversation);
    const judgement = judge(conversation, context, press);
    return {
      conversation: advance(conversation, { kind: "pressed", press }, context),
      answer: receiptOf(judgement),
    };
  });
}

function receiptOf(judgement: Judgement): Receipt {
  return judgement.kind === "counts" ? { kind: "accepted", decision: judgement.decision } : judgement;
}

async function fromRecords(
  options: DecideOptions,
  workspace: WorkspaceId,
  nonce: string,
  press: Press,
): Promise<Receipt | null> {
  for await (const run of allOf((page) => options.store.runs.find(workspace, { nonce }, page))) {
    const decision = earlierDecision(run.decisions, press);
    if (decision !== null) return { kind: "decided", decision };
  }
  return null;
}
