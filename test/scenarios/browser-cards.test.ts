import { cp, mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startUsher, type Usher } from "../../src/compose.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { systemClock, systemIds } from "../../src/system.ts";
import { describeWithBrowser, launchBrowser, type Visitor, visit } from "../support/browser.ts";
import { createLogBook, temporaryFolder, testConfig } from "../support/playground.ts";

// Cards that take a day, or a shop that hangs up: the whole of Usher on a clock that can be set ahead.

const root = join(import.meta.dirname, "../..");
const day = 24 * 3_600_000;

describeWithBrowser("cards of the agents channel", () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let usher: Usher;
  let shop: Server;
  let visitor: Visitor;
  // Each test sets it a day ahead; the second one so that it shows the browser's own time.
  let behindMs = 2 * day;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() - behindMs };
  const posts: string[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    const procedures = join(folder.path, "procedures");
    await mkdir(procedures);
    for (const file of ["examples/procedures/refund-request-handler.yaml", "test/fixtures/goodwill-credit.yaml"]) {
      await cp(join(root, file), join(procedures, file.split("/").at(-1) ?? ""));
    }
    shop = await openShop(posts);
    const host = `127.0.0.1:${(shop.address() as AddressInfo).port}`;
    const config = testConfig(join(folder.path, "data"), {
      USHER_PROCEDURES: procedures,
      USHER_CONNECTIONS: `shop=http://${host}`,
      USHER_OPEN_HOSTS: host,
    });
    usher = await startUsher(config, { clock, ids: systemIds, log: createLogBook() });
    browser = await launchBrowser();
    visitor = await visit(browser, usher.url);
  });
  afterAll(async () => {
    await visitor?.close();
    await browser?.close();
    await usher?.stop();
    shop?.closeAllConnections();
    shop?.close();
    await folder?.remove();
  });

  const card = (name: RegExp) => visitor.agents.getByRole("article", { name });

  test("an outcome that nobody knows offers three choices, and whatever comes, nothing is repeated", async () => {
    await visitor.say("goodwill credit please");
    await visitor.hear("Which order is the credit for?");
    await visitor.say("9001");
    await visitor.hear("A colleague is checking it");
    const verdict = card(/^Did this happen\? POST 127\.0\.0\.1/);
    await verdict
      .getByText(/^Sent, .+, and the outcome is unknown: .+ Usher will not repeat it on a guess\.$/)
      .waitFor();
    expect(await verdict.getByRole("button").allTextContents()).toEqual(["It happened", "Run again", "Stop"]);

    behindMs = day;
    await verdict.getByText(/^Still unknown whether this happened/).waitFor();
    await verdict.getByRole("button", { name: "Run again" }).click();
    await verdict.getByText("If it did happen, running it again makes it happen twice. Run it?").waitFor();
    await verdict.getByRole("button", { name: "Cancel" }).click();
    await verdict.getByRole("button", { name: "Stop" }).click();
    await visitor.agents.getByText(/^Stopped by Agent 1 \(agent agent-1\), /).waitFor();
    expect(await verdict.getByRole("button").count()).toBe(0);
    expect(posts).toEqual(["/orders/9001/refund"]);
    expect(visitor.problems).toEqual([]);
  });

  test("an approval that expired says that it is no rejection, and cannot be decided any more", async () => {
    behindMs = day;
    await visitor.customer.getByRole("button", { name: "New conversation" }).click();
    await visitor.say("I want a refund");
    await visitor.hear("What is your order number?");
    await visitor.say("1001");
    await visitor.hear("why would you like a refund?");
    await visitor.say("It arrived broken");
    const pending = card(/^Approval needed: create a ticket$/);
    await pending.getByRole("button", { name: "Approve" }).waitFor();

    behindMs = 0;
    const expired = card(/^Expired: create a ticket$/);
    await expired
      .getByText(/^Expired \d\d:\d\d\. Nobody decided in 24 h\. This is not a rejection\. A person takes over\.$/)
      .waitFor();
    expect(await pending.count()).toBe(0);
    expect(await expired.getByRole("button").count()).toBe(0);
    expect(await expired.textContent()).not.toContain("Rejected");
    await visitor.hear("This is taking longer than it should.");
    await card(/^A person is needed$/)
      .getByRole("button", { name: "Hand back" })
      .waitFor();
    await visitor.page
      .getByRole("list", { name: "Guide" })
      .getByText(/^This one goes to an agent\./)
      .waitFor();
    expect(visitor.problems).toEqual([]);
  });
});

/** A shop that knows every order, and hangs up on whoever wants something done; what was wanted is noted. */
async function openShop(posts: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.setHeader("content-type", "application/json").end('{"refundable": true}');
      return;
    }
    posts.push(request.url ?? "");
    request.resume().on("end", () => response.destroy());
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return server;
}
