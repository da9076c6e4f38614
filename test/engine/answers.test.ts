import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { agent, chatAbout, colleague, customer } from "../support/chat.ts";

const mail = { id: "ask-mail", kind: "collect", variable: "email", prompt: "Your e-mail?", validation: "email" };
const reason = { id: "ask-reason", kind: "collect", variable: "reason", prompt: "Why?" };
const order = { id: "ask-order", kind: "collect", variable: "order_id", prompt: "Which order number?" };
const variables = (chat: ReturnType<typeof chatAbout>) => chat.conversation.run?.variables;

describe("answers", () => {
  test("pitfall 28: an invalid answer repeats the prompt, says what is wrong with an example, and offers a person", () => {
    const chat = chatAbout([mail, reason]).say("hi").say("not a mail");
    expect(chat.lastText).toContain("name@example.com");
    expect(chat.lastText).toContain("Your e-mail?");
    chat.say("still not");
    expect(chat.lastText).toContain("person");
    chat.say("jane@example.com");
    expect(chat.lastText).toBe("Why?");
  });

  test("attack 113: a thousand invalid answers leave the state bounded", () => {
    const chat = chatAbout([mail]).say("hi");
    for (let turns = 0; turns < 1000; turns += 1) chat.say("nonsense");
    expect(chat.wait).toBe("input");
    expect(JSON.stringify(chat.conversation).length).toBeLessThan(20_000);
    expect(chat.conversation.run?.trace.length).toBe(limits.traceEntries);
  });

  test("pitfall 28: with `attempts` set, a person takes over at that number", () => {
    const chat = chatAbout([{ ...mail, attempts: 2 }])
      .say("hi")
      .say("a")
      .say("b");
    expect(chat.conversation.people).not.toBeNull();
    expect(chat.records[0]?.reason).toContain("2 invalid answers");
  });

  test("pitfall 29: the value is taken out of the sentence", () => {
    const chat = chatAbout([mail, reason]).say("hi").say("it's jane@example.com thanks");
    expect(variables(chat)).toMatchObject({ email: "jane@example.com" });
  });

  test("pitfall 30: “never mind” ends the run instead of becoming the answer", () => {
    const chat = chatAbout([reason]).say("hi").say("never mind");
    expect(chat.lastText).toBe(chat.context.settings.texts.cancelled);
    expect(chat.records[0]).toMatchObject({ ended: "cancelled", variables: {} });
  });

  test("pitfall 30: “human please” brings a person instead of becoming the answer", () => {
    const chat = chatAbout([reason]).say("hi").say("human please");
    expect(chat.records[0]).toMatchObject({ ended: "escalated", variables: {} });
    expect(chat.cards[0]?.card.kind).toBe("handOff");
  });

  test("pitfall 30: “why do you need it?” is answered, and the prompt comes again", () => {
    const chat = chatAbout([mail]).say("hi").say("why do you need it?");
    expect(chat.lastText).toContain("Test procedure");
    expect(chat.lastText).toContain("Your e-mail?");
    expect(chat.wait).toBe("input");
  });

  test("pitfall 30: “wait, my mail is …” corrects the earlier answer", () => {
    const chat = chatAbout([mail, reason]).say("hi").say("jane@example.com").say("wait, my mail is joan@example.com");
    expect(variables(chat)).toEqual({ email: "joan@example.com" });
    expect(chat.lastText).toContain("Why?");
    chat.say("It broke");
    expect(chat.records[0]?.variables).toEqual({ email: "joan@example.com", reason: "It broke" });
  });

  test("pitfall 30: a correction that is not valid changes nothing and says why", () => {
    const chat = chatAbout([mail, reason]).say("hi").say("jane@example.com").say("sorry, my mail is joan");
    expect(variables(chat)).toEqual({ email: "jane@example.com" });
    expect(chat.lastText).toContain("name@example.com");
  });

  test("pitfall 31: only the person who started the run may answer", () => {
    const chat = chatAbout([order]).say("hi").say("1002", colleague);
    expect(chat.wait).toBe("input");
    expect(chat.texts).toEqual(["Which order number?"]);
    chat.say("1001");
    expect(chat.records[0]?.variables).toEqual({ order_id: "1001" });
  });

  test("pitfall 31: with `answers: anyone`, anyone of the customer's side may", () => {
    const chat = chatAbout([order], {}, { answers: "anyone" }).say("hi").say("1002", colleague);
    expect(chat.records[0]?.variables).toEqual({ order_id: "1002" });
  });

  test("pitfall 31: an agent who writes in the thread fills no step: the run pauses, and the agents channel says so", () => {
    const chat = chatAbout([order]).say("hi").agentWrites("I will take this one", "thread");
    expect(variables(chat)).toEqual({});
    expect(chat.cards[0]?.card.title).toContain("Paused");
    expect(chat.cards[0]?.card.buttons.map(({ action }) => action)).toEqual(["handBack", "resolve"]);
    chat.say("1001");
    expect(variables(chat)).toEqual({});
    chat.decide({ kind: "handBack" }, agent);
    expect(chat.lastText).toContain("Which order number?");
    chat.say("1001");
    expect(chat.records[0]?.variables).toEqual({ order_id: "1001" });
  });

  test("pitfall 34: messages that come while something is out count afterwards, in order", () => {
    const steps = [{ id: "get", kind: "call", url: "https://a.example/" }, order, reason];
    const chat = chatAbout(steps, { hold: ({ effect }) => effect.kind === "call" })
      .say("hi")
      .say("1001")
      .say("It broke");
    expect(chat.conversation.inbox).toHaveLength(2);
    const [call] = chat.performed.filter(({ effect }) => effect.kind === "call");
    if (call === undefined) throw new Error("no call");
    chat.settle(call, { kind: "done", value: null });
    expect(chat.records[0]?.variables).toEqual({ order_id: "1001", reason: "It broke" });
  });

  test("pitfall 33: an edit of a message that has not been read yet is what counts; a deleted one does not", () => {
    const steps = [{ id: "get", kind: "call", url: "https://a.example/" }, order, reason];
    const chat = chatAbout(steps, { hold: ({ effect }) => effect.kind === "call" });
    chat.say("hi").say("1001", customer, { id: "m1" }).say("oops", customer, { id: "m2" });
    chat.happen({ kind: "edited", turnId: "m1", text: "1002" }).happen({ kind: "edited", turnId: "m2", text: null });
    const [call] = chat.performed.filter(({ effect }) => effect.kind === "call");
    if (call === undefined) throw new Error("no call");
    chat.settle(call, { kind: "done", value: null });
    expect(variables(chat)).toEqual({ order_id: "1002" });
  });

  test("the inbox has a bound: the customer is told once, and later turns are counted", () => {
    const chat = chatAbout([{ id: "get", kind: "call", url: "https://a.example/" }, order], {
      hold: ({ effect }) => effect.kind === "call",
    }).say("hi");
    for (let turns = 0; turns < limits.inboxTurns + 5; turns += 1) chat.say(`message ${turns}`);
    expect(chat.conversation.inbox).toHaveLength(limits.inboxTurns);
    expect(chat.conversation.dropped).toBe(5);
    expect(chat.texts.filter((text) => text === chat.context.settings.texts.inboxFull)).toHaveLength(1);
  });

  test("pitfall 36: a message without words is refused politely, with the prompt again", () => {
    const chat = chatAbout([order]).say("hi").say("   ");
    expect(chat.lastText).toContain("Which order number?");
    expect(variables(chat)).toEqual({});
  });

  test("pitfall 36: an answer that is too long is refused politely and not taken half", () => {
    const chat = chatAbout([reason, order])
      .say("hi")
      .say("x".repeat(limits.turnLength + 5));
    expect(variables(chat)).toEqual({});
    expect(chat.lastText).toContain(chat.context.settings.texts.invalidText);
    chat.say("x".repeat(limits.turnLength));
    expect(variables(chat)).toEqual({ reason: "x".repeat(limits.turnLength) });
  });

  test("pitfall 38: silence brings one reminder, then the run expires with a message", () => {
    const chat = chatAbout([order]).say("hi").pass(limits.silenceReminderMs).pass(1000);
    expect(chat.texts.slice(1)).toHaveLength(1);
    expect(chat.lastText).toContain(chat.context.settings.texts.reminder);
    chat.pass(limits.silenceMs);
    expect(chat.lastText).toBe(chat.context.settings.texts.expired);
    expect(chat.records[0]).toMatchObject({ ended: "expired" });
  });

  test("choices are offered, matched in any case, and repeated when nothing fits", () => {
    const steps = [
      { id: "size", kind: "collect", variable: "size", prompt: "Which size?", choices: ["Small", "Large", "Stop"] },
    ];
    const chat = chatAbout(steps).say("hi");
    expect(chat.said.at(-1)?.choices).toEqual(["Small", "Large", "Stop"]);
    chat.say("huge");
    expect(chat.lastText).toContain("Small, Large, Stop");
    chat.say("large");
    expect(chat.records[0]?.variables).toEqual({ size: "Large" });
    // A choice that reads like a word to the bot is still a choice.
    const stop = chatAbout(steps).say("hi").say("stop");
    expect(stop.records[0]).toMatchObject({ ended: "completed", variables: { size: "Stop" } });
  });

  test("a sensitive answer stays out of the trace and the cards", () => {
    const chat = chatAbout([
      { id: "pin", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
      { id: "echo", kind: "message", content: "Thank you, {{ pin }} is right." },
      {
        id: "go",
        kind: "action",
        action: "create_ticket",
        approval: "require",
        parameters: { subject: "PIN {{ pin }}", priority: "LOW" },
      },
    ])
      .say("hi")
      .say("s3cr3t-4711");
    expect(JSON.stringify(chat.conversation.run?.trace)).not.toContain("s3cr3t");
    expect(JSON.stringify(chat.cards)).not.toContain("s3cr3t");
    expect(chat.said.some(({ sensitive }) => sensitive)).toBe(true);
  });

  test("what is made of a sensitive answer is sensitive too", () => {
    const chat = chatAbout([
      { id: "pin", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
      { id: "copy", kind: "set", variable: "copy", value: "PIN-{{ pin | upper }}" },
      { id: "again", kind: "set", variable: "again", value: "{{ copy }}!" },
      {
        id: "go",
        kind: "action",
        action: "create_ticket",
        approval: "require",
        parameters: { subject: "S", priority: "LOW" },
      },
    ])
      .say("hi")
      .say("abc-4711");
    expect(JSON.stringify(chat.cards)).not.toMatch(/4711/);
  });

  test("pitfall 31: another customer's “cancel”, “yes” and “human please” do nothing to somebody's run", () => {
    const out = chatAbout([{ id: "get", kind: "call", url: "https://a.example/" }, order], {
      hold: ({ effect }) => effect.kind === "call",
    }).say("hi");
    out.say("cancel", colleague).say("human please", colleague);
    expect(out.conversation.run?.ending).toBeNull();
    expect(out.conversation.people).toBeNull();
    const again = chatAbout([{ id: "bye", kind: "message", content: "Bye." }])
      .say("hi")
      .say("hi");
    again.say("yes", colleague);
    expect(again.texts.filter((text) => text === "Bye.")).toHaveLength(1);
  });

  test("pitfall 30: “sorry, I meant 1002” corrects the answer before", () => {
    const chat = chatAbout([order, reason]).say("hi").say("1001").say("Sorry, I meant 1002");
    expect(variables(chat)).toEqual({ order_id: "1002" });
    chat.say("It broke");
    expect(chat.records[0]?.variables).toEqual({ order_id: "1002", reason: "It broke" });
  });

  test("a stuck customer lane stays bounded, whatever the customer writes", () => {
    const chat = chatAbout([mail], { hold: ({ effect }) => effect.kind === "say" }).say("hi");
    for (let turns = 0; turns < 300; turns += 1) chat.say(turns % 3 === 0 ? "cancel" : "nonsense");
    expect(chat.conversation.outbox.length).toBeLessThanOrEqual(limits.outboxEffects);
    const told = chat.conversation.outbox.filter(
      ({ effect }) => effect.kind === "say" && effect.message.text === chat.context.settings.texts.inboxFull,
    );
    expect(told.length).toBeLessThanOrEqual(1);
  });

  test("cancel while a call is out: the customer learns whether it was carried out all the same", () => {
    const step = { id: "pay", kind: "call", method: "POST", url: "https://a.example/" };
    const chat = chatAbout([step, order], { hold: ({ effect }) => effect.kind === "call" })
      .say("hi")
      .say("cancel");
    const [call] = chat.performed.filter(({ effect }) => effect.kind === "call");
    if (call === undefined) throw new Error("no call");
    chat.settle(call, { kind: "done", value: null });
    expect(chat.lastText).toBe(chat.context.settings.texts.cancelledTooLate);
  });

  test("cancel while a call is out ends the run when its outcome is known", () => {
    const chat = chatAbout([{ id: "get", kind: "call", url: "https://a.example/" }, order], {
      hold: ({ effect }) => effect.kind === "call",
    })
      .say("hi")
      .say("cancel");
    expect(chat.lastText).toBe(chat.context.settings.texts.cancelling);
    expect(chat.conversation.run?.ending).toBe("cancelled");
    const [call] = chat.performed.filter(({ effect }) => effect.kind === "call");
    if (call === undefined) throw new Error("no call");
    chat.settle(call, { kind: "done", value: null });
    expect(chat.records[0]).toMatchObject({ ended: "cancelled" });
    expect(chat.conversation.run).toBeNull();
  });
});
