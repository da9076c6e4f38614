import { z } from "zod";

/**
 * A conversation of Slack's, as far as Usher asks. `external`: people of another organisation are in it; `invited`: they
 * are about to be; each null where Slack did not say. `user`: whom a direct message is with.
 */
export interface ConversationInfo {
  readonly id: string;
  readonly kind: "channel" | "group" | "direct";
  readonly name: string | null;
  readonly user: string | null;
  readonly isMember: boolean;
  readonly isArchived: boolean;
  readonly isPrivate: boolean;
  readonly external: boolean | null;
  readonly invited: boolean | null;
}

/**
 * A person (or a bot) of Slack's, as far as Usher asks. `isGuest`: single- or multi-channel guest. `isStranger`: of another
 * organisation. `team`: where they are at home; `organisation`: that of it, null where there is none.
 */
export interface UserInfo {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly organisation: string | null;
  readonly isBot: boolean;
  readonly isGuest: boolean;
  readonly isStranger: boolean;
  readonly isDeleted: boolean;
}

const flag = z.boolean().default(false);

/** The answer of conversations.info (https://docs.slack.dev/reference/objects/conversation-object). */
export const conversationInfoSchema = z
  .object({
    channel: z.object({
      id: z.string(),
      name: z.string().optional(),
      user: z.string().optional(),
      is_im: flag,
      is_mpim: flag,
      is_member: flag,
      is_archived: flag,
      is_private: flag,
      is_ext_shared: z.boolean().nullish(),
      is_pending_ext_shared: z.boolean().nullish(),
    }),
  })
  .transform(
    ({ channel }): ConversationInfo => ({
      id: channel.id,
      kind: channel.is_im ? "direct" : channel.is_mpim ? "group" : "channel",
      name: channel.name ?? null,
      user: channel.user ?? null,
      isMember: channel.is_member,
      isArchived: channel.is_archived,
      isPrivate: channel.is_private,
      external: channel.is_ext_shared ?? null,
      invited: channel.is_pending_ext_shared ?? null,
    }),
  );

/** The answer of users.info (https://docs.slack.dev/reference/objects/user-object). */
export const userInfoSchema = z
  .object({
    user: z.object({
      id: z.string(),
      name: z.string().optional(),
      // Whoever is of no team that we know of is nobody that we know.
      team_id: z.string().min(1),
      deleted: flag,
      is_bot: flag,
      is_restricted: flag,
      is_ultra_restricted: flag,
      is_stranger: flag,
      enterprise_user: z.object({ enterprise_id: z.string().optional() }).optional(),
      profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
    }),
  })
  .transform(({ user }): UserInfo => {
    const { display_name: shown, real_name: real } = user.profile ?? {};
    return {
      id: user.id,
      // People choose what they are called; where they have not, `display_name` is empty.
      name: shown || real || user.name || user.id,
      team: user.team_id,
      organisation: user.enterprise_user?.enterprise_id ?? null,
      isBot: user.is_bot,
      isGuest: user.is_restricted || user.is_ultra_restricted,
      isStranger: user.is_stranger,
      isDeleted: user.deleted,
    };
  });
