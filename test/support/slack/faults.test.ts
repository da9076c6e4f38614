import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../fake-clock.ts";
import { clientOptionsFor } from "./bolt-app.ts";
import { company, installAtPartner, startCompany } from "./company.ts";
import type { FakeSlack } from "./fake-slack.ts";
import type { Fault } from "./faults.ts";
import { type ApiCall, paceBreaches } from "./journal.ts";

let slack: FakeSlack;
let clock: FakeClock;
let web: WebClient;
beforeEach(async () => {
  clock = createFakeClock();
  slack = await startCompany({ clock });
  web = new WebClient(company.token, clientOptionsFor(slack));
});
afterEach(() => slack.close());

const method = "chat.postMessage";
const post = (text = "Hi") => web.chat.postMessage({ channel: company.support, text });
const posted = () => slack.messagesIn(company.support).map(({ text }) => text);

/** What @slack/web-api makes of a call that failed: its code and its own words. */
async function failure(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  return error instanceof Error && "code" in error ? `${error.code} ${error.message}` : String(error);
}

describe("faults", () => {
  test.each<[string, Fault, RegExp, number]>([
    ["a reset before the request was read", { kind: "reset", when: "before" }, /request_error/, 0],
    ["a reset after it was carried out", { kind: "reset", when: "after" }, /request_error/, 1],
    ["a 503 before", { kind: "status", status: 503, when: "before" }, /http_error.*503/, 0],
    ["a 500 after", { kind: "status", status: 500, when: "after" }, /http_error.*500/, 1],
    ["an answer that is no JSON, after", { kind: "garbage", when: "after" }, /platform_error/, 1],
    ["a refusal of any kind", { kind: "error", error: "fatal_error" }, /platform_error.*fatal_error/, 0],
    ["a 429 that names no time", { kind: "rateLimited", retryAfterS: null }, /Retry header/, 0],
  ])("%s reaches the client as what it is", async (_name, fault, words, messages) => {
    slack.faults.plan({ method }, fault);
    expect(await failure(post())).toMatch(words);
    expect(posted()).toHaveLength(messages);
    expect(slack.journal.of(method)).toMatchObject([{ fault: fault.kind, carriedOut: messages === 1 }]);
    await post("again");
    expect(posted()).toHaveLength(messages + 1);
    expect(slack.faults.met()).toBe(1);
  });

  test("a fault meets the call that it is planned for and no other", async () => {
    const fault: Fault = { kind: "error", error: "fatal_error" };
    slack.faults.plan({ method, nth: 2, times: 2 }, fault);
    await post("1");
    expect(await failure(post("2"))).toMatch(/fatal_error/);
    expect(await failure(post("3"))).toMatch(/fatal_error/);
    await post("4");
    slack.faults.plan({ method, where: ({ text }) => text === "6" }, fault);
    await post("5");
    expect(await failure(post("6"))).toMatch(/fatal_error/);
    slack.faults.plan({ method, team: company.partner }, fault);
    await post("7");
    expect(posted()).toEqual(["1", "4", "5", "7"]);
  });

  test("a hanging call gets no answer, and whether it was done can be chosen", async () => {
    const late = new AbortController();
    const hanging = (text: string) =>
      fetch(`${slack.apiUrl}${method}`, {
        method: "POST",
        headers: { authorization: `Bearer ${company.token}`, "content-type": "application/json" },
        body: JSON.stringify({ channel: company.support, text }),
        signal: late.signal,
      }).catch((error: unknown) => (error instanceof Error ? error.name : error));
    slack.faults.plan({ method }, { kind: "hang", when: "before" });
    slack.faults.plan({ method, nth: 2 }, { kind: "hang", when: "after" });
    const never = [hanging("lost"), hanging("done")];
    await slack.until(() => slack.journal.of(method).length === 2);
    late.abort();
    expect(await Promise.all(never)).toEqual(["AbortError", "AbortError"]);
    expect(posted()).toHaveLength(1);
    expect(slack.journal.calls.map(({ answer }) => answer)).toEqual([null, null]);
  });

  test("a slow call is carried out and answered once its time has come", async () => {
    slack.faults.plan({ method }, { kind: "slow", ms: 5000 });
    const slow = post();
    await slack.until(() => clock.pending() === 1);
    expect(posted()).toEqual([]);
    clock.advance(5000);
    expect(await slow).toMatchObject({ ok: true });
  });

  test("after a 429 the method takes nothing of that team until the time has passed", async () => {
    const partner = new WebClient(installAtPartner(slack).token, clientOptionsFor(slack));
    slack.faults.plan({ method }, { kind: "rateLimited", retryAfterS: 30 });
    expect(await failure(post())).toMatch(/rate_limited/);
    clock.advance(29_000);
    expect(await failure(post())).toMatch(/rate_limited/);
    expect(slack.journal.calls.at(-1)?.answer?.retryAfterS).toBe(1);
    await partner.chat.postMessage({ channel: company.shared, text: "Hi" });
    await web.users.info({ user: company.jane });
    clock.advance(1000);
    await post();
    expect(posted()).toHaveLength(1);
  });

  test("a Slack that is gone refuses connections, and one at the same port takes them again", async () => {
    const port = Number(new URL(slack.apiUrl).port);
    await slack.close();
    expect(await failure(post())).toMatch(/request_error/);
    slack = await startCompany({ clock, port });
    await post();
    expect(posted()).toEqual(["Hi"]);
  });
});

