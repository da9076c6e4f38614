import { type BenchBot, approve, openBenchBot, write } from "./bot.ts";

/** Drives conversations through work W: the refund procedure from the first message to the ticket number. */
export interface Driver {
  readonly bot: BenchBot;
  /** One run of W in a conversation; resolves when its last message has gone out. */
  run(conversation: string): Promise<void>;
  /** Writes and resolves, with the ms it took, when the next message that fits has gone out. */
  ask(conversation: string, text: string, awaited: RegExp): Promise<number>;
}

interface Waiting {
  readonly fits: (text: string) => boolean;
  readonly tell: (id: string) => void;
}

const words = {
  ask: /order number/,
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
  let turns = 0;
  const bot = await openBenchBot(folder, shopUrl, (to, message, effectId) => {
    if (message.kind === "text") tell(to, message.text, effectId);
    // A card's id says whose it is: it begins with the conversation's nonce, so it is found by the customer on it.
    else if (message.card.kind === "approval") tell(customerOn(message.card), "approval", message.card.pressId ?? "");
  });
  const next = (name: string, fits: (text: string) => boolean): Promise<string> =>
    new Promise((resolve) => waiting.set(name, { fits, tell: resolve }));
  const say = async (conversation: string, text: string, awaited: RegExp): Promise<void> => {
    const answered = next(conversation, (answer) => awaited.test(answer));
    await write(bot, conversation, text, `${conversation}-${turns++}`);
    await answered;
  };
  return {
    bot,
    async run(conversation) {
      await say(conversation, "I want a refund", words.ask);
      await say(conversation, "1001", words.reason);
      const card = next(`person-${conversation}`, (text) => text === "approval");
      await write(bot, conversation, "It arrived broken", `${conversation}-${turns++}`);
      const done = next(conversation, (answer) => words.ticket.test(answer));
      await approve(bot, await card);
      await done;
    },
    async ask(conversation, text, awaited) {
      const started = performance.now();
      await say(conversation, text, awaited);
      return performance.now() - started;
    },
  };
}

function customerOn(card: { readonly sections: readonly { readonly label: string; readonly fields: readonly object[] }[] }) {
  const value = card.sections.find(({ label }) => label === "Customer")?.fields[0];
  const text = value !== undefined && "value" in value && typeof value.value === "string" ? value.value : "";
  return /\((.*)\)$/.exec(text)?.[1] ?? "";
}
