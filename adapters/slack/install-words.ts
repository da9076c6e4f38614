import { type CodedError, ErrorCode } from "@slack/oauth";
import type { Installation } from "../../src/domain/installation.ts";
import type { InstallPage } from "./install-page.ts";

/** The page on which somebody begins. `to`: Slack's page, which asks whether Usher may come in. Pure. */
export function beginPage(to: string): InstallPage {
  return {
    title: "Add Usher to your Slack workspace",
    paragraphs: [
      "Usher runs your procedures with customers, and asks one of your agents before anything that matters.",
      "Slack shows you what Usher may do there, and asks whether you agree. Whoever installs Usher first becomes its owner " +
        "in that workspace, and says who else may do what.",
    ],
    link: { label: "Add to Slack", to },
  };
}

/** The page after it has worked. `isOwner`: whether the installer is one, now or before. Pure. */
export function installedPage({ name, team, organisation }: Installation, isOwner: boolean): InstallPage {
  return {
    title: `Usher is in ${name}`,
    paragraphs: [
      isOwner
        ? "You are its owner: you say who may do what."
        : "It has an owner there already, who says who may do what.",
      "Now, in Slack:",
    ],
    steps: [
      "Invite Usher to a channel in which only your agents are: write /invite @Usher there.",
      "In the same channel, write /procedures channel set here. Approvals come there from now on.",
      "There, too, write /procedures roles add @somebody agent for everybody who may approve.",
      "Invite Usher to a channel of your customers.",
    ],
    link: { label: "Open Slack", to: `https://app.slack.com/client/${team ?? organisation ?? ""}` },
  };
}

/** What went wrong, as a page and for the log; `status`: of HTTP. */
export interface InstallFailure {
  readonly status: number;
  readonly code: string;
  readonly page: InstallPage;
}

const again = "Try again";

/** What somebody sees for whom it did not work. `start`: where he begins again. Never repeats what was sent. Pure. */
export function installFailure(error: Error | CodedError, start: string): InstallFailure {
  const code = codeOf(error);
  const page = (
    title: string,
    text: string,
    after = "Nothing was changed in your workspace's Usher.",
  ): InstallPage => ({
    title,
    paragraphs: [text, after],
    link: { label: again, to: start },
  });
  switch (code) {
    case ErrorCode.MissingStateError:
    case ErrorCode.InvalidStateError:
    case ErrorCode.MissingCodeError:
      return {
        status: 400,
        code,
        page: page(
          "This link is not good any more",
          "It was used before, is older than ten minutes, or was opened in another browser than the one in which you began. Begin again, here.",
        ),
      };
    case ErrorCode.AuthorizationError:
      return { status: 400, code, page: page("Usher was not added", "You did not agree on Slack's page.") };
    case refusedByUs:
      return { status: 400, code, page: page("Usher was not added", error.message) };
    case "slack_webapi_platform_error":
      return {
        status: 400,
        code: refusalIn(error) ?? code,
        page: page(
          "Slack refused the installation",
          `Slack's word for it is “${refusalIn(error) ?? "unknown"}”. If it happens again, show this to whoever runs Usher.`,
        ),
      };
    default:
      return {
        status: 503,
        code,
        page: page(
          "It did not work just now",
          "Wait a minute and try again. The log of Usher says what happened.",
          "Usher may be in your workspace already: trying again finishes what was begun, and does nothing twice.",
        ),
      };
  }
}

const refusedByUs = "usher_refused";

/** An installation that Usher does not take; the message is for whoever installs. */
export class InstallRefusedError extends Error {
  readonly code = refusedByUs;
}

function codeOf(error: Error): string {
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" && /^[a-z_]{1,60}$/.test(code) ? code : "unknown";
}

/** Slack's own word for why it refused. */
function refusalIn(error: Error): string | null {
  const data: unknown = Reflect.get(error, "data");
  const word: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "error") : null;
  return typeof word === "string" && /^[a-z_]{1,60}$/.test(word) ? word : null;
}
