import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { agent, type Chat, chatAbout, otherAgent } from "../support/chat.ts";
import { callsOf } from "./run.ts";
import { cross, named } from "./variants.ts";

// A value that nobody may see, in a call that an agent approves, and every way that this can end. All cards that were
// ever shown are looked at, also those that were edited since.

const canary = "Kanarie-77/ö";
const spellings = /Kanarie|77\/|%2F%C3%B6/;

const day = 24 * 3_600_000;
const done: Outcome = { kind: "done", value: { pin: canary } };
const failed: Outcome = { kind: "failed", reason: "POST api.example.com answered 401" };
const unknown: Outcome = { kind: "unknown", reason: "the connection broke" };

const ends = new Map<string, (chat: Chat, settle: (outcome: Outcome) => void) => void>([
  ["rejected", (chat) => void chat.decide({ kind: "reject", reason: "no" })],
  ["expired", (chat) => void chat.pass(day + 1000)],
  ["reminded", (chat) => void chat.pass(day / 2 + 1000)],
  ["cancelled by the customer", (chat) => void chat.say("cancel")],
  ["uninstalled", (chat) => void chat.happen({ kind: "uninstalled", by: agent })],
  ["a person asked for", (chat) => void chat.say("I want to talk to a human")],
  ["an agent writes in the thread", (chat) => void chat.agentWrites("I take this", "thread")],
  ["approved, done", (chat, settle) => approve(chat, () => settle(done))],
  ["approved, failed", (chat, settle) => approve(chat, () => settle(failed))],
  ["approved, unknown", (chat, settle) => approve(chat, () => settle(unknown))],
  [
    "approved, unknown, happened",
    (chat, settle) => approve(chat, () => verdict(chat, settle, { kind: "happened", value: canary })),
  ],
  [
    "approved, unknown, again, done",
    (chat, settle) =>
      approve(chat, () => {
        verdict(chat, settle, { kind: "runAgain" });
        settle(done);
      }),
  ],
  ["approved, unknown, stopped", (chat, settle) => approve(chat, () => verdict(chat, settle, { kind: "stop" }))],
  [
    "approved, cancelled meanwhile, done",
    (chat, settle) =>
      approve(chat, () => {
        chat.say("cancel");
        settle(done);
      }),
  ],
  [
    "approved, cancelled meanwhile, failed",
    (chat, settle) =>
      approve(chat, () => {
        chat.say("cancel");
        settle(failed);
      }),
  ],
  [
    "approved, a person meanwhile, unknown",
    (chat, settle) =>
      approve(chat, () => {
        chat.say("I want to talk to a human");
        settle(unknown);
      }),
  ],
  [
    "approved twice",
    (chat, settle) =>
      approve(chat, () => {
        chat.decide({ kind: "approve" }, otherAgent);
        settle(done);
      }),
  ],
]);

function approve(chat: Chat, then: () => void): void {
  chat.decide({ kind: "approve" });
  then();
}

function verdict(chat: Chat, settle: (outcome: Outcome) => void, action: Parameters<Chat["decide"]>[0]): void {
  settle(unknown);
  const card = chat.cards.findLast((one) => one.card.pressId !== null)?.card;
  chat.press(card?.pressId ?? "", action);
}

const calls = new Map<string, object>([
  ["a body", { method: "POST", url: "https://api.example.com/", body: { pin: "{{ pin }}" } }],
  ["a URL", { method: "POST", url: "https://api.example.com/{{ pin }}?p={{ pin }}" }],
  [
    "a body, and overwritten behind it",
    { method: "POST", url: "https://api.example.com/", body: { pin: "{{ pin }}" }, next: "wipe" },
  ],
]);

describe("attack 101 · a value that nobody may see, on the cards of a call, however it ends", () => {
  test.each(named(cross([...calls.keys()], [...ends.keys()]), (where, end) => `in ${where}: ${end}`))(
    "%s",
    (_name, [where, end]) => {
      const shown: string[] = [];
      const chat = chatAbout(
        [
          { id: "ask", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
          { id: "pay", kind: "call", ...calls.get(where), response: "paid", approval: "require" },
          { id: "last", kind: "collect", variable: "last", prompt: "Anything else?", next: "end" },
          { id: "wipe", kind: "set", variable: "pin", value: "wiped", next: "last" },
        ],
        { hold: ({ effect }: Outgoing) => effect.kind === "call" },
      );
      const look = (): void => {
        shown.push(
          JSON.stringify([
            chat.cards,
            chat.conversation.run?.trace,
            chat.records.map(({ trace, reason }) => [trace, reason]),
          ]),
        );
      };
      chat.say("start").say(canary);
      look();
      ends.get(end)?.(chat, (outcome) => {
        const of = callsOf(chat).at(-1);
        if (of !== undefined) chat.settle(of, outcome);
        look();
      });
      look();
      chat.say("Hello again").pass(1000);
      look();
      expect(chat.cards.length).toBeGreaterThan(0);
      for (const each of shown) expect(each).not.toMatch(spellings);
    },
  );
});
