import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeText } from "../../adapters/slack/escape.ts";
import { cut, lengthOf, split } from "../../adapters/slack/length.ts";
import { decodeEntities, readText, tokensOf } from "../../adapters/slack/text.ts";
import { anyText } from "../support/slack-arbitraries.ts";

const read = (raw: string) => readText(raw, "U0BOT").text;

describe("pitfall 27: what people type comes out as they typed it", () => {
  test.each([
    ["an address", "<mailto:jane@x.com|jane@x.com>", "jane@x.com"],
    ["an address in a sentence", "it's <mailto:jane@x.com|jane@x.com> thanks", "it's jane@x.com thanks"],
    ["an address in capitals", "<mailto:jane@x.com|Jane@X.com>", "Jane@X.com"],
    ["an address without a label", "<mailto:jane@x.com>", "jane@x.com"],
    ["an address with a subject", "<mailto:jane@x.com?subject=hi|jane@x.com>", "jane@x.com"],
    ["a phone number", "<tel:+49301234567|+49 30 1234567>", "+49 30 1234567"],
    ["a phone number without a label", "<tel:+49301234567>", "+49301234567"],
    ["a link", "<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"],
    ["a link typed without its scheme", "<http://example.com|example.com>", "example.com"],
    ["a link typed with its scheme", "<https://example.com/|https://example.com/>", "https://example.com/"],
    ["a person", "ask <@U1|maria>", "ask @maria"],
    ["a person without a name", "ask <@W1>", "ask @W1"],
    ["a channel", "see <#C1|general>", "see #general"],
    ["a channel without a name", "see <#C1|>", "see #C1"],
    ["a group", "ask <!subteam^S1|@team>", "ask @team"],
    ["a group without a name", "ask <!subteam^S1>", "ask @S1"],
    ["a date", "until <!date^1700000000^{date}|Nov 14, 2023>", "until Nov 14, 2023"],
    ["everybody", "<!channel> <!here|here> <!everyone>", "@channel @here @everyone"],
    ["entities", "R&amp;D &lt;3 &gt; 2", "R&D <3 > 2"],
    ["entities that were typed", "&amp;lt;b&amp;gt; &amp;amp;", "&lt;b&gt; &amp;"],
    ["brackets that were typed", "&lt;@U0BOT&gt; &lt;!channel&gt;", "<@U0BOT> <!channel>"],
    ["no-break spaces", "order\u00a01001\u202fplease", "order 1001 please"],
    ["half a character", "a\ud800b", "a\ufffdb"],
    ["an empty pair of brackets", "a<>b", "ab"],
    ["nothing", "", ""],
  ])("%s", (_, raw, typed) => {
    expect(read(raw)).toBe(typed);
  });

  test.each([
    ["a link with other words", "<https://evil.test|https://bank.test>", "https://evil.test"],
    ["an address with another one's words", "<mailto:evil@x.com|jane@x.com>", "evil@x.com"],
    ["a number with another one's words", "<tel:+490900|+49 30 1234567>", "+490900"],
  ])("%s says where it leads", (_, raw, typed) => {
    expect(read(raw)).toBe(typed);
  });
});

describe("the mention of the bot", () => {
  test.each([
    ["<@U0BOT> refund order 1001"],
    ["<@U0BOT|usher>, refund order 1001"],
    ["  <@U0BOT>: refund order 1001"],
    ["<@U0BOT> <@U0BOT> refund order 1001"],
  ])("in front is taken off: %s", (raw) => {
    expect(readText(raw, "U0BOT")).toEqual({ text: "refund order 1001", mentioned: true });
  });

  test("elsewhere stays in the words, and counts", () => {
    expect(readText("hello <@U0BOT>, a refund", "U0BOT")).toEqual({ text: "hello @usher, a refund", mentioned: true });
  });

  test("alone is what was written", () => {
    expect(readText("<@U0BOT>", "U0BOT")).toEqual({ text: "@usher", mentioned: true });
  });

  test("of somebody else, or typed in other ways, is none", () => {
    for (const raw of ["<@U1> refund", "&lt;@U0BOT&gt; refund", "@usher refund", "U0BOT refund"]) {
      expect(readText(raw, "U0BOT").mentioned).toBe(false);
    }
    expect(read("<@U1> refund")).toBe("@U1 refund");
    expect(read(", refund")).toBe(", refund");
  });
});

test("the pieces of a message keep the ids of people, channels and groups", () => {
  expect(tokensOf("give <@U1|Ann &amp; Bo> <#C1|general> &amp; <!subteam^S1|@team>")).toEqual([
    { kind: "words", words: "give " },
    { kind: "user", id: "U1", name: "Ann & Bo" },
    { kind: "words", words: " " },
    { kind: "channel", id: "C1", name: "general" },
    { kind: "words", words: " & " },
    { kind: "group", id: "S1", name: "team" },
  ]);
});

describe("escaped text", () => {
  test("attack 69: comes back as it was, and holds no bracket", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeText(text)).not.toMatch(/[<>]/);
        expect(decodeEntities(escapeText(text))).toBe(text);
        expect(tokensOf(escapeText(text)).every(({ kind }) => kind === "words")).toBe(true);
      }),
    );
  });

  test("what somebody types is read as it was typed, whatever it is", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const typed = text.toWellFormed();
        expect(readText(escapeText(typed), "U0BOT")).toEqual({
          text: typed.replace(/[\u00a0\u2007\u202f]/g, " "),
          mentioned: false,
        });
      }),
    );
  });
});

describe("parts of a text", () => {
  const most = fc.integer({ min: 12, max: 400 });
  const whole = anyText.map((text) => text.toWellFormed());
  test("are short enough, are no halves of characters, and make up the text", () => {
    fc.assert(
      fc.property(whole, most, (text, length) => {
        const parts = split(text, length);
        expect(parts.join("")).toBe(text);
        expect(parts.every((part) => lengthOf(part) <= length && part.isWellFormed())).toBe(true);
        expect(parts.filter((part) => part === "")).toHaveLength(text === "" ? 1 : 0);
      }),
    );
  });

  test("a cut text is its beginning, with an ellipsis where something is left out", () => {
    fc.assert(
      fc.property(whole, most, (text, length) => {
        const short = cut(text, length);
        expect(lengthOf(short)).toBeLessThanOrEqual(length);
        expect(short.isWellFormed()).toBe(true);
        expect(short === text || (short.endsWith("…") && text.startsWith(short.slice(0, -1)))).toBe(true);
      }),
    );
  });
});
