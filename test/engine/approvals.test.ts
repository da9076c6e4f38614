import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { earlierDecision } from "../../src/engine/press.ts";
import { approvalHash } from "../../src/engine/request.ts";
import { agent, type Chat, chatAbout, customer, otherAgent, type World } from "../support/chat.ts";
import { aProcedure } from "../support/procedures.ts";

const steps = [
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  {
    id: "ticket",
    kind: "action",
    action: "create_ticket",
    parameters: { subject: "Refund: Order #{{ order_id }}", priority: "HIGH" },
    approval: "require",
  },
  { id: "tell", kind: "message", content: "Your ticket is {{ ticketId }}." },
];
const ticket = (): Outcome => ({ kind: "done", value: { ticketId: "1042" } });
const approve = { kind: "approve" } as const;
const reject = { kind: "reject", reason: "looks like fraud" } as const;

function asked(world: Partial<World> = {}): Chat {
  return chatAbout(steps, { answer: ticket, ...world })
    .say("refund")
    .say("1001");
}

function frozen(chat: Chat): Outgoing {
  const wait = chat.conversation.run?.wait;
  if (wait?.kind !== "approval") throw new Error("no approval is pending");
  return wait.of;
}

const acts = (chat: Chat) => chat.performed.filter(({ effect }) => effect.kind === "act");
const card = (chat: Chat) => chat.cards[0]?.card;

