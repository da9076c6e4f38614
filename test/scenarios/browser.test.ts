import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { describeWithBrowser, launchBrowser, type Visitor, visit } from "../support/browser.ts";
import { startPlayground, temporaryFolder } from "../support/playground.ts";
import { startProcess } from "../support/process.ts";

// People at the page, in a real browser, against the whole of Usher.

const root = join(import.meta.dirname, "../..");
let browser: Browser;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let playground: Awaited<ReturnType<typeof startPlayground>>;
const visitors: Visitor[] = [];

describeWithBrowser("the playground in a browser", () => {
  beforeAll(async () => {
    folder = await temporaryFolder();
    const procedures = join(folder.path, "procedures");
    await mkdir(procedures);
    await cp(join(root, "examples/procedures"), procedures, { recursive: true });
    await cp(join(root, "test/fixtures/goodwill-credit.yaml"), join(procedures, "goodwill-credit.yaml"));
    playground = await startPlayground(join(folder.path, "data"), { USHER_PROCEDURES: procedures });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  afterAll(async () => {
    await browser?.close();
    await playground?.stop();
    await folder?.remove();
  });

  async function open(view: Parameters<typeof visit>[2] = {}): Promise<Visitor> {
    const visitor = await visit(browser, playground.url, view);
    visitors.push(visitor);
    return visitor;
  }

  /** Asks for a refund, up to the card. */
  async function askForRefund(visitor: Visitor, order = "1001"): Promise<void> {
    await visitor.say("I want a refund");
    await visitor.hear("What is your order number?");
    await visitor.say(order);
    await visitor.hear("why would you like a refund?");
    await visitor.say("It arrived broken");
  }

  const newestCard = (visitor: Visitor) => visitor.agents.getByRole("article").last();

  // First, while there are few cards: the check looks at every element of the page.
  test.each(["light", "dark"] as const)("no accessibility violation, %s", async (scheme) => {
    const visitor = await open({ scheme });
    const check = async () =>
      (await new AxeBuilder({ page: visitor.page }).analyze()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes[0]?.html}`,
      );
    expect(await check()).toEqual([]);
    await askForRefund(visitor);
    await newestCard(visitor).getByRole("button", { name: "Reject" }).click();
    expect(await check()).toEqual([]);
    await newestCard(visitor).getByRole("textbox", { name: "Reason" }).fill("no");
    await newestCard(visitor).getByRole("button", { name: "Reject" }).click();
    await visitor.hear("A colleague will get back to you here.");
    expect(await check()).toEqual([]);
  });

  test("a chip, two answers, Approve: the customer reads the ticket number", async () => {
    const visitor = await open();
    await visitor.customer.getByRole("button", { name: "I want a refund" }).click();
    await visitor.hear("What is your order number?");
    await visitor.say("1001");
    await visitor.hear("why would you like a refund?");
    await visitor.say("It arrived broken");
    const card = visitor.agents.getByRole("article", { name: "Approval needed: create a ticket" });
    await card.getByText("Refund: Order #1001").waitFor();
    await card.getByRole("button", { name: "Approve" }).click();
    await visitor.hear("2 business days");
    await newestCard(visitor)
      .getByText(/Approved by Agent 1/)
      .waitFor();
    await newestCard(visitor)
      .getByText(/Done: ticket #\d+/)
      .waitFor();
    // The condition's reason, the branch that was not taken, and the end of the one that was.
    const reason = /order_data\.refundable is true \(boolean\), equals true \(boolean\) → yes, go to 6\./;
    await visitor.inside.getByText(reason).waitFor();
    await visitor.inside.getByText("not taken").waitFor();
    await visitor.inside.getByRole("listitem").filter({ hasText: "7 Message" }).getByText("ends here").waitFor();
    expect(visitor.problems).toEqual([]);
  });

  test("Reject needs a reason, a person takes over, and the customer never sees the reason", async () => {
    const visitor = await open();
    await askForRefund(visitor);
    const card = newestCard(visitor);
    await card.getByRole("button", { name: "Reject" }).click();
    await card.getByRole("button", { name: "Reject" }).click();
    await card.getByText("Write a reason.").waitFor();
    await card.getByRole("textbox", { name: "Reason" }).fill("the photo is from the internet");
    await card.getByRole("button", { name: "Reject" }).click();
    await visitor.hear("A colleague will get back to you here.");
    await visitor.agents
      .getByText(/Rejected by Agent 1.*the photo is from the internet/)
      .first()
      .waitFor();
    expect(await visitor.thread.textContent()).not.toContain("photo");
  });

  test("not eligible: an agent takes over, both sides are relayed, and Hand back gives it to Usher", async () => {
    const visitor = await open();
    await askForRefund(visitor, "1002");
    await visitor.hear("under our policy");
    const card = newestCard(visitor);
    await card.getByRole("textbox", { name: "Reply to the customer" }).fill("I will make an exception.");
    await card.getByRole("button", { name: "Relay" }).click();
    await visitor.hear("I will make an exception.");
    await visitor.say("You are very kind");
    // Under the card stands both sides, also for an agent who looks at no thread.
    const colleague = newestCard(await open());
    for (const seen of [card, colleague]) {
      await seen.getByText("You are very kind").waitFor();
      await seen.locator(".said.by-agent").getByText("I will make an exception.").waitFor();
    }
    await card.getByRole("button", { name: "Hand back" }).click();
    await card.getByText(/Handed back by Agent 1/).waitFor();
    await visitor.hear("Usher is back.");
  });

  test("an invalid e-mail is explained and asked for again", async () => {
    const visitor = await open();
    await visitor.say("I want enterprise pricing");
    await visitor.hear("What is your name?");
    await visitor.say("Ann Lee");
    await visitor.hear("At which e-mail address");
    await visitor.say("ann at example");
    await visitor.hear("It should look like name@example.com");
    await visitor.say("it's ann@example.com, thanks");
    await visitor.hear("How many people work at your company?");
    await visitor.say("120");
    await visitor.hear("Our sales team will be in touch within 24 hours.");
  });

  test("a reload in the middle loses nothing: the thread, the draft and the open reject form are there", async () => {
    const visitor = await open();
    await askForRefund(visitor);
    const card = newestCard(visitor);
    await card.getByRole("button", { name: "Reject" }).click();
    await card.getByRole("textbox", { name: "Reason" }).fill("half a reason");
    await visitor.customer.getByRole("textbox", { name: "Message" }).fill("half a message");
    await visitor.page.reload();
    await visitor.hear("A colleague is looking at your request.");
    await expect
      .poll(() => visitor.customer.getByRole("textbox", { name: "Message" }).inputValue())
      .toBe("half a message");
    await expect
      .poll(() => newestCard(visitor).getByRole("textbox", { name: "Reason" }).inputValue())
      .toBe("half a reason");
    await newestCard(visitor).getByRole("button", { name: "Cancel" }).click();
    await newestCard(visitor).getByRole("button", { name: "Approve" }).click();
    await visitor.hear("2 business days");
  });

  test("two agents click at once: one decision, and the second reads who was first", async () => {
    const [one, two] = [await open(), await open()];
    await askForRefund(one);
    const buttons = [one, two].map((visitor) => newestCard(visitor).getByRole("button", { name: "Approve" }));
    await Promise.all(buttons.map((button) => button.waitFor()));
    // Neither page hears of anything until both have clicked, as on slow lines.
    const clicked = Promise.withResolvers<void>();
    for (const { page } of [one, two]) {
      await page.route("**/api/agents", (route) => clicked.promise.then(() => route.continue()));
    }
    await Promise.all(buttons.map((button) => button.click()));
    clicked.resolve();
    await one.hear("2 business days");
    const said = async (visitor: Visitor) =>
      (await visitor.agents.textContent())?.includes("Your click changed nothing");
    await expect.poll(async () => [await said(one), await said(two)].filter(Boolean).length).toBe(1);
    for (const visitor of [one, two]) {
      expect(
        await newestCard(visitor)
          .getByText(/Approved by Agent/)
          .count(),
      ).toBe(1);
    }
  });

  test("a refund by keyboard alone", async () => {
    const visitor = await open();
    const { keyboard } = visitor.page;
    await visitor.customer.getByRole("textbox", { name: "Message" }).focus();
    for (const [text, answer] of [
      ["I want a refund", "What is your order number?"],
      ["1001", "why would you like a refund?"],
      ["It broke", "A colleague is looking at your request."],
    ] as const) {
      await keyboard.type(text);
      await keyboard.press("Enter");
      await visitor.hear(answer);
    }
    const approve = newestCard(visitor).getByRole("button", { name: "Approve" });
    await approve.waitFor();
    for (let presses = 0; presses < 80 && !(await isFocused(approve)); presses += 1) await keyboard.press("Tab");
    expect(await isFocused(approve)).toBe(true);
    await keyboard.press("Enter");
    await visitor.hear("2 business days");
  });

  test.each([1440, 1024, 390, 320])(
    "at %i pixels: three named regions, no sideways scroll, and Approve can be clicked",
    async (width) => {
      const visitor = await open({ width, height: 800 });
      for (const region of [visitor.customer, visitor.agents, visitor.inside]) expect(await region.count()).toBe(1);
      await askForRefund(visitor);
      expect(await visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      await newestCard(visitor).getByRole("button", { name: "Approve" }).click();
      await visitor.hear("2 business days");
      await visitor.page.getByText("For trying Usher, not for production.").first().waitFor();
    },
  );

  test("the accessibility tree announces each new message once, and history never", async () => {
    const visitor = await open();
    await askForRefund(visitor);
    await visitor.hear("A colleague is looking at your request.");
    expect(await visitor.thread.getAttribute("aria-live")).not.toBe("off");
    const tree = await visitor.thread.ariaSnapshot();
    expect(tree.match(/What is your order number\?/g)).toHaveLength(1);
    // A thread that is shown anew is a new log, so that its history is no news.
    const before = await visitor.thread.elementHandle();
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await visitor.customer.getByText("No messages yet.").waitFor();
    expect(await before?.isVisible()).toBe(false);
  });

  test("the process killed in the middle: a banner says so, and after the restart it is live again, with nothing doubled", async () => {
    const data = join(folder.path, "killed");
    const first = await startProcess({ USHER_DATA: data, LOG_LEVEL: "error" });
    const visitor = await visit(browser, first.url);
    visitors.push(visitor);
    await askForRefund(visitor);
    await newestCard(visitor).getByRole("button", { name: "Approve" }).waitFor();
    await visitor.customer.getByRole("textbox", { name: "Message" }).fill("a draft");
    await first.kill("SIGKILL");
    await visitor.page.getByText("Connection lost.").first().waitFor({ timeout: 5000 });
    const approve = newestCard(visitor).getByRole("button", { name: "Approve" });
    expect(await approve.getAttribute("aria-disabled")).toBe("true");

    const second = await startProcess({ USHER_DATA: data, LOG_LEVEL: "error", PORT: new URL(first.url).port });
    await expect.poll(() => approve.getAttribute("aria-disabled"), { timeout: 10_000 }).toBe("false");
    expect(await visitor.customer.getByRole("textbox", { name: "Message" }).inputValue()).toBe("a draft");
    expect(await visitor.agents.getByRole("article").count()).toBe(1);
    await approve.click();
    await visitor.hear("2 business days");
    for (const text of ["What is your order number?", "It arrived broken", "A colleague is looking at your request."]) {
      expect(await visitor.thread.getByText(text).count(), text).toBe(1);
    }
    await second.kill("SIGTERM");
  });

  test("an outcome that nobody knows is put to an agent: three choices, and nothing is repeated", {
    timeout: 60_000,
  }, async () => {
    const visitor = await open();
    await visitor.say("goodwill credit please");
    await visitor.hear("Which order is the credit for?");
    await visitor.say("9001");
    visitor.context.setDefaultTimeout(40_000);
    await visitor.hear("A colleague is checking it");
    const card = newestCard(visitor);
    for (const name of ["It happened", "Run again", "Stop"]) await card.getByRole("button", { name }).waitFor();
    await card.getByRole("button", { name: "It happened" }).click();
    await card.getByRole("textbox").fill('{"refundId": "R-4711"}');
    await card.getByRole("button", { name: "It happened" }).click();
    await visitor.hear("Credited under R-4711.");
  });
});

async function isFocused(locator: ReturnType<Visitor["page"]["getByRole"]>): Promise<boolean> {
  return (await locator.and(locator.page().locator(":focus")).count()) === 1;
}
