import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import { cardRefSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Turn } from "../../src/domain/turn.ts";
import { whyNotAnswered } from "../../src/engine/offer.ts";
import { agent, type Chat, chatAbout, colleague, customer, type World } from "../support/chat.ts";

const sizes = { id: "size", kind: "collect", variable: "size", prompt: "Which size?", choices: ["Small", "Large"] };
const steps = [
  sizes,
  { id: "gift", kind: "collect", variable: "gift", prompt: "A gift?", choices: ["Yes", "No"] },
  { id: "tell", kind: "message", content: "{{ size }}, {{ gift }}." },
];
const asked = (world: Partial<World> = {}) => chatAbout(steps, world).say("hi");
const chosen = (chat: Chat) => chat.edits.map(({ message }) => [message.text, message.chosen]);
const offered = (chat: Chat) => chat.conversation.offered;
const refOf = (chat: Chat) => cardRefSchema.parse(chat.conversation.cards[offered(chat)?.of ?? ""]);
const press = (text: string, over: Partial<Turn> = {}): Turn => ({
  ...{ id: `press-${text}`, keys: [`press-${text}`], from: customer, text, mentioned: true, at: 1_800_000_000_500 },
  ...over,
});

describe("choices that are offered", () => {
  test("are edited away when one was typed, in whatever words: the message shows which", () => {
    const chat = asked();
    expect(offered(chat)?.message.choices).toEqual(["Small", "Large"]);
    chat.say("the second one");
    expect(chosen(chat)).toEqual([["Which size?", "Large"]]);
    chat.say("no");
    expect(chosen(chat)).toEqual([
      ["Which size?", "Large"],
      ["A gift?", "No"],
    ]);
    expect(offered(chat)).toBeNull();
    expect(chat.conversation.cards).toEqual({});
  });

  test("of an answer that is not valid go, too, since the question comes again with its own", () => {
    const chat = asked().say("enormous");
    expect(chosen(chat)).toEqual([["Which size?", null]]);
    expect(offered(chat)?.message.text).toContain("Which size?");
  });

  test.each([
    ["a cancelled request", (chat: Chat) => chat.say("cancel")],
    ["a wish for a person", (chat: Chat) => chat.say("human please")],
    ["an agent who steps in", (chat: Chat) => chat.agentWrites("Hello", "thread", agent)],
    ["silence", (chat: Chat) => chat.pass(chat.context.settings.silenceMs)],
  ])("are gone after %s, and nothing was chosen", (_, end) => {
    const chat = end(asked());
    expect(chat.edits.at(-1)?.message.chosen).toBeNull();
    expect(offered(chat)).toBeNull();
  });

  test("a sensitive answer is not shown", () => {
    const secret = { ...sizes, sensitive: true };
    const chat = chatAbout([secret, ...steps.slice(1)])
      .say("hi")
      .say("large");
    expect(chosen(chat)).toEqual([["Which size?", null]]);
  });

  test("“A or B?” and “once more?” show what was chosen, too", () => {
    const again: Json = { kind: "run", slug: "test-procedure", filled: {}, scores: [], threshold: 0 };
    const chat = chatAbout([{ id: "tell", kind: "message", content: "Done." }], { route: () => again });
    chat.say("hi").say("hi");
    expect(offered(chat)?.message.choices).toEqual(["Yes", "No"]);
    chat.say("no");
    expect(chat.edits.at(-1)?.message.chosen).toBe("No");
    chat.say("hi").say("yes");
    expect(chat.edits.at(-1)?.message.chosen).toBe("Yes");
    chat.say("hi").pass(chat.context.settings.choosingMs);
    expect(chat.edits.at(-1)?.message.chosen).toBeNull();
  });

  test("answered before they were sent, go out without buttons", () => {
    const words = ["one", "two"].map((content) => ({ id: content, kind: "message", content }));
    const chat = chatAbout([...words, ...steps], { hold: ({ effect }) => effect.kind === "say" }).say("hi");
    const question = () => chat.conversation.outbox.find(({ id }) => id === unsent)?.effect;
    const unsent = offered(chat)?.of;
    expect(question()).toMatchObject({ message: { text: "Which size?" } });
    chat.say("small");
    expect(question()).toMatchObject({ message: { text: "Which size?", chosen: "Small" } });
    expect(chat.edits).toEqual([]);
  });

  test("surely not sent so far, as after a 429, go out without buttons when they are sent", () => {
    const chat = asked({ hold: ({ effect }) => effect.kind === "say" });
    const [question] = chat.performed.filter(({ effect }) => effect.kind === "say");
    if (question === undefined) throw new Error("nothing was asked");
    chat.settle(question, { kind: "notSent", reason: "429", retryAfterMs: 60_000 }).say("small");
    expect(chat.conversation.outbox.find(({ id }) => id === question.id)?.effect).toMatchObject({
      message: { text: "Which size?", chosen: "Small" },
    });
    expect(chat.performed.map(({ effect }) => effect.kind)).not.toContain("editSay");
  });

  test("are closed when somebody starts a procedure by hand: no press answers what that asks", () => {
    const again: Json = { kind: "run", slug: "test-procedure", filled: {}, scores: [], threshold: 0 };
    const free = [{ id: "ask", kind: "collect", variable: "why", prompt: "Why?" }];
    const chat = chatAbout(free, { route: () => again })
      .say("hi")
      .say("because")
      .say("hi");
    expect(offered(chat)?.message.choices).toEqual(["Yes", "No"]);
    const card = refOf(chat);
    chat.happen({ kind: "start", slug: "test-procedure", turn: press("by hand"), by: null });
    expect([chat.lastText, offered(chat)]).toEqual(["Why?", null]);
    expect(chat.edits.at(-1)?.message.chosen).toBeNull();
    expect(whyNotAnswered(chat.conversation, chat.context, card, press("Yes"))).toContain("not open any more");
    chat.happen({ kind: "answered", card, turn: press("Yes") });
    expect(chat.conversation.run?.variables).toEqual({});
  });

  test("a run without choices has nothing to tidy up", () => {
    const chat = chatAbout([{ id: "ask", kind: "collect", variable: "x", prompt: "Which order?" }])
      .say("hi")
      .say("1");
    expect(chat.performed.map(({ lane }) => lane)).not.toContain("tidy");
    expect(chat.conversation.cards).toEqual({});
  });
});

