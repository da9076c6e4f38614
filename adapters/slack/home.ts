import type { Installation } from "../../src/domain/installation.ts";
import type { View } from "../../src/domain/view.ts";
import type { SlackClient } from "./client.ts";
import type { Gate } from "./gate.ts";
import type { SlackPeople } from "./people.ts";
import { renderHome } from "./render-view.ts";

/** Shows somebody their App Home, as it is now. Throws what Slack and the use cases throw. */
export type ShowHome = (installation: Installation, user: string) => Promise<void>;

// What waits for the reader first, then what runs, what can run, where the agents are, and whether all is well.
const commands = ["approvals", "runs", "list", "channel", "health"] as const;

/** Makes App Home out of what the commands answer, each by the role that its reader has at this moment. */
export function createShowHome(gate: Gate, people: SlackPeople, client: Pick<SlackClient, "publishHome">): ShowHome {
  return async (installation, user) => {
    const by = await people.verified(installation, user);
    const { workspace } = installation;
    const views = await gate.enter((inbound) =>
      Promise.all(
        commands.map((verb) => {
          const words = [{ kind: "text" as const, text: verb }];
          return inbound.command(workspace, { by, words, conversation: null, card: null, channel: null });
        }),
      ),
    );
    await client.publishHome(workspace, user, renderHome(distinct(views)));
  };
}

/** Who may see nothing of them reads that once. */
function distinct(views: readonly View[]): readonly View[] {
  const [first] = views;
  return first !== undefined && views.every(({ title }) => title === first.title) ? [first] : views;
}
