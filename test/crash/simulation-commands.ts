import type { PressAction } from "../../src/domain/press.ts";
import type { Fault } from "./simulation-faults.ts";
import { ownSlugs } from "./simulation-procedures.ts";
import type { Random } from "./simulation-random.ts";

/**
 * What the world does next. `conversation` is a name; `which` (from 0 to 1) picks among what there is at that moment.
 * `go`: the sensible next thing there, or a simulation would get lost before it has seen much.
 */
export type Doing =
  | { readonly do: "go"; readonly conversation: string; readonly which: number }
  | { readonly do: "send"; readonly conversation: string; readonly words: string; readonly bystander: boolean }
  | { readonly do: "edit"; readonly which: number; readonly deleted: boolean }
  | { readonly do: "redeliver"; readonly which: number }
  | {
      readonly do: "click";
      readonly which: number;
      readonly late: boolean;
      readonly by: "agent" | "otherAgent" | "outsider" | "bystander";
      readonly action: PressAction | null;
      readonly times: number;
    }
  | { readonly do: "agentWrites"; readonly conversation: string; readonly where: "thread" | "handOff" }
  | { readonly do: "publish"; readonly slug: string }
  | { readonly do: "crash"; readonly calls: number; readonly when: "now" | "before" | "after" }
  | { readonly do: "fault"; readonly fault: Fault }
  | { readonly do: "skew"; readonly ms: number }
  | { readonly do: "pass"; readonly ms: number };

/** `beats`: how far everything else goes on before the next command; null: until nothing is under way. */
export type Command = Doing & { readonly beats: number | null };

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The conversations of a simulation. */
const conversations: readonly string[] = ["one", "two", "three", "four"];

const words = [
  "cancel",
  "human please",
  "why?",
  "yes",
  "no",
  "repeat please",
  "nonsense @token",
  "please payout @token",
  "please transfer @token",
  "either @token",
  "to the boss @token",
  "a chat @token",
  "wait, my e-mail is @token@example.com",
];

const actions: readonly PressAction[] = [
  { kind: "approve" },
  { kind: "reject", reason: "not like this" },
  { kind: "happened", value: { id: "pasted" } },
  { kind: "runAgain" },
  { kind: "stop" },
  { kind: "handBack" },
  { kind: "resolve" },
];

const faults: readonly Fault[] = [
  { port: "store", kind: "refused" },
  { port: "store", kind: "savedButReportedAsTimeout" },
  { port: "channel", kind: "throttled" },
  { port: "channel", kind: "refusedForGood" },
  { port: "channel", kind: "lostOnTheWay" },
  { port: "channel", kind: "shownButNoAnswer" },
  { port: "channel", kind: "slow", ms: 4 * second },
  { port: "channel", kind: "slow", ms: 40 * second },
  { port: "http", kind: "unreachable" },
  { port: "http", kind: "throttled" },
  { port: "http", kind: "error" },
  { port: "http", kind: "cutBefore" },
  { port: "http", kind: "cutAfter" },
  { port: "http", kind: "slow", ms: 5 * second },
  { port: "http", kind: "slow", ms: 90 * second },
  { port: "http", kind: "slowToLeave", ms: 40 * second },
  { port: "model", kind: "error" },
  { port: "model", kind: "hang" },
  { port: "model", kind: "slow", ms: 5 * second },
];

const skews = [second, 30 * second, 5 * minute, hour, 24 * hour].flatMap((ms) => [ms, -ms]);
const passes = [second, 5 * second, 20 * second, minute, 10 * minute, hour, 13 * hour, 25 * hour, 73 * hour];

// How often each comes, out of all of them together.
const makers: readonly { readonly weight: number; readonly make: (random: Random) => Doing }[] = [
  { weight: 46, make: (random) => ({ do: "go", conversation: random.pick(conversations), which: random.next() }) },
  {
    weight: 9,
    make: (random) => ({
      do: "send",
      conversation: random.pick(conversations),
      words: random.pick(words),
      bystander: random.chance(0.1),
    }),
  },
  { weight: 2, make: (random) => ({ do: "edit", which: random.next(), deleted: random.chance(0.5) }) },
  { weight: 3, make: (random) => ({ do: "redeliver", which: random.next() }) },
  {
    weight: 8,
    make: (random) => ({
      do: "click",
      which: random.next(),
      late: random.chance(0.3),
      by: random.pick(["agent", "agent", "otherAgent", "otherAgent", "outsider", "bystander"] as const),
      action: random.chance(0.3) ? random.pick(actions) : null,
      times: 1 + random.below(3),
    }),
  },
  {
    weight: 3,
    make: (random) => ({
      do: "agentWrites",
      conversation: random.pick(conversations),
      where: random.pick(["thread", "handOff"] as const),
    }),
  },
  { weight: 2, make: (random) => ({ do: "publish", slug: random.pick(ownSlugs) }) },
  {
    weight: 6,
    make: (random) => ({
      do: "crash",
      calls: 1 + random.below(9),
      when: random.pick(["now", "before", "before", "after", "after"] as const),
    }),
  },
  { weight: 11, make: (random) => ({ do: "fault", fault: random.pick(faults) }) },
  { weight: 2, make: (random) => ({ do: "skew", ms: random.pick(skews) }) },
  { weight: 8, make: (random) => ({ do: "pass", ms: random.pick(passes) }) },
];
const allWeights = makers.reduce((sum, { weight }) => sum + weight, 0);

/** The commands of a simulation, which follow from the generator alone. */
export function makeCommands(random: Random, count: number): readonly Command[] {
  return Array.from({ length: count }, () => {
    let place = random.below(allWeights);
    const maker = makers.find(({ weight }) => {
      place -= weight;
      return place < 0;
    });
    const doing = (maker ?? random.pick(makers)).make(random);
    return { ...doing, beats: random.chance(0.3) ? random.below(8) : null };
  });
}
