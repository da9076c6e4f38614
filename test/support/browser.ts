import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { describe } from "vitest";

// Debian's name, and Ubuntu's; another place can be named.
const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const executable = places.find((place): place is string => place !== undefined && existsSync(place));

/** A suite that needs Chromium: skipped by name where there is none, unless every service is required (then it fails). */
export function describeWithBrowser(name: string, suite: () => void): void {
  const required = process.env["REQUIRE_SERVICES"] === "1";
  if (executable !== undefined || required) {
    describe(name, suite);
    return;
  }
  const why = `${name} (skipped: no Chromium; install it, or name it in CHROMIUM)`;
  // The usual reporter counts what is skipped, but does not say its name.
  process.stderr.write(`${why}\n`);
  describe.skip(why, suite);
}

/** A real browser without a window. */
export function launchBrowser(): Promise<Browser> {
  if (executable === undefined)
    throw new Error("REQUIRE_SERVICES=1, but there is no Chromium: install it, or set CHROMIUM.");
  // Root, as in a container, has no sandbox to be in.
  return chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
}

/** How the page is to be seen. */
export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
}

/** A visitor's own session, with the page open; errors of the page fail the test that looks at `problems`. */
export async function visit(browser: Browser, url: string, view: View = {}) {
  const { width = 1440, height = 900, scheme = "light" } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(url);
  return { ...visitorOf(context, page), problems };
}

function visitorOf(context: BrowserContext, page: Page) {
  const customer = page.getByRole("region", { name: "Customer channel" });
  const agents = page.getByRole("region", { name: "Agents channel" });
  const inside = page.getByRole("region", { name: "Inside" });
  return {
    context,
    page,
    customer,
    agents,
    inside,
    thread: customer.getByRole("log"),
    /** Writes as the chosen person. */
    say: async (text: string) => {
      await customer.getByRole("textbox", { name: "Message" }).fill(text);
      await customer.getByRole("button", { name: "Send" }).click();
    },
    /** Waits until Usher has said this. */
    hear: (text: string) => customer.getByRole("log").getByText(text).first().waitFor(),
    close: () => context.close(),
  };
}

export type Visitor = Awaited<ReturnType<typeof visit>>;
