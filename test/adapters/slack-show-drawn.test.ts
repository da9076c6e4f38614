import { RespondError } from "@slack/bolt";
import { describe, expect, test } from "vitest";
import { RefusedError } from "../../adapters/slack/errors.ts";
import { respondWith, showDrawn } from "../../adapters/slack/show-drawn.ts";
import { TransientError } from "../../src/ports/errors.ts";

/** In which forms something was shown, when the first attempt ends so. */
async function formsShown(first: () => Promise<unknown>) {
  const forms: string[] = [];
  const ended = await showDrawn((form) => {
    forms.push(form);
    return forms.length === 1 ? first() : Promise.resolve();
  }).then(
    () => "shown",
    (error: unknown) => error,
  );
  return { forms, ended };
}

const post = { text: "Procedures", blocks: [] };
const answered = (answer: () => Promise<Response>) => () => respondWith(answer, post);
const says = (body: string) => answered(async () => new Response(body));
const status = (code: number) =>
  answered(async () => {
    throw new RespondError("Failed", code);
  });

describe("what Slack does not take as tables is shown in lines", () => {
  test.each([
    ["a refusal of the blocks", () => Promise.reject(new RefusedError("No", "invalid_blocks"))],
    ["a status", status(400)],
    ["another status", status(404)],
    ["a word in what looks like a success", says('{"ok":false,"error":"invalid_blocks"}')],
  ])("%s", async (_what, first) => {
    expect(await formsShown(first)).toEqual({ forms: ["blocks", "lines"], ended: "shown" });
  });
});

describe("anything else stays what it is", () => {
  test.each([
    ["a success", says("ok"), "shown"],
    ["a success in JSON", says('{"ok":true}'), "shown"],
    ["another refusal", () => Promise.reject(new RefusedError("No", "user_not_in_channel")), RefusedError],
    ["another word", says('{"ok":false,"error":"expired_url"}'), RefusedError],
    ["too many calls", status(429), RespondError],
    ["a Slack in trouble", status(503), RespondError],
    ["no answer", () => Promise.reject(new TransientError("No")), TransientError],
  ])("%s", async (_what, first, end) => {
    const { forms, ended } = await formsShown(first);
    expect(forms).toEqual(["blocks"]);
    if (typeof end === "string") expect(ended).toBe(end);
    else expect(ended).toBeInstanceOf(end);
  });
});
