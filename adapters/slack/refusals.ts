/**
 * What Slack's answer `ok: false` means, by its code: `gone` and `refused`: for good (and the token of the workspace is
 * void); `later`: nothing was done, and it may work later; `slower`: too many calls; `unclear`: part of it may have been
 * done.
 */
export type Meaning = "void" | "refused" | "later" | "slower" | "unclear";

interface Refusal {
  readonly meaning: Meaning;
  /** What to do about it, as the end of a sentence. */
  readonly mend: string;
}

const invite = "invite Usher to the channel, or choose another one";
const unarchive = "bring the channel back, or choose another one";
const rights = "ask an admin of the workspace to let Usher write there";
const reinstall = "install Usher again, so that it gets what manifest.json asks for";
const again = "it is tried again";
const ours = "this is a fault in Usher, please report it";
const nothing = "the message is gone, so there is nothing to do";
const anew = "press the button or send the command again";

// The codes and what they say: the pages of the methods that Usher calls, docs.slack.dev/reference/methods.
const table: readonly (readonly [Meaning, string, readonly string[]])[] = [
  ["void", "install Usher again", ["token_revoked", "account_inactive"]],
  // Not a sign that Usher was removed: Slack answers `invalid_auth` also to an address that is not on an allow-list.
  ["refused", "check the bot token and the workspace's list of allowed addresses", ["invalid_auth", "not_authed"]],
  ["refused", reinstall, ["token_expired", "missing_scope", "not_allowed_token_type", "no_permission", "is_bot"]],
  ["refused", "check the workspace's list of allowed addresses", ["accesslimited"]],
  ["refused", rights, ["access_denied", "ekm_access_denied", "app_access_restricted", "enterprise_is_restricted"]],
  ["refused", rights, ["team_access_not_granted", "two_factor_setup_required"]],
  ["refused", invite, ["channel_not_found", "not_in_channel", "channel_is_limited_access"]],
  ["refused", unarchive, ["is_archived", "is_inactive"]],
  ["refused", rights, ["restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_locked"]],
  ["refused", rights, ["restricted_action_thread_only_channel", "restricted_action_non_threadable_channel"]],
  ["refused", rights, ["cannot_reply_to_message", "posting_to_channel_denied", "user_not_in_channel"]],
  ["refused", "switch on the Messages tab of Usher's App Home", ["messages_tab_disabled"]],
  ["refused", "switch on the Home tab of Usher's App Home", ["not_enabled"]],
  ["refused", "the person is gone, or may not be seen", ["user_not_found", "user_not_visible", "users_not_found"]],
  ["refused", nothing, ["message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"]],
  ["refused", anew, ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"]],
  ["refused", "it was changed meanwhile: build it anew", ["hash_conflict", "not_found"]],
  [
    "refused",
    "the workflow has gone on without it",
    ["execution_not_in_running_state", "function_execution_not_found"],
  ],
  ["refused", ours, ["msg_blocks_too_long", "msg_too_long", "invalid_blocks", "invalid_blocks_format", "no_text"]],
  ["refused", ours, ["view_too_large", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema"]],
  ["refused", ours, ["invalid_arguments", "invalid_arg_name", "unknown_method", "invalid_thread_ts", "block_mismatch"]],
  ["refused", ours, ["duplicate_external_id", "parameter_validation_failed", "invalid_cursor", "invalid_form_data"]],
  ["slower", again, ["ratelimited", "rate_limited"]],
  ["later", again, ["service_unavailable", "message_limit_exceeded", "request_timeout", "streaming_state_conflict"]],
  // A workspace that moves into an organisation answers these until it has moved; its token stays.
  ["later", again, ["org_login_required", "team_added_to_org", "external_channel_migrating"]],
  // "It's possible some aspect of the operation succeeded before the error was raised."
  ["unclear", again, ["fatal_error", "internal_error", "update_failed"]],
];

const byCode: ReadonlyMap<string, Refusal> = new Map(
  table.flatMap(([meaning, mend, codes]) => codes.map((code) => [code, { meaning, mend }] as const)),
);

/**
 * Answers what a code of Slack's means. One that nobody knows here is a refusal for good: a failure of which a part may
 * have happened has a code of its own, and what is tried for ever holds up what comes after it. Pure.
 */
export function refusalOf(code: string): Refusal {
  return byCode.get(code) ?? { meaning: "refused", mend: "look it up in Slack's documentation" };
}
