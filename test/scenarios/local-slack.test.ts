import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { describeWithBrowser, launchBrowser } from "../support/browser.ts";
import { describeWithLocalSlack } from "../support/local-slack.ts";
import { type LocalSlackVisitor, visitLocalSlack } from "../support/local-slack-page.ts";
import { temporaryFolder } from "../support/playground.ts";
import { startUsherInLocalSlack } from "../support/usher-in-local-slack.ts";

// The whole of Usher in a Slack that somebody else has written, through its page, as people use it. One company on one day:
// each test goes on where the one before it has stopped. What is looked at is what the page shows.

// Each test is many steps of people, on two busy cores.
vi.setConfig({ testTimeout: 90_000 });

describeWithLocalSlack("Usher in local-slack", () => {
  describeWithBrowser("in Chromium", () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let it: Awaited<ReturnType<typeof startUsherInLocalSlack>>;
    let browser: Browser;
    let visitor: LocalSlackVisitor;
    beforeAll(async () => {
      [folder, browser] = await Promise.all([temporaryFolder(), launchBrowser()]);
      it = await startUsherInLocalSlack(folder.path);
      visitor = await visitLocalSlack(browser, it.slack);
    });
    afterAll(async () => {
      await browser.close();
      await it.stop();
      await folder.remove();
    });

    /** Somebody goes to a channel, or to the app. */
    const goes = async (name: string, to: string): Promise<void> => {
      await visitor.actAs(name);
      await visitor.open(to);
    };
    const latest = () => visitor.channel.locator(".msg").last();
    /** Asks in a thread, and waits for each answer before the next is written. */
    const talks = async (
      first: string,
      ...lines: readonly (readonly [heard: string, reply: string])[]
    ): Promise<void> => {
      await visitor.say(first);
      await visitor.openThread(first);
      for (const [heard, reply] of lines) {
        await visitor.thread.getByText(heard).last().waitFor();
        await visitor.reply(reply);
      }
    };
    const asksForRefund = (first: string, order: string, reason: string) =>
      talks(first, ["What is your order number?", order], ["why would you like a refund?", reason]);

    test("an owner makes agents, and says where approvals go", async () => {
      await goes("Olga Owner", "agents");
      for (const id of ["U0AGNES0001", "U0ARTUR0001"]) await visitor.say(`/procedures roles add <@${id}> agent`);
      await visitor.channel.getByText("Role: agent").nth(1).waitFor();
      await visitor.say("/procedures channel set here");
      await visitor.channel.getByText("Usher's approvals, notices and hand-offs come here from now on.").waitFor();
      await latest().getByText("From now on approvals, notices and hand-offs go to").waitFor();
      await latest().getByText("#agents").waitFor();
    });

    test("a refund waits for an agent, and the customer reads the ticket's number", async () => {
      await goes("Jane Doe", "support");
      await asksForRefund("I want a refund", "1001", "It arrived broken");
      await visitor.thread.getByText("A colleague is looking at your request.").waitFor();
      await goes("Agnes Agent", "agents");
      const card = latest();
      await card.getByText("Approval needed: create a ticket").waitFor();
      await card.getByText("subject: Refund: Order #1001").waitFor();
      await card.getByText("refund_reason: It arrived broken").waitFor();
      await card.getByRole("button", { name: "Approve" }).click();
      await latest().getByText("Done: create a ticket").waitFor();
      await latest().getByText("Approved by agnes").waitFor();
      expect(await visitor.channel.getByRole("button", { name: "Approve" }).count()).toBe(0);
      await goes("Jane Doe", "support");
      await visitor.openThread("I want a refund");
      await visitor.thread.getByText("Your ticket number is 1").waitFor();
    });

    test("whoever asks again is offered a choice, and answers it with a button", async () => {
      await goes("Jane Doe", "support");
      await visitor.openThread("I want a refund");
      await visitor.reply("I want a refund");
      await visitor.thread.getByText("We have just finished that.").waitFor();
      await visitor.thread.getByRole("button", { name: "No" }).click();
      await visitor.thread.getByText("All right, I will leave it there.").waitFor();
    });

    test("an approval is decided from App Home, and is gone from there", async () => {
      await goes("Jane Doe", "support");
      await asksForRefund("Can I get my money back?", "1001", "Too small");
      await visitor.thread.getByText("A colleague is looking at your request.").waitFor();
      await goes("Agnes Agent", "usher");
      await visitor.home.getByText("refund_reason: Too small").waitFor();
      await visitor.home.getByText("Under way").waitFor();
      await visitor.home.getByText("lead-qualification").waitFor();
      await visitor.home.getByRole("button", { name: "Approve" }).click();
      await visitor.home.getByText("Nothing waits for an approval.").waitFor();
      await goes("Jane Doe", "support");
      await visitor.openThread("Can I get my money back?");
      await visitor.thread.getByText("Your ticket number is 2").waitFor();
    });

    test("a rejection asks why, a person takes over, the words go both ways, and Usher gets it back", async () => {
      await goes("Jane Doe", "support");
      await asksForRefund("I'd like to return my order", "1001", "Changed my mind");
      await visitor.thread.getByText("A colleague is looking at your request.").waitFor();
      await goes("Artur Agent", "agents");
      await latest().getByRole("button", { name: "Reject" }).click();
      await visitor.modal.getByText("The customer does not.").waitFor();
      // This client sends null for a field that nobody has touched.
      await visitor.modal.getByRole("button", { name: "Reject" }).click();
      await visitor.modal.getByText("Write a reason.").waitFor();
      await visitor.fill("Reason", "It was paid back last week");
      await visitor.modal.getByRole("button", { name: "Reject" }).click();
      await visitor.modal.waitFor({ state: "detached" });
      const handOff = visitor.channel.locator(".msg").filter({ hasText: "A person is needed" });
      await handOff.getByText("It was paid back last week").waitFor();
      await visitor.openThread("A person is needed");
      await visitor.reply("Hello Jane, I am Artur.");
      await goes("Jane Doe", "support");
      await visitor.openThread("I'd like to return my order");
      await visitor.thread.getByText("I could not complete this.").waitFor();
      await visitor.thread.getByText("artur: Hello Jane, I am Artur.").waitFor();
      expect(await visitor.thread.getByText("paid back last week").count()).toBe(0);
      await visitor.reply("Good to hear from you");
      await goes("Artur Agent", "agents");
      await visitor.openThread("A person is needed");
      await visitor.thread.getByText(/jane \(customer U0JANE00001\): Good to hear from you/).waitFor();
      await handOff.getByRole("button", { name: "Hand back" }).click();
      await visitor.channel.getByText("Handed back by artur").waitFor();
      await goes("Jane Doe", "support");
      await visitor.openThread("I'd like to return my order");
      await visitor.thread.getByText("Usher is back.").waitFor();
    });

    test("a lead answers three questions, one of them wrongly, and the agents are told", async () => {
      await goes("Jane Doe", "support");
      await talks(
        "I want enterprise pricing",
        ["What is your name?", "Jane Doe"],
        ["At which e-mail address can we reach you?", "jane at example"],
        ["That does not look like an e-mail address.", "it's jane@example.com thanks"],
        ["How many people work at your company?", "120"],
      );
      await visitor.thread.getByText("Our sales team will be in touch within 24 hours.").waitFor();
      await goes("Agnes Agent", "agents");
      await visitor.channel.getByText("create a lead").first().waitFor();
    });

    test("in a direct message everything goes the same way, and an edit of what was answered starts nothing", async () => {
      // The page shows a direct message once its app has been opened.
      await goes("Jane Doe", "usher");
      await visitor.home.getByText("Just write what you need").waitFor();
      await visitor.open("Jane Doe");
      await talks("Where is my order?", ["What is your order number?", "1001"]);
      const answer = visitor.thread.getByText("Order 1001: on its way.");
      await answer.waitFor();
      await visitor.edit("Where is my order?", "I want a refund");
      await visitor.thread.getByText("(edited)").waitFor();
      await visitor.reply("I want enterprise pricing");
      await visitor.thread.getByText("What is your name?").waitFor();
      expect(await answer.count()).toBe(1);
      expect(await visitor.thread.getByText("why would you like a refund?").count()).toBe(0);
      expect(await visitor.thread.getByText("What is your order number?").count()).toBe(1);
    });

    describe("commands", () => {
      test.each([
        ["list", "Refund Request Handler"],
        ["help", "Lists the procedures that customers can start."],
        ["lst", "Do you mean “/procedures list”?"],
        ["show order-status-lookup", "look-up-status"],
      ])("%s is answered in words that the page shows", async (text, words) => {
        await goes("Agnes Agent", "agents");
        await visitor.say(`/procedures ${text}`);
        await visitor.channel.getByText(words).last().waitFor();
        // What this client cannot draw it shows by its type.
        expect(await visitor.channel.getByText(/^\[[a-z_]+\]$/).count()).toBe(0);
      });
    });
  });
});
