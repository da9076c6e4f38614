// A Slack and a shop in a process of their own, for bench/slack.ts: node bench/slack-fake.ts WORKSPACES. Says where they
// are, and whenever it is asked, everything that was posted.
import { startBackend } from "../examples/backend/backend.ts";
import { realClock } from "../test/support/real-clock.ts";
import { startFakeSlack } from "../test/support/slack/fake-slack.ts";
import { machineMs, type Post } from "./slack-child.ts";
import { fillTown } from "./slack-town.ts";

const slack = await startFakeSlack({ clock: { ...realClock, monotonic: machineMs } });
fillTown(slack.state, { workspaces: Number(process.argv[2]) });
const shop = await startBackend({ port: 0, now: realClock.now });

function posts(): readonly Post[] {
  return slack.journal.of("chat.postMessage").flatMap(({ args, team, carriedOut, monotonicMs }) => {
    const { channel, thread_ts: thread, text } = args;
    return carriedOut ? [{ team, channel, thread, text: String(text), atMs: monotonicMs }] : [];
  });
}

process.on("message", () => process.send?.(posts()));
// Whoever started this is gone: then this ends too.
process.on("disconnect", () => process.exit(0));
process.send?.({ apiUrl: slack.apiUrl, shopUrl: shop.url });
