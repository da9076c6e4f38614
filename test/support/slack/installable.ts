import { keyNamed } from "../keys.ts";
import { startPlayground } from "../playground.ts";
import { company, startCompany } from "./company.ts";
import { createDeliverer } from "./deliver.ts";
import { tokenIn } from "./directory.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { createInstaller } from "./installer.ts";
import { createInteractions } from "./interactions.ts";
import { endToken } from "./methods-app.ts";
import { createPeople } from "./people.ts";

export const signingSecret = "0123456789abcdef0123456789abcdef";

/** What Usher is called where people reach it. */
export const publicUrl = "https://usher.bright.example";

/** The company's Slack, where Usher was once, and is not any more. */
export async function startUninstalledCompany(): Promise<FakeSlack> {
  const slack = await startCompany({ app: { signingSecret } });
  endToken(slack.state, tokenIn(slack.state, company.team), "token_revoked");
  return slack;
}

/** The whole of Usher as it is composed for real, to be installed by whoever opens its page. */
export async function startInstallable(
  folder: string,
  slack: FakeSlack,
  environment: { readonly [name: string]: string } = {},
) {
  const usher = await startPlayground(folder, {
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_CLIENT_ID: slack.state.app.clientId,
    SLACK_CLIENT_SECRET: slack.state.app.clientSecret,
    SLACK_TEAMS: "*",
    SLACK_API_URL: slack.apiUrl,
    USHER_URL: publicUrl,
    USHER_KEYS: `a:${keyNamed("a").secret}`,
    ...environment,
  });
  const bot = createDeliverer({ url: `${usher.url}/slack/events`, signingSecret });
  const interactions = createInteractions(slack, bot);
  return {
    usher,
    bot,
    interactions,
    people: createPeople(slack, bot),
    installer: createInstaller(slack, usher.url, publicUrl),
    command: (user: string, channel: string, text: string) =>
      interactions.runsCommand({ user, channel, command: "/procedures", text }),
    async stop() {
      await bot.close();
      await usher.stop();
    },
  };
}
