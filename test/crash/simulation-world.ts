import { setImmediate } from "node:timers/promises";
import { cardRefSchema } from "../../src/domain/ids.ts";
import type { Json } from "../../src/domain/json.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Route } from "../../src/domain/route.ts";
import type { Channel } from "../../src/ports/channel.ts";
import { PermanentError, TransientError } from "../../src/ports/errors.ts";
import type { Http } from "../../src/ports/http.ts";
import type { Mailer } from "../../src/ports/mail.ts";
import type { Model } from "../../src/ports/model.ts";
import { withText } from "../support/answered.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { createFaults, type Faults } from "./simulation-faults.ts";
import { createJournal, type Journal, type Post } from "./simulation-journal.ts";
import type { Random } from "./simulation-random.ts";

/** Ways to break the world's own promises, to see that somebody notices. */
export type Sabotage = "doublePost" | "doubleRequest" | "otherBytes" | "lostTurn" | "everyPressCounts";

/** Everything around Usher: time, who takes turns in it, and the journals. It outlives every instance. */
export interface World {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly sabotage: Sabotage | null;
  /** Waits until the simulation lets the caller go on, in an order that the seed decides. */
  beat(): Promise<void>;
  /** Lets callers go on, at most so many times; answers whether nobody waits any more. */
  pump(most?: number): Promise<boolean>;
}

/** Makes a world in which nothing has happened. */
export function createWorld(random: Random, sabotage: Sabotage | null = null): World {
  const waiting: (() => void)[] = [];
  return {
    clock: createFakeClock(1_800_000_000_000),
    random,
    faults: createFaults(),
    journal: createJournal(),
    sabotage,
    beat: () => new Promise((resolve) => waiting.push(resolve)),
    pump: async (most = 50_000) => {
      await setImmediate();
      for (let beats = 0; waiting.length > 0; beats += 1) {
        if (beats >= most) return false;
        const [next] = waiting.splice(random.below(waiting.length), 1);
        next?.();
        await setImmediate();
      }
      return true;
    },
  };
}

