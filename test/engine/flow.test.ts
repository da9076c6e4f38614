import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { compile } from "../../src/engine/compile.ts";
import { chatAbout } from "../support/chat.ts";
import { aProcedure } from "../support/procedures.ts";

const ask = { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" };

describe("the way through the steps", () => {
  test("one turn walks through every step that needs no answer", () => {
    const chat = chatAbout([
      { id: "hello", kind: "message", content: "Hello {{ customer.name }}." },
      { id: "note", kind: "set", variable: "colour", value: "green" },
      { id: "more", kind: "message", content: "Your colour is {{ colour }}." },
      ask,
    ]).say("hi");
    expect(chat.texts).toEqual(["Hello Customer 1.", "Your colour is green.", "Which order?"]);
    expect(chat.wait).toBe("input");
  });

  test("pitfall 1: a step that names `next: end` does not run on into the one below it", () => {
    const chat = chatAbout([
      { id: "thanks", kind: "message", content: "All done.", next: "end" },
      { id: "give-up", kind: "escalate", reason: "Never reached." },
    ]).say("hi");
    expect(chat.texts).toEqual(["All done."]);
    expect(chat.conversation.run).toBeNull();
    expect(chat.records[0]).toMatchObject({ ended: "completed", stepId: "thanks" });
  });

  test("pitfall 2: each branch of a condition does its own part once", () => {
    const steps = [
      { id: "size", kind: "collect", variable: "size", prompt: "How many?", validation: "number" },
      { id: "big", kind: "condition", variable: "size", operator: "gte", value: 50, then: "sales", else: "link" },
      { id: "sales", kind: "action", action: "create_lead", parameters: { email: "a@b.co" }, next: "end" },
      { id: "link", kind: "action", action: "create_lead", parameters: { email: "c@d.co" } },
    ];
    const big = chatAbout(steps).say("hi").say("60");
    const small = chatAbout(steps).say("hi").say("6");
    const leads = (chat: typeof big) =>
      chat.performed.flatMap(({ effect }) =>
        effect.kind === "act" && effect.action.kind === "create_lead" ? [effect.action.email] : [],
      );
    expect(leads(big)).toEqual(["a@b.co"]);
    expect(leads(small)).toEqual(["c@d.co"]);
  });

  test("pitfall 5: a loop without a pause ends at the bound, with people, and does not hang", () => {
    const chat = chatAbout([
      { id: "one", kind: "set", variable: "a", value: "1" },
      { id: "two", kind: "set", variable: "b", value: "2", next: "one" },
    ]).say("hi");
    expect(chat.records[0]?.ended).toBe("escalated");
    expect(chat.records[0]?.reason).toContain(`${limits.transitionsPerAdvance} steps without a pause`);
    expect(chat.conversation.people).not.toBeNull();
  });

  test("attack 112: a loop that pauses ends when the run has walked its bound of steps", () => {
    const chat = chatAbout([ask, { id: "again", kind: "message", content: "Once more.", next: "ask" }]).say("hi");
    for (let turns = 0; turns < limits.stepsPerRun && chat.conversation.run !== null; turns += 1)
      chat.say(`order ${turns}x`);
    expect(chat.records[0]?.reason).toContain(`walked ${limits.stepsPerRun} steps`);
  });

  test("pitfall 6: escalate is terminal, whatever stands below it", () => {
    const chat = chatAbout([
      { id: "give-up", kind: "escalate", reason: "An agent will look at it." },
      { id: "never", kind: "message", content: "Never said." },
    ]).say("hi");
    expect(chat.texts).toEqual(["An agent will look at it."]);
    expect(chat.cards.map(({ card }) => card.kind)).toEqual(["handOff"]);
  });

  test("pitfall 7: what is drawn elsewhere does not matter: the list and its jumps are the one truth", () => {
    const chat = chatAbout([
      { id: "first", kind: "message", content: "1", next: "third" },
      { id: "second", kind: "message", content: "2", next: "end" },
      { id: "third", kind: "message", content: "3", next: "second" },
    ]).say("hi");
    expect(chat.texts).toEqual(["1", "3", "2"]);
  });

  test("pitfall 4: a branch that leads nowhere is refused with the step's name", () => {
    const procedure = aProcedure([
      { id: "check", kind: "condition", variable: "x", operator: "exists", then: "gone", else: "end" },
    ]);
    const compilation = compile({ procedure, version: 1 });
    if (compilation.kind === "ok") throw new Error("it was accepted");
    expect(compilation.problems[0]).toMatchObject({ stepId: "check" });
    expect(compilation.problems[0]?.message).toContain("gone");
  });

  test("pitfall 6: a procedure without steps is refused", () => {
    expect(() => aProcedure([])).toThrow("a procedure needs at least one step");
  });

  test("the trace says why a branch was taken, with both sides and their types", () => {
    const chat = chatAbout([
      { id: "yes", kind: "set", variable: "ok", value: true },
      { id: "check", kind: "condition", variable: "ok", operator: "equals", value: "TRUE", then: "ask", else: "end" },
      ask,
    ]).say("hi");
    const branch = chat.conversation.run?.trace.find(({ kind }) => kind === "branch");
    expect(branch).toMatchObject({
      step: "check",
      left: "true",
      type: "boolean",
      right: "TRUE",
      result: true,
      comparable: true,
    });
  });

  test("pitfall 12: a missing variable stops the step; half a sentence is never sent", () => {
    const chat = chatAbout([{ id: "tell", kind: "message", content: "Ticket #{{ ticketId }}!" }]).say("hi");
    expect(chat.texts.join()).not.toContain("Ticket #");
    expect(chat.records[0]?.reason).toMatch(/tell.*ticketId/);
    expect(chat.lastText).toBe(chat.context.settings.texts.handOff);
  });

  test("pitfall 10: what a customer types is never rendered, however often it is passed on", () => {
    const chat = chatAbout([
      ask,
      { id: "copy", kind: "set", variable: "copy", value: "{{ order_id }}" },
      { id: "tell", kind: "message", content: "{{ copy }}" },
    ])
      .say("hi")
      .say("{{ run.id }} {{ 7 * 7 }}");
    expect(chat.lastText).toBe("{{ run.id }} {{ 7 * 7 }}");
  });

  test("pitfall 18: a response cannot take a name that is Usher's own", () => {
    const step = { id: "get", kind: "call", url: "https://a.example/", response: "customer" };
    expect(() => aProcedure([step])).toThrow("reserved");
  });

  test("pitfall 17: ids keep their digits and zeros from the answer to the next call", () => {
    const chat = chatAbout(
      [
        { id: "get", kind: "call", url: "https://a.example/one", response: "order" },
        { id: "next", kind: "call", url: "https://a.example/orders/{{ order.id }}/{{ order.code }}" },
      ],
      { answer: () => ({ kind: "done", value: { id: "12345678901234567890", code: "00123" } }) },
    ).say("hi");
    const urls = chat.performed.flatMap(({ effect }) => (effect.kind === "call" ? [effect.request.url] : []));
    expect(urls[1]).toBe("https://a.example/orders/12345678901234567890/00123");
  });

  test("the variables of a run have a bound, and reaching it hands over", () => {
    const big = "x".repeat(30_000);
    const chat = chatAbout(
      [
        { id: "a", kind: "call", url: "https://a.example/", response: "one" },
        { id: "b", kind: "call", url: "https://a.example/", response: "two" },
        { id: "c", kind: "call", url: "https://a.example/", response: "three" },
        { id: "d", kind: "message", content: "{{ one }}{{ two }}{{ three }}" },
      ],
      { answer: () => ({ kind: "done", value: big }) },
    ).say("hi");
    expect(chat.records[0]?.reason).toContain("64 KiB");
  });
});

describe("starting", () => {
  test("pitfall 8: a procedure that has just ended here is not started again without asking", () => {
    const chat = chatAbout([{ id: "done", kind: "message", content: "Done." }])
      .say("refund")
      .say("thanks for the refund help");
    expect(chat.texts.filter((text) => text === "Done.")).toHaveLength(1);
    expect(chat.said.at(-1)?.choices).toEqual(["Yes", "No"]);
    chat.say("yes");
    expect(chat.texts.filter((text) => text === "Done.")).toHaveLength(2);
  });

  test("pitfall 8: after the cool-down it starts at once, and “no” is taken as no", () => {
    const chat = chatAbout([{ id: "done", kind: "message", content: "Done." }])
      .say("refund")
      .say("refund")
      .say("no");
    expect(chat.lastText).toBe(chat.context.settings.texts.notAgain);
    chat.pass(limits.coolDownMs).say("refund");
    expect(chat.lastText).toBe("Done.");
  });

  test("pitfall 8: one message starts one run, however often it is delivered", () => {
    const chat = chatAbout([ask]).say("refund", undefined, { id: "m1", at: 5 });
    chat.say("refund", undefined, { id: "m1", at: 5 });
    expect(chat.texts).toEqual(["Which order?"]);
  });

  test("pitfall 39: a near tie is put to the customer, and what was first written counts when one is chosen", () => {
    const two = [
      aProcedure([{ ...ask, prompt: "Refund of which order?" }], { slug: "refund", name: "Refund" }),
      aProcedure([{ ...ask, prompt: "Status of which order?" }], { slug: "status", name: "Order status" }),
    ];
    const tie = { kind: "ask", slugs: ["refund", "status"], scores: [], threshold: 0.45 };
    for (const answer of ["Order status", "2", "order STATUS"]) {
      const chat = chatAbout([ask], { route: () => tie });
      Object.assign(chat.world, { procedures: two });
      chat.say("my order");
      expect(chat.said.at(-1)?.choices).toEqual(["Refund", "Order status"]);
      chat.say(answer);
      expect(chat.lastText).toBe("Status of which order?");
      expect(chat.conversation.run?.trace[0]).toMatchObject({ kind: "heard", text: "my order" });
    }
  });

  test("pitfall 39: a weak match stays silent in a channel, and says what it can do when it is spoken to", () => {
    const silent = { kind: "silent", scores: [{ slug: "test-procedure", score: 0.1 }], threshold: 0.45 };
    const chat = chatAbout([ask], { route: () => silent }).say("nice weather");
    expect(chat.texts).toEqual([]);
    expect(chat.conversation.lastRoute?.scores[0]?.score).toBe(0.1);
    chat.say("nice weather", undefined, { mentioned: true });
    expect(chat.lastText).toContain("Test procedure");
  });

  test("without any procedure, whoever speaks to Usher by name is told so", () => {
    const chat = chatAbout([ask]);
    Object.assign(chat.world, { procedures: [] });
    chat.say("hello", undefined, { mentioned: true });
    expect(chat.lastText).toBe(chat.context.settings.texts.nothingToOffer);
  });

  test("pitfall 44: a model that fails is not asked again, and nobody waits for it", () => {
    const chat = chatAbout([ask], { route: () => null }).say("refund", undefined, { mentioned: true });
    expect(chat.lastText).toContain("Test procedure");
    expect(chat.performed.filter(({ effect }) => effect.kind === "route")).toHaveLength(1);
  });

  test("guarantee G19: a slug that is not active starts nothing", () => {
    const chat = chatAbout([ask], {
      route: () => ({ kind: "run", slug: "other", filled: {}, scores: [], threshold: 0.4 }),
    });
    chat.say("refund");
    expect(chat.conversation.run).toBeNull();
  });
});
