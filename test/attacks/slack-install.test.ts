import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { renderPage } from "../../adapters/slack/install-page.ts";
import { temporaryFolder } from "../support/playground.ts";
import { company } from "../support/slack/company.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { publicUrl, startInstallable, startUninstalledCompany } from "../support/slack/installable.ts";
import type { ShownPage } from "../support/slack/installer.ts";
import { lineTexts, templateTexts } from "./hostile-texts.ts";
import { named } from "./variants.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let slack: FakeSlack;
let usher: Awaited<ReturnType<typeof startInstallable>>;
const { team, olga } = company;

beforeAll(async () => {
  folder = await temporaryFolder();
  slack = await startUninstalledCompany();
  usher = await startInstallable(folder.path, slack);
});
afterAll(async () => {
  await usher.stop();
  await slack.close();
  await folder.remove();
});

let exchanged: number;
beforeEach(() => {
  exchanged = slack.journal.of("oauth.v2.access").length;
});
/** Nothing was asked of Slack, so that no code was spent and nobody was let in. */
const expectNothingDone = (): void => expect(slack.journal.of("oauth.v2.access")).toHaveLength(exchanged);

const agreed = () => usher.installer.agree({ team, user: olga });

/** What every page says to the browser, and what none may hold. */
function expectSafe({ html, headers }: ShownPage): void {
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe-inline");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(html).not.toMatch(/<(?:script|img|iframe|svg|b>)|<[^>]*(?:\son\w+=|javascript:)/i);
  const links = [...html.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, to = ""]) => to);
  for (const to of links) expect(to).toMatch(/^https:\/\/(?:slack\.com|app\.slack\.com|usher\.bright\.example)\//);
}

describe("attack 107 · a state that is missing, forged, used, too old or another browser's, and a code that is spent", () => {
  test("control: the right state, cookie and code are taken", async () => {
    const page = await usher.installer.installs({ team, user: olga });
    expect(page.status).toBe(200);
    expectSafe(page);
  });

  const spoilt: readonly (readonly [
    string,
    (
      own: { state: string; cookie: string },
      theirs: { state: string; cookie: string },
    ) => { state?: string; cookie?: string },
  ])[] = [
    ["no state", ({ cookie }) => ({ cookie })],
    ["an empty state", ({ cookie }) => ({ state: "", cookie })],
    ["no cookie", ({ state }) => ({ state })],
    [
      "a state that nobody was given, in the cookie as well",
      () => ({ state: "0".repeat(32), cookie: `__Host-usher-install=${"0".repeat(32)}` }),
    ],
    ["another browser's state", ({ cookie }, theirs) => ({ state: theirs.state, cookie })],
    ["another browser's cookie", ({ state }, theirs) => ({ state, cookie: theirs.cookie })],
    [
      "the state of a JWT without a signature",
      () => ({ state: "eyJhbGciOiJub25lIn0.e30.", cookie: "__Host-usher-install=eyJhbGciOiJub25lIn0.e30." }),
    ],
    [
      "the cookie under another name",
      ({ state, cookie }) => ({ state, cookie: cookie.replace("__Host-usher-install", "slack-app-oauth-state") }),
    ],
    ["a longer state", ({ state, cookie }) => ({ state: `${state}0`, cookie: `${cookie}0` })],
    [
      "the state in upper case",
      ({ state, cookie }) => ({ state: state.toUpperCase(), cookie: cookie.replace(state, state.toUpperCase()) }),
    ],
    ["__proto__ as a state", () => ({ state: "__proto__", cookie: "__Host-usher-install=__proto__" })],
    ["the word that deletes the cookie", () => ({ state: "deleted", cookie: "__Host-usher-install=deleted" })],
  ];
  test.each(spoilt)("%s", async (_name, spoil) => {
    const [own, theirs] = [await usher.installer.begin(), await usher.installer.begin()];
    const { state, cookie } = spoil(own, theirs);
    const query = { code: agreed(), ...(state === undefined ? {} : { state }) };
    const page = await usher.installer.comeBack({ query, ...(cookie === undefined ? {} : { cookie }) });
    expect(page.status).toBe(400);
    expectSafe(page);
    expectNothingDone();
  });

  test("a state that was used, also where the first time failed", async () => {
    const { state, cookie } = await usher.installer.begin();
    await usher.installer.comeBack({ query: { code: "made-up", state }, cookie });
    exchanged += 1;
    expect((await usher.installer.comeBack({ query: { code: agreed(), state }, cookie })).status).toBe(400);
    expectNothingDone();
  });

  test("two of one state in the same moment: one alone is exchanged", async () => {
    const { state, cookie } = await usher.installer.begin();
    const both = [agreed(), agreed()].map((code) => usher.installer.comeBack({ query: { code, state }, cookie }));
    expect((await Promise.all(both)).map(({ status }) => status).toSorted()).toEqual([200, 400]);
    exchanged += 1;
    expectNothingDone();
  });

  test("a code that is spent, with a fresh state", async () => {
    const code = agreed();
    for (const wanted of [200, 400]) {
      const { state, cookie } = await usher.installer.begin();
      const page = await usher.installer.comeBack({ query: { code, state }, cookie });
      expect(page.status).toBe(wanted);
      expectSafe(page);
    }
  });

  test.each([
    "https://evil.example/",
    "//evil.example",
    "javascript:alert(1)",
    "/slack/install",
    "https://usher.bright.example.evil.example/",
  ])("redirect_uri=%s leads nowhere", async (redirect) => {
    const begun = await usher.installer.open(`/slack/install?redirect_uri=${encodeURIComponent(redirect)}`);
    expect(begun.html).not.toContain("evil");
    expect(decodeURIComponent(begun.html)).toContain(`redirect_uri=${publicUrl}/slack/oauth_redirect`);
    const { state, cookie } = await usher.installer.begin();
    const page = await usher.installer.comeBack({ query: { code: "x", state, redirect_uri: redirect }, cookie });
    expect(page.status).toBe(400);
    expect(page.headers.get("location")).toBeNull();
    expectSafe(page);
  });

  test.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])("%s is not how one installs", async (method) => {
    for (const path of ["/slack/install", "/slack/oauth_redirect?code=x&state=y"]) {
      const { status } = await fetch(`${usher.usher.url}${path}`, { method });
      // express answers HEAD as GET, without a body.
      expect(status).toBe(method === "HEAD" ? (path === "/slack/install" ? 200 : 400) : 405);
    }
    expectNothingDone();
  });

  test("every installation begins with another state, and the cookie is for this host alone", async () => {
    const begun = await Promise.all(Array.from({ length: 20 }, () => usher.installer.begin()));
    expect(new Set(begun.map(({ state }) => state)).size).toBe(20);
    for (const { state, headers } of begun) {
      expect(state).toMatch(/^[0-9a-f]{32}$/);
      expect(headers.get("set-cookie")).toMatch(
        /^__Host-usher-install=[0-9a-f]{32}; Secure; HttpOnly; Path=\/; Max-Age=600$/,
      );
    }
  });
});

