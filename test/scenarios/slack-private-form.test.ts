import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { conversationOf } from "../../adapters/slack/address.ts";
import { aProcedure } from "../support/procedures.ts";
import { company } from "../support/slack/company.ts";
import { answerJson } from "../support/slack/deliver.ts";
import { openSlackHouse, type SlackHouse } from "../support/slack/house.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import { drawn } from "../support/slack/usher.ts";

// A question whose answer nobody else is to see, and the form that is opened from it: real Bolt before a fake Slack.

const { jane, guest, agents, support } = company;
const secret = "Kanarie-77";
const procedure = aProcedure(
  [
    { id: "pin", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
    { id: "why", kind: "collect", variable: "reason", prompt: "Why do you ask?" },
    { id: "tell", kind: "message", content: "You said: {{ reason }}." },
  ],
  { trigger: { when: "When a customer wants to unlock a card", examples: ["unlock my card"] } },
);

let house: SlackHouse;
beforeEach(async () => {
  house = await openSlackHouse({ procedures: [procedure] });
});
afterEach(() => house.close());

/** Jane is asked for her PIN. */
async function asked() {
  const { message } = await house.people.writes({ user: jane, channel: support, text: "unlock my card" });
  const question = await house.message(support, "Your PIN?");
  return { thread: message.ts, question };
}
const opens = (ts: string, user: string = jane) =>
  house.interactions.presses({ user, channel: support, ts, label: "Answer privately" });
const submits = (text: string, user: string = jane) =>
  house.interactions.submits({ user, values: { answer: text } }).then(({ delivered, payload }) => ({
    payload,
    status: delivered.status,
    answer: answerJson(delivered),
  }));
const stored = (thread: string) =>
  house.store.conversations.load(slackWorkspace, conversationOf({ channel: support, thread }));
const everything = () =>
  JSON.stringify([support, agents].flatMap((channel) => house.slack.messagesIn(channel)).map(drawn));

describe("the private form of a sensitive question", () => {
  test("takes the answer; then the button is gone, and nobody sees what it was", async () => {
    const { thread, question } = await asked();
    await opens(question.ts);
    const { status, answer, payload } = await submits(secret);
    expect([status, answer]).toEqual([200, { response_action: "clear" }]);
    await house.message(support, "Why do you ask?");
    expect((await stored(thread))?.run?.variables).toEqual({ pin: secret });
    const now = () => house.slack.messagesIn(support).find(({ ts }) => ts === question.ts);
    await house.slack.until(() => (JSON.stringify(now()?.blocks).includes("answer-privately") ? undefined : true));
    expect(JSON.stringify(now()?.blocks)).toContain("Your PIN?");
    expect(everything()).not.toContain(secret);
    // Slack sends it again: it was taken in before, and is no answer to what is asked now.
    expect((await house.bot.interaction(payload)).status).toBe(200);
    expect((await stored(thread))?.run?.stepId).toBe("why");
  });

  test("sent after the question was answered in the thread, it is no answer to the next one", async () => {
    const { thread, question } = await asked();
    await opens(question.ts);
    await house.people.writes({ user: jane, channel: support, thread, text: "1234" });
    await house.message(support, "Why do you ask?");
    const { status, answer } = await submits(secret);
    expect(status).toBe(200);
    expect(answer).toEqual({
      response_action: "errors",
      errors: { answer: expect.stringContaining("not open any more") },
    });
    const conversation = await stored(thread);
    expect(conversation?.run).toMatchObject({ stepId: "why", variables: { pin: "1234" } });
    await house.people.writes({ user: jane, channel: support, thread, text: "just so" });
    await house.message(support, "You said: just so.");
    expect(JSON.stringify([conversation, await stored(thread)])).not.toContain(secret);
    expect(everything()).not.toContain(secret);
    expect(JSON.stringify(house.log.lines)).not.toContain(secret);
  });

  test("sent when people have the conversation, it goes to nobody", async () => {
    const { thread, question } = await asked();
    await opens(question.ts);
    await house.people.writes({ user: jane, channel: support, thread, text: "human please" });
    await house.message(agents, "A person is needed");
    expect((await submits(secret)).answer).toMatchObject({ response_action: "errors" });
    expect(everything()).not.toContain(secret);
  });

  test("filled in by somebody else, it is nobody's answer", async () => {
    const { thread, question } = await asked();
    await opens(question.ts, guest);
    const { answer } = await submits(secret, guest);
    expect(answer).toEqual({ response_action: "errors", errors: { answer: expect.stringContaining("somebody else") } });
    expect((await stored(thread))?.run).toMatchObject({ stepId: "pin", variables: {} });
  });
});
