import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { company, user } from "../support/slack/company.ts";
import type { Fields } from "../support/slack/fields.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { companyInstallation } from "../support/slack/rig.ts";
import { drawn } from "../support/slack/usher.ts";
import { askFor, by, openDesk, stateOf, untouched, type Waiting, whispered, withAction } from "./slack-desk.ts";
import { cross, named, shown } from "./variants.ts";

// Who decides in Slack: real Bolt, real signatures, real HTTP, the fake Slack. Nothing that is refused here changes a card,
// is counted as a decision, or sends a request to the company's systems.

const {
  agnes,
  artur,
  olga,
  jane,
  carla,
  guest,
  singleGuest,
  gone,
  stranger,
  otherBot,
  bot,
  partnerBot,
  agents,
  support,
} = company;

let house: SlackHouse;
let waiting: Waiting;

/** One approval that waits, for a whole table of presses that must not count. */
function besideOneCard(options: Parameters<typeof openDesk>[0] = {}, prepare: () => void = () => {}): void {
  beforeAll(async () => {
    house = await openDesk(options);
    prepare();
    waiting = await askFor(house);
  });
  afterEach(() => {
    expect(stateOf(house, waiting)).toEqual(untouched);
  });
  afterAll(() => house.close());
}

/** A press, or a rejection in a modal, in all the ways in which it can be given. */
const ways = {
  approve: (given: Waiting) => given.press("approve"),
  reject: (given: Waiting) => given.rejection("because"),
  "reject, the button": (given: Waiting) => given.press("reject"),
  "it happened": (given: Waiting) => given.press("happened"),
  "run again": (given: Waiting) => given.press("runAgain"),
  stop: (given: Waiting) => given.press("stop"),
  "hand back": (given: Waiting) => given.press("handBack"),
  resolve: (given: Waiting) => given.press("resolve"),
} as const;
const wayNames = Object.keys(ways) as readonly (keyof typeof ways)[];

async function refused(payload: Fields): Promise<void> {
  const { status, body } = await house.bot.interaction(payload);
  expect(status).toBe(200);
  expect(body).not.toContain('"clear"');
  expect(body).not.toMatch(/at .*\.ts/);
}

const people = { jane, carla, guest, singleGuest, gone, stranger, otherBot, bot, partnerBot, nobody: "U0NOBODY001" };
const lookalikes = {
  "agnes in lower case": agnes.toLowerCase(),
  "agnes and a blank": `${agnes} `,
  "agnes and a NUL": `${agnes}\u0000`,
  "agnes and olga": `${agnes},${olga}`,
  "a pattern": "U0AGNES%",
  "a name": "agnes",
  "a prototype": "__proto__",
};

describe("attack 78 · who is no agent decides nothing, though they see the card", () => {
  besideOneCard();
  test.each(named(cross(Object.entries({ ...people, ...lookalikes }), wayNames), ([who], way) => `${who}: ${way}`))(
    "%s",
    async (_, [[, id], way]) => {
      const payload = by(ways[way](waiting), id);
      const { status } = await house.bot.interaction(payload);
      // A modal that could not be opened, or whose sender Slack does not know, is not taken for granted.
      expect([200, 503]).toContain(status);
    },
  );
  test("the customer who pressed is told so, alone", async () => {
    await refused(by(waiting.press(), guest));
    await whispered(house, waiting, { user: guest, words: "Only agents can decide." });
    expect(house.slack.messagesIn(agents).map(drawn).join()).not.toContain("Only agents");
  });
});

describe("attack 79 · where nobody has a role, nobody can approve", () => {
  besideOneCard({ roles: {} });
  test.each(
    named(cross(Object.entries({ agnes, artur, olga, ...people }), wayNames), ([who], way) => `${who}: ${way}`),
  )("%s", async (_, [[, id], way]) => {
    const { status } = await house.bot.interaction(by(ways[way](waiting), id));
    expect([200, 503]).toContain(status);
  });
});

describe("attack 80 · an outsider, a guest, a bot and who was deactivated decide nothing, even with an agent's role", () => {
  const outside = { carla, guest, singleGuest, gone, stranger, otherBot, partnerBot };
  besideOneCard({ roles: Object.fromEntries(Object.values(outside).map((id) => [id, "agent" as const])) });
  // What the payload says of who pressed is not believed.
  const claims: readonly Fields[] = [
    {},
    { team_id: company.team },
    { team_id: company.partner },
    { is_stranger: false, is_restricted: false, is_bot: false },
    { role: "agent", external: false },
  ];
  test.each(
    named(
      cross(cross(Object.entries(outside), ["approve", "reject", "stop"] as const), claims),
      ([[who], way], claim) => `${who}: ${way}, ${shown(claim)}`,
    ),
  )("%s", async (_, [[[, id], way], claim]) => {
    const { status } = await house.bot.interaction(by(ways[way](waiting), id, claim));
    expect([200, 503]).toContain(status);
  });
});

