import { describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { agent, type Chat, chatAbout, colleague, otherAgent } from "../support/chat.ts";

const steps = [
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { id: "give-up", kind: "escalate", reason: "Your order is not eligible. An agent will look at it." },
];
const handedOff = () => chatAbout(steps).say("refund").say("1002");
const handOffCard = (chat: Chat) => chat.cards.find(({ card }) => card.kind === "handOff")?.card;

describe("a conversation with people", () => {
  test("the customer sees the reason; the card says who, why and what was said, with both buttons", () => {
    const chat = handedOff();
    expect(chat.lastText).toBe("Your order is not eligible. An agent will look at it.");
    const card = handOffCard(chat);
    expect(card?.buttons.map(({ action }) => action)).toEqual(["handBack", "resolve"]);
    expect(card?.sections.map(({ label }) => label)).toEqual([
      "Reason",
      "Customer",
      "Procedure",
      "Last messages",
      "Collected",
    ]);
    expect(card?.sections.find(({ label }) => label === "Last messages")?.fields.map(({ value }) => value)).toEqual([
      "refund",
      "Which order?",
      "1002",
      "Your order is not eligible. An agent will look at it.",
    ]);
  });

  test("what an agent writes under the card reaches the customer under the agent's name, and the answers come back", () => {
    const chat = handedOff().agentWrites("Hello, I am Ann.", "handOff");
    expect(chat.said.at(-1)).toMatchObject({ text: "Hello, I am Ann.", author: { id: "agent-1", name: "Agent 1" } });
    chat.say("Great, thanks").say("me too", colleague);
    const relayed = chat.cards.filter(({ card }) => card.kind === "relay");
    expect(relayed.map(({ card, under }) => [card.title, under])).toEqual([
      ["Customer 1 (customer customer-1)", chat.cards[0]?.id],
      ["Customer 2 (customer customer-2)", chat.cards[0]?.id],
    ]);
  });

  test("with people Usher stays silent: no routing, no run", () => {
    const chat = handedOff().say("I want a refund");
    expect(chat.conversation.run).toBeNull();
    expect(chat.performed.filter(({ effect }) => effect.kind === "route")).toHaveLength(1);
  });

  test("“Hand back” ends it: the card keeps its transcript and says who and when, and Usher answers again", () => {
    const chat = handedOff();
    const { id } = chat.cards[0] ?? { id: "" };
    expect(chat.press(id, { kind: "handBack" })).toMatchObject({ kind: "counts" });
    expect(handOffCard(chat)?.status).toEqual([
      {
        tone: "ok",
        before: "Handed back by ",
        by: { platform: "web", id: "agent-1", name: "Agent 1", role: "agent" },
        at: chat.now,
        after: "",
      },
    ]);
    expect(handOffCard(chat)?.buttons).toEqual([]);
    expect(handOffCard(chat)?.title).toBe("A person had this conversation");
    expect(handOffCard(chat)?.sections.some(({ label }) => label === "Last messages")).toBe(true);
    expect(chat.lastText).toBe(chat.context.settings.texts.handedBack);
    chat.say("refund");
    expect(chat.lastText).toBe("Which order?");
    expect(chat.press(id, { kind: "resolve" }, otherAgent)).toMatchObject({
      kind: "decided",
      decision: { by: { id: agent.id } },
    });
  });

  test("“Resolve” closes the conversation; writing again opens a new request", () => {
    const chat = handedOff();
    chat.decide({ kind: "resolve" });
    expect(chat.conversation.resolvedAt).toBe(chat.now);
    expect(chat.lastText).toBe(chat.context.settings.texts.resolved);
    chat.say("refund");
    expect(chat.conversation.resolvedAt).toBeNull();
  });

  test("after the set silence it returns to Usher, and the agents are told; every word begins the wait anew", () => {
    const chat = handedOff()
      .pass(limits.peopleMs - 1000)
      .agentWrites("One moment", "handOff");
    chat.pass(limits.peopleMs - 1000);
    expect(chat.conversation.people).not.toBeNull();
    chat.pass(2000);
    expect(chat.conversation.people).toBeNull();
    expect(handOffCard(chat)?.status[0]?.after).toContain("nobody wrote for 12 h");
  });

  test("pitfall 68: resolving a paused run ends it and closes what waits", () => {
    const chat = chatAbout(steps).say("refund").agentWrites("I do this by hand", "thread");
    chat.decide({ kind: "resolve" });
    expect(chat.records[0]).toMatchObject({ ended: "resolved" });
    expect(chat.wait).toBeNull();
  });

  test("while people have it, the silence of the customer expires nothing", () => {
    const chat = chatAbout(steps).say("refund").agentWrites("I do this by hand", "thread");
    for (let hours = 0; hours < 100; hours += 8) chat.pass(8 * 3_600_000).agentWrites(`${hours}`, "handOff");
    expect(chat.wait).toBe("input");
    expect(chat.records).toEqual([]);
  });

  test("an agent who writes in a thread where nothing goes on changes nothing", () => {
    const chat = chatAbout(steps).agentWrites("Good morning", "thread");
    expect(chat.cards).toEqual([]);
    expect(chat.conversation.people).toBeNull();
  });

  test("a broken agents channel bounds what is kept: the customer is told once that no more is taken in", () => {
    const chat = chatAbout(steps, { hold: ({ effect }) => effect.kind === "post" })
      .say("refund")
      .say("1002");
    for (let turns = 0; turns < 150; turns += 1) chat.say(`message ${turns}`);
    expect(chat.conversation.outbox.length).toBeLessThanOrEqual(limits.outboxEffects);
    expect(chat.texts.filter((text) => text === chat.context.settings.texts.inboxFull)).toHaveLength(1);
    expect(chat.conversation.dropped).toBeGreaterThan(0);
  });

  test("while paused, what is out settles but Usher says nothing; handed back, the run goes on where it was held", () => {
    const chat = chatAbout(
      [
        { id: "get", kind: "call", url: "https://a.example/" },
        { id: "tell", kind: "message", content: "Here it is." },
        { id: "ask", kind: "collect", variable: "more", prompt: "Anything else?" },
      ],
      { hold: ({ effect }) => effect.kind === "call" },
    ).say("hi");
    chat.agentWrites("I am on it", "thread");
    const call = chat.performed.findLast(({ effect }) => effect.kind === "call");
    if (call === undefined) throw new Error("no call");
    chat.settle(call, { kind: "done", value: null });
    expect(chat.texts).toEqual([]);
    expect(chat.wait).toBe("held");
    chat.decide({ kind: "handBack" });
    expect(chat.texts).toEqual(["Here it is.", "Anything else?"]);
  });

  test("a message that the model was thinking about when an agent stepped in reaches the hand-off card", () => {
    const chat = chatAbout(steps, { hold: ({ effect }) => effect.kind === "route" }).say("I want my money back");
    chat.agentWrites("Let me see", "thread");
    const [route] = chat.performed;
    if (route === undefined) throw new Error("not routed");
    chat.settle(route, { kind: "done", value: { kind: "silent", scores: [], threshold: 0 } });
    expect(chat.cards.at(-1)?.card).toMatchObject({ kind: "relay", title: "Customer 1 (customer customer-1)" });
  });

  test("an answer to a sensitive question is not carried into the agents channel", () => {
    const chat = chatAbout([{ id: "pin", kind: "collect", variable: "pin", prompt: "PIN?", sensitive: true }]).say(
      "hi",
    );
    chat.agentWrites("One moment", "thread").say("4711-secret");
    expect(JSON.stringify(chat.cards)).not.toContain("4711");
  });

  test("a hand-off card that is refused is posted again and again, until the agents channel is mended", () => {
    let broken = true;
    const chat = chatAbout(steps, { postsWork: () => !broken })
      .say("refund")
      .say("1002");
    expect(chat.cards).toEqual([]);
    expect(chat.conversation.people).not.toBeNull();
    broken = false;
    chat.pass(limits.backoffMostMs);
    expect(handOffCard(chat)?.buttons).toHaveLength(2);
  });

  test("an agent's answer for a customer who cannot be reached is not lost silently", () => {
    const chat = chatAbout(steps, { hold: ({ effect }) => effect.kind === "say" });
    chat.say("refund").say("1002");
    for (let turns = 0; turns < 120; turns += 1) chat.agentWrites(`answer ${turns}`, "handOff");
    expect(chat.conversation.outbox.length).toBeLessThanOrEqual(limits.outboxEffects);
    expect(chat.cards.some(({ card }) => card.title.includes("cannot be reached"))).toBe(true);
  });

  test("the customer's words wait behind a hand-off card that is refused, and none of them is lost", () => {
    let broken = true;
    const chat = chatAbout(steps, { postsWork: () => !broken })
      .say("refund")
      .say("1002")
      .say("words A")
      .say("words B");
    broken = false;
    chat.pass(limits.backoffMostMs).say("words C");
    const words = chat.cards
      .filter(({ card }) => card.kind === "relay")
      .map(({ card }) => card.sections[0]?.fields[0]?.value);
    expect(words).toEqual(["words A", "words B", "words C"]);
    expect(chat.cards[0]?.card.kind).toBe("handOff");
  });

  test("an agent's answer that crosses with “Hand back” reaches the customer all the same", () => {
    const chat = handedOff();
    chat.decide({ kind: "handBack" });
    chat.agentWrites("One more thing", "handOff");
    expect(chat.lastText).toBe("One more thing");
  });

  test("an agent who goes on writing in the customer's thread keeps the bot away", () => {
    const chat = chatAbout(steps)
      .say("refund")
      .agentWrites("I do this", "thread")
      .pass(limits.peopleMs - 1000);
    chat.agentWrites("Still at it", "thread").pass(limits.peopleMs - 1000);
    expect(chat.conversation.people).not.toBeNull();
  });

  test("a sensitive value does not get into the reason of a hand-off", () => {
    const chat = chatAbout([
      { id: "pin", kind: "collect", variable: "pin", prompt: "PIN?", sensitive: true },
      { id: "go", kind: "escalate", reason: "The PIN {{ pin }} is wrong." },
    ]).say("hi");
    chat.say("abc'4711");
    expect(JSON.stringify(chat.cards)).not.toContain("4711");
    expect(JSON.stringify(chat.records)).not.toContain("4711 is wrong");
  });
});
