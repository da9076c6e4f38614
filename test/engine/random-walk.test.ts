import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationSchema } from "../../src/domain/conversation.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { PressAction } from "../../src/domain/press.ts";
import { advance } from "../../src/engine/advance.ts";
import { takeLease } from "../../src/engine/lease.ts";
import { isOpen } from "../../src/engine/uninstalled.ts";
import { agent, Chat, colleague, customer } from "../support/chat.ts";
import { aProcedure } from "../support/procedures.ts";

const procedure = aProcedure([
  { id: "hello", kind: "message", content: "Hello." },
  { id: "mail", kind: "collect", variable: "mail", prompt: "Mail?", validation: "email", attempts: 3 },
  { id: "pin", kind: "collect", variable: "pin", prompt: "PIN?", sensitive: true },
  { id: "look", kind: "call", url: "https://a.example/{{ pin }}", response: "order", onError: "sorry" },
  { id: "check", kind: "condition", variable: "order.ok", operator: "equals", value: true, then: "pay", else: "lead" },
  { id: "pay", kind: "call", method: "POST", url: "https://a.example/pay", approval: "require", next: "hello" },
  { id: "lead", kind: "action", action: "create_lead", parameters: { email: "{{ mail }}" }, approval: "notify" },
  { id: "tag", kind: "action", action: "tag_session", parameters: { tag: "x" }, approval: "require", next: "end" },
  { id: "sorry", kind: "escalate", reason: "Sorry." },
]);

const texts = [
  "refund",
  "jane@example.com",
  "nonsense",
  "cancel",
  "human please",
  "1234",
  "why?",
  "yes",
  "",
  "wait, my mail is a@b.co",
];
const actions: readonly PressAction[] = [
  { kind: "approve" },
  { kind: "reject", reason: "no" },
  { kind: "happened", value: { ok: true } },
  { kind: "runAgain" },
  { kind: "stop" },
  { kind: "handBack" },
  { kind: "resolve" },
];
const outcomes: readonly Outcome[] = [
  { kind: "done", value: { ok: true } },
  { kind: "done", value: null },
  { kind: "failed", reason: "no" },
  { kind: "notSent", reason: "later", retryAfterMs: null },
  { kind: "unknown", reason: "silence" },
];

const fine: Outcome = { kind: "done", value: "ref" };

