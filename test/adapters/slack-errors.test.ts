import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { describe, expect, test } from "vitest";
import { isTokenVoid, RefusedError, slackError } from "../../adapters/slack/errors.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";

const canary = "xoxb-canary Jane's words";
const doing = { method: "chat.postMessage", channel: "C1", reads: false } as const;
const looking = { method: "users.info", channel: null, reads: true } as const;

const answered = (error: string, more: object = {}) => new WebAPIPlatformError({ ok: false, error, ...more });
const status = (code: number) => new WebAPIHTTPError(code, "Any", { authorization: canary }, canary);
const broken = (code: string, syscall?: string) =>
  new WebAPIRequestError(
    new TypeError("fetch failed", {
      cause: Object.assign(new Error(canary), { code, ...(syscall ? { syscall } : {}) }),
    }),
  );

type Class = "transient" | "refused" | "unclear";
const classOf = (error: Error): Class =>
  error instanceof TransientError ? "transient" : error instanceof RefusedError ? "refused" : "unclear";

describe("Slack's answers", () => {
  const rows: readonly (readonly [string, Class, string])[] = [
    ["channel_not_found", "refused", "invite Usher"],
    ["not_in_channel", "refused", "invite Usher"],
    ["is_archived", "refused", "bring the channel back"],
    ["restricted_action", "refused", "ask an admin"],
    ["restricted_action_thread_locked", "refused", "ask an admin"],
    ["msg_blocks_too_long", "refused", "report it"],
    ["invalid_blocks", "refused", "report it"],
    ["message_not_found", "refused", "gone"],
    ["cant_update_message", "refused", "gone"],
    ["missing_scope", "refused", "manifest.json"],
    ["expired_trigger_id", "refused", "again"],
    ["hash_conflict", "refused", "anew"],
    ["user_not_found", "refused", "the person is gone"],
    ["invalid_auth", "refused", "check the bot token"],
    ["not_authed", "refused", "check the bot token"],
    ["token_revoked", "refused", "install Usher again"],
    ["account_inactive", "refused", "install Usher again"],
    ["a_code_of_next_year", "refused", "Slack's documentation"],
    ["service_unavailable", "transient", "tried again"],
    ["request_timeout", "transient", "tried again"],
    ["org_login_required", "transient", "tried again"],
    ["team_added_to_org", "transient", "tried again"],
    ["fatal_error", "unclear", "may have been done"],
    ["internal_error", "unclear", "may have been done"],
    ["update_failed", "unclear", "may have been done"],
  ];

  test.each(rows)("R12: %s is %s, and says what to do", (code, expected, mend) => {
    const error = slackError(answered(code), doing);
    expect(classOf(error)).toBe(expected);
    expect(error.message).toContain(mend);
    for (const part of ["chat.postMessage in C1", code]) expect(error.message).toContain(part);
    if (error instanceof RefusedError) expect([error.code, error instanceof PermanentError]).toEqual([code, true]);
    if (error instanceof TransientError) expect(error.retryAfterMs).toBe(null);
  });

  test("R12: the token is gone when Slack calls it void, and with no other refusal", () => {
    const gone = rows.filter(([code]) => isTokenVoid(slackError(answered(code), doing))).map(([code]) => code);
    expect(gone).toEqual(["token_revoked", "account_inactive"]);
    expect([isTokenVoid(new Error("token_revoked")), isTokenVoid(new PermanentError("token_revoked"))]).toEqual([
      false,
      false,
    ]);
  });

  test("missing scopes are named", () => {
    const error = slackError(answered("missing_scope", { needed: "groups:history" }), doing);
    expect(error.message).toContain("missing_scope: groups:history");
    expect(slackError(answered("missing_scope", { needed: canary }), doing).message).not.toContain("canary");
  });

  test("what only reads has done nothing when it got no clear answer", () => {
    for (const unclear of [answered("fatal_error"), answered(canary), status(500), broken("ECONNRESET", "read")]) {
      expect(classOf(slackError(unclear, looking))).toBe("transient");
      expect(classOf(slackError(unclear, doing))).toBe("unclear");
    }
  });

  test.each([1, 30, 3600])("R12: a 429 that names %d s is tried again then", (seconds) => {
    expect(slackError(new WebAPIRateLimitedError(seconds), doing)).toMatchObject({
      name: "TransientError",
      retryAfterMs: seconds * 1000,
    });
  });

  test.each([
    [0, 1000],
    [-5, 1000],
    [86_400, 3_600_000],
  ])("a 429 that names %d s is kept within bounds: %d ms", (seconds, ms) => {
    expect(slackError(new WebAPIRateLimitedError(seconds), doing)).toMatchObject({ retryAfterMs: ms });
  });

  test.each([
    [{ response_metadata: { retryAfter: 7 } }, 7000],
    [{}, 30_000],
  ])("a 429 inside of a 200 counts as well: %j", (more, ms) => {
    expect(slackError(answered("ratelimited", more), doing)).toMatchObject({ retryAfterMs: ms });
  });
});

