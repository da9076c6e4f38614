import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import { envelopeOf } from "../support/slack/payloads.ts";
import { startUsherInSlack } from "../support/slack/usher.ts";
import { speak } from "./speak.ts";
import { cross, named } from "./variants.ts";

// One signed event with an id that is none must damage no record: of a damaged one, a whole workspace would die.

const { jane, support, agents } = company;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let it: Awaited<ReturnType<typeof startUsherInSlack>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  it = await startUsherInSlack(folder.path);
  await it.setUp();
});
afterAll(async () => {
  await it.stop();
  await folder.remove();
});
const errors = () => it.usher.log.lines.filter(({ level }) => level === "error");

/** What Slack tells when somebody writes. */
function written(change: object): object {
  const token = it.slack.state.tokens.get(company.token);
  if (token === undefined) throw new Error("the company has no token");
  const ts = it.slack.state.ts();
  const event = { type: "message", channel: support, user: jane, text: "I want a refund", ts, event_ts: ts };
  return envelopeOf(it.slack.state, token, { ...event, channel_type: "channel", ...change });
}

describe("attack 7 · an id of another form than Slack's is acknowledged and dropped", () => {
  const ids = ["C\ud800", "C\u0000X", "C X:Y", "c0support", "", "C".repeat(200), "__proto__"];
  const names = ["channel", "user", "client_msg_id", "team", "thread_ts"];
  test.each(named(cross(names, ids)))("%s", async (_, [name, id]) => {
    expect((await it.bot.event(written({ [name]: id }))).status).toBe(200);
    expect(errors()).toEqual([]);
  });

  test("a command that names no address for its answer", async () => {
    const fields = { command: "/procedures", text: "help", user_id: jane, user_name: "jane", channel_id: support };
    expect((await it.bot.form({ ...fields, team_id: company.team })).status).toBe(200);
  });

  test("control: the same customer is heard, here and after a restart", async () => {
    const hears = async (): Promise<void> => {
      const { message, delivered } = await it.people.writes({ user: jane, channel: support, text: "I want a refund" });
      expect(delivered).toMatchObject([{ status: 200 }]);
      await it.slack.until(() => it.slack.messagesIn(support).some(({ thread }) => thread === message.ts));
      expect(errors()).toEqual([]);
    };
    await hears();
    await it.command(company.olga, agents, "runs");
    await it.stop();
    it = await startUsherInSlack(folder.path);
    await hears();
  });
});

describe("attack 6 · of whom does not claim to be Slack no large body is waited for", () => {
  const stale = "X-Slack-Signature: v0=aa\r\nX-Slack-Request-Timestamp: 1000000000\r\n";
  const cases = [
    ["unsigned JSON", "application/json", "", 401],
    ["JSON with a time long ago", "application/json", stale, 401],
    ["an unsigned form", "application/x-www-form-urlencoded", "", 413],
  ] as const;
  test.each(cases)("%s is answered before its body has come", async (_, type, more, status) => {
    const { hostname, port } = new URL(it.usher.url);
    const head = `POST /slack/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: ${type}\r\n${more}`;
    const answered = await speak(Number(port), `${head}Content-Length: 1000000\r\n\r\n`);
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});
