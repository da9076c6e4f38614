import { describe, expect, test } from "vitest";
import { savedState } from "../../src/app/inspect.ts";
import type { Effect } from "../../src/domain/effect.ts";
import { agent, type Chat, chatAbout, customer } from "../support/chat.ts";

const steps = [{ id: "look", kind: "call", url: "https://a.example/", response: "x" }];
const held = (kind: Effect["kind"]) => chatAbout(steps, { hold: ({ effect }) => effect.kind === kind });
const works = (chat: Chat) => savedState(chat.conversation).working;

describe("Usher is at work for the customer", () => {
  test("while a call is out, and no longer", () => {
    const chat = held("call").say("hi");
    expect(works(chat)).toBe(true);
    const [call] = chat.performed.filter(({ effect }) => effect.kind === "call");
    if (call === undefined) throw new Error("nothing was called");
    chat.settle(call, { kind: "done", value: {} });
    expect(works(chat)).toBe(false);
  });

  test("while the model is asked about what was said to Usher; what people say to each other may get no answer", () => {
    expect(works(held("route").say("hi", customer, { mentioned: true }))).toBe(true);
    expect(works(held("route").say("lunch?"))).toBe(false);
  });

  test("not while people have the conversation, or an agent decides", () => {
    expect(works(held("call").say("hi").agentWrites("Hello", "thread", agent))).toBe(false);
    const asked = chatAbout([{ ...steps[0], approval: "require" }]).say("hi");
    expect(asked.wait).toBe("approval");
    expect(works(asked)).toBe(false);
  });
});