describe("statuses of what stands between", () => {
  test.each([
    [500, "unclear"],
    [502, "unclear"],
    [503, "unclear"],
    [504, "unclear"],
    [408, "unclear"],
    [302, "unclear"],
    [400, "transient"],
    [403, "transient"],
    [404, "transient"],
    [407, "transient"],
    [412, "transient"],
    [413, "refused"],
  ] as const)("R12: %d is %s", (code, expected) => {
    const error = slackError(status(code), doing);
    expect(classOf(error)).toBe(expected);
    expect(error.message).toContain(String(code));
  });
});

describe("connections that break", () => {
  test.each([
    ["ECONNREFUSED", "connect", "transient"],
    ["ETIMEDOUT", "connect", "transient"],
    ["EHOSTUNREACH", "connect", "transient"],
    ["ENOTFOUND", "getaddrinfo", "transient"],
    ["EAI_AGAIN", "getaddrinfo", "transient"],
    ["UND_ERR_CONNECT_TIMEOUT", undefined, "transient"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", undefined, "transient"],
    ["CERT_HAS_EXPIRED", undefined, "transient"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", undefined, "transient"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", undefined, "transient"],
    ["ECONNRESET", "read", "unclear"],
    ["ECONNRESET", undefined, "unclear"],
    ["ETIMEDOUT", "read", "unclear"],
    ["EPIPE", "write", "unclear"],
    ["UND_ERR_SOCKET", undefined, "unclear"],
    ["UND_ERR_HEADERS_TIMEOUT", undefined, "unclear"],
  ] as const)("R12: %s at %s is %s", (code, syscall, expected) => {
    const error = slackError(broken(code, syscall), doing);
    expect(classOf(error)).toBe(expected);
    expect(error.message).toContain(code);
  });

  test("several addresses that all refused were not reached, and one that was cut off may have been", () => {
    const of = (...tried: readonly (readonly [string, string])[]) => {
      const errors = tried.map(([code, syscall]) => Object.assign(new Error(canary), { code, syscall }));
      return new TypeError("fetch failed", {
        cause: Object.assign(new AggregateError(errors), { code: tried[0]?.[0] }),
      });
    };
    const refused = ["ECONNREFUSED", "connect"] as const;
    expect(classOf(slackError(of(refused, refused), doing))).toBe("transient");
    expect(classOf(slackError(of(refused, ["ECONNRESET", "read"]), doing))).toBe("unclear");
  });

  test("what is no error of web-api's, or is thrown as something else, may have been done", () => {
    for (const strange of [new TypeError(canary), canary, null, new DOMException(canary, "TimeoutError")]) {
      expect(classOf(slackError(strange, doing))).toBe("unclear");
    }
  });
});

test("no error repeats a token, a text, or an answer that is no code", () => {
  const all = [
    answered(canary),
    answered(""),
    status(500),
    status(403),
    status(413),
    broken("ECONNRESET"),
    new Error(canary),
  ];
  for (const error of all.map((one) => slackError(one, doing))) {
    expect(error.message).not.toContain("canary");
    expect(error.message).not.toContain("Jane");
  }
  // What web-api keeps of a body that is no JSON is its own message: it must not come along as the cause either.
  expect(slackError(answered(canary), doing).cause).toBeUndefined();
  expect(slackError(status(500), doing).cause).toBeUndefined();
});