function sleep({ clock }: World, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

// What the shell adds to a port's own time before it gives up.
const graceMs = 1000;

/** The platform on which everybody talks, as one boot sees it. It does not look for earlier copies, as Teams cannot. */
export function channelOf(world: World, boot: string): Channel {
  const { faults, journal, clock } = world;
  return {
    name: "web",
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    send: async (to, message, { effectId, mayHaveBeenSent }) => {
      const began = clock.monotonic();
      const crashes = faults.fired["crash"];
      const fault = faults.take("channel");
      const settledBefore = journal.settled.has(effectId);
      const show = (how: Partial<Post>): void => {
        const plain = { refused: false, clean: true, late: false, settledBefore };
        journal.posts.push({ effectId, to, message, boot, mayHaveBeenSent, ...plain, ...how });
        if (world.sabotage === "doublePost")
          journal.posts.push({ effectId, to, message, boot, mayHaveBeenSent, ...plain });
      };
      if (fault?.kind === "throttled") throw new TransientError("Too many posts.", { retryAfterMs: 3000 });
      if (fault?.kind === "lostOnTheWay") throw new Error("The connection broke.");
      if (fault?.kind === "slow") await sleep(world, fault.ms);
      const late = clock.monotonic() - began >= limits.sendTimeoutMs + graceMs || faults.fired["crash"] !== crashes;
      const refused = fault?.kind === "refusedForGood";
      show({ refused, late, clean: !late && fault?.kind !== "shownButNoAnswer" });
      if (refused) throw new PermanentError("That is not allowed here.");
      if (fault?.kind === "shownButNoAnswer") throw new Error("The connection broke.");
      return cardRefSchema.parse(`card-${effectId}`);
    },
    edit: async (card, message) => {
      const fault = faults.take("channel");
      if (fault?.kind === "throttled") throw new TransientError("Too many edits.");
      if (fault?.kind === "refusedForGood") throw new PermanentError("That is not allowed here.");
      if (fault?.kind === "lostOnTheWay") throw new Error("The connection broke.");
      // Shown at once: an edit that arrives after its sender has given up could undo a later one, on any platform.
      journal.edits.push({ of: card.replace("card-", ""), message });
      if (fault?.kind === "slow") await sleep(world, fault.ms);
      if (fault?.kind === "shownButNoAnswer") throw new Error("The connection broke.");
    },
  };
}

/** The company's systems. */
export function backendOf(world: World): Http {
  return {
    send: async ({ method, url, headers, body }, { startBefore, timeoutMs }) => {
      const began = world.clock.monotonic();
      const { fault, outcome } = takeHttpFault(world);
      if (fault?.kind === "slowToLeave") await sleep(world, fault.ms);
      if (world.clock.monotonic() > startBefore) return { kind: "notSent", reason: "too late", retryAfterMs: 0 };
      if (outcome?.arrives === false) return withText(outcome.outcome);
      const key = headers["idempotency-key"] ?? "";
      const disturbed = world.sabotage === "otherBytes" ? String(world.journal.arrivals.length) : "";
      const bytes = JSON.stringify([method, url, headers, body, disturbed]);
      arrive(world, { key, method, url, body, bytes, turnedAway: outcome?.turnedAway ?? false });
      if (outcome !== null) return withText(outcome.outcome);
      if (fault?.kind === "slow") await sleep(world, fault.ms);
      if (world.clock.monotonic() - began >= timeoutMs) return { kind: "unknown", reason: "no answer in time" };
      return withText({ kind: "done", value: answerTo(url, key) });
    },
  };
}

/** The company's mail server. */
export function mailerOf(world: World): Mailer {
  return {
    send: async (mail, timeoutMs) => {
      const began = world.clock.monotonic();
      const { fault, outcome } = takeHttpFault(world);
      if (fault?.kind === "slowToLeave") await sleep(world, fault.ms);
      if (world.clock.monotonic() - began >= timeoutMs) return { kind: "notSent", reason: "late", retryAfterMs: null };
      if (outcome?.arrives === false) return outcome.outcome;
      const { effectId, to, subject, body } = mail;
      const bytes = JSON.stringify([to, subject, body]);
      // A mail that is turned away has not arrived.
      if (outcome?.turnedAway === true) return outcome.outcome;
      arrive(world, { key: effectId, method: "MAIL", url: `mailto:${to}`, body, bytes, turnedAway: false });
      if (fault?.kind === "slow") await sleep(world, fault.ms);
      if (world.clock.monotonic() - began >= timeoutMs) return { kind: "unknown", reason: "no answer in time" };
      return outcome?.outcome ?? { kind: "done", value: null };
    },
  };
}

function arrive({ journal, sabotage }: World, arrival: Journal["arrivals"][number]): void {
  journal.arrivals.push(arrival);
  if (sabotage === "doubleRequest") journal.arrivals.push(arrival);
}

interface BadOutcome {
  readonly arrives: boolean;
  readonly turnedAway: boolean;
  readonly outcome: Outcome;
}

function takeHttpFault({ faults, random }: World) {
  const fault = faults.take("http");
  const bad = (arrives: boolean, turnedAway: boolean, outcome: Outcome): BadOutcome => ({
    arrives,
    turnedAway,
    outcome,
  });
  const outcomes: { readonly [kind: string]: () => BadOutcome } = {
    unreachable: () => bad(false, false, { kind: "notSent", reason: "refused", retryAfterMs: null }),
    throttled: () =>
      bad(true, true, { kind: "notSent", reason: "429", retryAfterMs: random.pick([1000, 30_000, 3_600_000]) }),
    error: () => bad(true, false, { kind: "failed", reason: "422" }),
    cutBefore: () => bad(false, false, { kind: "unknown", reason: "the connection broke" }),
    cutAfter: () => bad(true, false, { kind: "unknown", reason: "the connection broke" }),
  };
  return { fault, outcome: fault === undefined ? null : (outcomes[fault.kind]?.() ?? null) };
}

function answerTo(url: string, key: string): Json {
  if (url.endsWith("/status")) return { state: "on its way", eta: "tomorrow" };
  if (url.includes("/orders/")) return { refundable: !url.includes("7"), refundId: key };
  return { id: `paid-${key}` };
}

/** A model that starts the procedure which the message names. */
export function modelOf(world: World): Model {
  return {
    route: async ({ text, candidates }) => {
      const fault = world.faults.take("model");
      world.journal.routed.push(text);
      if (fault?.kind === "error") throw new TransientError("The model is down.");
      if (fault?.kind === "hang") await new Promise<never>(() => undefined);
      if (fault?.kind === "slow") await sleep(world, fault.ms);
      const named = candidates.find(({ slug }) => text.includes(slug));
      const base = { scores: [], threshold: 0.5 };
      if (named !== undefined) return { ...base, kind: "run", slug: named.slug, filled: {} } satisfies Route;
      const [first, second] = candidates;
      if (text.includes("either") && first !== undefined && second !== undefined) {
        return { ...base, kind: "ask", slugs: [first.slug, second.slug] };
      }
      if (text.includes("boss")) return { ...base, kind: "escalate", reason: "Wants the boss." };
      if (text.includes("chat")) return { ...base, kind: "reply", text: "Nice to hear." };
      return { ...base, kind: "silent" };
    },
  };
}
