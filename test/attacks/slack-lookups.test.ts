import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { company } from "../support/slack/company.ts";
import type { SlackHouse } from "../support/slack/house.ts";
import { slackWorkspace } from "../support/slack/rig.ts";
import type { FakeUser } from "../support/slack/state.ts";
import { drawn } from "../support/slack/usher.ts";
import { askFor, by, openDesk, stateOf, untouched, whispered } from "./slack-desk.ts";

// What Slack is asked, and does not say, or says of somebody else, lets nobody in.

const { agnes, artur, carla, jane, agents, support, partner } = company;

let house: SlackHouse;
beforeEach(async () => {
  house = await openDesk();
});
afterEach(() => house.close());

describe("attack 87 · whom Slack does not vouch for decides nothing, whatever role they hold", () => {
  const answers = new Map<string, () => FakeUser | undefined>([
    ["does not say of which team they are", () => ({ ...userOf(carla), team: undefined as unknown as string })],
    ["answers about an agent instead", () => userOf(agnes)],
    ["answers about nobody", () => ({ ...userOf(carla), id: undefined as unknown as string })],
  ]);
  const userOf = (id: string): FakeUser => {
    const found = house.slack.state.users.get(id);
    if (found === undefined) throw new Error(`${id} is nobody`);
    return found;
  };
  test.each([...answers.keys()])("an outsider with an agent's role, where Slack %s", async (what) => {
    const waiting = await askFor(house);
    await house.store.roles.set(slackWorkspace, "slack", carla, "agent");
    const answered = answers.get(what)?.();
    if (answered === undefined) throw new Error(what);
    house.slack.state.users.set(carla, answered);
    expect((await house.bot.interaction(by(waiting.press(), carla))).status).toBe(200);
    expect(stateOf(house, waiting)).toEqual(untouched);
    // Whom it does vouch for decides.
    await house.bot.interaction(waiting.press());
    await house.slack.until(() => house.accepted().length === 1);
  });
});

describe("attack 75 · a name in what is whispered mentions nobody and links nowhere", () => {
  test("whoever was faster is called <!channel> <https://evil.example|Open your card>", async () => {
    const name = "<!channel> <https://evil.example|Open your card>";
    const known = house.slack.state.users.get(agnes);
    if (known === undefined) throw new Error("agnes is nobody");
    house.slack.state.users.set(agnes, { ...known, name, realName: name });
    const waiting = await askFor(house);
    await house.bot.interaction(waiting.press());
    await house.slack.until(() => house.accepted().length === 1);
    await house.bot.interaction(by(waiting.press(), artur));
    await whispered(house, waiting, { user: artur, words: "was faster" });
    const [sent] = house.slack.journal.of("chat.postEphemeral").slice(-1);
    expect(String(sent?.args["text"])).toContain("&lt;!channel&gt; &lt;https:");
    const { blocks } = house.slack.state.ephemerals.at(-1) ?? { blocks: [] };
    expect(blocks[0]).toMatchObject({ type: "section", text: { type: "plain_text" } });
    // Beside the words stands the moment alone.
    expect(JSON.stringify(blocks.slice(1))).not.toContain("Open your card");
  });
});

describe("pitfall 52 · what the agents see is shown to nobody of another organisation", () => {
  /** Asks for another payment, and waits until the run has come as far as it comes. */
  async function asksAgain(): Promise<void> {
    const { message } = await house.people.writes({ user: jane, channel: support, text: "payout please" });
    const inThread = () => house.slack.messagesIn(support).filter(({ thread }) => thread === message.ts);
    await house.slack.until(() => inThread().length === 1);
    await house.people.writes({ user: jane, channel: support, thread: message.ts, text: "order-kestrel" });
    await house.slack.until(() => inThread().length > 2);
  }
  const leaked = () => house.slack.messagesIn(agents).filter((one) => drawn(one).includes("kestrel"));

  test("a channel that was shared a moment ago gets no card, and what stands there is taken back", async () => {
    const waiting = await askFor(house);
    await house.people.shares({ channel: agents, team: partner });
    await asksAgain();
    expect(leaked()).toEqual([]);
    await house.bot.interaction(waiting.press());
    await house.message(agents, "not shown any more");
    const card = house.slack.messagesIn(agents).find(({ ts }) => ts === waiting.card.ts);
    expect(card === undefined ? "" : drawn(card)).not.toContain(waiting.order);
  });

  test.each(["isExtShared", "isPendingExtShared"] as const)(
    "where Slack does not say %s there is no card",
    async (flag) => {
      const channel = house.slack.state.channels.get(agents);
      if (channel === undefined) throw new Error("there is no agents channel");
      house.slack.state.channels.set(agents, { ...channel, [flag]: undefined as unknown as boolean });
      await asksAgain();
      expect(leaked()).toEqual([]);
    },
  );
});
