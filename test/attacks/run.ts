import type { Place } from "../../adapters/http/connector.ts";
import { call } from "../../src/app/call.ts";
import type { Effect, Outgoing } from "../../src/domain/effect.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Http } from "../../src/ports/http.ts";
import type { Answer } from "../../src/ports/store.ts";
import { type Chat, chatAbout, type World } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { createLogBook } from "../support/playground.ts";
import { createProbe, type ProbeOptions } from "./probe.ts";

/** Where the hostile value of `chatWith` comes from; no test reaches it. */
const source = "https://data.example.com/";

/**
 * A chat whose run has got this value from a company's system, as `data.x`, and then walks these steps. Calls of these
 * steps are held back.
 */
export function chatWith(value: Json, steps: readonly object[], world: Omit<World, "procedures"> = {}): Chat {
  const fetching = { id: "fetch", kind: "call", url: source, response: "data" };
  const chat = chatAbout([fetching, ...steps], {
    answer: (of) => (isSource(of) ? { kind: "done", value: { x: value } } : { kind: "done", value: null }),
    hold: (of) => of.effect.kind === "call" && !isSource(of),
    ...world,
  });
  return chat.say("start");
}

function isSource({ effect }: Outgoing): boolean {
  return effect.kind === "call" && effect.request.url === source;
}

type Call = Effect & { readonly kind: "call" };

/** The calls of these steps, in order, without the one for the hostile value. */
export function callsOf({ performed }: Chat): readonly (Outgoing & { readonly effect: Call })[] {
  return performed.flatMap((of) => (of.effect.kind === "call" && !isSource(of) ? [{ ...of, effect: of.effect }] : []));
}

/** Performs a call that was held back, by the real use case over this way out, and lets the chat go on with it. */
export async function performCall(
  chat: Chat,
  http: Http,
): Promise<{ readonly outcome: Outcome; readonly answers: readonly Answer[] }> {
  const of = callsOf(chat).at(-1);
  if (of === undefined) throw new Error("no call was asked for");
  const answers: Answer[] = [];
  const store = {
    answers: { put: async (kept: Answer) => void answers.push(kept), load: async () => null, prune: async () => {} },
  };
  const options = { http, store, clock: createFakeClock(), log: createLogBook() };
  const outcome = await call(options, chat.conversation, of, of.effect, Number.POSITIVE_INFINITY);
  chat.settle(of, outcome);
  return { outcome, answers };
}

/** What a procedure with a call to this URL comes to, over the real way out. `dialled`: where a socket would be opened. */
export async function callStep(
  url: string,
  options: ProbeOptions & { readonly connections?: { readonly [name: string]: string } } = {},
): Promise<{ readonly chat: Chat; readonly outcome: Outcome | null; readonly dialled: readonly Place[] }> {
  const { connections = {}, ...probed } = options;
  const probe = createProbe(probed);
  const chat = chatAbout([{ id: "hostile", kind: "call", method: "POST", url, body: {} }], {
    hold: ({ effect }) => effect.kind === "call",
    settings: { connections },
  }).say("start");
  const asked = callsOf(chat).length > 0;
  const outcome = asked ? (await performCall(chat, probe.http)).outcome : null;
  return { chat, outcome, dialled: probe.dialled };
}

/** Why the agents were given the conversation; "" if they were not. */
export function handOffReason({ cards }: Chat): string {
  const card = cards.find((one) => one.card.kind === "handOff")?.card;
  return card?.sections[0]?.fields[0]?.value.toString() ?? "";
}
