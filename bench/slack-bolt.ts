// Bolt alone with an empty listener, in a process of its own, for bench/slack.ts: node bench/slack-bolt.ts WORKSPACES.
import { startBolt } from "../test/support/slack/bolt-app.ts";
import { startFakeSlack } from "../test/support/slack/fake-slack.ts";
import { fillTown } from "./slack-town.ts";

const slack = await startFakeSlack();
fillTown(slack.state, { workspaces: Number(process.argv[2]) });
const bolt = await startBolt(slack, (app) => app.event("message", async () => {}));
// Whoever started this is gone: then this ends too.
process.on("disconnect", () => process.exit(0));
process.send?.({ url: bolt.url, signingSecret: slack.state.app.signingSecret });
