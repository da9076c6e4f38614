import { systemClock } from "../../../src/system.ts";
import { startPlayground } from "../playground.ts";
import { company, startCompany } from "./company.ts";
import { createDeliverer } from "./deliver.ts";
import { createInteractions } from "./interactions.ts";
import { createPeople, type SentEvents } from "./people.ts";
import { createSocketDeliverer } from "./socket-deliverer.ts";
import type { FakeMessage } from "./state.ts";

const signingSecret = "0123456789abcdef0123456789abcdef";

/**
 * The whole of Usher as it is composed for real, in the company's Slack: real Bolt, real signatures, real HTTP both ways,
 * and the playground beside it. Olga is the owner. `way`: how Slack reaches it.
 */
export async function startUsherInSlack(
  folder: string,
  environment: { readonly [name: string]: string } = {},
  way: "http" | "socket" = "http",
) {
  const slack = await startCompany({ app: { signingSecret } });
  const settings = {
    ...(way === "http" ? { SLACK_SIGNING_SECRET: signingSecret } : { SLACK_APP_TOKEN: company.appToken }),
    SLACK_BOT_TOKEN: company.token,
    SLACK_API_URL: slack.apiUrl,
    USHER_OWNER: company.olga,
    ...environment,
  };
  let aheadMs = 0;
  const usher = await startPlayground(folder, settings, { ...systemClock, now: () => systemClock.now() + aheadMs });
  const url = `${usher.url}/slack/events`;
  const bot = way === "http" ? createDeliverer({ url, signingSecret }) : createSocketDeliverer(slack.sockets);
  const interactions = createInteractions(slack, bot);
  const command = (user: string, channel: string, text: string) =>
    interactions.runsCommand({ user, channel, command: "/procedures", text });
  return {
    slack,
    usher,
    bot,
    people: createPeople(slack, bot),
    interactions,
    command,
    /** Usher's wall clock is from now on so much ahead of Slack's; less than 5 min, or it takes nothing from there. */
    runsAhead(ms: number) {
      aheadMs = ms;
    },
    /** The first message of a channel that holds these words in what is drawn, once it is there. */
    message: (channel: string, words: string, where: (message: FakeMessage) => boolean = () => true) =>
      slack.until(() => slack.messagesIn(channel).find((one) => drawn(one).includes(words) && where(one))),
    /** What one person was shown alone and holds these words, once it is there. */
    whispered: (user: string, words: string) =>
      slack.until(() => slack.state.ephemerals.find((one) => one.to === user && drawn(one).includes(words))),
    /** Sends events that were refused again, as Slack does, until they are taken: a card is known a moment after it is seen. */
    async taken(sent: Promise<SentEvents>): Promise<void> {
      const { envelopes, delivered } = await sent;
      for (const [index, envelope] of envelopes.entries()) {
        let status = delivered[index]?.status;
        for (let times = 0; status !== 200 && times < 50; times += 1) ({ status } = await bot.event(envelope));
      }
    },
    /** Sets the company up: Agnes and Artur are agents, and their channel gets the cards. */
    async setUp() {
      for (const agent of [company.agnes, company.artur]) {
        await command(company.olga, company.agents, `roles add <@${agent}|agent> agent`);
      }
      await slack.until(() => slack.state.ephemerals.length >= 2);
      await command(company.olga, company.agents, "channel set here");
      await slack.until(() => slack.messagesIn(company.agents).length > 0 && slack.state.ephemerals.length >= 3);
    },
    async stop() {
      await bot.close();
      await usher.stop();
      await slack.close();
    },
  };
}

/** Everything that is drawn of a message, as one text. */
export function drawn({ text, blocks }: Pick<FakeMessage, "text" | "blocks">): string {
  return JSON.stringify([text, blocks]);
}
