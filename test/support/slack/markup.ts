import { type Fields, fieldsOf, textOf } from "./fields.ts";

/**
 * Something in a text that Slack would not show as it was written. `notify`: it rings somebody's bell. `where`: the part of
 * the message, as a path.
 */
export interface Markup {
  readonly kind: "notify" | "channel" | "link";
  readonly where: string;
  readonly what: string;
}

/** What was sent as one message; `linkNames`: whether Slack is to look for plain `@channel` too. */
export interface Sent {
  readonly text: string;
  readonly blocks: readonly Fields[];
  readonly attachments?: readonly Fields[];
  readonly linkNames?: boolean;
}

/**
 * Finds every mention, channel and link that Slack would make out of a message. Plain text makes none, and neither do
 * `&lt;` and `&gt;`. In code it counts, too: what Slack does there is not documented. Pure.
 */
export function markupIn({ text, blocks, attachments = [], linkNames = false }: Sent): readonly Markup[] {
  return [
    ...inText(text, "text", linkNames),
    ...inside(blocks, "blocks", linkNames),
    ...attachments.flatMap((attachment, at) => [
      ...["text", "pretext", "title", "fallback"].flatMap((part) =>
        inText(textOf(attachment[part]) ?? "", `attachments/${at}/${part}`, linkNames),
      ),
      ...inside(attachment["blocks"], `attachments/${at}/blocks`, linkNames),
    ]),
  ];
}

const forms: readonly { readonly kind: Markup["kind"]; readonly form: RegExp }[] = [
  { kind: "notify", form: /<!(?:channel|here|everyone|group)(?:\|[^<>]*)?>/gi },
  { kind: "notify", form: /<!subteam\^[A-Z0-9]+(?:\|[^<>]*)?>/g },
  { kind: "notify", form: /<@[UW][A-Z0-9]+(?:\|[^<>]*)?>/g },
  { kind: "channel", form: /<#[CG][A-Z0-9]+(?:\|[^<>]*)?>/g },
  { kind: "link", form: /<(?:https?|mailto|tel|slack):[^<>|\s][^<>|]*(?:\|[^<>]*)?>/gi },
];

const plainNames = /(?<![\w.@])@(?:channel|here|everyone)\b/gi;

function inText(text: string, where: string, linkNames: boolean): readonly Markup[] {
  const found = forms.flatMap(({ kind, form }) => [...text.matchAll(form)].map(([what]) => ({ kind, where, what })));
  if (!linkNames) return found;
  return [...found, ...[...text.matchAll(plainNames)].map(([what]) => ({ kind: "notify" as const, where, what }))];
}

/** Walks through blocks: whatever is mrkdwn or rich text, at any depth. */
function inside(value: unknown, where: string, linkNames: boolean): readonly Markup[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown, at) => inside(one, `${where}/${at}`, linkNames));
  if (typeof value !== "object" || value === null) return [];
  const fields = fieldsOf(value);
  const own = inObject(fields, where, linkNames);
  return [...own, ...Object.entries(fields).flatMap(([name, one]) => inside(one, `${where}/${name}`, linkNames))];
}

function inObject(fields: Fields, where: string, linkNames: boolean): readonly Markup[] {
  const text = textOf(fields["text"]) ?? "";
  switch (fields["type"]) {
    case "mrkdwn":
      return inText(text, where, linkNames);
    case "markdown":
      return [...inText(text, where, linkNames), ...inMarkdown(text, where)];
    case "user":
      return [{ kind: "notify", where, what: `<@${textOf(fields["user_id"]) ?? ""}>` }];
    case "usergroup":
      return [{ kind: "notify", where, what: `<!subteam^${textOf(fields["usergroup_id"]) ?? ""}>` }];
    case "broadcast":
      return [{ kind: "notify", where, what: `<!${textOf(fields["range"]) ?? ""}>` }];
    case "channel":
      return [{ kind: "channel", where, what: `<#${textOf(fields["channel_id"]) ?? ""}>` }];
    case "link":
      return [{ kind: "link", where, what: textOf(fields["url"]) ?? "" }];
    default:
      return [];
  }
}

function inMarkdown(text: string, where: string): readonly Markup[] {
  return [...text.matchAll(/\[[^\]]*\]\([^)\s]+\)/g)].map(([what]) => ({ kind: "link", where, what }));
}
