import { startLocalSlack } from "./local-slack.ts";
import { startPlayground } from "./playground.ts";
import { freePort } from "./raw-server.ts";
import { company } from "./slack/company.ts";

const signingSecret = "0123456789abcdef0123456789abcdef";

/**
 * The whole of Usher as it is composed for real, in an independent Slack: real Bolt, real signatures, real HTTP both ways.
 * Olga is the owner, and nothing is set up yet.
 */
export async function startUsherInLocalSlack(folder: string) {
  // Usher asks Slack who it is when it starts, so Slack must know before where Usher will be.
  const port = await freePort();
  const slack = await startLocalSlack({ requestUrl: `http://127.0.0.1:${port}/slack/events`, signingSecret });
  try {
    const usher = await startPlayground(folder, {
      PORT: String(port),
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_BOT_TOKEN: company.token,
      SLACK_API_URL: slack.apiUrl.replace(/\/$/, ""),
      USHER_OWNER: company.olga,
    });
    return {
      slack,
      usher,
      async stop() {
        await usher.stop();
        await slack.stop();
      },
    };
  } catch (error) {
    await slack.stop();
    throw error;
  }
}
