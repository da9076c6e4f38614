import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMessage } from "../../adapters/slack/render.ts";
import { fitsInView } from "../../adapters/slack/render-card.ts";
import { limits } from "../../src/domain/limits.ts";
import { visible } from "../../src/domain/visible.ts";
import { messageProblems, textsOf } from "../support/block-kit-check.ts";
import { agent, type Chat, chatAbout } from "../support/chat.ts";
import { anyText } from "../support/slack-arbitraries.ts";

// From the engine to what stands in Slack: the request of an approval, however long, and the reason of a hand-off.

const look = { id: "look", kind: "call", url: "https://a.example/notes", response: "note", approval: "auto" };
const call = {
  id: "send",
  kind: "call",
  method: "POST",
  url: "https://a.example/refunds",
  body: { note: "{{ note.text }}" },
  approval: "require",
};
const ticket = {
  id: "ticket",
  kind: "action",
  action: "create_ticket",
  parameters: { subject: "Refund", priority: "HIGH", description: "{{ note.text }}" },
  approval: "require",
};

/** A run that has just asked for the approval of this step, whose request holds the text. */
function asking(step: object, text: string): Chat {
  return chatAbout([look, step], { answer: () => ({ kind: "done", value: { text } }) }).say("hi");
}

/** What would run: the body of the call, or the description of the ticket. */
function frozen({ conversation: { run } }: Chat): string | null {
  if (run?.wait.kind !== "approval") return null;
  const { effect } = run.wait.of;
  if (effect.kind === "call") return effect.request.body;
  return effect.kind === "act" && effect.action.kind === "create_ticket" ? (effect.action.description ?? null) : null;
}

function posted(chat: Chat) {
  const [posted] = chat.cards;
  if (posted === undefined) throw new Error("no card was posted");
  const posts = renderMessage({ kind: "card", card: posted.card });
  expect(posts.flatMap(messageProblems)).toEqual([]);
  return posts;
}

const words = (posts: readonly unknown[]) => textsOf(posts, "plain_text").join("");
const boxed = (text: string) => (text.includes("\n") ? `│ ${text.replaceAll("\n", "\n│ ")}` : text);

describe("attack 76: a long request", () => {
  test.each([
    ["a body of 16 KiB", call, "x".repeat(limits.renderedBytes - 100)],
    ["a body of 16 KiB that is escaped", call, "<".repeat(limits.renderedBytes - 100)],
    ["a description of 10,000 characters in lines", ticket, "a line\n".repeat(1428)],
  ])("%s: the card is short, and the whole of it is in its thread", (_, step, text) => {
    const chat = asking(step, text);
    const whole = frozen(chat) ?? "";
    expect(whole.length).toBeGreaterThan(text.length - 10);
    const [card, ...thread] = posted(chat);
    expect(words([card]).length).toBeLessThan(3000);
    expect(textsOf(card, "mrkdwn").join()).toContain("*Full request* is in the thread");
    expect(words(thread)).toContain(boxed(visible(whole.trim())));
  });

  test("any request that can be made reaches the thread or the card whole", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(call, ticket), (text, step) => {
        const chat = asking(step, text);
        // Longer than a rendered text may be: then the step has failed, and there is nothing to approve.
        if (chat.wait !== "approval") expect(chat.conversation.run).toBeNull();
        else expect(words(posted(chat))).toContain(boxed(visible((frozen(chat) ?? "").toWellFormed())));
      }),
      { numRuns: 100 },
    );
  });

  test("App Home, where it is cut short, is known to show only a part", () => {
    const cardOf = (text: string) => asking(call, text).cards[0]?.card;
    const [short, long] = [cardOf("short"), cardOf("x".repeat(2000))];
    if (short === undefined || long === undefined) throw new Error("no card was posted");
    expect([fitsInView(short), fitsInView(long)]).toEqual([true, false]);
  });

  test("the reason of a rejection reaches the agents whole, too", () => {
    const chat = asking(call, "short");
    const reason = "because ".repeat(370).trim();
    chat.decide({ kind: "reject", reason }, agent);
    const handOff = chat.cards.find(({ card }) => card.kind === "handOff")?.card;
    if (handOff === undefined) throw new Error("nobody was handed anything");
    expect(words(renderMessage({ kind: "card", card: handOff }))).toContain(reason);
  });
});
