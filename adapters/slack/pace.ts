import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { type Method, type MethodName, type Rate, slackMethods } from "./methods.ts";

/**
 * What is to be called, and for whom; `channel`: where it will be seen, null if in none. `givesWay`: of the slots that are
 * there at once it leaves half to what does not.
 */
export interface ApiCall {
  readonly workspace: WorkspaceId;
  readonly method: MethodName;
  readonly channel: string | null;
  readonly givesWay?: boolean;
}

/** `go`: its slot is in `waitMs`, and is kept for it. `refused`: it has none; `retryAfterMs`: when to ask again. */
export type Admission =
  | { readonly kind: "go"; readonly waitMs: number }
  | { readonly kind: "refused"; readonly retryAfterMs: number };

/** When Slack may be called. Slots are given in the order in which they are asked for. */
export interface Pace {
  /** Answers whether there is a slot within `patienceMs`. Whoever is refused holds up nobody. */
  admit(call: ApiCall, patienceMs: number): Admission;
  /** For how many ms Slack still wants to hear nothing of this method for this workspace. */
  heldMs(call: ApiCall): number;
  /** Slack has said "too many": nothing of this method goes out for this workspace for `ms`, and then no burst. */
  hold(call: ApiCall, ms: number): void;
  /** How many lines of slots are remembered. */
  size(): number;
}

/** How often each method may be called. */
export type Rates = { readonly [name in MethodName]: Pick<Method, "perWorkspace" | "perChannel"> };

/**
 * Makes the pace of one process, by what Slack allows unless `rates` says otherwise. Several processes together can be
 * too fast: then Slack says so, and the one that hears it holds back.
 */
export function createPace(clock: Clock, rates: Rates = slackMethods): Pace {
  const lines = createLines(clock);
  const workspaceLine = ({ workspace, method }: ApiCall): Line => lines.at(`${workspace} ${method}`);
  return {
    admit(call, patienceMs) {
      lines.tidy();
      const now = clock.monotonic();
      const { perWorkspace, perChannel } = rates[call.method];
      const whole = workspaceLine(call);
      const wholeAt = nextSlot(whole, shareOf(call, perWorkspace), now);
      const inChannel = perChannel !== null && call.channel !== null;
      const part = inChannel ? lines.at(`${call.workspace} ${call.method} ${call.channel}`) : whole;
      const rate = inChannel ? perChannel : perWorkspace;
      const at = Math.max(wholeAt, nextSlot(part, rate, now));
      if (at - now > patienceMs) {
        const named = at === wholeAt ? nameMoment(whole, perWorkspace, at) : nameMoment(part, rate, at);
        return { kind: "refused", retryAfterMs: named - now - patienceMs };
      }
      // Of the workspace's slots the next one is used up, not a later one: a long line in one channel holds up no other.
      // What waits there goes out later than it was counted, by seconds; "several hundred a minute" is no finer than that.
      take(whole, perWorkspace, wholeAt);
      if (part !== whole) take(part, rate, at);
      return { kind: "go", waitMs: at - now };
    },
    heldMs: (call) => Math.max(0, workspaceLine(call).heldUntil - clock.monotonic()),
    hold(call, ms) {
      const line = workspaceLine(call);
      line.heldUntil = Math.max(line.heldUntil, clock.monotonic() + ms);
      line.fullAt = Math.max(line.fullAt, line.heldUntil + aheadOf(rates[call.method].perWorkspace));
    },
    size: lines.size,
  };
}

/** One line of slots. All in monotonic ms. */
interface Line {
  /** When the whole burst would be there again, if no further slot were given. */
  fullAt: number;
  /** Before this, Slack wants nothing. */
  heldUntil: number;
  /** The last moment that somebody who was refused was told. */
  namedAt: number;
}

const minute = 60_000;

// `burst` of the minute's share are there at once, the others come back evenly: never more than the share in any minute.
function intervalOf({ perMinute, burst }: Rate): number {
  return Math.ceil(minute / (perMinute - burst));
}

function take(line: Line, rate: Rate, at: number): void {
  line.fullAt = Math.max(line.fullAt, at) + intervalOf(rate);
}

/** How far ahead of an even pace a line may be. */
function aheadOf(rate: Rate): number {
  return (rate.burst - 1) * intervalOf(rate);
}

/** What of a rate a call may use up. It comes back as fast as ever. */
function shareOf({ givesWay = false }: ApiCall, rate: Rate): Rate {
  const kept = givesWay ? Math.floor(rate.burst / 2) : 0;
  return { perMinute: rate.perMinute - kept, burst: rate.burst - kept };
}

function nextSlot({ heldUntil, fullAt }: Line, rate: Rate, now: number): number {
  return Math.max(now, heldUntil, fullAt - aheadOf(rate));
}

/** A moment that nobody else was told, so that those who were refused come back one after another. */
function nameMoment(line: Line, rate: Rate, at: number): number {
  line.namedAt = Math.max(line.namedAt + intervalOf(rate), at);
  return line.namedAt;
}

// A line in which nothing is used up says nothing that a new one does not, so it is forgotten.
const linesBeforeTidying = 500;

function createLines(clock: Clock): { at(name: string): Line; tidy(): void; size(): number } {
  const lines = new Map<string, Line>();
  let tidyAt = linesBeforeTidying;
  return {
    at(name) {
      const line = lines.get(name) ?? { fullAt: 0, heldUntil: 0, namedAt: 0 };
      lines.set(name, line);
      return line;
    },
    tidy() {
      if (lines.size < tidyAt) return;
      const now = clock.monotonic();
      for (const [name, { fullAt, heldUntil, namedAt }] of lines) {
        if (Math.max(fullAt, heldUntil, namedAt) <= now) lines.delete(name);
      }
      tidyAt = Math.max(linesBeforeTidying, 2 * lines.size);
    },
    size: () => lines.size,
  };
}
