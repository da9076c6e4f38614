import { cardRefSchema } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { PressAction } from "../../src/domain/press.ts";
import type { Turn } from "../../src/domain/turn.ts";
import type { Store } from "../../src/ports/store.ts";
import { conversationsByNonce, everyCard, openCards, type ShownCard } from "./simulation-cards.ts";
import type { Doing } from "./simulation-commands.ts";
import { type Instance, openInstance, placeOf, workspace } from "./simulation-instance.ts";
import type { Sent } from "./simulation-journal.ts";
import { agents, bystander, customerOf, strangers } from "./simulation-people.ts";
import { procedureOf } from "./simulation-procedures.ts";
import type { World } from "./simulation-world.ts";

/** A world with people in it, and the instance of Usher that they talk to at present. */
export interface Stage {
  readonly world: World;
  readonly store: Store;
  readonly began: number;
  readonly turns: { readonly sent: Sent; readonly turn: Turn }[];
  instance: Instance;
  boots: number;
  agentTurns: number;
  /** How far the wall clock was set back altogether, in ms. */
  setBack: number;
}

/** Opens a stage and boots Usher on it. */
export async function openStage(world: World, store: Store): Promise<Stage> {
  const instance = await openInstance(world, store, "boot-1");
  const began = world.clock.now();
  const stage: Stage = { world, store, began, turns: [], instance, boots: 1, agentTurns: 0, setBack: 0 };
  await start(stage);
  return stage;
}

/** Boots Usher anew; the platform then delivers again what was not acknowledged. */
export async function reboot(stage: Stage): Promise<void> {
  stage.boots += 1;
  stage.instance = await openInstance(stage.world, stage.store, `boot-${stage.boots}`);
  await start(stage);
  deliverAgain(stage);
}

async function start({ instance, world }: Stage): Promise<void> {
  const started = instance.core.start();
  await world.pump();
  if (instance.isAlive()) await started;
}

/** What was not acknowledged is delivered once more. */
export function deliverAgain(stage: Stage): void {
  for (const { sent, turn } of stage.turns) if (!sent.acknowledged) deliver(stage, sent, turn);
}

/** Time passes in steps, with everything under way going on in between; a process may sleep through long ones. */
export async function pass({ world }: Stage, ms: number): Promise<void> {
  const steps = ms <= 2000 ? [ms] : [2000, (ms - 2000) / 4, (ms - 2000) / 4, (ms - 2000) / 2];
  await world.pump();
  for (const step of steps) {
    world.clock.advance(step);
    await world.pump();
    // The next regular sweep, for what fell due in the meantime.
    world.clock.advance(2000);
    await world.pump();
  }
}

/** Does what a command says, and waits for nothing that Usher does. */
export async function perform(stage: Stage, command: Doing): Promise<void> {
  const { world, instance } = stage;
  switch (command.do) {
    case "go":
      return go(stage, command.conversation, command.which);
    case "send":
      return write(
        stage,
        command.conversation,
        command.bystander ? "I have the same @token" : command.words,
        command.bystander ? bystander : null,
      );
    case "edit":
      return edit(stage, command.which, command.deleted);
    case "redeliver":
      return redeliver(stage, command.which);
    case "click":
      return click(stage, command);
    case "agentWrites":
      return agentWrites(stage, command.conversation, command.where);
    case "publish":
      return publish(stage, command.slug);
    case "crash":
      return command.when === "now" ? instance.kill() : instance.killAt(command.calls, command.when);
    case "fault":
      return world.faults.arm(command.fault);
    case "skew":
      world.clock.jump(command.ms);
      stage.setBack += Math.max(0, -command.ms);
      return world.faults.note(command.ms < 0 ? "clock set back" : "clock set forward");
    case "pass":
      await pass(stage, command.ms);
      return deliverAgain(stage);
    default:
      return command satisfies never;
  }
}

/** Somebody presses a button; what they are told is noted. */
function press(stage: Stage, id: string, card: string | null, by: Person, action: PressAction): void {
  const { world, instance } = stage;
  const pressed = { id, by, action, receipt: null };
  world.journal.pressed.push(pressed);
  const ref = card === null ? null : cardRefSchema.parse(`card-${card}`);
  const told = instance.core.inbound.press(workspace, { id, card: ref, by, action });
  told.then(
    (receipt) => {
      const fake = world.sabotage === "everyPressCounts" && receipt.kind === "decided";
      Object.assign(pressed, { receipt: fake ? { kind: "accepted", decision: receipt.decision } : receipt });
    },
    () => undefined,
  );
}

function go(stage: Stage, conversation: string, which: number): void {
  const owners = conversationsByNonce(stage.world.journal);
  const open = openCards(stage.world.journal).filter(({ nonce }) => owners.get(nonce) === conversation);
  const [shown] = open;
  if (shown !== undefined && which < 0.8) pressSensibly(stage, shown, which);
  else write(stage, conversation, sensibleWords(stage, conversation, which), null);
}