describe("attack 81 · in an organisation with many workspaces an agent decides, whichever of them the click carries", () => {
  const grid = { id: "E0BRIGHT001", name: "Bright" };
  test.each([
    ["their own team", company.team],
    ["another team of the organisation", "T0BRIGHT002"],
    ["the organisation itself", "E0BRIGHT001"],
  ])("control: %s", async (_, team) => {
    house = await openDesk({ installations: [{ ...companyInstallation, organisation: grid.id }] });
    const { state } = house.slack;
    state.teams.set(company.team, { id: company.team, name: "Bright Goods", domain: "brightgoods", enterprise: grid });
    state.teams.set("T0BRIGHT002", { id: "T0BRIGHT002", name: "Bright 2", domain: "bright2", enterprise: grid });
    state.users.set(agnes, user(agnes, "agnes", { team: team.startsWith("T") ? team : company.team }));
    waiting = await askFor(house);
    const clicked = { ...by(waiting.press(), agnes, { team_id: team }), enterprise: grid };
    expect((await house.bot.interaction(clicked)).status).toBe(200);
    await house.slack.until(() =>
      house.slack.messagesIn(support).some(({ text }) => text.includes(`Paid for ${waiting.order}`)),
    );
    expect(house.accepted()).toHaveLength(1);
    await house.close();
  });
  test.each(["T0PARTNER01", "T0NOBODY001"])("somebody of %s is refused all the same", async (team) => {
    house = await openDesk({ installations: [{ ...companyInstallation, organisation: grid.id }] });
    house.slack.state.users.set(agnes, user(agnes, "agnes", { team }));
    waiting = await askFor(house);
    await house.bot.interaction({ ...by(waiting.press(), agnes, { team_id: company.team }), enterprise: grid });
    expect(stateOf(house, waiting)).toEqual(untouched);
    await house.close();
  });
});

