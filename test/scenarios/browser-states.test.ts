import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ConversationJson } from "../../adapters/web/api.ts";
import { describeWithBrowser, launchBrowser, type View, type Visitor, visit } from "../support/browser.ts";
import { startPlayground, temporaryFolder } from "../support/playground.ts";

// What the page shows where nothing is, where something is hidden, and where one thing must not look like another.

const examples = join(import.meta.dirname, "../../examples/procedures");

const closing = `slug: close-account
name: Close Account
trigger: { when: The customer wants to close the account, examples: [close my account please] }
steps:
  - { id: ask, kind: collect, variable: card_number, prompt: What is your card number?, sensitive: true }
  - { id: tag, kind: action, action: tag_session, parameters: { tag: leaving } }
  - { id: why, kind: collect, variable: reason, prompt: And why do you leave? }
  - { id: done, kind: action, action: resolve_session }
  - { id: bye, kind: message, content: Farewell. }
`;

describeWithBrowser("what the page shows", () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let playground: Awaited<ReturnType<typeof startPlayground>>;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    const procedures = join(folder.path, "procedures");
    await cp(examples, procedures, { recursive: true });
    await writeFile(join(procedures, "close-account.yaml"), closing);
    playground = await startPlayground(join(folder.path, "data"), { USHER_PROCEDURES: procedures });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await browser?.close();
    await playground?.stop();
    await folder?.remove();
  });

  async function open(view: View = {}, url = playground.url): Promise<Visitor> {
    const visitor = await visit(browser, url, view);
    ends.push(() => visitor.close());
    return visitor;
  }

  async function start(data: string, environment: { readonly [name: string]: string }) {
    const other = await startPlayground(join(folder.path, data), environment);
    ends.push(() => other.stop());
    return other;
  }

  async function askForRefund(visitor: Visitor, order = "1001"): Promise<void> {
    await visitor.say("I want a refund");
    await visitor.hear("What is your order number?");
    await visitor.say(order);
    await visitor.hear("why would you like a refund?");
    await visitor.say("It arrived broken");
    if (order === "1001") await visitor.hear("A colleague is looking at your request.");
  }

  const approvals = (visitor: Visitor) => visitor.agents.getByRole("button", { name: "Approve" });
  const shownConversation = (visitor: Visitor) => new URL(visitor.page.url()).searchParams.get("conversation") ?? "";

  // The first test: nothing has happened yet.
  test("every empty place says why it is empty, and what next", async () => {
    const visitor = await open();
    const { page, customer, agents, inside } = visitor;
    const says = (part: typeof agents, text: string) => part.getByText(text, { exact: true }).waitFor();
    await says(
      page.getByRole("banner"),
      "For trying Usher, not for production. Calls go to the demo backend on this machine.",
    );
    await says(customer, "No messages yet. You are Customer 1, a customer. Write what you need, or pick one:");
    for (const chip of ["I want a refund", "Where is my order?", "I want enterprise pricing"]) {
      await customer.getByRole("button", { name: chip, exact: true }).waitFor();
    }
    await says(agents, "Nothing to decide yet. Approval cards, notices and hand-offs appear here.");
    for (const text of [
      "No run yet. When a message matches a procedure, its steps light up here, with the reason for every branch.",
      "No variables yet. Answers and call results land here.",
      "No tickets yet. An approved refund opens one.",
      "No leads yet. Ask about enterprise pricing.",
      "No mails yet. Without a mail server, mails are kept here and not sent.",
    ]) {
      await says(inside, text);
    }
    await inside.getByRole("list", { name: "Steps of Close Account" }).waitFor();

    await visitor.say("The weather is lovely today");
    const silent = /^No procedure matched, so Usher stays silent\. Closest: .+, \d\.\d\d; it needs \d\.\d\d\.$/;
    await inside.getByText(silent).waitFor();
    await visitor.say("I want a refund");
    await visitor.hear("What is your order number?");
    await says(customer, "Demo orders: 1001 can be refunded, 1002 cannot, 4040 does not exist.");
    expect(visitor.problems).toEqual([]);
  });

  test("without procedures it names the folder; with another shop the strip says where calls go", async () => {
    const empty = join(folder.path, "empty");
    await mkdir(empty);
    const bare = await start("bare", { USHER_PROCEDURES: empty, USHER_CONNECTIONS: "shop=https://api.example.com" });
    const visitor = await open({}, bare.url);
    const text =
      "No active procedure. Put a procedure file into the folder that USHER_PROCEDURES names, and start Usher again.";
    await expect.poll(() => visitor.inside.textContent()).toContain(text);
    await visitor.page
      .getByText("For trying Usher, not for production. Calls go to the systems in USHER_CONNECTIONS.", { exact: true })
      .waitFor();
  });

  test("of two open cards, Enter twice on Approve decides exactly one", async () => {
    const visitor = await open();
    const before = (await playground.client.get<unknown[]>("/api/tickets")).length;
    await askForRefund(visitor);
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await askForRefund(visitor);
    const other = shownConversation(visitor);
    await expect.poll(() => approvals(visitor).count()).toBe(2);
    await approvals(visitor).first().focus();
    await visitor.page.keyboard.press("Enter");
    await visitor.page.keyboard.press("Enter");
    const outcome = visitor.agents.locator("p:focus", { hasText: /Approved by Agent 1/ });
    await outcome.waitFor();
    await visitor.page.keyboard.press("Enter");
    await visitor.agents.getByText(/Done: ticket #\d+/).waitFor();
    expect(await approvals(visitor).count()).toBe(1);
    const still = await playground.client.conversation(other);
    expect(still.run?.status).toBe("approval");
    expect(await playground.client.get<unknown[]>("/api/tickets")).toHaveLength(before + 1);
  });

  test("a sensitive value is in no DOM and in no answer of the server before “Show value”; tags and the end are noted", async () => {
    const secret = "4111-2222-3333";
    const visitor = await open();
    const answers = listen(visitor.page);
    await visitor.say("close my account please");
    await visitor.hear("What is your card number?");
    await visitor.say(secret);
    await visitor.hear("And why do you leave?");
    await visitor.customer.getByRole("list", { name: "Tags" }).getByText("leaving", { exact: true }).waitFor();
    await visitor.inside.getByText("•••••• hidden").waitFor();
    expect(await everythingIn(visitor.page)).not.toContain(secret);
    await visitor.page.reload();
    await visitor.hear("And why do you leave?");
    expect(await everythingIn(visitor.page)).not.toContain(secret);
    expect(await answers()).not.toContain(secret);

    await visitor.inside.getByRole("button", { name: "Show value" }).click();
    await visitor.inside.getByText(secret).waitFor();
    expect(await answers()).toContain(secret);
    await visitor.inside.getByRole("button", { name: "Hide value" }).click();
    expect(await everythingIn(visitor.page)).not.toContain(secret);
    await visitor.say("I move away");
    await visitor.hear("Farewell.");
    await visitor.customer.getByText(/^Resolved \d\d:\d\d$/).waitFor();
  });

  test("kinds and states differ in words and shapes, not in colour alone", async () => {
    const visitor = await open();
    await askForRefund(visitor);
    const steps = visitor.inside.getByRole("list", { name: /^Steps of Refund/ }).locator("li[data-step]");
    await steps.filter({ hasText: "Now" }).waitFor();
    const kinds = await steps.evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector(".step-title")?.textContent?.replace(/^\d+ /, "") ?? "",
        row.querySelector(".step-head > svg path")?.getAttribute("d") ?? "",
      ]),
    );
    const words = new Set(kinds.map(([word]) => word));
    expect([...words].sort()).toEqual(["Action", "Call", "Collect", "Condition", "Escalate", "Message"]);
    expect(new Set(kinds.map(([, shape]) => shape)).size).toBe(words.size);
    expect(new Set(kinds.map(String)).size).toBe(words.size);

    const texts = await steps.allTextContents();
    expect(texts.filter((text) => text.includes("Now"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("not taken"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("✓"))).toHaveLength(5);
    expect(texts.filter((text) => text.includes("approval"))).toHaveLength(1);

    const card = visitor.agents.getByRole("article").last();
    const shapeOf = (part: typeof card) => part.locator("svg path").first().getAttribute("d");
    const pending = await shapeOf(card);
    await card.getByRole("button", { name: "Approve" }).click();
    await card.getByText(/Done: ticket/).waitFor();
    const lines = card.locator(".status-line");
    expect(await lines.allTextContents()).toMatchObject(
      [/^Approved by Agent 1 \(agent agent-1\), /, /^Done: ticket #\d+, /].map(matching),
    );
    expect(await shapeOf(card)).not.toBe(pending);
    const badges = visitor.inside.locator(".standing .badge");
    await badges.filter({ hasText: "Completed" }).waitFor();
  });

  test("an old conversation that is opened again is a new log, with its history in it from the beginning", async () => {
    const visitor = await open();
    await visitor.say("Where is my order?");
    await visitor.hear("order number");
    const id = shownConversation(visitor);
    const first = await visitor.thread.elementHandle();
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await visitor.customer.getByText("No messages yet.").waitFor();
    // What each log held at the moment at which it came into the page.
    await visitor.page.evaluate(`
      window.logs = [];
      new MutationObserver((changes) => {
        for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
          const log = node.querySelector?.('[role="log"]');
          if (log) window.logs.push(log.textContent);
        }
      }).observe(document.getElementById("customer"), { childList: true, subtree: true });
    `);
    await visitor.customer.getByRole("combobox", { name: "Conversation" }).selectOption(id);
    await visitor.hear("Where is my order?");
    expect(await first?.evaluate((log) => log.isConnected)).toBe(false);
    const logs = await visitor.page.evaluate<string[]>("window.logs");
    expect(logs).toHaveLength(1);
    expect(logs[0]).toContain("Where is my order?");
    expect(logs[0]).toContain("order number");
    expect(await visitor.thread.count()).toBe(1);
  });

  test.each(["1002", "4040"])("order %s can't be approved, and the guide says so", async (order) => {
    const visitor = await open();
    await askForRefund(visitor, order);
    const guide = visitor.page.getByRole("list", { name: "Guide" });
    const end = "This one goes to an agent. For an approval, try order 1001 in a new conversation.";
    await guide.getByText(end, { exact: true }).waitFor();
    expect(await guide.getByRole("listitem").allTextContents()).toEqual([
      "✓Ask for a refund (done)",
      "✓Answer two questions (done)",
      expect.stringContaining(end),
    ]);
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await guide.getByText("Approve in the agents channel", { exact: true }).waitFor();
  });

  test("the guide goes on to the ticket after an approval, and says when one was rejected", async () => {
    const visitor = await open();
    const guide = visitor.page.getByRole("list", { name: "Guide" });
    await askForRefund(visitor);
    const card = visitor.agents.getByRole("article", { name: "Approval needed: create a ticket" }).last();
    await card.getByRole("button", { name: "Reject" }).click();
    await card.getByRole("textbox", { name: "Reason" }).fill("no");
    await card.getByRole("button", { name: "Reject" }).click();
    await guide.getByText(/^Rejected, so this one goes to an agent\. For an approval, try order 1001/).waitFor();
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await askForRefund(visitor);
    await approvals(visitor).last().click();
    await guide.getByText("Read the ticket number (done)", { exact: true }).waitFor();
  });

  test("an agent who begins a conversation is its customer: nothing says that Usher paused", async () => {
    const visitor = await open();
    await visitor.customer.getByRole("combobox", { name: "You:" }).selectOption("Agent 1");
    expect(await visitor.customer.getByText("When Agent 1 writes here, Usher pauses.").count()).toBe(0);
    await askForRefund(visitor);
    await visitor.inside.getByText("Waiting for approval").waitFor();
    expect(await visitor.customer.getByText(/Usher paused|Usher pauses/).count()).toBe(0);
    await visitor.customer.getByRole("combobox", { name: "You:" }).selectOption("Agent 2");
    await visitor.customer.getByText("When Agent 2 writes here, Usher pauses.").waitFor();
    await visitor.say("Let me look");
    await visitor.hear("Agent 2 wrote here. Usher paused.");
  });

  test("the list of conversations says who said the newest words", async () => {
    const visitor = await open();
    await visitor.say("Where is my order?");
    await visitor.hear("order number");
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    const list = visitor.customer.getByRole("combobox", { name: "Conversation" });
    await expect.poll(() => list.textContent()).toMatch(/\d\d:\d\d Customer 1 · Usher: .*order number/);
  });

  test("at phone width the Agents button counts everything that waits: an approval and a hand-off", async () => {
    const own = await start("badge", {});
    const visitor = await open({ width: 390, height: 800 }, own.url);
    await askForRefund(visitor);
    const button = (name: string) => visitor.page.getByRole("button", { name, exact: true });
    await button("Agents 1 waiting").waitFor();
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await askForRefund(visitor, "1002");
    await button("Agents 2 waiting").waitFor();
    await visitor.agents.getByRole("button", { name: "Resolve" }).click();
    await button("Agents 1 waiting").waitFor();
  });

  test.each(["nope", "not an id"])("a conversation that does not exist is named as such: %s", async (id) => {
    const visitor = await open({}, `${playground.url}/?conversation=${encodeURIComponent(id)}`);
    const text = "There is no such conversation. Its address may be mistyped, or its data may be gone.";
    await visitor.customer.getByText(text, { exact: true }).waitFor();
    await visitor.page.reload();
    await visitor.customer.getByText(text, { exact: true }).waitFor();
    expect(await visitor.customer.getByRole("textbox", { name: "Message" }).count()).toBe(0);
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await visitor.customer.getByText("No messages yet.").waitFor();
    expect(visitor.page.url()).toBe(`${playground.url}/`);
    await visitor.customer.getByRole("textbox", { name: "Message" }).and(visitor.page.locator(":focus")).waitFor();
    await visitor.say("Where is my order?");
    await visitor.hear("order number");
    await visitor.page.reload();
    await visitor.hear("Where is my order?");
    expect(await visitor.customer.getByText(text).count()).toBe(0);
  });

  test("the theme button says which theme it is, and which one it changes to", async () => {
    const visitor = await open();
    await visitor.page.getByRole("button", { name: "Theme: light. Change to dark.", exact: true }).click();
    await visitor.page.getByRole("button", { name: "Theme: dark. Change to light.", exact: true }).waitFor();
  });

  test("a run that keeps an older version is drawn as that version", async () => {
    const procedures = join(folder.path, "versions");
    await mkdir(procedures);
    const write = (extra: string) =>
      writeFile(join(procedures, "close-account.yaml"), closing.replace("steps:\n", `steps:\n${extra}`));
    await write("");
    const before = await startPlayground(join(folder.path, "aged"), { USHER_PROCEDURES: procedures });
    const id = await before.client.begin();
    await before.client.say(id, "close my account please");
    await before.client.hear(id, "What is your card number?");
    await before.stop();
    await write("  - { id: hello, kind: message, content: Hello. }\n");
    const after = await start("aged", { USHER_PROCEDURES: procedures });
    const visitor = await open({}, `${after.url}/?conversation=${id}`);
    const steps = visitor.inside.getByRole("list", { name: "Steps of Close Account, version 1" });
    await steps.getByText("1 Collect").waitFor();
    expect(await steps.getByRole("listitem").count()).toBe(5);
    expect((await after.client.get<ConversationJson>(`/api/conversations/${id}`)).run?.version).toBe(1);
  });
});

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** Everything that the page holds: its elements with their attributes, what is in its boxes, and what it remembers. */
async function everythingIn(page: Page): Promise<string> {
  const values = await page
    .locator("input, textarea, select")
    .evaluateAll((boxes) => boxes.map((box) => ("value" in box ? String(box.value) : "")));
  const kept = await page.evaluate<string>("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])");
  return [await page.content(), ...values, kept].join("\n");
}

/** Keeps all that the server answers from now on; the stream of changes, which never ends, is only names. */
function listen(page: Page): () => Promise<string> {
  const bodies: Promise<string>[] = [];
  page.on("response", (response) => {
    if (!response.url().endsWith("/api/events")) bodies.push(response.text().catch(() => ""));
  });
  return async () => (await Promise.all(bodies)).join("\n");
}