describe("a pressed choice", () => {
  const why = (chat: Chat, card: ReturnType<typeof refOf>, turn: Turn) =>
    whyNotAnswered(chat.conversation, chat.context, card, turn);

  test("counts on the message that waits, once", () => {
    const chat = asked();
    const card = refOf(chat);
    expect(why(chat, card, press("Large"))).toBeNull();
    chat.happen({ kind: "answered", card, turn: press("Large") });
    expect(chat.lastText).toBe("A gift?");
    const after = chat.conversation;
    expect(why(chat, card, press("Large"))).toBeNull();
    expect(chat.happen({ kind: "answered", card, turn: press("Large") }).conversation).toEqual(after);
  });

  test("on an earlier message is no answer to a later question that has the same choice", () => {
    const twice = [sizes, { ...sizes, id: "other", variable: "other", prompt: "And the other?" }];
    const chat = chatAbout(twice).say("hi");
    const card = refOf(chat);
    chat.say("small");
    const before = chat.conversation;
    expect(why(chat, card, press("Large"))).toContain("not open any more");
    expect(chat.happen({ kind: "answered", card, turn: press("Large") }).conversation).toEqual(before);
  });

  test("counts also before it is stored where the message stands, if it is one of its choices", () => {
    const chat = asked({ hold: ({ effect }) => effect.kind === "say" });
    const somewhere = cardRefSchema.parse("somewhere");
    expect(why(chat, somewhere, press("Large"))).toBeNull();
    expect(why(chat, somewhere, press("Yes"))).toContain("not open any more");
  });

  describe("on an earlier message with the same choices, while nobody knows yet where the next one stands,", () => {
    const twice = [sizes, { ...sizes, id: "other", variable: "other", prompt: "And the other?" }];
    const somewhere = cardRefSchema.parse("somewhere");
    /** The second question is asked; what it is held by decides how far it has come. */
    const askedTwice = (hold: (of: Outgoing) => boolean) => {
      let isOut = false;
      const chat = chatAbout(twice, { hold: (of) => isOut && hold(of) }).say("hi");
      const card = refOf(chat);
      isOut = true;
      chat.say("small");
      return { chat, card };
    };
    const isSay = ({ effect }: Outgoing) => effect.kind === "say";

    test("is no answer: the earlier one is known", () => {
      const { chat, card } = askedTwice(isSay);
      expect(offered(chat)?.message.text).toBe("And the other?");
      expect(why(chat, card, press("Large"))).toContain("not open any more");
      // What Slack shows of the second one is still its answer.
      expect(why(chat, somewhere, press("Large"))).toBeNull();
    });

    test("is no answer while the earlier one is still to be tidied up", () => {
      const { chat, card } = askedTwice(({ effect }) => effect.kind === "say" || effect.kind === "editSay");
      expect(why(chat, card, press("Large"))).toContain("not open any more");
    });

    test("is no answer where it is not known either: it may be the one that was pressed", () => {
      const chat = chatAbout(twice, { hold: isSay }).say("hi").say("small");
      expect(offered(chat)?.message.text).toBe("And the other?");
      expect(why(chat, somewhere, press("Large"))).toContain("not open any more");
    });

    test("is no answer while the next one is not sent, or was surely not sent", () => {
      const words = ["one", "two"].map((content) => ({ id: content, kind: "message", content }));
      const queued = chatAbout([...words, ...twice], { hold: isSay }).say("hi");
      expect(why(queued, somewhere, press("Large"))).toContain("not open any more");
      const refused = chatAbout(twice, { hold: isSay }).say("hi");
      const [question] = refused.performed.filter(isSay);
      if (question === undefined) throw new Error("nothing was asked");
      refused.settle(question, { kind: "notSent", reason: "429", retryAfterMs: 60_000 });
      expect(why(refused, somewhere, press("Large"))).toContain("not open any more");
    });

    test("and once that is known, the earlier one is forgotten", () => {
      const { chat } = askedTwice(isSay);
      const next = chat.performed.findLast(isSay);
      if (next === undefined) throw new Error("nothing was asked");
      expect(Object.keys(chat.conversation.cards)).toHaveLength(1);
      chat.settle(next, { kind: "done", value: "ref-next" });
      expect(chat.conversation.cards).toEqual({ [next.id]: "ref-next" });
    });
  });

  test("by somebody else, or by an agent, is nobody's answer", () => {
    const chat = asked();
    expect(why(chat, refOf(chat), press("Large", { from: colleague }))).toContain("somebody else");
    expect(why(chat, refOf(chat), press("Large", { from: agent }))).toContain("somebody else");
    const anyone = chatAbout(steps, {}, { answers: "anyone" }).say("hi");
    expect(why(anyone, refOf(anyone), press("Large", { from: colleague }))).toBeNull();
    expect(why(anyone, refOf(anyone), press("Large", { from: agent }))).toContain("somebody else");
  });
});
