import { answerTo } from "../../examples/backend/answers.ts";
import type { Card } from "../../src/domain/card.ts";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import type { CardRef } from "../../src/domain/ids.ts";
import { addressSchema, cardRefSchema } from "../../src/domain/ids.ts";
import { type Json, jsonSchema } from "../../src/domain/json.ts";
import type { Mail } from "../../src/domain/mail.ts";
import type { OutMessage, TextMessage } from "../../src/domain/message.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Press, Receipt } from "../../src/domain/press.ts";
import type { Channel, Inbound } from "../../src/ports/channel.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Http } from "../../src/ports/http.ts";
import type { Mailer } from "../../src/ports/mail.ts";
import type { Store } from "../../src/ports/store.ts";
import { withText } from "../support/answered.ts";

/** Where the agents read. */
export const agentsAddress = addressSchema.parse("agents");

/** One message that arrived at the platform; `first`: nothing of its effect id had arrived before. */
export interface Post {
  readonly owner: string;
  readonly to: string;
  readonly effectId: string;
  readonly message: OutMessage;
  readonly mayHaveBeenSent: boolean;
  readonly first: boolean;
}

/** One request that arrived at the company's backend. */
export interface Arrival {
  readonly owner: string;
  readonly key: string;
  readonly request: HttpRequest;
  readonly carriedOut: boolean;
  /** What it answers when it answers. */
  readonly value: Json;
}

/** What the backend does with the first POST: answers, or leaves it unknown, having done it or not. */
export type FirstPost = "answers" | "done, but no answer" | "not done, and no answer";

/** One thing that broke: which oracle, and what. */
export interface Broken {
  readonly oracle: string;
  readonly what: string;
}

/**
 * The world around all boots of one run: fake channel, backend and mail server, each with a journal of what reached it.
 * It outlives every crash. Only `broken` judges here: what can be seen only in the moment of the arrival.
 */
export class CrashWorld {
  readonly posts: Post[] = [];
  readonly arrivals: Arrival[] = [];
  readonly mails: { readonly owner: string; readonly mail: Mail }[] = [];
  readonly tickets: { readonly effectId: string; readonly subject: string; readonly priority: string }[] = [];
  readonly leads: { readonly effectId: string; readonly email: string; readonly companySize: number | null }[] = [];
  readonly receipts: { readonly press: Press; readonly receipt: Receipt }[] = [];
  readonly broken: Broken[] = [];
  /** The cards as they stand now, by the effect that posted them, oldest first. */
  readonly cards = new Map<string, Card>();
  /** What stands in the place of messages of the customer that were edited. */
  readonly edited = new Map<string, TextMessage>();
  readonly #clock: Clock;
  readonly #firstPost: FirstPost;
  readonly #backendMs: number;
  /** Who holds which conversation. */
  readonly #holders = new Map<string, { readonly owner: string; readonly until: number } | null>();

  /** `backendMs`: how long the backend takes to answer what it has done. */
  constructor(clock: Clock, firstPost: FirstPost, backendMs: number) {
    this.#clock = clock;
    this.#firstPost = firstPost;
    this.#backendMs = backendMs;
  }

  /** What the customer has read, in order. */
  get texts(): readonly string[] {
    return this.posts.flatMap(({ to, message, first }) =>
      first && to !== agentsAddress && message.kind === "text" ? [message.text] : [],
    );
  }

  /** Which choices the customer's messages show as chosen, as "Which size? Large"; null where none was. */
  get chosen(): readonly string[] {
    return [...this.edited.values()].map(({ text, chosen }) => `${text} ${chosen}`);
  }

  /** The platform as a boot sees it. A second arrival of an effect id is not shown again, as in the playground. */
  channel(owner: string): Channel {
    return {
      name: "web",
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      send: async (to, message, { effectId, mayHaveBeenSent }) => {
        this.begins(owner, `send of ${effectId}`);
        const first = !this.posts.some((post) => post.effectId === effectId);
        this.posts.push({ owner, to, effectId, message, mayHaveBeenSent, first });
        if (first && message.kind === "card") this.cards.set(effectId, message.card);
        return refOf(effectId);
      },
      edit: async (card, message) => {
        this.begins(owner, `edit of ${card}`);
        if (message.kind === "card") this.cards.set(card.slice("card:".length), message.card);
        else this.edited.set(card, message);
      },
    };
  }

