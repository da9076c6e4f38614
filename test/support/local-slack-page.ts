import type { Browser, Locator, Page } from "playwright-core";
import type { LocalSlack } from "./local-slack.ts";

/** Somebody at local-slack's page. */
export interface LocalSlackVisitor {
  readonly page: Page;
  /** The messages of the channel that is open, and those of the thread beside it. */
  readonly channel: Locator;
  readonly thread: Locator;
  readonly modal: Locator;
  readonly home: Locator;
  /** Acts as the person of this full name from now on. */
  actAs(name: string): Promise<void>;
  /** Opens a channel, or the home tab of an app, by its name. */
  open(name: string): Promise<void>;
  /** Writes into the channel that is open, or runs a command where it begins with a slash. */
  say(text: string): Promise<void>;
  /** Opens the thread of the message with this text. */
  openThread(text: string): Promise<void>;
  reply(text: string): Promise<void>;
  /** Edits the message with this text in the channel that is open. */
  edit(text: string, to: string): Promise<void>;
  /** Fills in the field of the modal with this label. */
  fill(label: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the page, as the first of the people. */
export async function visitLocalSlack(browser: Browser, slack: LocalSlack): Promise<LocalSlackVisitor> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // Enough for two busy cores; whatever is missing is missing for good.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(slack.url);
  await page.getByText("ui live").waitFor();
  const channel = page.locator(".messages");
  const thread = page.locator(".thread-pane");
  const modal = page.locator(".modal");
  const write = async (into: Locator, text: string): Promise<void> => {
    await into.locator("textarea.composer-input").fill(text);
    await into.getByRole("button", { name: "Send" }).click();
  };
  return {
    page,
    channel,
    thread,
    modal,
    home: page.locator(".home"),
    actAs: async (name) => void (await page.getByLabel("Act as").selectOption({ label: name })),
    open: (name) => page.locator(".sidebar-item").filter({ hasText: name }).first().click(),
    say: (text) => write(page.locator(".main"), text),
    async openThread(text) {
      const message = channel.locator(".msg").filter({ hasText: text }).first();
      await message.hover();
      await message.getByTitle("Reply in thread").click();
      await thread.waitFor();
    },
    reply: (text) => write(thread, text),
    async edit(text, to) {
      const message = channel.locator(".msg").filter({ hasText: text }).last();
      await message.hover();
      await message.getByTitle("Edit message").click();
      await channel.locator("textarea.msg-edit-input").fill(to);
      await channel.getByRole("button", { name: "Save" }).click();
    },
    fill: (label, text) => modal.locator(".bk-input").filter({ hasText: label }).locator("input, textarea").fill(text),
    close: () => context.close(),
  };
}
