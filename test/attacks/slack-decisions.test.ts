import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { company } from "../support/slack/company.ts";
import type { Fault } from "../support/slack/faults.ts";
import { type Fields, fieldsOf } from "../support/slack/fields.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import { drawn } from "../support/slack/usher.ts";
import { hostileTexts } from "../support/slack-arbitraries.ts";
import { askFor, by, decided, openDesk, payout, stateOf, untouched, type Waiting, whispered } from "./slack-desk.ts";
import { cross, named, shown } from "./variants.ts";

// Decisions that come too late, from people who are no longer who they were, in other words than a press, or about a call
// whose outcome nobody knows.

const { agnes, artur, olga, jane, carla, guest, otherBot, otherBotId, agents, support, shared } = company;

let house: SlackHouse;

/** One house for a whole table: each row asks for an approval of its own. */
function inOneHouse(): void {
  beforeAll(async () => {
    house = await openDesk();
  });
  afterAll(() => house.close());
}

/** A house for each row, where something changes for everybody. */
function inOwnHouses(): void {
  beforeEach(async () => {
    house = await openDesk();
  });
  afterEach(() => house.close());
}

// As long as it is remembered who somebody is.
const forgettingMs = 61_000;

const presses = {
  approve: (waiting: Waiting) => waiting.press(),
  reject: (waiting: Waiting) => waiting.rejection(),
} as const;
const pressNames = ["approve", "reject"] as const;

/** What whoever pressed is told: in the modal for a rejection, privately for a button. */
async function toldOf(payload: Fields, user: string): Promise<string> {
  const before = house.slack.state.ephemerals.length;
  const { status, body } = await house.bot.interaction(payload);
  expect(status).toBe(200);
  if (payload["type"] === "view_submission") return body;
  const told = await house.slack.until(() => house.slack.state.ephemerals.slice(before).find(({ to }) => to === user));
  return drawn(told);
}

describe("attack 85 · a click that comes too late is refused, and says why", () => {
  inOwnHouses();
  const ends = new Map<string, { readonly end: (waiting: Waiting) => Promise<void>; readonly says: RegExp }>([
    [
      "expired",
      {
        async end() {
          await house.pass(limits.approvalMs);
          await house.message(support, "This is taking longer");
        },
        says: /nothing to decide|expired/,
      },
    ],
    ["expired, in the very moment", { end: async () => house.clock.advance(limits.approvalMs), says: /expired/ }],
    [
      "cancelled by the customer",
      {
        async end({ thread }) {
          await house.people.writes({ user: jane, channel: support, thread, text: "cancel" });
          await house.message(support, "I have stopped here");
        },
        says: /nothing to decide/,
      },
    ],
    [
      "decided by a colleague",
      {
        async end(waiting) {
          await house.bot.interaction(by(waiting.rejection(), artur));
          await house.message(agents, "Rejected by artur");
        },
        says: /artur \(agent [^)]*\) was faster/,
      },
    ],
  ]);
  test.each(named(cross([...ends.keys()], pressNames), (what, way) => `${way}, ${what}`))(
    "%s",
    async (_, [what, way]) => {
      const waiting = await askFor(house);
      await ends.get(what)?.end(waiting);
      const accepted = house.accepted().length;
      expect(await toldOf(presses[way](waiting), agnes)).toMatch(ends.get(what)?.says ?? /never/);
      expect([house.accepted().length, house.requests.length]).toEqual([accepted, 0]);
    },
  );
  test.each(
    named(cross(["app_uninstalled", "tokens_revoked"] as const, pressNames), (event, way) => `${way}, after ${event}`),
  )("%s", async (_, [event, way]) => {
    const waiting = await askFor(house);
    await house.people.uninstalls({ team: company.team, order: [event] });
    const calls = house.slack.journal.calls.length;
    expect((await house.bot.interaction(presses[way](waiting))).status).toBe(200);
    expect([house.accepted().length, house.requests.length]).toEqual([0, 0]);
    expect(house.slack.journal.calls.length).toBe(calls);
  });
});

