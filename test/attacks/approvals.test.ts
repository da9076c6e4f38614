import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../src/domain/effect.ts";
import { approvalHash } from "../../src/engine/request.ts";
import { agent, type Chat, chatAbout, colleague, otherAgent } from "../support/chat.ts";
import { workspaceId } from "../support/conversation.ts";
import { aProcedure } from "../support/procedures.ts";
import { cross, named } from "./variants.ts";

const requests = new Map<string, object>([
  [
    "a POST",
    {
      kind: "call",
      method: "POST",
      url: "https://api.example.com/pay/{{ order }}",
      body: { order: "{{ order }}", note: "for {{ note }}" },
    },
  ],
  ["a GET", { kind: "call", url: "https://api.example.com/orders/{{ order }}?note={{ note }}" }],
  [
    "a header",
    { kind: "call", method: "PUT", url: "https://api.example.com/x", headers: { "X-Order": "{{ order }}" } },
  ],
  ["a connection", { kind: "call", method: "POST", url: "{{connections.shop}}/pay", body: { order: "{{ order }}" } }],
  [
    "a mail",
    {
      kind: "action",
      action: "send_email",
      parameters: { to: "{{ order }}@example.com", subject: "Order", body: "{{ note }}" },
    },
  ],
  [
    "a ticket",
    {
      kind: "action",
      action: "create_ticket",
      parameters: { subject: "Refund {{ order }}", priority: "HIGH", description: "{{ note }}" },
    },
  ],
  [
    "a lead",
    { kind: "action", action: "create_lead", parameters: { email: "{{ order }}@example.com", notes: "{{ note }}" } },
  ],
  ["a tag", { kind: "action", action: "tag_session", parameters: { tag: "{{ order }}" } }],
]);

const stepsOf = (request: object) => [
  { id: "order", kind: "collect", variable: "order", prompt: "Which order number?" },
  { id: "note", kind: "collect", variable: "note", prompt: "Any note?" },
  { id: "ask", ...request, approval: "require" },
];

/** A chat whose approval waits, and exactly what its card was about. */
function waiting(request: object): { readonly chat: Chat; readonly frozen: Outgoing } {
  const settings = { connections: { shop: "https://shop.example.com" } };
  const chat = chatAbout(stepsOf(request), { settings }).say("start").say("o1001").say("please");
  const wait = chat.conversation.run?.wait;
  if (wait?.kind !== "approval") throw new Error("no approval waits");
  return { chat, frozen: structuredClone(wait.of) };
}

const isRequest = ({ effect }: Outgoing): boolean => effect.kind === "call" || effect.kind === "act";

