import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser, type Visitor, visit } from "./support/browser.ts";
import { startPlayground, temporaryFolder } from "./support/playground.ts";

// Draws the pictures in docs/screenshots: one refund, from the first visit to the ticket number. `npm run screenshots`.

const target = join(import.meta.dirname, "../docs/screenshots");
const views = [
  { name: "wide-light", width: 1440, height: 900, scheme: "light" },
  { name: "wide-dark", width: 1440, height: 900, scheme: "dark" },
  { name: "phone-light", width: 390, height: 844, scheme: "light" },
  { name: "phone-dark", width: 390, height: 844, scheme: "dark" },
] as const;
type View = (typeof views)[number];

/** On a phone one pane is seen at a time. */
async function show(visitor: Visitor, view: View, pane: "Customer" | "Agents" | "Inside"): Promise<void> {
  if (view.width > 640) return;
  await visitor.page.getByRole("list", { name: "Parts of the page" }).getByRole("button", { name: pane }).click();
}

async function refund(visitor: Visitor, view: View): Promise<void> {
  const shoot = (step: string) => visitor.page.screenshot({ path: join(target, `refund-${step}-${view.name}.png`) });
  await visitor.inside.getByText("No run yet.").first().waitFor();
  await shoot("1-first-visit");
  await visitor.customer.getByRole("button", { name: "I want a refund" }).click();
  await visitor.hear("What is your order number?");
  await visitor.say("1001");
  await visitor.hear("why would you like a refund?");
  await shoot("2-questions");
  await visitor.say("It arrived broken");
  const approve = visitor.agents.getByRole("button", { name: "Approve" });
  await approve.waitFor();
  await visitor.hear("A colleague is looking at your request.");
  await show(visitor, view, "Agents");
  await shoot("3-approval");
  await approve.click();
  await visitor.agents.getByText(/Done: ticket/).waitFor();
  await show(visitor, view, "Customer");
  await visitor.hear("2 business days");
  await shoot("4-done");
  await show(visitor, view, "Inside");
  if (view.width <= 640) await shoot("5-inside");
}

const browser = await launchBrowser();
await mkdir(target, { recursive: true });
for (const view of views) {
  const folder = await temporaryFolder();
  const playground = await startPlayground(folder.path);
  const visitor = await visit(browser, playground.url, view);
  await refund(visitor, view);
  await visitor.close();
  await playground.stop();
  await folder.remove();
}
await browser.close();