describe("attack 87 · whoever is no longer an agent, or for whom Slack does not speak, decides nothing", () => {
  inOwnHouses();
  const changes = new Map<string, () => Promise<void> | void>([
    ["deactivated", () => change(agnes, { deleted: true })],
    ["made a guest", () => change(agnes, { isRestricted: true })],
    ["made a single-channel guest", () => change(agnes, { isUltraRestricted: true })],
    ["moved to another company", () => change(agnes, { team: company.partner })],
    ["a stranger", () => change(agnes, { isStranger: true, team: company.partner })],
    ["no longer there", () => void house.slack.state.users.delete(agnes)],
    ["made a customer", () => house.store.roles.set(slackWorkspace, "slack", agnes, "customer")],
  ]);
  function change(id: string, about: Fields): void {
    const known = house.slack.state.users.get(id);
    if (known !== undefined) house.slack.state.users.set(id, { ...known, ...about });
  }
  test.each(named(cross([...changes.keys()], pressNames), (what, way) => `${way}, ${what}`))(
    "%s",
    async (_, [what, way]) => {
      const waiting = await askFor(house);
      await changes.get(what)?.();
      house.clock.advance(forgettingMs);
      await house.bot.interaction(presses[way](waiting));
      expect(stateOf(house, waiting)).toEqual(untouched);
    },
  );
});

describe("attack 87 · while Slack does not say who somebody is, they decide nothing, and nothing is lost", () => {
  inOneHouse();
  const faults: readonly Fault[] = [
    ...["user_not_found", "user_not_visible", "missing_scope", "fatal_error", "internal_error", "ratelimited"].map(
      (error) => ({ kind: "error", error }) as const,
    ),
    ...[500, 502, 503, 403, 404].map((status) => ({ kind: "status", status, when: "before" }) as const),
    { kind: "rateLimited", retryAfterS: 30 },
    { kind: "rateLimited", retryAfterS: null },
    { kind: "reset", when: "before" },
    { kind: "reset", when: "after" },
    { kind: "garbage", when: "after" },
  ];
  test.each(named(cross(faults, pressNames), (fault, way) => `${way}, users.info: ${shown(fault)}`))(
    "%s",
    async (_, [fault, way]) => {
      const waiting = await askFor(house);
      house.clock.advance(forgettingMs);
      house.slack.faults.plan({ method: "users.info" }, fault);
      const { status } = await house.bot.interaction(presses[way](waiting));
      expect(status).toBe(200);
      expect(stateOf(house, waiting)).toEqual(untouched);
      // It was no decision, so it can still be made.
      house.clock.advance(forgettingMs);
      expect((await house.bot.interaction(by(waiting.press(), olga))).status).toBe(200);
      expect(decided(house, waiting).decided).toBe(1);
    },
  );
});

describe("attack 88 · whoever started a request does not decide it", () => {
  inOneHouse();
  const places = [support, agents] as const;
  test.each(named(cross([agnes, artur, olga], pressNames), (who, way) => `${way} by ${who}`))(
    "%s",
    async (_, [who, way]) => {
      const waiting = await askFor(house, undefined, { user: who, channel: places[0] });
      expect(await toldOf(by(presses[way](waiting), who), who)).toContain("You started this request");
      expect(stateOf(house, waiting)).toEqual(untouched);
      const other = who === agnes ? artur : agnes;
      await house.bot.interaction(by(waiting.press(), other));
      expect(decided(house, waiting).decided).toBe(1);
    },
  );
});