describe("an approval", () => {
  test("nothing runs before an agent decides; the customer is told, and the card says exactly what would run", () => {
    const chat = asked();
    expect(acts(chat)).toHaveLength(0);
    expect(chat.lastText).toBe(chat.context.settings.texts.waitingForApproval);
    expect(card(chat)?.title).toBe("Approval needed: create a ticket");
    expect(card(chat)?.buttons.map(({ action }) => action)).toEqual(["approve", "reject"]);
    expect(card(chat)?.sections.map(({ label }) => label)).toEqual([
      "Will do",
      "Parameters",
      "Procedure",
      "Customer",
      "Collected",
      "Expires",
    ]);
    expect(JSON.stringify(card(chat)?.sections)).toContain("Refund: Order #1001");
    const { platform, id, name, role } = customer;
    expect(card(chat)?.sections.find(({ label }) => label === "Customer")?.fields).toEqual([
      { name: "Customer", value: { person: { platform, id, name, role } } },
    ]);
  });

  test("approved, it runs once, the card tells both decision and outcome, and the customer gets the number", () => {
    const chat = asked();
    expect(chat.decide(approve)).toMatchObject({ kind: "counts" });
    expect(acts(chat)).toHaveLength(1);
    expect(chat.lastText).toBe("Your ticket is 1042.");
    expect(card(chat)?.status.map(({ before, by }) => [before, by?.id])).toEqual([
      ["Approved by ", "agent-1"],
      ["Done: ticket #1042, ", undefined],
    ]);
    expect(card(chat)?.buttons).toEqual([]);
    expect(card(chat)?.sections[0]?.label).toBe("Request");
    expect(chat.records[0]).toMatchObject({
      ended: "completed",
      decisions: [{ action: "approve", by: { id: "agent-1" } }],
    });
  });

  test("pitfall 58: rejected, a person takes over, and only the agents see the reason", () => {
    const chat = asked();
    chat.decide(reject);
    expect(acts(chat)).toHaveLength(0);
    expect(chat.texts.join()).not.toContain("fraud");
    expect(chat.lastText).toBe(chat.context.settings.texts.rejected);
    expect(card(chat)?.status[0]).toMatchObject({
      tone: "bad",
      before: "Rejected by ",
      by: { id: "agent-1", name: "Agent 1", role: "agent" },
      after: ": looks like fraud",
    });
    expect(chat.cards[1]?.card).toMatchObject({ kind: "handOff" });
    expect(JSON.stringify(chat.cards[1]?.card)).toContain("fraud");
    expect(chat.conversation.people).not.toBeNull();
  });

  test("pitfall 14: if the action is rejected, the message that uses its output is never said", () => {
    const chat = asked();
    chat.decide(reject);
    expect(chat.texts.join()).not.toContain("Your ticket is");
  });

  test("pitfall 52: the role is checked at the click, in code: customers and outsiders are refused", () => {
    const chat = asked();
    const outsider = { ...agent, id: "agent-9", external: true };
    for (const by of [customer, outsider, { ...customer, id: "guest" }]) {
      expect(chat.decide(approve, by)).toMatchObject({ kind: "refused", reason: "Only agents can decide." });
    }
    expect(chat.wait).toBe("approval");
  });

  test("pitfall 53: whoever started the run does not decide in it, unless the workspace allows that", () => {
    const own = { ...customer, role: "agent" as const };
    const chat = chatAbout(steps, { answer: ticket }).say("refund", own).say("1001", own);
    expect(chat.decide(approve, own)).toMatchObject({ kind: "refused" });
    const allowed = chatAbout(steps, { answer: ticket, settings: { selfApproval: true } })
      .say("refund", own)
      .say("1001", own);
    expect(allowed.decide(approve, own)).toMatchObject({ kind: "counts" });
  });

  test("pitfall 54: the first decision wins; the second learns who decided and when, also after the run", () => {
    const chat = asked();
    const { id } = frozen(chat);
    const at = chat.now;
    chat.press(id, approve);
    chat.now += 60_000;
    for (const late of [approve, reject]) {
      expect(chat.press(id, late, otherAgent).kind).not.toBe("counts");
    }
    expect(acts(chat)).toHaveLength(1);
    const decisions = chat.records[0]?.decisions ?? [];
    const press = { id, card: null, by: otherAgent, action: reject };
    expect(earlierDecision(decisions, press)).toMatchObject({ by: { id: "agent-1" }, at, action: "approve" });
  });

  test("pitfall 54: while the run goes on, a late click is told about the decision", () => {
    const chat = asked({ hold: ({ effect }) => effect.kind === "act" });
    const { id } = frozen(chat);
    chat.press(id, approve);
    expect(chat.press(id, reject, otherAgent)).toMatchObject({ kind: "decided", decision: { by: { id: "agent-1" } } });
  });

  test("pitfall 55, attack 86: what was frozen is what runs, whatever changes after the card was posted", () => {
    const chat = asked();
    const before = frozen(chat);
    chat.happen({ kind: "edited", turnId: "t2", text: "9999" }).say("wait, my order is 9999");
    chat.decide(approve);
    const [act] = acts(chat);
    expect(act?.effect).toEqual(before.effect);
    expect(act?.hash).toBe(before.hash);
    expect(JSON.stringify(act?.effect)).toContain("#1001");
  });

  test("pitfall 55: a procedure that is republished while the card is open changes nothing about what runs", () => {
    const chat = asked();
    const before = frozen(chat);
    const renamed = { ...steps[1], parameters: { subject: "Something else", priority: "LOW" } };
    const other = aProcedure([steps[0] ?? {}, renamed, steps[2] ?? {}]);
    chat.publish(other);
    chat.decide(approve);
    expect(acts(chat)[0]?.effect).toEqual(before.effect);
    expect(chat.records[0]?.procedure.version).toBe(1);
    chat.pass(limits.coolDownMs).say("refund").say("1001");
    expect(JSON.stringify(frozen(chat).effect)).toContain("Something else");
  });

  test("guarantee G7: the hash is over the run, the effect, the version and the exact request", () => {
    const chat = asked();
    const of = frozen(chat);
    if (of.effect.kind !== "act" || of.effect.action.kind !== "create_ticket") throw new Error("not a ticket");
    expect(approvalHash(chat.conversation, of.id, of.effect)).toBe(of.hash);
    const other = { ...of.effect, action: { ...of.effect.action, subject: "Refund: Order #9999" } };
    expect(approvalHash(chat.conversation, of.id, other)).not.toBe(of.hash);
    expect(approvalHash(chat.conversation, `${of.id}0`, of.effect)).not.toBe(of.hash);
  });

  test("pitfall 56: an undecided approval is reminded of, then expires into a hand-off that is no rejection", () => {
    const chat = asked().pass(limits.approvalReminderMs);
    expect(chat.cards.at(-1)).toMatchObject({ card: { kind: "reminder" }, under: chat.cards[0]?.id });
    const { id } = frozen(chat);
    chat.pass(limits.approvalMs);
    expect(card(chat)?.status.at(-1)?.after).toContain("This is not a rejection");
    expect(card(chat)?.buttons).toEqual([]);
    expect(chat.lastText).toBe(chat.context.settings.texts.approvalExpired);
    expect(chat.press(id, approve)).toMatchObject({ kind: "refused" });
    expect(acts(chat)).toHaveLength(0);
  });

  test("attack 85: a click at the moment of expiry is refused even before the sweep has come", () => {
    const chat = asked();
    chat.now += limits.approvalMs;
    expect(chat.decide(approve)).toMatchObject({ kind: "refused", reason: expect.stringContaining("expired") });
  });

  test("pitfall 59, attack 84: the buttons carry the approval's id and nothing else; any other id decides nothing", () => {
    const chat = asked();
    expect(card(chat)?.pressId).toBe(frozen(chat).id);
    for (const id of ["", "1", `${frozen(chat).id}0`, "ffffffffffffffffffffffffffffffff-5"]) {
      expect(chat.press(id, approve)).toMatchObject({ kind: "refused" });
    }
  });

  test("attack 83: a click on another card than the posted one is refused; one before its reference is known counts", () => {
    const chat = asked();
    const press = { id: frozen(chat).id, by: agent, action: approve };
    chat.happen({ kind: "pressed", press: { ...press, card: "ref-elsewhere" as never } });
    expect(chat.wait).toBe("approval");
    const early = asked({ hold: ({ effect }) => effect.kind === "post" });
    early.happen({ kind: "pressed", press: { ...press, id: frozen(early).id, card: "ref-1" as never } });
    expect(early.records[0]?.ended).toBe("completed");
  });

  test("pitfall 63: a card that cannot be posted does not leave the run looking as if it waited", () => {
    const chat = asked({ postsWork: () => false });
    expect(chat.wait).toBeNull();
    expect(chat.lastText).toBe(chat.context.settings.texts.handOff);
    expect(chat.records[0]?.reason).toContain("could not be posted");
  });

  test("pitfall 64: cancelled while the card is open, the card closes with the reason and a late click is explained", () => {
    const chat = asked();
    const { id } = frozen(chat);
    chat.say("never mind");
    expect(chat.records[0]?.ended).toBe("cancelled");
    expect(card(chat)?.status[0]?.before).toBe("Closed: the customer cancelled. ");
    expect(chat.press(id, approve)).toMatchObject({ kind: "refused" });
    expect(acts(chat)).toHaveLength(0);
  });

  test("pitfall 64: a card that never went out is withdrawn; one that is under way is posted and then edited", () => {
    const two = [{ ...steps[1], id: "lead", approval: "notify" }, ...steps.slice(1)].map((step) => ({
      ...step,
      parameters: { subject: "S", priority: "LOW" },
    }));
    // The notice is under way and holds the lane, so that the approval's card has not been begun.
    const waiting = chatAbout(two.slice(0, 2), { answer: ticket, hold: ({ effect }) => effect.kind === "post" }).say(
      "hi",
    );
    expect(waiting.conversation.outbox.filter(({ effect }) => effect.kind === "post")).toHaveLength(2);
    waiting.say("never mind");
    expect(waiting.conversation.outbox.map(({ effect }) => effect.kind)).toEqual(["post"]);

    const begun = asked({ hold: ({ effect }) => effect.kind === "post" }).say("never mind");
    expect(begun.conversation.outbox.map(({ effect }) => effect.kind)).toEqual(["post", "editCard"]);
  });

  test("pitfall 65: `notify` runs at once, and the agents learn the outcome, whether it worked or not", () => {
    const noted = [{ ...steps[1], id: "lead", approval: "notify", parameters: { subject: "S", priority: "LOW" } }];
    const good = chatAbout(noted, { answer: ticket }).say("hi");
    expect(good.cards[0]?.card).toMatchObject({ kind: "notice", tone: "ok" });
    expect(good.cards[0]?.card.title).toMatch(
      /^Done for .*: create a ticket \(“S”\): ticket #1042\. Nobody had to approve this\.$/,
    );
    const bad = chatAbout(noted, { answer: () => ({ kind: "failed", reason: "no room" }) }).say("hi");
    expect(bad.cards[0]?.card).toMatchObject({ kind: "notice", tone: "bad" });
    expect(bad.cards[0]?.card.title).toContain("no room");
  });

  test("a notice names the lead by what agents look for it under, and shows nothing that is sensitive", () => {
    const parameters = { email: "jane@acme.example", company: "Acme {{ pin }}", notes: "Wants a call" };
    const noted = [
      { id: "ask", kind: "collect", variable: "pin", prompt: "PIN?", sensitive: true },
      { id: "lead", kind: "action", action: "create_lead", approval: "notify", parameters },
    ];
    const chat = chatAbout(noted, { answer: () => ({ kind: "done", value: { leadId: "L1" } }) });
    chat.say("hi").say("hunter22");
    expect(chat.cards[0]?.card.title).toMatch(/: create a lead \(Acme •+, jane@acme\.example\)\. Nobody had to/);
  });

  test("pitfall 65: a notice that cannot be posted blocks nothing", () => {
    const noted = [
      { ...steps[1], id: "lead", approval: "notify", parameters: { subject: "S", priority: "LOW" } },
      steps[2] ?? {},
    ];
    const chat = chatAbout(noted, { answer: ticket, postsWork: () => false }).say("hi");
    expect(chat.lastText).toBe("Your ticket is 1042.");
  });

  test("pitfall 66: whatever the customer writes while waiting gets a holding message, not silence", () => {
    const chat = asked().say("hello? anyone?");
    expect(chat.lastText).toBe(chat.context.settings.texts.waitingForApproval);
    expect(chat.wait).toBe("approval");
  });

  test("pitfall 67: one run has one pending approval; the second step asks after the first is decided", () => {
    const chat = chatAbout(
      [steps[1] ?? {}, { ...steps[1], id: "second" }].map((step) => ({
        ...step,
        parameters: { subject: "S", priority: "LOW" },
      })),
      { answer: ticket },
    ).say("hi");
    expect(chat.cards.filter(({ card: { kind } }) => kind === "approval")).toHaveLength(1);
    chat.decide(approve);
    expect(chat.cards.filter(({ card: { kind } }) => kind === "approval")).toHaveLength(2);
    expect(chat.wait).toBe("approval");
  });

  test("pitfall 90: a typed “approve” decides nothing", () => {
    const chat = asked().say("approve");
    expect(chat.wait).toBe("approval");
  });
});