  /** The way to the backend. It keeps the promise of its port: after `startBefore` nothing leaves. */
  http(owner: string): Http {
    return {
      send: async (request, { startBefore }) => {
        if (this.#clock.monotonic() > startBefore) return { kind: "notSent", reason: "too late", retryAfterMs: 0 };
        this.begins(owner, `request ${request.method} ${request.url}`);
        const outcome = this.#answer(owner, request);
        if (this.#backendMs > 0) await new Promise<void>((resolve) => this.#clock.after(this.#backendMs, resolve));
        return withText(outcome);
      },
    };
  }

  mailer(owner: string): Mailer {
    return {
      send: async (mail) => {
        this.begins(owner, `mail ${mail.effectId}`);
        this.mails.push({ owner, mail });
        return { kind: "done", value: null };
      },
    };
  }

  /** The same way in, with a journal of every receipt that was given, though it may never have come to anybody. */
  inbound(inbound: Inbound): Inbound {
    return {
      event: (place, event) => inbound.event(place, event),
      press: async (workspace, press) => {
        const receipt = await inbound.press(workspace, press);
        this.receipts.push({ press: this.told(press), receipt });
        return receipt;
      },
      startable: (workspace, person, by) => inbound.startable(workspace, person, by),
      start: (place, slug, turn, by) => inbound.start(place, slug, turn, by),
      answerTo: (place, card, turn) => inbound.answerTo(place, card, turn),
      underCard: (workspace, card, turn) => inbound.underCard(workspace, card, turn),
      command: (workspace, command) => inbound.command(workspace, command),
    };
  }

  /** A press in the words of the stories. */
  told(press: Press): Press {
    return press;
  }

  /** The same store, with a journal of what was asked of it from outside, and of who holds the conversation. */
  store(store: Store): Store {
    const { conversations, tickets, leads } = store;
    return {
      ...store,
      conversations: {
        ...conversations,
        save: async (next) => {
          await conversations.save(next);
          this.#holders.set(next.id, next.lease);
        },
      },
      tickets: {
        ...tickets,
        create: (draft) => {
          const { effectId, subject, priority } = draft;
          this.tickets.push({ effectId, subject, priority });
          return tickets.create(draft);
        },
      },
      leads: {
        ...leads,
        upsert: (draft) => {
          const { effectId, email, companySize } = draft;
          this.leads.push({ effectId, email, companySize });
          return leads.upsert(draft);
        },
      },
    };
  }

  /** Oracle O6: only who holds the lease begins an effect, and only while it lasts. To be called when it arrives. */
  begins(owner: string, what: string): void {
    const holders = [...this.#holders.values()].filter((holder) => holder !== null);
    if (holders.some((holder) => holder.owner === owner && holder.until >= this.#clock.now())) return;
    const state = holders.length === 0 ? "nobody holds it" : `${holders.map((holder) => holder.owner)} holds it`;
    this.broken.push({ oracle: "O6", what: `${owner} began the ${what} though ${state}` });
  }

  #answer(owner: string, request: HttpRequest): Outcome {
    const posts = this.arrivals.filter((one) => one.request.method === "POST");
    const isFirstPost = request.method === "POST" && posts.length === 0;
    const manner = isFirstPost ? this.#firstPost : "answers";
    const refunds = posts.filter(({ carriedOut }) => carriedOut).length;
    const { pathname } = new URL(request.url);
    const { status, body, effect } = answerTo(request.method, pathname, 1001 + refunds, this.#clock.now());
    const carriedOut = effect && manner !== "not done, and no answer";
    const value = jsonSchema.parse(body);
    this.arrivals.push({ owner, key: request.headers["idempotency-key"] ?? "", request, carriedOut, value });
    if (manner !== "answers") return { kind: "unknown", reason: "no answer" };
    return status < 300 ? { kind: "done", value } : { kind: "failed", reason: `it answered ${status}` };
  }
}

/** How the platform names the message of an effect. */
export function refOf(effectId: string): CardRef {
  return cardRefSchema.parse(`card:${effectId}`);
}