describe("attack 90 · words are no decision, whoever writes them and wherever", () => {
  inOneHouse();
  const words = [
    "approve",
    "Approve",
    "approved",
    "yes, approve it",
    "/approve",
    "✅",
    ":white_check_mark:",
    "press:approve",
    "reject",
  ];
  test.each(named(words.map((word) => [word] as const)))("%s", async (_, [word]) => {
    const waiting = await askFor(house);
    const { card, thread, pressId } = waiting;
    const receipts = house.receipts.length;
    // What is written under a card that was posted a moment ago waits for its reference to be stored.
    house.clock.advance(forgettingMs);
    const writings = [
      { user: agnes, channel: agents, text: word },
      { user: agnes, channel: agents, text: word, thread: card.ts },
      { user: agnes, channel: agents, text: `<@${company.bot}> ${word}` },
      { user: agnes, channel: agents, text: `<@${company.bot}> ${word} ${pressId}`, thread: card.ts },
      { user: guest, channel: agents, text: `${word} ${pressId}`, thread: card.ts },
      { user: jane, channel: support, text: word, thread },
      { user: jane, channel: support, text: `${word} ${pressId}`, thread },
      { user: guest, channel: support, text: `<@${company.bot}> ${word}`, thread },
    ];
    for (const writing of writings) await house.people.writes(writing);
    // Other apps, and workflows, write as bots.
    const [said] = house.slack.messagesIn(agents);
    if (said === undefined) throw new Error("there is no card");
    for (const channel of [agents, support]) {
      const ts = house.slack.state.ts();
      const where = channel === agents ? card.ts : thread;
      const message = {
        ...said,
        channel,
        ts,
        user: otherBot,
        botId: otherBotId,
        text: `${word} ${pressId}`,
        thread: where,
        metadata: null,
      };
      await house.people.hearsOf(message);
    }
    expect([decided(house, waiting), house.receipts.length]).toEqual([{ decided: 0, requests: 0 }, receipts]);
    await house.bot.interaction(waiting.press());
    expect(decided(house, waiting).decided).toBe(1);
  });
});

describe("attack 91 · a reason is shown to the agents as it was typed, and to nobody else", () => {
  inOneHouse();
  const texts = [...hostileTexts.filter((text) => text.trim() !== ""), "x".repeat(3000), "<!channel> ".repeat(200)];
  test.each(named(texts.map((text) => [text] as const)))("%s", async (_, [text]) => {
    const waiting = await askFor(house);
    const rung = house.slack.state.notifications.length;
    await house.bot.interaction(waiting.rejection(text));
    expect(decided(house, waiting).decided).toBe(1);
    const answered = () => house.slack.messagesIn(support).filter(({ thread }) => thread === waiting.thread);
    await house.slack.until(() => answered().some((one) => one.text.includes("I could not complete this")));
    await house.slack.until(() =>
      house.slack
        .messagesIn(agents)
        .some((one) => drawn(one).includes("A person is needed") && one.ts > waiting.card.ts),
    );
    const bells = house.slack.state.notifications.slice(rung).map(({ what }) => what);
    expect(bells.filter((bell) => bell !== `<@${jane}>` && bell !== `<@${agnes}>`)).toEqual([]);
    for (const { text: words } of answered()) expect(words.includes(text) && text.length > 3).toBe(false);
  });
  const wrong = ["", " ", "\n\t", "x".repeat(3001), "x".repeat(10_000), "\u00a0"];
  test.each(named(wrong.map((text) => [text] as const)))("a reason that is none: %s", async (_, [text]) => {
    const waiting = await askFor(house);
    const { status, body } = await house.bot.interaction(waiting.rejection(text));
    expect([status, body]).toEqual([200, expect.stringContaining('"response_action":"errors"')]);
    expect(stateOf(house, waiting)).toEqual(untouched);
  });
  test.each([
    ["their team in the view and outside of it", { team_id: company.partner }, company.partner],
    [
      "their team, and the installation's in the view",
      { team_id: company.partner, app_installed_team_id: company.team },
      company.partner,
    ],
    ["no team at all", {}, null],
  ])("from Slack Connect, an outsider with %s decides nothing", async (_, view, team) => {
    const waiting = await askFor(house);
    await house.store.roles.set(slackWorkspace, "slack", carla, "agent");
    const payload = by(waiting.rejection(), carla, { team_id: company.partner });
    const changed = {
      ...payload,
      team: team === null ? null : { id: team },
      view: { ...fieldsOf(payload["view"]), ...view },
    };
    expect((await house.bot.interaction(changed)).status).toBe(200);
    expect(stateOf(house, waiting)).toEqual(untouched);
  });
});

