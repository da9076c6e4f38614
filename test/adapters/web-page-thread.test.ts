import { describe, expect, test } from "vitest";
import type { MessageJson } from "../../adapters/web/api.ts";
import { threadRows } from "../../adapters/web/page/src/customer/thread-rows.ts";
import { type OutgoingMessage, stillOutgoing, withOutgoing } from "../../adapters/web/page/src/state/outgoing.ts";
import { playgroundPeople } from "../../adapters/web/people.ts";

const noon = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;

function message(id: string, from: string, text: string, over: Partial<MessageJson> = {}): MessageJson {
  const person = playgroundPeople.find((one) => one.id === from);
  return {
    id,
    from,
    name: person?.name ?? "Usher",
    role: person?.role ?? "bot",
    text,
    at: noon,
    choices: [],
    hidden: false,
    ...over,
  };
}

const outgoing = (id: string, over: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  id,
  conversation: "c1",
  as: "customer-1",
  text: "1001",
  hidden: false,
  at: noon,
  state: "sending",
  problem: null,
  ...over,
});

const rowsFor = (customer: string | null, ...messages: readonly MessageJson[]) =>
  threadRows(
    messages.map((one) => ({ message: one, sending: null, problem: null })),
    customer,
    noon,
    "UTC",
  );
const rowsOf = (...messages: readonly MessageJson[]) => rowsFor("customer-1", ...messages);

describe("a message on its way", () => {
  test("stands behind what the server has, in its own conversation only", () => {
    const shown = withOutgoing(
      [message("a", "usher", "Which order?")],
      [outgoing("m1"), outgoing("m2", { conversation: "c2" }), outgoing("m3", { state: "failed" })],
      "c1",
      playgroundPeople,
    );
    expect(shown.map(({ message: { id }, sending }) => [id, sending])).toEqual([
      ["a", null],
      ["m1", "sending"],
      ["m3", "failed"],
    ]);
  });

  test("gives way to the server's own, so that it never stands there twice", () => {
    const known = [message("m1", "customer-1", "1001")];
    expect(withOutgoing(known, [outgoing("m1")], "c1", playgroundPeople)).toHaveLength(1);
    expect(stillOutgoing([outgoing("m1"), outgoing("m2")], "c1", known).map(({ id }) => id)).toEqual(["m2"]);
  });

  test("is dots when the answer is sensitive", () => {
    const [shown] = withOutgoing([], [outgoing("m1", { hidden: true, text: "secret" })], "c1", playgroundPeople);
    expect(shown?.message.text).toBe("••••••");
  });
});

describe("the rows of a thread", () => {
  test("each day is named once, and a name is not repeated within ten minutes", () => {
    const rows = rowsOf(
      message("a", "customer-1", "hello", { at: noon - 24 * 60 * minute }),
      message("b", "customer-1", "hello?"),
      message("c", "customer-1", "anybody?", { at: noon + minute }),
      message("d", "customer-1", "still here", { at: noon + 20 * minute }),
    );
    const told = rows.map((row) => (row.kind === "message" ? row.repeated : row.kind === "day" ? row.label : row.kind));
    expect(told).toEqual(["Yesterday", false, "Today", false, true, false]);
  });

  test("an agent in the thread is followed by a line that Usher paused, once until Usher speaks again", () => {
    const rows = rowsOf(
      message("a", "agent-1", "I am here"),
      message("b", "customer-1", "good"),
      message("c", "agent-1", "so"),
      message("usher.9", "usher", "Usher is back."),
      message("d", "agent-2", "me too"),
    );
    expect(rows.flatMap((row) => (row.kind === "system" ? [row.text] : []))).toEqual([
      "Agent 1 wrote here. Usher paused.",
      "Agent 2 wrote here. Usher paused.",
    ]);
  });

  test("an agent who is the customer of a conversation interrupts nothing in it; another one does", () => {
    const own = message("a", "agent-1", "I want a refund");
    const rows = rowsFor("agent-1", own, message("b", "agent-2", "Let me"));
    expect(rows.flatMap((row) => (row.kind === "system" ? [row.text] : []))).toEqual([
      "Agent 2 wrote here. Usher paused.",
    ]);
    // Not made yet: whoever writes first is its customer.
    expect(rowsFor(null, own).some(({ kind }) => kind === "system")).toBe(false);
  });

  test("an agent's words that Usher relayed pause nothing", () => {
    expect(rowsOf(message("usher.4", "agent-1", "I had a look")).some(({ kind }) => kind === "system")).toBe(false);
  });
});

describe("offered answers", () => {
  const question = message("usher.1", "usher", "Which size?", { choices: ["Small", "Large"] });
  const choices = (...messages: readonly MessageJson[]) =>
    rowsOf(...messages).flatMap((row) => (row.kind === "message" && row.choices.kind !== "none" ? [row.choices] : []));

  test("are open until they are answered", () => {
    expect(choices(question)).toEqual([{ kind: "open" }]);
  });

  test("show which one was taken, typed or pressed", () => {
    expect(choices(question, message("a", "customer-1", " large "))).toEqual([{ kind: "closed", chosen: "Large" }]);
  });

  test("show which one an agent took who is the customer", () => {
    const rows = rowsFor("agent-1", question, message("a", "agent-1", "Small"));
    expect(rows.find((row) => row.kind === "message")?.choices).toEqual({ kind: "closed", chosen: "Small" });
  });

  test("are closed by another answer, and by Usher going on", () => {
    expect(choices(question, message("a", "customer-1", "neither"))).toEqual([{ kind: "closed", chosen: null }]);
    expect(choices(question, message("usher.2", "usher", "Never mind"))).toEqual([{ kind: "closed", chosen: null }]);
  });
});