describe("attack 82 · of many clicks at once exactly one counts", () => {
  beforeAll(async () => {
    house = await openDesk();
  });
  afterAll(() => house.close());
  const races = new Map<string, (given: Waiting) => readonly Fields[]>([
    ["one agent twice", (given) => [given.press(), given.press()]],
    ["the very same click ten times", (given) => Array(10).fill(given.press())],
    ["two agents", (given) => [given.press(), by(given.press(), artur)]],
    ["approve and reject", (given) => [given.press(), by(given.rejection(), artur)]],
    ["reject and approve", (given) => [given.rejection(), by(given.press(), artur)]],
    ["two rejections", (given) => [given.rejection("one"), by(given.rejection("two"), artur)]],
    [
      "thirty clicks of three people",
      (given) => [agnes, artur, olga].flatMap((id) => Array(10).fill(by(given.press(), id))),
    ],
    [
      "twenty approvals and twenty rejections",
      (given) =>
        Array.from({ length: 40 }, (_, n) =>
          by(n % 2 === 0 ? given.press() : given.rejection(), n % 3 === 0 ? agnes : artur),
        ),
    ],
  ]);
  let orders = 0;
  test.each([...races.keys()])("%s", async (what) => {
    orders += 1;
    const before = { accepted: house.accepted().length, requests: house.requests.length };
    const given = await askFor(house, `20${orders}`);
    const answers = await Promise.all(
      (races.get(what)?.(given) ?? []).map((payload) => house.bot.interaction(payload)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(house.accepted().length - before.accepted).toBe(1);
    const decision = house.accepted().at(-1)?.press.action.kind;
    await house.slack.until(() =>
      house.slack.messagesIn(agents).some((one) => one.ts === given.card.ts && !drawn(one).includes("press:")),
    );
    await house.slack.until(() => decision === "reject" || house.requests.length > before.requests);
    expect(house.requests.length - before.requests).toBe(decision === "approve" ? 1 : 0);
  });
});

describe("attack 83 · a click that was recorded, and a card that stands elsewhere, decide nothing", () => {
  besideOneCard();
  const elsewhere = new Map<string, Fields>([
    ["in another channel", { channel_id: support }],
    ["in a direct message", { channel_id: company.janesDirect }],
    ["in a channel of another company", { channel_id: "C0ELSEWHERE" }],
    ["another message", { message_ts: "1700000000.000100" }],
    ["a moment later", { message_ts: "9999999999.999999" }],
    ["in a thread, as another message", { message_ts: "1700000000.000200", thread_ts: "1700000000.000100" }],
  ]);
  test.each(named(cross([...elsewhere], ["approve", "stop"] as const), ([where], way) => `${where}: ${way}`))(
    "%s",
    async (_, [[, change], way]) => {
      const payload = ways[way](waiting);
      await refused({ ...payload, container: { ...(payload["container"] as Fields), ...change } });
    },
  );
  test.each(["C0SUPPORT01", "C0ELSEWHERE", ""])("a rejection whose form names the channel %j", async (channel) => {
    const payload = waiting.rejection();
    const view = payload["view"] as Fields;
    const target = { pressId: waiting.pressId, channel, ts: channel === "" ? "1.1" : waiting.card.ts };
    const { status } = await house.bot.interaction({
      ...payload,
      view: { ...view, private_metadata: JSON.stringify(target) },
    });
    expect([200, 500]).toContain(status);
  });
  test.each([301, 3600, 30 * 86_400])("signed %i s ago", async (seconds) => {
    const { status } = await house.bot.interaction(waiting.press(), { skewS: -seconds });
    expect(status).toBe(401);
  });
  test.each([30 * 86_400, 365 * 86_400])(
    "a payload of %i s ago, signed anew, says the same as it did",
    async (seconds) => {
      const payload = withAction(waiting.press(), {
        action_ts: `${Math.floor(house.clock.now() / 1000) - seconds}.000000`,
      });
      // It is by a guest: what is old is no better than what is new.
      await refused(by(payload, guest));
    },
  );
});

describe("attack 84 · a button that somebody has changed is no button", () => {
  besideOneCard();
  const ids = (id: string): readonly string[] => [
    ...["", " ", "0", "null", "undefined", "true", "*", "%", "{}", "[]", "__proto__", "constructor", "approve"],
    ...[id.toUpperCase(), ` ${id}`, `${id} `, `${id}\n`, `${id}\u0000`, `${id}0`, `${id}-1`, `${id}-0`, `-${id}`],
    ...[id.slice(1), id.slice(0, -1), id.replace("-", "_"), id.replace("-", "--"), `${id},${id}`, `${id}|${id}`],
    ...[id.replace(/-\d+$/, ""), id.replace(/-\d+$/, "-1"), id.replace(/-\d+$/, "-999"), id.replace(/-\d+$/, "-1e1")],
    ...[id.replace(/^.{12}/, ""), `${"0".repeat(12)}${id.slice(12)}`, `${"f".repeat(44)}-1`, `${"0".repeat(44)}-1`],
    ...[
      JSON.stringify({ id }),
      JSON.stringify({ $ne: null }),
      `${id}' OR '1'='1`,
      `${id};DROP TABLE work`,
      "a".repeat(2000),
    ],
    ...["a".repeat(2001), "\ud800", "😀", JSON.stringify({ pressId: id, amount: 1 }), `${id}?amount=1`],
  ];
  const changed = ids(`${"a".repeat(44)}-7`);
  test.each(
    named(
      changed.map((_, at) => [at] as const),
      (at) => shown(changed[at]),
    ),
  )("the value %s", async (_, [at]) => {
    await refused(withAction(waiting.press(), { value: ids(waiting.pressId)[at] }));
  });
  const actions = [
    "press:",
    "press:APPROVE",
    "press:approve ",
    "press: approve",
    "press:approve2",
    "press:__proto__",
    "press:constructor",
  ];
  const others = [
    "approve",
    "PRESS:approve",
    "xpress:approve",
    "press.approve",
    "choice:0",
    "answer-privately",
    "",
    "press:approve\u0000",
  ];
  test.each([...actions, ...others])("the action %j", async (action) => {
    const before = house.receipts.length;
    const { status } = await house.bot.interaction(withAction(waiting.press(), { action_id: action }));
    expect([200, 503]).toContain(status);
    expect(house.receipts.length).toBe(before);
  });
  const values: readonly unknown[] = [null, 5, {}, [], true, { toString: "x" }];
  test.each(named(values.map((value) => [value] as const)))("a value that is no text: %s", async (_, [value]) => {
    await refused(withAction(waiting.press(), { value }));
  });
  const extra: readonly Fields[] = [
    { decision: "approve" },
    { by: olga },
    { role: "agent" },
    { workspace: "other" },
    { amount: 1 },
  ];
  test.each(named(extra.map((one) => [one] as const)))("what else a guest's click says: %s", async (_, [more]) => {
    await refused({ ...by(withAction(waiting.press(), more), guest), ...more });
  });
});
