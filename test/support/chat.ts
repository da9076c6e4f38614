import type { Card } from "../../src/domain/card.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { Outgoing } from "../../src/domain/effect.ts";
import type { Event } from "../../src/domain/event.ts";
import { addressSchema, type ConversationId, conversationIdSchema, workspaceIdSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { TextMessage } from "../../src/domain/message.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Person } from "../../src/domain/person.ts";
import type { PressAction } from "../../src/domain/press.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import type { RunRecord } from "../../src/domain/run-record.ts";
import { defaultSettings, type WorkspaceSettings } from "../../src/domain/settings.ts";
import { advance } from "../../src/engine/advance.ts";
import type { CompiledProcedure } from "../../src/engine/compile.ts";
import type { Context } from "../../src/engine/context.ts";
import { createConversation } from "../../src/engine/create.ts";
import { takeLease } from "../../src/engine/lease.ts";
import { judge } from "../../src/engine/press.ts";
import { aProcedure, compiled } from "./procedures.ts";

export const customer: Person = {
  platform: "web",
  id: "customer-1",
  name: "Customer 1",
  role: "customer",
  external: false,
};
export const colleague: Person = { ...customer, id: "customer-2", name: "Customer 2" };
export const agent: Person = { platform: "web", id: "agent-1", name: "Agent 1", role: "agent", external: false };
export const otherAgent: Person = { ...agent, id: "agent-2", name: "Agent 2" };

/** What the world of a test answers to calls and actions; the rest of the world just works. */
export interface World {
  readonly procedures: readonly Procedure[];
  readonly settings?: Partial<WorkspaceSettings>;
  /** Outcome of a call or an action; by default done with null. */
  readonly answer?: (of: Outgoing) => Outcome;
  /** Which procedure a message starts; by default the first one. Null: none. */
  readonly route?: (text: string) => Json;
  /** Whether the run of another conversation takes this as its answer; by default none does. */
  readonly forward?: (text: string) => boolean;
  /** Whether posts in the agents channel work. */
  readonly postsWork?: () => boolean;
  /** Leave effects of this kind under way until the test settles them. */
  readonly hold?: (of: Outgoing) => boolean;
}

interface TurnOverrides {
  readonly mentioned?: boolean;
  readonly id?: string;
  readonly at?: number;
  readonly beside?: ConversationId;
}

/** A conversation on the engine alone, with a world that performs its effects at once. */
export class Chat {
  conversation: Conversation;
  now = 1_800_000_000_000;
  readonly said: TextMessage[] = [];
  readonly edits: { readonly of: string; readonly message: TextMessage }[] = [];
  readonly cards: { id: string; card: Card; under: string | null }[] = [];
  readonly performed: Outgoing[] = [];
  readonly records: RunRecord[] = [];
  readonly world: World;
  private readonly versions: CompiledProcedure[] = [];
  private turns = 0;
  private readonly launched = new Set<string>();

  constructor(world: World) {
    this.world = world;
    this.conversation = createConversation(
      {
        workspace: workspaceIdSchema.parse("test"),
        id: conversationIdSchema.parse("c1"),
        address: addressSchema.parse("a1"),
        customer,
        random: "0123456789abcdef0123456789abcdef",
      },
      this.now,
    );
  }

  get context(): Context {
    const active = new Map(
      this.world.procedures.map((procedure) => [procedure.slug, this.versions.at(-1) ?? compiled(procedure)]),
    );
    const run = this.conversation.run;
    const pinned = this.versions.find(({ version }) => version === run?.procedure.version);
    return {
      pinned: run === null ? null : (pinned ?? active.get(run.procedure.slug) ?? null),
      active,
      settings: { ...defaultSettings, ...this.world.settings },
      now: this.now,
    };
  }

  /** Publishes the next version of the one procedure that there is. */
  publish(procedure: Procedure): void {
    const [first] = this.world.procedures;
    if (this.versions.length === 0 && first !== undefined) this.versions.push(compiled(first));
    this.versions.push(compiled(procedure, this.versions.length + 1));
  }

  /** The texts that the customer has read so far, without the ones relayed from agents. */
  get texts(): readonly string[] {
    return this.said.map(({ text }) => text);
  }

  get lastText(): string {
    return this.said.at(-1)?.text ?? "";
  }

  get wait(): string | null {
    return this.conversation.run?.wait.kind ?? null;
  }

  /** Somebody of the customer's side writes. */
  say(text: string, from: Person = customer, overrides: TurnOverrides = {}): this {
    this.turns += 1;
    const id = overrides.id ?? `t${this.turns}`;
    const at = overrides.at ?? this.now + this.turns;
    const { mentioned = false, beside } = overrides;
    const turn = { id, keys: [`key-${id}`], from, text, mentioned, at };
    return this.happen({ kind: "turn", turn, ...(beside === undefined ? {} : { beside }) });
  }

  agentWrites(text: string, where: "thread" | "handOff", from: Person = agent): this {
    this.turns += 1;
    const id = `t${this.turns}`;
    const turn = { id, keys: [`key-${id}`], from, text, mentioned: false, at: this.now + this.turns };
    return this.happen({ kind: "agentWrote", turn, where });
  }

  press(id: string, action: PressAction, by: Person = agent): ReturnType<typeof judge> {
    const press = { id, card: null, by, action };
    const judgement = judge(this.conversation, this.context, press);
    this.happen({ kind: "pressed", press });
    return judgement;
  }

  /** Presses on what waits for an agent now. */
  decide(action: PressAction, by: Person = agent): ReturnType<typeof judge> {
    const wait = this.conversation.run?.wait;
    const id =
      wait?.kind === "approval" || wait?.kind === "verdict" ? wait.of.id : (this.conversation.people?.card ?? "");
    return this.press(id, action, by);
  }

  pass(ms: number): this {
    this.now += ms;
    return this.happen({ kind: "tick" });
  }

  happen(event: Event): this {
    this.conversation = advance(this.conversation, event, this.context);
    this.perform();
    return this;
  }

  /** Settles an effect that the world held back. */
  settle(of: Outgoing, outcome: Outcome): this {
    this.launched.delete(of.id);
    return this.happen({ kind: "settled", effectId: of.id, attempt: of.attempt, outcome });
  }

  /** Performs all that is due, until nothing more comes of it. */
  private perform(): void {
    for (let rounds = 0; rounds < 500; rounds += 1) {
      this.conversation = takeLease(this.conversation, this.context, {
        owner: "test",
        exclusive: true,
        launched: this.launched,
        marks: true,
      });
      const next = this.conversation.outbox.find(({ id, started }) => started && !this.launched.has(id));
      if (next === undefined) return;
      this.launched.add(next.id);
      this.performed.push(next);
      if (this.world.hold?.(next)) continue;
      const outcome = this.outcomeOf(next);
      this.launched.delete(next.id);
      const { id: effectId, attempt } = next;
      this.conversation = advance(this.conversation, { kind: "settled", effectId, attempt, outcome }, this.context);
    }
    throw new Error("the effects never end");
  }

  private outcomeOf(of: Outgoing): Outcome {
    const { effect } = of;
    switch (effect.kind) {
      case "say":
        this.said.push(effect.message);
        return { kind: "done", value: `ref-${of.id}` };
      case "editSay": {
        this.edits.push({ of: effect.of, message: effect.message });
        return { kind: "done", value: null };
      }
      case "post":
        if (this.world.postsWork?.() === false) return { kind: "failed", reason: "channel_not_found" };
        this.cards.push({ id: of.id, card: effect.card, under: effect.under });
        return { kind: "done", value: `ref-${of.id}` };
      case "editCard": {
        const shown = this.cards.find(({ id }) => id === effect.of);
        if (shown !== undefined) shown.card = effect.card;
        return { kind: "done", value: null };
      }
      case "route":
        return { kind: "done", value: this.routeOf(effect.turn.text) };
      case "forward":
        return { kind: "done", value: this.world.forward?.(effect.turn.text) ?? false };
      case "record":
        this.records.push(effect.run as unknown as RunRecord);
        return { kind: "done", value: null };
      case "call":
      case "act":
        return this.world.answer?.(of) ?? { kind: "done", value: null };
      default:
        return effect satisfies never;
    }
  }

  private routeOf(text: string): Json {
    const slug = this.world.procedures[0]?.slug ?? "";
    if (this.world.route !== undefined) return this.world.route(text);
    return { kind: "run", slug, filled: {}, scores: [{ slug, score: 1 }], threshold: 0.45 };
  }
}

/** A chat about these steps. */
export function chatAbout(
  steps: readonly object[],
  world: Omit<World, "procedures"> = {},
  overrides: object = {},
): Chat {
  return new Chat({ ...world, procedures: [aProcedure(steps, overrides)] });
}
