import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { launchBrowser } from "./support/browser.ts";
import { type LocalSlackVisitor, visitLocalSlack } from "./support/local-slack-page.ts";
import { temporaryFolder } from "./support/playground.ts";
import { startUsherInLocalSlack } from "./support/usher-in-local-slack.ts";

// Draws the pictures docs/screenshots/slack-*.png in an independent Slack: `npm run screenshots:slack`.

const target = join(import.meta.dirname, "../docs/screenshots");
// Further to the right there is nothing.
const mostWide = 760;

/** One picture of everything that these cover together. */
async function shoot({ page }: LocalSlackVisitor, name: string, parts: readonly Locator[]): Promise<void> {
  await writeDates(page);
  await page.mouse.move(0, 0);
  const boxes = (await Promise.all(parts.map((part) => part.boundingBox()))).filter((box) => box !== null);
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const width = Math.min(mostWide, Math.max(...boxes.map((box) => box.x + box.width)) - x);
  const clip = { x, y, width, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
  await page.screenshot({ path: join(target, `slack-${name}.png`), clip });
}

const dateMark = /^<!date\^(\d+)\^\{date_short_pretty\} at \{time\}\|[^>]*>$/;
const dayMs = 86_400_000;

/** This client shows Slack's marks for dates as they are sent; here they become what Slack's own makes of them. */
async function writeDates(page: Page): Promise<void> {
  // From the last to the first: what is written is not found any more, so those behind it would move up.
  for (const element of (await page.getByText("<!date^").all()).reverse()) {
    const [, seconds] = dateMark.exec((await element.textContent()) ?? "") ?? [];
    if (seconds === undefined) continue;
    await element.evaluate(
      (node, text) => {
        node.textContent = text;
      },
      momentOf(new Date(Number(seconds) * 1000)),
    );
  }
}

function momentOf(date: Date): string {
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / dayMs);
  const day =
    ["Yesterday", "Today", "Tomorrow"][days + 1] ??
    date.toLocaleDateString("en-US", { month: "short", day: "numeric", year: "numeric" });
  return `${day} at ${date.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" })}`;
}

async function setUp(visitor: LocalSlackVisitor): Promise<void> {
  await visitor.actAs("Olga Owner");
  await visitor.open("agents");
  for (const id of ["U0AGNES0001", "U0ARTUR0001"]) await visitor.say(`/procedures roles add <@${id}> agent`);
  await visitor.channel.getByText("Role: agent").nth(1).waitFor();
  await visitor.say("/procedures channel set here");
  await visitor.channel.getByText("come here from now on.").waitFor();
}

async function askForRefund(visitor: LocalSlackVisitor, first: string, reason: string): Promise<void> {
  await visitor.actAs("Jane Doe");
  await visitor.open("support");
  await visitor.say(first);
  await visitor.openThread(first);
  await visitor.thread.getByText("What is your order number?").waitFor();
  await visitor.reply("1001");
  await visitor.thread.getByText("why would you like a refund?").waitFor();
  await visitor.reply(reason);
  await visitor.thread.getByText("A colleague is looking at your request.").waitFor();
}

async function approved(visitor: LocalSlackVisitor): Promise<void> {
  await askForRefund(visitor, "I want a refund", "It arrived broken");
  await visitor.actAs("Agnes Agent");
  await visitor.open("agents");
  const card = visitor.channel.locator(".msg").last();
  await card.getByRole("button", { name: "Approve" }).waitFor();
  await shoot(visitor, "approval", [card]);
  await visitor.open("usher");
  await visitor.home.getByText("refund-request-handler").last().waitFor();
  await shoot(visitor, "home", [
    visitor.home.locator(".bk-header").first(),
    visitor.home.locator(".bk-divider").last(),
  ]);
  await visitor.open("agents");
  await card.getByRole("button", { name: "Approve" }).click();
  await card.getByText("Done: ticket #1").waitFor();
  await shoot(visitor, "approved", [card]);
  await visitor.say("/procedures list");
  await visitor.channel.getByText("refund-request-handler").waitFor();
  await shoot(visitor, "list", [visitor.channel.locator(".msg").last()]);
  await visitor.actAs("Jane Doe");
  await visitor.open("support");
  await visitor.openThread("I want a refund");
  await visitor.thread.getByText("Your ticket number is 1").waitFor();
  const said = visitor.thread.locator(".msg");
  await shoot(visitor, "thread", [said.first(), said.last()]);
}

async function rejected(visitor: LocalSlackVisitor): Promise<void> {
  await askForRefund(visitor, "Can I get my money back?", "Changed my mind");
  await visitor.actAs("Artur Agent");
  await visitor.open("agents");
  await visitor.channel.locator(".msg").last().getByRole("button", { name: "Reject" }).click();
  await visitor.fill("Reason", "It was paid back last week");
  await shoot(visitor, "reject", [visitor.modal]);
  await visitor.modal.getByRole("button", { name: "Reject" }).click();
  await visitor.channel.getByText("A person is needed").waitFor();
  await visitor.openThread("A person is needed");
  await visitor.reply("Hello Jane, I am Artur. I can see the payment of last week.");
  await visitor.actAs("Jane Doe");
  await visitor.open("support");
  await visitor.openThread("Can I get my money back?");
  await visitor.thread.getByText("artur: Hello Jane").waitFor();
  await visitor.reply("You are right, I have found it. Thank you!");
  await visitor.actAs("Artur Agent");
  await visitor.open("agents");
  await visitor.openThread("A person is needed");
  await visitor.thread.getByText("I have found it").waitFor();
  const said = visitor.thread.locator(".msg");
  await shoot(visitor, "relay", [said.first(), said.last()]);
}

const browser = await launchBrowser();
const folder = await temporaryFolder();
const usher = await startUsherInLocalSlack(folder.path);
const visitor = await visitLocalSlack(browser, usher.slack);
await visitor.page.setViewportSize({ width: 1200, height: 1200 });
await mkdir(target, { recursive: true });
await setUp(visitor);
await approved(visitor);
await rejected(visitor);
await browser.close();
await usher.stop();
await folder.remove();