/** An agent decides what the card asks. */
export function pressSensibly(stage: Stage, { effectId, card }: ShownCard, which: number): void {
  const button = card.buttons[which < 0.6 ? 0 : Math.floor(which * 7) % card.buttons.length];
  if (button === undefined || card.pressId === null) return;
  press(stage, card.pressId, effectId, stage.world.random.pick(agents), actionOf(button.action));
}

function actionOf(kind: PressAction["kind"]): PressAction {
  if (kind === "reject") return { kind, reason: "not like this" };
  return kind === "happened" ? { kind, value: { id: "pasted", refundId: "pasted" } } : { kind };
}

const starts = [
  "payout",
  "payout",
  "transfer",
  "account",
  "feedback",
  "goodwill-credit",
  "lead-qualification",
  "order-status-lookup",
  "refund-request-handler",
];

function sensibleWords({ world }: Stage, conversation: string, which: number): string {
  const { address } = placeOf(conversation);
  const last = world.journal.posts.findLast(({ to, refused }) => to === address && !refused);
  const text = last?.message.kind === "text" ? last.message.text : "";
  if (/once more/.test(text)) return "yes";
  if (/Which one do you mean/.test(text)) return "1";
  if (/e-mail/.test(text)) return "@token@example.com";
  if (/a number|How many/.test(text)) return "42";
  if (/\?(?: <|$)/.test(text) && which < 0.95) return "because @token";
  return `please ${starts[Math.floor(which * 100) % starts.length] ?? ""} @token`;
}

function write(stage: Stage, conversation: string, words: string, other: Person | null): void {
  const { world, turns } = stage;
  const n = turns.length + 1;
  const token = `t${n}z`;
  // The platform's time is its own: it never jumps, and no two messages have the same.
  const at = stage.began + world.clock.monotonic() + n;
  const text = words.replaceAll("@token", token);
  const sent = { key: `m${n}`, conversation, token, text, at, acknowledged: false, exempt: other !== null };
  const from = other ?? customerOf(conversation);
  world.journal.sent.push(sent);
  const turn = { id: sent.key, keys: [sent.key], from, text, mentioned: true, at };
  turns.push({ sent, turn });
  deliver(stage, sent, turn);
}

function deliver({ world, instance }: Stage, sent: Sent, turn: Turn): void {
  if (!instance.isAlive()) return;
  if (world.sabotage === "lostTurn" && world.random.chance(0.2)) {
    sent.acknowledged = true;
    return;
  }
  const stored = instance.core.inbound.event(placeOf(sent.conversation), { kind: "turn", turn });
  stored.then(
    () => {
      sent.acknowledged = true;
    },
    () => undefined,
  );
}

function redeliver(stage: Stage, which: number): void {
  const { turns } = stage;
  // Mostly a young one, as platforms do.
  const known = turns[Math.floor(turns.length * (1 - which * which))];
  if (known !== undefined) deliver(stage, known.sent, known.turn);
}

function edit({ turns, instance }: Stage, which: number, deleted: boolean): void {
  const known = turns[turns.length - 1 - Math.floor(which * 3)];
  if (known === undefined || !instance.isAlive()) return;
  const { sent, turn } = known;
  // Once deleted, nobody owes an answer to it; if it was read before, it gets one all the same.
  if (deleted) sent.exempt = true;
  const event = { kind: "edited" as const, turnId: turn.id, text: deleted ? null : `${turn.text} (edited)` };
  instance.core.inbound.event(placeOf(sent.conversation), event).catch(() => undefined);
}

function click(stage: Stage, { which, late, by, action, times }: Doing & { readonly do: "click" }): void {
  const { journal } = stage.world;
  const shown = (late ? everyCard(journal) : openCards(journal)).filter(({ card }) => card.pressId !== null);
  const { card, effectId } = shown[Math.floor(which * shown.length)] ?? { card: null, effectId: "" };
  const button = card?.buttons[Math.floor(which * 100) % Math.max(1, card.buttons.length)];
  if (card === null || card.pressId === null || button === undefined) return;
  const person = { agent: agents[0], otherAgent: agents[1], outsider: strangers[0], bystander: strangers[1] }[by];
  for (let time = 0; time < times && person !== undefined; time += 1) {
    const which = time > 0 && action === null ? (card.buttons[time % card.buttons.length] ?? button) : button;
    press(stage, card.pressId, late ? null : effectId, person, action ?? actionOf(which.action));
  }
}

function agentWrites(stage: Stage, conversation: string, where: "thread" | "handOff"): void {
  stage.agentTurns += 1;
  const n = stage.agentTurns;
  const [agent] = agents;
  if (agent === undefined) return;
  const at = stage.began + stage.world.clock.monotonic() + n;
  const turn = { id: `a${n}`, keys: [`a${n}`], from: agent, text: `I am here (a${n}z)`, mentioned: false, at };
  stage.instance.core.inbound.event(placeOf(conversation), { kind: "agentWrote", turn, where }).catch(() => undefined);
}

async function publish({ store, instance }: Stage, slug: string): Promise<void> {
  const newest = await store.procedures.newest(workspace, slug);
  await store.procedures.publish(workspace, procedureOf(slug, newest + 1), newest);
  if (instance.isAlive()) await instance.refresh();
}
