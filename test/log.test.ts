import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { LogLevel } from "../src/config-values.ts";
import { createLogger } from "../src/log.ts";
import { TransientError } from "../src/ports/errors.ts";
import type { Log } from "../src/ports/log.ts";

/** What a use of the log writes: the raw text, and each line read as JSON. */
function written(use: (log: Log) => void, level: LogLevel = "info", secrets: readonly string[] = []) {
  let text = "";
  const destination = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  use(createLogger(level, { secrets, destination }));
  const lines = text.split("\n").filter((line) => line !== "");
  return { text, lines: lines.map((line) => JSON.parse(line)) };
}

describe("the log", () => {
  test("is one JSON object a line, with its fields, its level and its time", () => {
    const { lines } = written((log) => {
      log.info({ conversation: "c-1", turns: 3 }, "A turn was taken in.");
      log.warn({ kind: "call", ok: false, at: null }, "A call failed.");
    });
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        conversation: "c-1",
        turns: 3,
        msg: "A turn was taken in.",
      },
      { level: 40, time: expect.any(String), kind: "call", ok: false, at: null, msg: "A call failed." },
    ]);
  });

  test("leaves out what its level does not ask for", () => {
    const use = (log: Log): void => {
      log.info({}, "one");
      log.warn({}, "two");
      log.error({}, "three");
    };
    expect(written(use, "error").lines).toMatchObject([{ msg: "three" }]);
    expect(written(use, "silent").text).toBe("");
  });

  test.each(["conversation", "effect", "context", "count", "kind", "curl", "tokenizer", "textual"])(
    "shows a field that only sounds like one of these: %s",
    (name) => {
      expect(written((log) => log.info({ [name]: "seen" }, "Something.")).lines[0]).toMatchObject({ [name]: "seen" });
    },
  );

  test("attack 101: hides a known secret wherever it turns up", () => {
    const error = new Error("535 bad login for usher:correct-horse", { cause: new Error("correct-horse again") });
    const { text } = written(
      (log) => log.error({ error, note: "with correct-horse", list: ["correct-horse"] }, "It was correct-horse."),
      "info",
      ["correct-horse", ""],
    );
    expect(text).not.toContain("correct-horse");
    expect(text).toContain("[hidden]");
  });

  test("tells of an error its name, code and message, and of its causes", () => {
    const cause = Object.assign(new Error("no space left"), { code: "ENOSPC" });
    const error = new TransientError("The store cannot write.", { cause });
    const { lines } = written((log) => log.warn({ error }, "A write failed."));
    expect(lines[0].error).toEqual({
      name: "TransientError",
      message: "The store cannot write.",
      cause: { name: "Error", code: "ENOSPC", message: "no space left" },
    });
  });

  test("tells where an error came from at level error only", () => {
    const error = new Error("Broken.");
    const { lines } = written((log) => {
      log.error({ error }, "one");
      log.warn({ error }, "two");
    });
    expect(lines[0].error.stack).toMatch(/^at .*log\.test\.ts/);
    expect(lines[1].error).not.toHaveProperty("stack");
  });

  test("attack 101: shows nothing else of an error, where libraries keep requests and settings", () => {
    const error = Object.assign(new Error("Refused."), { config: { auth: "canary" }, response: "canary" });
    expect(written((log) => log.error({ error }, "A call failed.")).text).not.toContain("canary");
  });

  test("attack 104: what somebody wrote cannot end a line or begin another", () => {
    const { text, lines } = written((log) => log.info({ id: 'a\n{"level":50}\u001b[31m"}{' }, "one\ntwo"));
    expect(lines).toHaveLength(1);
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  test("stays short, and survives whatever it is given", () => {
    const loop: { [name: string]: unknown } = {};
    loop["self"] = loop;
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, "x".repeat(1000)]));
    const odd = { loop, many, big: 1n, fn: () => 1, symbol: Symbol("s"), none: undefined, error: "thrown text" };
    const { text, lines } = written((log) => log.info(odd, "m".repeat(100_000)));
    expect(lines).toHaveLength(1);
    expect(text.length).toBeLessThan(60_000);
  });
});