const command = fc.oneof(
  fc.record({
    do: fc.constant("say" as const),
    text: fc.constantFrom(...texts),
    from: fc.constantFrom(customer, colleague),
  }),
  fc.record({ do: fc.constant("agent" as const), where: fc.constantFrom("thread" as const, "handOff" as const) }),
  fc.record({
    do: fc.constant("press" as const),
    action: fc.constantFrom(...actions),
    by: fc.constantFrom(agent, customer),
    which: fc.nat(40),
  }),
  fc.record({
    do: fc.constant("settle" as const),
    outcome: fc.constantFrom(...outcomes),
    which: fc.nat(5),
    stale: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("pass" as const),
    ms: fc.constantFrom(1000, 60_000, limits.peopleMs, limits.approvalMs, limits.silenceMs),
  }),
  fc.record({ do: fc.constant("boot" as const) }),
  fc.record({ do: fc.constant("edit" as const), text: fc.constantFrom("1001", null) }),
  fc.record({ do: fc.constant("uninstall" as const) }),
  // What usually happens next; without it a walk gets lost before it has seen much.
  { weight: 12, arbitrary: fc.record({ do: fc.constant("go" as const), outcome: fc.constantFrom(...outcomes) }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** Freezes a value at every depth, so that a change of an input throws. */
function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

class Walk {
  private readonly chat = new Chat({ procedures: [procedure], hold: () => true });
  conversation: Conversation = this.chat.conversation;
  private n = 0;
  private boot = 0;

  step(next: Command): void {
    this.n += 1;
    const before = freeze(this.conversation);
    this.conversation = this.take(this.react(next));
    check(before, this.conversation);
  }

  private take(conversation: Conversation): Conversation {
    const launched = new Set(conversation.outbox.map(({ id }) => id));
    return takeLease(conversation, this.context(conversation), {
      owner: `boot-${this.boot}`,
      exclusive: true,
      launched,
      marks: true,
    });
  }

  private context(conversation: Conversation) {
    this.chat.conversation = conversation;
    return freeze(this.chat.context);
  }

  private react(next: Command): Conversation {
    const at = this.conversation;
    const context = this.context(at);
    const turn = (text: string, from: typeof customer) => ({
      id: `t${this.n}`,
      keys: [`k${this.n}`],
      from,
      text,
      mentioned: false,
      at: this.chat.now + this.n,
    });
    switch (next.do) {
      case "say":
        return advance(at, { kind: "turn", turn: turn(next.text, next.from) }, context);
      case "agent":
        return advance(at, { kind: "agentWrote", turn: turn("I am here", agent), where: next.where }, context);
      case "press":
        return advance(
          at,
          { kind: "pressed", press: { id: `${at.nonce}-${next.which}`, card: null, by: next.by, action: next.action } },
          context,
        );
      case "settle": {
        const started = at.outbox.filter((effect) => effect.started);
        const effect = started[next.which % Math.max(1, started.length)];
        if (effect === undefined) return at;
        const outcome: Outcome =
          effect.effect.kind === "route" && next.outcome.kind === "done" ? this.routed() : next.outcome;
        return advance(
          at,
          { kind: "settled", effectId: effect.id, attempt: effect.attempt - (next.stale ? 1 : 0), outcome },
          context,
        );
      }
      case "pass":
        this.chat.now += next.ms;
        return advance(at, { kind: "tick" }, this.context(at));
      case "boot":
        this.boot += 1;
        return at;
      case "edit":
        return advance(at, { kind: "edited", turnId: `t${this.n - 1}`, text: next.text }, context);
      case "uninstall": {
        const left = advance(at, { kind: "uninstalled", by: agent }, context);
        expect(isOpen(left)).toBe(false);
        return left;
      }
      case "go":
        return this.goOn(at, next.outcome);
      default:
        return next satisfies never;
    }
  }

  /** The sensible next thing: an outcome, a valid answer, or the decision that is waited for. */
  private goOn(at: Conversation, outcome: Outcome): Conversation {
    const context = this.context(at);
    const [effect] = at.outbox.filter(({ started }) => started);
    if (effect !== undefined) {
      const { kind } = effect.effect;
      const fitting = kind === "call" || kind === "act" ? outcome : kind === "route" ? this.routed() : fine;
      return advance(at, { kind: "settled", effectId: effect.id, attempt: effect.attempt, outcome: fitting }, context);
    }
    const wait = at.run?.wait;
    const press = (id: string, action: PressAction) =>
      advance(at, { kind: "pressed", press: { id, card: null, by: agent, action } }, context);
    if (at.people !== null) return press(at.people.card, { kind: "handBack" });
    if (wait?.kind === "approval") return press(wait.of.id, { kind: "approve" });
    if (wait?.kind === "verdict") return press(wait.of.id, { kind: "happened", value: { ok: true } });
    const text = at.run?.stepId === "mail" ? "jane@example.com" : "1234";
    const turn = {
      id: `t${this.n}`,
      keys: [`k${this.n}`],
      from: customer,
      text,
      mentioned: false,
      at: this.chat.now + this.n,
    };
    return advance(at, { kind: "turn", turn }, context);
  }

  private routed(): Outcome {
    return { kind: "done", value: { kind: "run", slug: procedure.slug, filled: {}, scores: [], threshold: 0 } };
  }
}

function check(before: Conversation, after: Conversation): void {
  const ids = after.outbox.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(after.outbox.length).toBeLessThanOrEqual(limits.outboxEffects);
  expect(after.inbox.length).toBeLessThanOrEqual(limits.inboxTurns);
  expect(after.nextId).toBeGreaterThanOrEqual(before.nextId);
  expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  expect(conversationSchema.safeParse(after).error?.issues ?? []).toEqual([]);
  const wait = after.run?.wait;
  // A run that waits for an effect has it in the outbox: otherwise it would wait for ever.
  if (wait?.kind === "effect") expect(ids).toContain(wait.effectId);
  if (after.run !== null || after.outbox.length > 0 || after.people !== null) {
    if (wait?.kind !== "verdict") expect(after.dueAt).not.toBeNull();
  }
}

describe("random walks of advance", () => {
  test("it never throws, changes no input, keeps its bounds, and nothing waits for what is not there", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 80, size: "max" }), (commands) => {
        const walk = new Walk();
        for (const next of commands) {
          walk.step(next);
          const { run, people } = walk.conversation;
          reached.add(run?.wait.kind ?? (people === null ? "idle" : "people"));
        }
      }),
      { numRuns: 150, seed: Number(process.env["WALK_SEED"] ?? 20_261_122) },
    );
    // A walk that never gets anywhere would prove nothing.
    for (const state of ["idle", "input", "effect", "approval", "verdict", "held", "people"])
      expect(reached).toContain(state);
  });
});
