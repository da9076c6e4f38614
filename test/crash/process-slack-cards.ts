import { company } from "../support/slack/company.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { type Fields, fieldsOf, labelOf, listOf, textOf } from "../support/slack/fields.ts";
import { buttonsOn, markOf } from "./process-slack-scene.ts";

/** A decision as a card reports it. `at`: the second of it, in Unix ms. */
export interface Reported {
  readonly action: "approve" | "reject" | "happened" | "runAgain" | "stop";
  readonly by: string;
  readonly at: number;
}

/** Everything that ever stood on one message which had buttons. */
export interface SlackCard {
  readonly ts: string;
  /** What was approved or rejected here; null: nothing. */
  readonly approval: string | null;
  /** The questions about an unknown outcome that stood here. */
  readonly questions: ReadonlySet<string>;
  readonly reported: readonly Reported[];
}

/** The cards of the agents channel, by every version of them that Slack has taken: the post, and each edit. */
export function cardsIn(slack: FakeSlack): readonly SlackCard[] {
  return [...versionsIn(slack)].flatMap(([ts, versions]) => {
    const buttons = versions.flatMap((blocks) => [...buttonsOn(blocks)]);
    if (buttons.length === 0) return [];
    const approval = buttons.find(([action]) => action === "approve")?.[1] ?? null;
    const questions = new Set(buttons.flatMap(([action, id]) => (action === "runAgain" ? [id] : [])));
    return [{ ts, approval, questions, reported: versions.flatMap(reportedOn) }];
  });
}

function versionsIn(slack: FakeSlack): ReadonlyMap<string, readonly (readonly Fields[])[]> {
  const versions = new Map<string, (readonly Fields[])[]>();
  const standing = slack.messagesIn(company.agents).filter(({ botId }) => botId !== null);
  // An answer that was lost names no message, so a post is found by its mark: of several with one mark, each is its own.
  const byMark = Map.groupBy(standing, (message) => keyOf(message));
  for (const { n, method, args, carriedOut } of slack.journal.calls) {
    if (!carriedOut || args["channel"] !== company.agents) continue;
    const isPost = method === "chat.postMessage";
    if (!isPost && method !== "chat.update") continue;
    const posted = isPost ? byMark.get(keyOf({ metadata: fieldsOf(args["metadata"]) }))?.shift()?.ts : null;
    const ts = (isPost ? posted : textOf(args["ts"])) ?? `call ${n}`;
    versions.set(ts, [...(versions.get(ts) ?? []), listOf(args["blocks"])]);
  }
  return versions;
}

function keyOf(message: Parameters<typeof markOf>[0]): string {
  const mark = markOf(message);
  return mark === null ? "no mark" : `${mark.effect} ${mark.part}`;
}

const words: { readonly [action in Reported["action"]]: RegExp } = {
  approve: /Approved by .*\b(U0\w+)/,
  reject: /Rejected by .*\b(U0\w+)/,
  happened: /“It happened”, said .*\b(U0\w+)/,
  runAgain: /“Run again”, said .*\b(U0\w+)/,
  stop: /Stopped by .*\b(U0\w+)/,
};

/** The outcome lines that name somebody. */
function reportedOn(blocks: readonly Fields[]): readonly Reported[] {
  return blocks.flatMap((block) => {
    const [said, moment] = listOf(block["elements"]).map((element) => labelOf({ text: element["text"] }) ?? "");
    const at = Number(/^<!date\^(\d+)\^/.exec(moment ?? "")?.[1]) * 1000;
    return Object.entries(words).flatMap(([action, pattern]) => {
      const by = pattern.exec(said ?? "")?.[1];
      return by === undefined ? [] : [{ action: action as Reported["action"], by, at }];
    });
  });
}
