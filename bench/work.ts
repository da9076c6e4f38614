import type { Card } from "../src/domain/card.ts";
import { approve, type BenchBot, openBenchBot, personIn, write } from "./bot.ts";

/** Drives conversations through work W: the refund procedure from the first message to the ticket number. */
export interface Driver {
  readonly bot: BenchBot;
  /** One run of W in a conversation; resolves when its last message has gone out. */
  run(conversation: string): Promise<void>;
  /** Its beginning, up to the first question. */
  untilQuestion(conversation: string): Promise<void>;
  /** Its first half, up to the approval; answers the approval's id. */
  untilApproval(conversation: string): Promise<string>;
  /** Writes and resolves, with the ms it took, when the next message that fits has gone out. */
  ask(conversation: string, text: string, awaited: RegExp): Promise<number>;
}

interface Waiting {
  readonly fits: (text: string) => boolean;
  readonly tell: (id: string) => void;
}

const words = {
  order: /order number/,
  reason: /why would you like/,
  ticket: /ticket number is/,
} as const;

/** Opens the bot and answers how to drive it. */
export async function openDriver(folder: string, shopUrl: string): Promise<Driver> {
  const waiting = new Map<string, Waiting>();
  const tell = (name: string, text: string, id: string): void => {
    const found = waiting.get(name);
    if (found === undefined || !found.fits(text)) return;
    waiting.delete(name);
    found.tell(id);
  };
  // A turn of an earlier process over the same folder must not be taken for this one.
  let turns = Date.now();
  const bot = await openBenchBot(folder, shopUrl, (to, message, effectId) => {
    if (message.kind === "text") tell(to, message.text, effectId);
    else if (message.card.kind === "approval") tell(customerOn(message.card), "approval", message.card.pressId ?? "");
  });
  const next = (name: string, fits: (text: string) => boolean): Promise<string> =>
    new Promise((resolve) => waiting.set(name, { fits, tell: resolve }));
  const say = async (conversation: string, text: string, awaited: RegExp): Promise<void> => {
    const answered = next(conversation, (answer) => awaited.test(answer));
    await write(bot, conversation, text, `${conversation}-${turns++}`);
    await answered;
  };
  const untilApproval = async (conversation: string): Promise<string> => {
    await say(conversation, "I want a refund", words.order);
    await say(conversation, "1001", words.reason);
    const card = next(personIn(conversation), (text) => text === "approval");
    await write(bot, conversation, "It arrived broken", `${conversation}-${turns++}`);
    return card;
  };
  return {
    bot,
    untilQuestion: (conversation) => say(conversation, "I want a refund", words.order),
    untilApproval,
    async run(conversation) {
      const card = await untilApproval(conversation);
      const done = next(conversation, (answer) => words.ticket.test(answer));
      await approve(bot, card);
      await done;
    },
    async ask(conversation, text, awaited) {
      const started = performance.now();
      await say(conversation, text, awaited);
      return performance.now() - started;
    },
  };
}

// A card does not name its conversation, but its customer, and each customer here has one conversation.
function customerOn({ sections }: Card): string {
  const value = sections.find(({ label }) => label === "Customer")?.fields[0]?.value;
  return typeof value === "object" && "person" in value ? value.person.id : "";
}
