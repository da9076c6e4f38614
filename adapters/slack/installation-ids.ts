import { z } from "zod";

const id = z.string().min(1).max(100).nullish();
const inside = z.object({ id }).nullish().catch(null);

// What does not fit is as if it were not there: the payload is Slack's own, and this only looks for names.
const namesSchema = z.object({
  authorizations: z
    .array(z.object({ team_id: id, enterprise_id: id, is_enterprise_install: z.boolean().catch(false) }))
    .catch([]),
  view: z.object({ app_installed_team_id: id }).nullish().catch(null),
  message: z.object({ team: id }).nullish().catch(null),
  team: inside,
  enterprise: inside,
  user: z.object({ team_id: id }).nullish().catch(null),
  team_id: id.catch(null),
  enterprise_id: id.catch(null),
});

/**
 * The teams and organisations that a payload names, where Usher may be installed, the surest first: what Slack says of the
 * installation, then where it happened, then where whoever did it is at home (in an organisation with many workspaces a
 * click carries the one that the clicker is in). Pure.
 */
export function installationIds(payload: unknown): readonly string[] {
  const parsed = namesSchema.safeParse(payload);
  if (!parsed.success) return [];
  const {
    authorizations,
    view,
    message,
    team,
    enterprise,
    user,
    team_id: teamId,
    enterprise_id: organisation,
  } = parsed.data;
  const named = [
    ...authorizations.flatMap((one) => [one.team_id, one.enterprise_id]),
    view?.app_installed_team_id,
    team?.id,
    teamId,
    message?.team,
    enterprise?.id,
    organisation,
    user?.team_id,
  ];
  return [...new Set(named.filter((one) => typeof one === "string"))];
}

/**
 * The same of an event which says that Usher was uninstalled: of the one installation that it means. It names the
 * organisation of a workspace, too, where Usher may be installed as well, and is not meant. Pure.
 */
export function uninstalledIds(payload: unknown): readonly string[] {
  const parsed = namesSchema.safeParse(payload);
  if (!parsed.success) return [];
  const { authorizations, team_id: team, enterprise_id: organisation } = parsed.data;
  const teams = [...authorizations.map(({ team_id }) => team_id), team].filter((one) => typeof one === "string");
  const isOfTeam = teams.length > 0 && !authorizations.some(({ is_enterprise_install }) => is_enterprise_install);
  if (isOfTeam) return [...new Set(teams)];
  const organisations = [...authorizations.map(({ enterprise_id }) => enterprise_id), organisation];
  return [...new Set(organisations.filter((one) => typeof one === "string"))];
}
