import { botScopes } from "../../../adapters/slack/scopes.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { grant } from "./methods-app.ts";
import type { FakeGrant } from "./state.ts";

/** A page that somebody's browser was shown. */
export interface ShownPage {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

/** Somebody who has opened the page on which an installation begins. */
export interface Begun extends ShownPage {
  /** Where the button leads. */
  readonly link: URL;
  readonly state: string;
  /** What the browser brings back. */
  readonly cookie: string;
}

/** What is brought to the page to which Slack sends people back; what is not given is as it should be. */
export interface Return {
  readonly query?: { readonly [name: string]: string };
  readonly cookie?: string;
}

/** A browser in which people install Usher. `url`: where Usher is reached by this machine; `publicUrl`: what it is called. */
export function createInstaller(slack: FakeSlack, url: string, publicUrl: string) {
  const open = async (path: string, headers: { readonly [name: string]: string } = {}): Promise<ShownPage> => {
    const response = await fetch(`${url}${path}`, { headers, redirect: "manual" });
    return { status: response.status, html: await response.text(), headers: response.headers };
  };
  const begin = async (): Promise<Begun> => {
    const page = await open("/slack/install");
    const href = /<a href="([^"]+)"/.exec(page.html)?.[1]?.replaceAll("&amp;", "&") ?? "about:blank";
    const link = new URL(href);
    const cookie = (page.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    return { ...page, link, state: link.searchParams.get("state") ?? "", cookie };
  };
  const agree = (given: Partial<FakeGrant> & Pick<FakeGrant, "team" | "user">): string =>
    grant(slack.state, { scopes: botScopes, redirectUri: `${publicUrl}/slack/oauth_redirect`, ...given });
  const comeBack = ({ query = {}, cookie }: Return): Promise<ShownPage> =>
    open(`/slack/oauth_redirect?${new URLSearchParams(query)}`, cookie === undefined ? {} : { cookie });
  return {
    open,
    begin,
    /** Somebody agrees on Slack's page; answers the code that Slack sends along. */
    agree,
    comeBack,
    /** The whole way, as it should be. */
    async installs(given: Partial<FakeGrant> & Pick<FakeGrant, "team" | "user">): Promise<ShownPage> {
      const { state, cookie } = await begin();
      return comeBack({ query: { code: agree(given), state }, cookie });
    },
  };
}