describe("attack 92 · a command is obeyed by the id and the role, wherever it is given and whatever name it carries", () => {
  inOwnHouses();
  const commands = [
    ...["roles add <@U0GUEST0001|guest> owner", `roles add <@${jane}|jane> admin`, `roles remove <@${olga}|olga>`],
    ...["channel set here", "list", "show payout", "runs", "approvals", "why", "roles list"],
  ];
  const who: readonly (readonly [string, string, string])[] = [
    ["a customer", jane, support],
    ["a customer who calls themselves olga", jane, support],
    ["a guest in the agents channel", guest, agents],
    ["an outsider in a shared channel", carla, shared],
    ["a customer, directly", jane, company.janesDirect],
  ];
  const admin = (command: string): boolean => /^(?:roles|channel)/.test(command);
  const rows = [...cross(who, commands), ...cross([["an agent", agnes, agents] as const], commands.filter(admin))];
  test.each(named(rows, ([name], command) => `${name}: ${command}`))(
    "%s",
    async (_, [[name, user, channel], command]) => {
      const fields = {
        ...{ command: "/procedures", text: command, user_id: user, channel_id: channel, team_id: company.team },
        user_name: name.includes("olga") ? "olga" : "somebody",
        api_app_id: house.slack.state.app.id,
        response_url: "http://127.0.0.1:9/",
      };
      const before = await house.store.roles.list(slackWorkspace);
      expect((await house.bot.form(fields)).status).toBe(200);
      await house.people.writes({ user, channel, text: `<@${company.bot}> /procedures ${command}` });
      await house.slack.until(() => house.slack.state.ephemerals.some(({ to }) => to === user));
      expect(await house.store.roles.list(slackWorkspace)).toEqual(before);
      const told = house.slack.state.ephemerals.map(drawn).join();
      if (!told.includes("agent")) expect(told).not.toContain("shop.example.com");
      expect(house.slack.messagesIn(channel).filter(({ botId }) => botId !== null)).toEqual([]);
    },
  );
});

describe("attack 93 · run again, pressed twice or by two, is one more attempt", () => {
  afterEach(() => house.close());
  const races = new Map<string, (given: (action: string, user: string) => Fields) => readonly Fields[]>([
    ["twice by one", (given) => [given("runAgain", agnes), given("runAgain", agnes)]],
    ["by two", (given) => [given("runAgain", agnes), given("runAgain", artur)]],
    [
      "twenty times by three",
      (given) => Array.from({ length: 20 }, (_, n) => given("runAgain", [agnes, artur, olga][n % 3] ?? agnes)),
    ],
    ["run again and stop", (given) => [given("runAgain", agnes), given("stop", artur)]],
    ["stop and run again", (given) => [given("stop", agnes), given("runAgain", artur)]],
  ]);
  test.each([...races.keys()])("%s", async (what) => {
    let attempts = 0;
    house = await openDesk({
      procedures: [payout],
      answer: () => {
        attempts += 1;
        return attempts === 1 ? { kind: "unknown", reason: "no answer" } : { kind: "done", value: {} };
      },
    });
    const waiting = await askFor(house);
    await house.bot.interaction(waiting.press());
    const card = await house.message(agents, "press:runAgain");
    const pressId = /"action_id":"press:runAgain".*?"value":"([^"]+)"/.exec(drawn(card))?.[1];
    const given = (action: string, user: string): Fields => {
      const payload = by(waiting.press(action), user);
      const [button] = payload["actions"] as readonly Fields[];
      const container = { ...fieldsOf(payload["container"]), message_ts: card.ts };
      return { ...payload, container, actions: [{ ...button, value: pressId }] };
    };
    const sent = await Promise.all((races.get(what)?.(given) ?? []).map((payload) => house.bot.interaction(payload)));
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200]));
    const [, verdict, ...more] = house.accepted();
    expect(more).toEqual([]);
    await house.slack.until(() =>
      house.slack.messagesIn(support).some((one) => /Paid for|passed this on/.test(one.text)),
    );
    expect(house.requests).toHaveLength(verdict?.press.action.kind === "runAgain" ? 2 : 1);
    expect(new Set(house.requests.map((request) => JSON.stringify(request))).size).toBe(1);
  });
});

