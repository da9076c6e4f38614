import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Post } from "../../adapters/slack/layout.ts";
import { renderMessage } from "../../adapters/slack/render.ts";
import type { TextMessage } from "../../src/domain/message.ts";
import { messageProblems, textsOf } from "../support/block-kit-check.ts";
import { anyTextMessage, hostileTexts } from "../support/slack-arbitraries.ts";

const plain: TextMessage = { kind: "text", text: "Which order is it?", choices: [], sensitive: false, author: null };
const render = (over: Partial<TextMessage>): readonly Post[] => renderMessage({ ...plain, ...over });
const types = (post: Post | undefined) => post?.blocks.map(({ type }) => type);
const sections = (posts: readonly Post[]) =>
  textsOf(
    posts.flatMap(({ blocks }) => blocks.filter((one) => one.type === "section")),
    "plain_text",
  );

/** The buttons under some posts. */
const buttons = (posts: readonly Post[]) =>
  posts.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === "actions" ? block.elements : [])));

describe("words for people", () => {
  test("are one section of plain text, and the same words where nothing is drawn", () => {
    const [post, ...further] = render({});
    expect(further).toEqual([]);
    expect(post?.text).toBe(plain.text);
    expect(post?.blocks).toEqual([
      {
        type: "section",
        text: { type: "plain_text", text: plain.text, emoji: false },
        expand: true,
        block_id: expect.stringMatching(/^[0-9a-f]{16}-0$/),
      },
    ]);
  });

  test("of an agent stand behind the agent's name", () => {
    const [post] = render({ text: "Hello", author: { id: "U1", name: "Ann" } });
    expect(sections([post as Post])).toEqual(["Ann: Hello"]);
    expect(post?.text).toBe("Ann: Hello");
  });

  test("have other block ids once they are edited, and the same when nothing changed", () => {
    const id = (text: string) => render({ text })[0]?.blocks[0]?.block_id;
    expect(id("one")).not.toBe(id("two"));
    expect(id("one")).toBe(id("one"));
  });

  test("that are long go on in further posts, cut between words", () => {
    const text = "The quick brown fox jumps over the lazy dog.\n".repeat(600);
    const posts = render({ text });
    expect(posts.length).toBeGreaterThan(1);
    expect(sections(posts).join("")).toBe(text);
    expect(sections(posts).every((part) => part.endsWith("\n"))).toBe(true);
    expect(posts.flatMap(messageProblems)).toEqual([]);
  });

  test("are never cut through the middle of a character, nor counted shorter than Slack stores them", () => {
    for (const text of ["😀".repeat(4000), "&".repeat(4000), "<".repeat(4000), '"'.repeat(9000), "\n".repeat(4000)]) {
      const posts = render({ text });
      expect(sections(posts).join("")).toBe(text);
      expect(posts.flatMap(messageProblems)).toEqual([]);
    }
  });
});

describe("answers as buttons", () => {
  test("hold the answer, each under an action id of its own", () => {
    expect(buttons(render({ choices: ["1001", "None of these"] }))).toEqual([
      expect.objectContaining({ type: "button", action_id: "choice:0", value: "1001" }),
      expect.objectContaining({ type: "button", action_id: "choice:1", value: "None of these" }),
    ]);
  });

  test("25 of 75 characters each stand under the question", () => {
    const choices = Array.from({ length: 25 }, (_, index) => `${index}`.padEnd(75, "x"));
    const posts = render({ choices });
    expect(buttons(posts)).toHaveLength(25);
    expect(posts).toHaveLength(1);
    expect(posts.flatMap(messageProblems)).toEqual([]);
  });

  test("with more words than a button shows are listed whole above, and the button holds the whole answer", () => {
    const long = "a very long answer ".repeat(10);
    const posts = render({ choices: ["short", long] });
    expect(sections(posts)).toContain(`1. short\n2. ${long}`);
    expect(buttons(posts)).toContainEqual(expect.objectContaining({ value: long }));
  });

  test("attack 76: an answer of 2,001 characters has no button and can be read whole and typed", () => {
    const posts = render({ choices: ["x".repeat(2001), "y".repeat(2000)] });
    expect(buttons(posts)).toHaveLength(1);
    expect(sections(posts).join("")).toContain("x".repeat(2001));
    expect(posts.flatMap(messageProblems)).toEqual([]);
  });

  test("below words that fill a message stand in a post of their own, which says what they are", () => {
    const posts = render({
      text: "x".repeat(11_900),
      choices: Array.from({ length: 25 }, (_, index) => `answer ${index}`),
    });
    expect(posts).toHaveLength(2);
    expect(types(posts[1])).toEqual(["actions"]);
    expect(posts[1]?.text).toBe("Choose one of these answers.");
  });
});

describe("a question whose answer must not be seen", () => {
  test("has a button for a private form, and asks not to write here", () => {
    const [post] = render({ sensitive: true });
    expect(types(post)).toEqual(["section", "context", "actions"]);
    expect(buttons([post as Post])).toEqual([expect.objectContaining({ action_id: "answer-privately" })]);
    expect(textsOf(post, "mrkdwn").join()).toContain("do not write the answer here");
  });
});

describe("what people typed is shown as they typed it", () => {
  test.each(hostileTexts.map((text) => [JSON.stringify(text), text]))("attack 69, 70, 71: %s", (_, text) => {
    const posts = render({ text, choices: [text], author: { id: "U1", name: text } });
    const [post] = posts;
    expect(textsOf(post?.blocks, "mrkdwn")).toEqual([]);
    expect(post?.text).not.toMatch(/[<>]/);
    expect(posts.flatMap(messageProblems)).toEqual([]);
    // The message asks Slack for nothing that would find names or links in it.
    expect(Object.keys(post ?? {})).toEqual(["text", "blocks"]);
    expect(JSON.stringify(post)).not.toMatch(/"emoji":true|"url"|link_names|parse/);
  });

  test("attack 69: entities are not read as what they stand for", () => {
    const [post] = render({ text: "&lt;!channel&gt;" });
    expect(sections([post as Post])).toEqual(["&lt;!channel&gt;"]);
    expect(post?.text).toBe("&amp;lt;!channel&amp;gt;");
  });

  test("control characters are shown by their numbers, and line ends are of one sort", () => {
    expect(sections(render({ text: "a\u0000b\r\nc\u001b[31m" }))).toEqual(["a⟨U+0000⟩b\nc⟨U+001B⟩[31m"]);
  });
});

test("any message fits Slack's limits, and every character of it is found again in its posts", () => {
  const control = /[^\P{Cc}\n\t]/gu;
  const number = (one: string) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  const sent = (text: string) => text.replaceAll("\r\n", "\n").toWellFormed().replace(control, number);
  fc.assert(
    fc.property(anyTextMessage, (message) => {
      const posts = renderMessage(message);
      expect(posts.flatMap(messageProblems)).toEqual([]);
      const words = sections(posts).join("");
      expect(words).toContain(sent(message.text));
      const values = buttons(posts).flatMap((one) => ("value" in one ? [one.value] : []));
      const lost = message.choices
        .map(sent)
        .filter(
          (choice, index) => choice !== "" && !values.includes(choice) && !words.includes(`${index + 1}. ${choice}`),
        );
      expect(lost).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
