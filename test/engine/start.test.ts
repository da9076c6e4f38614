import { describe, expect, test } from "vitest";
import { conversationSchema } from "../../src/domain/conversation.ts";
import { whyNotStarted } from "../../src/engine/start.ts";
import { agent, type Chat, chatAbout, customer, otherAgent } from "../support/chat.ts";

const steps = [
  { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" },
  { id: "tell", kind: "message", content: "It is {{ order_id }}." },
];
const choice = (n: number) => ({
  id: `choice-${n}`,
  keys: [`choice-${n}`],
  from: customer,
  text: "my parcel never came",
  mentioned: false,
  at: 1_800_000_000_000 + n,
});
const slugOf = (chat: Chat): string => chat.world.procedures[0]?.slug ?? "";
const start = (chat: Chat, n: number): string | null => {
  const why = whyNotStarted(chat.conversation, chat.context, slugOf(chat), choice(n));
  chat.happen({ kind: "start", slug: slugOf(chat), turn: choice(n), by: agent });
  return why;
};

describe("a procedure that somebody chose by hand", () => {
  test("runs in the customer's name, without asking the model", () => {
    const chat = chatAbout(steps);
    expect(start(chat, 1)).toBeNull();
    expect(chat.lastText).toBe("Which order?");
    expect(chat.conversation.run?.startedBy).toEqual(customer);
    expect(chat.performed.filter(({ effect }) => effect.kind === "route")).toEqual([]);
    chat.say("1001");
    expect(chat.lastText).toBe("It is 1001.");
  });

  test("the same choice delivered twice starts one run", () => {
    const chat = chatAbout(steps);
    start(chat, 1);
    chat.say("1001");
    expect(start(chat, 1)).toBe("This has been started already.");
    expect(chat.conversation.run).toBeNull();
    expect(chat.records).toHaveLength(1);
  });

  test("is refused, and changes nothing, while a run is there", () => {
    const chat = chatAbout(steps).say("refund");
    const before = chat.conversation;
    expect(start(chat, 1)).toBe("A procedure is running here already. Let it end, or cancel it first.");
    expect(chat.conversation).toEqual(before);
  });

  test("is refused while people have the conversation", () => {
    const chat = chatAbout(steps).say("refund").say("I want to talk to a person");
    expect(chat.conversation.people).not.toBeNull();
    expect(start(chat, 1)).toBe("People have this conversation. Hand it back to Usher first.");
  });

  test("pitfall 40: is refused when it is not active any more", () => {
    const chat = chatAbout(steps);
    const context = { ...chat.context, active: new Map() };
    expect(whyNotStarted(chat.conversation, context, slugOf(chat), choice(1))).toContain("not active any more");
  });
});

describe("attack 88: who chose a procedure by hand", () => {
  const paid = [
    { id: "pay", kind: "call", method: "POST", url: "https://shop.example.com/pay", approval: "require" },
  ] as const;
  const approve = { kind: "approve" } as const;
  const chosenBy = (by: typeof agent | null, chat = chatAbout(paid)): Chat => {
    chat.happen({ kind: "start", slug: slugOf(chat), turn: choice(1), by });
    return chat;
  };
  const startedFields = ({ cards }: Chat) =>
    cards.at(-1)?.card.sections.flatMap(({ fields }) => fields.filter(({ name }) => name === "Started by"));

  test("does not decide in it, and somebody else does", () => {
    const chat = chosenBy(agent);
    const refused = { kind: "refused", reason: "You started this request, so somebody else must decide it." };
    expect(chat.decide(approve, agent)).toEqual(refused);
    expect(chat.decide({ kind: "reject", reason: "no" }, { ...agent, name: "Renamed" })).toEqual(refused);
    expect(chat.decide(approve, otherAgent)).toMatchObject({ kind: "counts" });
  });

  test("decides where the workspace allows that", () => {
    const chat = chosenBy(agent, chatAbout(paid, { settings: { selfApproval: true } }));
    expect(chat.decide(approve, agent)).toMatchObject({ kind: "counts" });
  });

  test("stands on the card and in the trace", () => {
    const chat = chosenBy(agent);
    const { platform, id, name, role } = agent;
    expect(startedFields(chat)).toEqual([{ name: "Started by", value: { person: { platform, id, name, role } } }]);
    expect(chat.conversation.run?.trace[0]).toMatchObject({
      kind: "note",
      text: "Started by Agent 1 (agent agent-1).",
    });
  });

  test("a workflow is nobody: it stands there in words, and every agent decides", () => {
    const chat = chosenBy(null);
    expect(startedFields(chat)).toEqual([{ name: "Started by", value: "a workflow" }]);
    expect(chat.decide(approve, agent)).toMatchObject({ kind: "counts" });
  });

  test("is not known of a run that words began, or of an older document, and both can be read", () => {
    const chat = chatAbout(paid).say("refund");
    expect(chat.conversation.run).not.toHaveProperty("chosenBy");
    expect(startedFields(chat)).toEqual([]);
    expect(conversationSchema.parse(chat.conversation)).toEqual(chat.conversation);
    const chosen = chosenBy(agent);
    expect(conversationSchema.parse(chosen.conversation)).toEqual(chosen.conversation);
  });
});