describe("attack 86 · what changes after the card was posted does not change what runs", () => {
  const changes = new Map<string, (chat: Chat) => void>([
    ["the customer writes another number", (chat) => void chat.say("o6666")],
    ["the customer corrects it", (chat) => void chat.say("wait, my order number is o6666")],
    ["the customer meant another", (chat) => void chat.say("I meant o6666")],
    ["the answer is edited", (chat) => void chat.happen({ kind: "edited", turnId: "t2", text: "o6666" })],
    ["the note is edited", (chat) => void chat.happen({ kind: "edited", turnId: "t3", text: "evil" })],
    ["the answer is deleted", (chat) => void chat.happen({ kind: "edited", turnId: "t2", text: null })],
    ["the first message is edited", (chat) => void chat.happen({ kind: "edited", turnId: "t1", text: "o6666" })],
    ["a colleague writes", (chat) => void chat.say("o6666", colleague)],
    ["an agent types approve with a number", (chat) => void chat.agentWrites("approve o6666", "handOff", otherAgent)],
    ["the same turn comes again with other words", (chat) => void chat.say("o6666", undefined, { id: "t2" })],
    [
      "another version is published",
      (chat) =>
        chat.publish(
          aProcedure(
            stepsOf({ kind: "call", method: "POST", url: "https://evil.example.com/", body: { order: "o6666" } }),
          ),
        ),
    ],
    ["the variables of the run are changed", (chat) => setVariables(chat)],
    [
      "the settings are changed",
      (chat) =>
        Object.assign(chat.world.settings ?? {}, {
          connections: { shop: "https://evil.example.com" },
          locale: "de-DE",
          region: "DE",
        }),
    ],
    ["half a day passes", (chat) => void chat.pass(12 * 3_600_000)],
    [
      "all of that",
      (chat) => void chat.say("I meant o6666").happen({ kind: "edited", turnId: "t2", text: "o6666" }).pass(1000),
    ],
  ]);
  function setVariables(chat: Chat): void {
    const { run } = chat.conversation;
    if (run !== null)
      chat.conversation = { ...chat.conversation, run: { ...run, variables: { order: "o6666", note: "evil" } } };
  }
  test.each(named(cross([...changes.keys()], [...requests.keys()]), (change, request) => `${request}: ${change}`))(
    "%s",
    (_name, [change, request]) => {
      const { chat, frozen } = waiting(requests.get(request) ?? {});
      changes.get(change)?.(chat);
      const wait = chat.conversation.run?.wait;
      expect(wait?.kind === "approval" && wait.of).toEqual(frozen);
      expect(chat.performed.filter(isRequest)).toEqual([]);
      expect(chat.decide({ kind: "approve" }, agent)).toMatchObject({ kind: "counts" });
      const ran = chat.performed.filter(isRequest);
      // A tag changes this very document, and is not performed by anybody.
      if (request === "a tag") {
        expect(chat.conversation.tags).toEqual(["o1001"]);
        return;
      }
      expect(ran.map(({ effect, hash, id }) => ({ effect, hash, id }))).toEqual([
        { effect: frozen.effect, hash: frozen.hash, id: frozen.id },
      ]);
      expect(JSON.stringify(ran)).not.toMatch(/6666|evil/);
    },
  );
});

describe("attack 86 · what would run is bound to the card by a hash over all of it", () => {
  const { chat, frozen } = waiting(requests.get("a POST") ?? {});
  const { effect } = frozen;
  if (effect.kind !== "call") throw new Error("unreachable: it is a call");
  const { request } = effect;
  const changedBy = (change: object) => ({ ...effect, request: { ...request, ...change } });
  const changed = new Map([
    ["the method", changedBy({ method: "PUT" })],
    ["a letter of the URL", changedBy({ url: `${request.url}x` })],
    ["a letter of the body", changedBy({ body: `${request.body} ` })],
    ["a header", changedBy({ headers: { ...request.headers, "x-a": "b" } })],
    ["the value of a header", changedBy({ headers: { ...request.headers, "content-type": "text/plain" } })],
    ["no body", changedBy({ body: null })],
  ]);
  test.each([...changed.keys()])("%s", (what) => {
    const other = changed.get(what);
    if (other === undefined) throw new Error("unreachable: it is one of them");
    expect(approvalHash(chat.conversation, frozen.id, effect)).toBe(frozen.hash);
    expect(approvalHash(chat.conversation, frozen.id, other)).not.toBe(frozen.hash);
  });
  test.each(["another effect", "another run", "another version", "another workspace"])("%s", (what) => {
    const { run } = chat.conversation;
    if (run === null) throw new Error("there is no run");
    const conversations = new Map<string, Chat["conversation"]>(
      Object.entries({
        "another effect": chat.conversation,
        "another run": { ...chat.conversation, run: { ...run, id: "x-9" } },
        "another version": { ...chat.conversation, run: { ...run, procedure: { ...run.procedure, version: 2 } } },
        "another workspace": { ...chat.conversation, workspace: workspaceId("other") },
      }),
    );
    const id = what === "another effect" ? `${frozen.id}0` : frozen.id;
    const conversation = conversations.get(what) ?? chat.conversation;
    expect(approvalHash(conversation, id, effect)).not.toBe(frozen.hash);
  });
});