describe("pace", () => {
  test("a post a second is right, and so is a short burst; more is a breach", async () => {
    for (let second = 0; second < 10; second += 1) {
      await post();
      clock.advance(1000);
    }
    expect(paceBreaches(slack.journal.calls, { burst: 1 })).toEqual([]);
    for (let at = 0; at < 6; at += 1) await post();
    const breaches = paceBreaches(slack.journal.calls, { burst: 5 });
    expect(breaches).toMatchObject([{ kind: "tooManyPosts", call: { n: 15 } }]);
  });

  test("channels are counted apart, and a pause brings no more than the burst", async () => {
    for (let at = 0; at < 2; at += 1) {
      await post();
      await web.chat.postMessage({ channel: company.agents, text: "Hi" });
    }
    expect(paceBreaches(slack.journal.calls, { burst: 2 })).toEqual([]);
    clock.advance(3_600_000);
    for (let at = 0; at < 3; at += 1) await post();
    expect(paceBreaches(slack.journal.calls, { burst: 2 })).toHaveLength(1);
  });

  test("a call before Retry-After has passed is a breach, once, whichever 429 forbade it", async () => {
    slack.faults.plan({ method, times: 2 }, { kind: "rateLimited", retryAfterS: 10 });
    await failure(post());
    clock.advance(2000);
    await failure(post());
    clock.advance(3000);
    await failure(post());
    clock.advance(10_000);
    await post();
    const breaches = paceBreaches(slack.journal.calls);
    expect(breaches.map(({ kind, call }) => [kind, call.n])).toEqual([
      ["beforeRetryAfter", 1],
      ["beforeRetryAfter", 2],
    ]);
  });

  test("a call that was under way when the 429 came can be let pass", () => {
    const answer = { status: 429, body: "", retryAfterS: 10, monotonicMs: 1000 };
    const call = (n: number, monotonicMs: number): ApiCall => ({
      ...{ n, method, team: "T1", args: { channel: "C1" }, at: 0, carriedOut: true, fault: null, answer: null },
      monotonicMs,
    });
    const calls = [{ ...call(0, 990), answer }, call(1, 1020), call(2, 2000)];
    expect(paceBreaches(calls).map(({ call: { n } }) => n)).toEqual([1, 2]);
    expect(paceBreaches(calls, { graceMs: 50 }).map(({ call: { n } }) => n)).toEqual([2]);
  });
});
