import { createServer } from "node:http";
import { startLocalSlack } from "./local-slack.ts";
import { startPlayground } from "./playground.ts";
import { freePort } from "./raw-server.ts";
import { company } from "./slack/company.ts";
import { fieldsOf } from "./slack/fields.ts";

const signingSecret = "0123456789abcdef0123456789abcdef";

/**
 * The whole of Usher as it is composed for real, in an independent Slack: real Bolt, real signatures, real HTTP both ways.
 * Olga is the owner, and nothing is set up yet.
 */
export async function startUsherInLocalSlack(folder: string) {
  // Usher asks Slack who it is when it starts, so Slack must know before where Usher will be.
  const port = await freePort();
  const slack = await startLocalSlack({ requestUrl: `http://127.0.0.1:${port}/slack/events`, signingSecret });
  const api = await startSpeakingApi(slack.apiUrl.replace(/\/$/, ""));
  try {
    const usher = await startPlayground(folder, {
      PORT: String(port),
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_BOT_TOKEN: company.token,
      SLACK_API_URL: api.url,
      USHER_OWNER: company.olga,
    });
    return {
      slack,
      usher,
      async stop() {
        await usher.stop();
        await api.stop();
        await slack.stop();
      },
    };
  } catch (error) {
    await api.stop();
    await slack.stop();
    throw error;
  }
}

/** The Web API of local-slack, which leaves out of a channel whether it is shared; Slack says it of each, and Usher asks. */
async function startSpeakingApi(url: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const headers = new Headers();
    for (const name of ["authorization", "content-type"]) headers.set(name, request.headers[name]?.toString() ?? "");
    const answer = await fetch(`${url}${request.url}`, { method: "POST", headers, body: Buffer.concat(parts) });
    const said = fieldsOf(await answer.json());
    const channel = { ...fieldsOf(said["channel"]), is_ext_shared: false, is_pending_ext_shared: false };
    const told = request.url === "/conversations.info" && said["ok"] === true ? { ...said, channel } : said;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(told));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