describe("attack 94 · a form that comes too late loses no decision: whoever pressed is told to press again", () => {
  inOneHouse();
  const faults: readonly Fault[] = [
    ...["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "internal_error"].map(
      (error) => ({ kind: "error", error }) as const,
    ),
    ...[500, 503].map((status) => ({ kind: "status", status, when: "before" }) as const),
    { kind: "rateLimited", retryAfterS: 1 },
    { kind: "reset", when: "before" },
    { kind: "reset", when: "after" },
  ];
  test.each(named(cross(faults, ["reject", "happened"]), (fault, action) => `${action}: ${shown(fault)}`))(
    "%s",
    async (_, [fault, action]) => {
      const waiting = await askFor(house);
      house.slack.faults.plan({ method: "views.open" }, fault);
      expect((await house.bot.interaction(waiting.press(action))).status).toBe(200);
      await whispered(house, waiting, { user: agnes, words: "press the button again" });
      expect(stateOf(house, waiting)).toEqual(untouched);
      await house.bot.interaction(waiting.press());
      expect(decided(house, waiting).decided).toBe(1);
    },
  );
  const inHome = async (action: string) => {
    // Until then Slack wants no more forms, as it has said before.
    house.clock.advance(60_000);
    const waiting = await askFor(house);
    const { container: _message, message: _ofIt, channel: _where, ...press } = waiting.press(action);
    return { waiting, press: { ...press, container: { type: "view", view_id: "V0HOME00001" } } };
  };
  test("in App Home what was pressed is decided and drawn anew, although the words about it cannot be shown", async () => {
    const { waiting, press } = await inHome("approve");
    await house.bot.interaction(waiting.press());
    const drawnBefore = house.slack.journal.of("views.publish").length;
    house.slack.faults.plan({ method: "views.open" }, { kind: "error", error: "expired_trigger_id" });
    expect((await house.bot.interaction(press)).status).toBe(200);
    await house.slack.until(() => house.slack.journal.of("views.publish").length > drawnBefore);
    expect(house.slack.journal.of("views.open").length).toBeGreaterThan(0);
  });
  test.each<[Fault, number]>([
    [{ kind: "error", error: "expired_trigger_id" }, 500],
    [{ kind: "rateLimited", retryAfterS: 1 }, 503],
    [{ kind: "reset", when: "after" }, 200],
  ])(
    "in App Home Slack marks the button of a form that surely has not opened, and no other: %j",
    async (fault, status) => {
      const { waiting, press } = await inHome("reject");
      house.slack.faults.plan({ method: "views.open" }, fault);
      expect((await house.bot.interaction(press)).status).toBe(status);
      expect(stateOf(house, waiting)).toEqual(untouched);
    },
  );
  test.each([3001, 10_000, 600_000])("a trigger of %i ms ago", async (ms) => {
    const waiting = await askFor(house);
    const { ts } = waiting.card;
    const pressed = await house.interactions.presses({ user: agnes, channel: agents, ts, label: "Reject" });
    house.slack.state.views.clear();
    house.clock.advance(ms);
    expect((await house.bot.interaction(pressed.payload)).status).toBe(200);
    await whispered(house, waiting, { user: agnes, words: "press the button again" });
    expect(stateOf(house, waiting)).toEqual(untouched);
  });
});
