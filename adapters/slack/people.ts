import type { Installation } from "../../src/domain/installation.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import type { SlackClient } from "./client.ts";
import type { UserInfo } from "./info.ts";

type At = Pick<Installation, "workspace" | "team" | "organisation">;

/** Who somebody of Slack is. The role is not looked at here: everybody comes out as a customer. */
export interface SlackPeople {
  /**
   * For what somebody wrote. Waits a moment where the person is not known yet, and does with the bare id where Slack does
   * not say in time. `team`: where the payload says that they are at home, null where it does not. Never throws.
   */
  of(installation: At, user: string, team: string | null): Promise<Person>;
  /**
   * For what somebody decides: known for at most a minute, and external if deactivated, a guest, a bot or of another
   * organisation. Throws TransientError where Slack does not say: then nobody decides.
   */
  verified(installation: At, user: string): Promise<Person>;
  /** The same, but null where Slack does not say. */
  knownOrNull(installation: At, user: string): Promise<Person | null>;
}

// Slack waits 3 s for its acknowledgement; this is once for each new person.
const patienceMs = 500;
const verifiedForMs = 60_000;

/** Makes the look-up of people over the client, which remembers them. */
export function createSlackPeople(client: Pick<SlackClient, "userInfo">, clock: Clock): SlackPeople {
  const verified = async (installation: At, user: string): Promise<Person> => {
    try {
      return personOf(installation, await client.userInfo(installation.workspace, user, verifiedForMs));
    } catch (error) {
      throw new TransientError("Slack did not say who you are. Try again in a moment.", { cause: error });
    }
  };
  return {
    async of(installation, user, team) {
      const looked = client.userInfo(installation.workspace, user).catch(() => null);
      const info = await orNull(clock, looked);
      if (info !== null) return personOf(installation, info);
      return {
        platform: "slack",
        id: user,
        name: user,
        role: "customer",
        external: isElsewhere(installation, team, null),
      };
    },
    verified,
    knownOrNull: (installation, user) => verified(installation, user).catch(() => null),
  };
}

async function orNull(clock: Clock, looked: Promise<UserInfo | null>): Promise<UserInfo | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const cancel = clock.after(patienceMs, () => resolve(null));
  try {
    return await Promise.race([looked, late]);
  } finally {
    cancel();
  }
}

function personOf(installation: At, info: UserInfo): Person {
  const isUnfit = info.isDeleted || info.isBot || info.isGuest || info.isStranger;
  const external = isUnfit || isElsewhere(installation, info.team, info.organisation);
  return { platform: "slack", id: info.id, name: info.name.slice(0, 200), role: "customer", external };
}

/** Attack 81: of one organisation with many workspaces, everybody is at home; elsewhere the workspace's own team is. */
function isElsewhere({ team, organisation }: At, at: string | null, of: string | null): boolean {
  if (organisation !== null && (of === organisation || at === organisation)) return false;
  return at === null ? false : at !== team;
}