describe("attack 108 · HTML and words that somebody else chooses on the pages", () => {
  const errors = [
    "<script>alert(1)</script>",
    "access_denied<script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "\u202eevil",
    "%3Cscript%3E",
  ];
  test.each(named(errors.map((error) => [error] as [string])))("?error=%s", async (_name, [error]) => {
    const { state, cookie } = await usher.installer.begin();
    const page = await usher.installer.comeBack({ query: { error, state }, cookie });
    expect(page.status).toBe(400);
    expect(page.html).not.toContain(error);
    expectSafe(page);
    expectNothingDone();
  });

  const names = [
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "</h1><a href=https://evil.example>x</a>",
    "A & B",
    "\u202eneddih",
    "'><b>",
    ...lineTexts,
    ...templateTexts,
  ];
  test.each(named(names.map((name) => [name] as [string])))("a team that is called %s", async (_name, [name]) => {
    const known = slack.state.teams.get(team);
    if (known !== undefined) slack.state.teams.set(team, { ...known, name });
    const page = await usher.installer.installs({ team, user: olga });
    expect(page.status).toBe(200);
    expectSafe(page);
    expect(page.html.match(/<(?!\/)/g)?.length).toBe(plainTags);
    expect(page.html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
  // What the page consists of, whatever the team is called.
  const plainTags = renderPage({
    title: "a",
    paragraphs: ["b", "c"],
    steps: ["d", "e", "f", "g"],
    link: { label: "h", to: "i" },
  }).match(/<(?!\/)/g)?.length;

  const refusals = ["<script>", "invalid_code<img src=x>", "a".repeat(500), "", "__proto__"];
  test.each(named(refusals.map((code) => [code] as [string])))(
    "Slack's word for a refusal is %s",
    async (_name, [error]) => {
      const { state, cookie } = await usher.installer.begin();
      slack.faults.plan({ method: "oauth.v2.access" }, { kind: "error", error });
      const page = await usher.installer.comeBack({ query: { code: agreed(), state }, cookie });
      expect(page.status).toBeGreaterThanOrEqual(400);
      expectSafe(page);
      expect(page.html).not.toContain("<img");
    },
  );
});

describe("attack 109 · links that are made of what a request says", () => {
  const hosts = [
    "evil.example",
    "evil.example:443",
    "usher.bright.example.evil.example",
    "evil.example#",
    "evil.example/x?",
    "[::1]",
    "a b",
  ];
  const forwarded = ["x-forwarded-host", "x-forwarded-proto", "forwarded", "x-original-url", "x-forwarded-prefix"];

  /** Sends exactly this head, and answers all that comes back. */
  const raw = async (path: string, host: string, more: readonly string[] = []): Promise<string> => {
    const socket = connect(Number(new URL(usher.usher.url).port), "127.0.0.1");
    socket.write([`GET ${path} HTTP/1.1`, `Host: ${host}`, ...more, "Connection: close", "", ""].join("\r\n"));
    let text = "";
    for await (const part of socket) text += part;
    return text;
  };

  test.each(named(hosts.map((host) => [host] as [string])))("Host: %s", async (_name, [host]) => {
    for (const path of [
      "/slack/install",
      "/slack/oauth_redirect?error=access_denied",
      "/slack/oauth_redirect?code=x&state=y",
    ]) {
      const answer = await raw(path, host);
      expect(answer).not.toContain("evil");
      if (path === "/slack/install" && answer.startsWith("HTTP/1.1 200")) {
        expect(decodeURIComponent(answer)).toContain(`redirect_uri=${publicUrl}/slack/oauth_redirect`);
      }
    }
    expectNothingDone();
  });

  test.each(forwarded)("%s", async (header) => {
    const answer = await raw("/slack/install", "127.0.0.1", [`${header}: evil.example`]);
    expect(answer).toContain("HTTP/1.1 200");
    expect(answer).not.toContain("evil");
  });
});
