import type { Installation } from "../../src/domain/installation.ts";
import type { Person } from "../../src/domain/person.ts";
import { visibleLine } from "../../src/domain/visible.ts";
import type { Inbound } from "../../src/ports/channel.ts";
import { PermanentError } from "../../src/ports/errors.ts";
import type { SlackClient } from "./client.ts";
import { RefusedError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { inWorkspace } from "./parse.ts";
import { readStep, type Step, type StepEvent } from "./parse-step.ts";
import type { SlackPeople } from "./people.ts";
import { createStepRoots, rootPost, type StepRoots } from "./step-message.ts";

export interface StepsOptions {
  readonly gate: Gate;
  readonly people: SlackPeople;
  readonly client: Pick<
    SlackClient,
    "userInfo" | "postMessage" | "history" | "permalink" | "completeFunction" | "failFunction"
  >;
  /** The agents channel of a workspace, where it is one of Slack's. */
  readonly agentsChannelOf: (workspace: Installation["workspace"]) => string | null;
}

/**
 * A workflow has come to Usher's step. Resolved means that Slack knows how it ended: with a link to the new thread, or with
 * a reason. `isRetry`: Slack has sent the event before. Throws TransientError, and what leaves it open whether something
 * was posted: then Slack sends it again.
 */
export type RunSteps = (installation: Installation, payload: unknown, isRetry: boolean) => Promise<void>;

/**
 * Makes what handles them. A workflow may do what its customer could do by writing: start an active procedure, whose
 * approvals are asked for as ever. Nobody is its author for Usher, since the event names none.
 */
export function createSteps(options: StepsOptions): RunSteps {
  // An event that takes long comes again while it is handled.
  const underWay = new Map<string, Promise<void>>();
  const roots = createStepRoots(options.client);
  return async (installation, payload, isRetry) => {
    const step = readStep(payload, installation);
    if (step === null) return;
    const { workspace } = installation;
    roots.toldOf({ workspace, execution: step.execution }, isRetry);
    const name = `${workspace} ${step.execution}`;
    await options.gate.answer((inbound) => {
      const running =
        underWay.get(name) ??
        handle({ ...options, roots }, inbound, installation, step).finally(() => underWay.delete(name));
      underWay.set(name, running);
      return running;
    });
  };
}

type Handling = StepsOptions & { readonly roots: StepRoots };

async function handle(
  options: Handling,
  inbound: Inbound,
  installation: Installation,
  { execution, wanted }: StepEvent,
): Promise<void> {
  const { client } = options;
  const { workspace } = installation;
  const ended = wanted.kind === "wrong" ? wanted : await run(options, inbound, installation, { ...wanted, execution });
  try {
    if (ended.kind === "wrong") await client.failFunction(workspace, execution, ended.reason);
    else await client.completeFunction(workspace, execution, { link: ended.link });
  } catch (error) {
    // The log has it. It has ended before, or whoever made the workflow has ended it.
    if (!(error instanceof RefusedError)) throw error;
  }
}

type Ended = { readonly kind: "started"; readonly link: string } | { readonly kind: "wrong"; readonly reason: string };

type Running = Step & { readonly execution: string };

/** Everything that can be refused is asked before the first word is shown; once it has started nothing is refused. */
async function run(options: Handling, inbound: Inbound, installation: Installation, step: Running): Promise<Ended> {
  try {
    const admitted = await admit(options, inbound, installation, step);
    return admitted.kind === "wrong" ? admitted : await start(options, inbound, installation, { ...step, ...admitted });
  } catch (error) {
    if (error instanceof PermanentError) return { kind: "wrong", reason: error.message };
    throw error;
  }
}

interface Admitted {
  readonly from: Person;
  readonly name: string;
}

async function admit(
  { client, people, agentsChannelOf }: StepsOptions,
  inbound: Inbound,
  installation: Installation,
  { slug, customer, channel }: Running,
): Promise<({ readonly kind: "ok" } & Admitted) | (Ended & { readonly kind: "wrong" })> {
  const { workspace } = installation;
  if (channel === agentsChannelOf(workspace)) {
    return wrong("“Channel” is the agents channel. Choose one in which the customer is.");
  }
  const { isBot, isDeleted } = await client.userInfo(workspace, customer);
  if (isBot || isDeleted) return wrong("“Customer” is a bot, or somebody who is gone. Choose a person.");
  const from = await people.verified(installation, customer);
  const startable = await inbound.startable(workspace, from, null);
  if (startable.kind === "refused") return wrong(startable.reason);
  const procedure = startable.procedures.find((one) => one.slug === slug);
  if (procedure !== undefined) return { kind: "ok", from, name: procedure.name };
  const asked = visibleLine(slug.slice(0, 80).toWellFormed());
  return wrong(`There is no active procedure “${asked}”. “/procedures list” shows which there are.`);
}

/** What it posts first makes the thread, and so the conversation: a retry finds it there again. */
async function start(
  { client, roots }: Handling,
  inbound: Inbound,
  { workspace }: Installation,
  { execution, slug, customer, channel, text, at, from, name }: Running & Admitted,
): Promise<Ended> {
  const post = rootPost(customer, name, text);
  const ts = await roots.post({ workspace, channel, execution, at, post });
  const id = `slack:step:${execution}`;
  const turn = { id, keys: [id], from, text: text === "" ? name : text, mentioned: true, at };
  const receipt = await inbound.start(inWorkspace({ workspace, channel, thread: ts }), slug, turn, null);
  if (receipt.kind === "refused") return wrong(receipt.reason);
  return { kind: "started", link: await linkTo(client, workspace, channel, ts) };
}

/** To the thread, or where Slack does not say, to its channel. Never throws: it has started, whatever becomes of the link. */
async function linkTo(
  client: Pick<SlackClient, "permalink">,
  workspace: Installation["workspace"],
  channel: string,
  ts: string,
): Promise<string> {
  // https://docs.slack.dev/interactivity/deep-linking
  return client.permalink(workspace, channel, ts).catch(() => `https://slack.com/app_redirect?channel=${channel}`);
}

function wrong(reason: string): Ended & { readonly kind: "wrong" } {
  return { kind: "wrong", reason };
}
