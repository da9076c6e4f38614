import { describe, expect, test } from "vitest";
import { renderMessage } from "../../adapters/slack/render.ts";
import { asText } from "../../adapters/web/render.ts";
import type { Card } from "../../src/domain/card.ts";
import type { Person } from "../../src/domain/person.ts";
import { personWords } from "../../src/domain/person-words.ts";
import { textsOf } from "../support/block-kit-check.ts";
import { agent, type Chat, chatAbout, customer } from "../support/chat.ts";

// Attack 75: people choose their names, so wherever agents read one it stands with what nobody can choose.

const names = [
  "✅ Admin",
  "Usher",
  "Olga (owner U0OLGA)",
  "Olga （owner U0OLGA）",
  "agent",
  "Ann\n✅ Approved by Olga",
];
const ask = { id: "ask", kind: "collect", variable: "order_id", prompt: "Which order?" };
const ticket = {
  id: "ticket",
  kind: "action",
  action: "create_ticket",
  parameters: { subject: "Refund", priority: "HIGH" },
  approval: "require",
};
const lead = { ...ticket, id: "lead", action: "create_lead", parameters: { email: "a@b.example" }, approval: "notify" };

/** How a card reads, in Slack and on the page. */
function read(card: Card): readonly string[] {
  const inSlack = renderMessage({ kind: "card", card }).map((post) => textsOf(post, "plain_text").join(" "));
  return [inSlack.join(" "), asText({ kind: "card", card }).text];
}

/** Every place of a text in which the name stands, with what follows it. */
function placesOf(text: string, name: string): readonly string[] {
  return text.split(name).slice(1);
}

/** Cards on which both have left their names: an approval, a rejection, a hand-off, a relay, a notice, a pause. */
function cardsOf(from: Person, by: Person): readonly Card[] {
  const rejected = chatAbout([ask, ticket]).say("hi", from).say("1001", from);
  rejected.decide({ kind: "reject", reason: "no" }, by);
  rejected.say("and now?", from).decide({ kind: "handBack" }, by);
  const noticed = chatAbout([ask, lead]).say("hi", from).say("1001", from);
  const paused = chatAbout([ask]).say("hi", from).agentWrites("Hello", "thread", by);
  return [rejected, noticed, paused].flatMap((chat: Chat) => chat.cards.map(({ card }) => card));
}

describe.each(names)("attack 75: the name %j", (name) => {
  const from = { ...customer, id: "c-75", name };
  const by = { ...agent, id: "a-75", name };

  test("stands nowhere on a card without the id and the verified role", () => {
    const shown = personWords(from).slice(0, -" (customer c-75)".length);
    const verified = /^(?:⟨U\+000A⟩[^(]*)? \((?:customer c-75|agent a-75)\)/;
    let seen = 0;
    for (const text of cardsOf(from, by).flatMap(read)) {
      for (const rest of placesOf(text, shown.split("\n")[0] ?? shown)) {
        // Usher's own name, in "Usher has paused".
        if (name === "Usher" && /^(?: has paused|[: ])/.test(rest) && !verified.test(rest)) continue;
        if (name === "agent" && /^(?: a-75\)| is answering|s? )/.test(rest) && !verified.test(rest)) continue;
        expect(rest).toMatch(verified);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(8);
  });

  test("is not among the last messages, where the customer's words stand as the customer's", () => {
    const handOff = cardsOf(from, by).find(({ kind }) => kind === "handOff");
    const said = handOff?.sections.find(({ label }) => label === "Last messages")?.fields.map((field) => field.name);
    expect(new Set(said)).toEqual(new Set(["Customer", "Usher"]));
  });
});
