import type { Address } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Platform } from "./person.ts";
import { defaultTexts, type Texts } from "./texts.ts";

/** What a workspace can set. Times in ms. `connections`: base URLs by name, which only admins set. */
export interface WorkspaceSettings {
  /** Default region of phone numbers: ISO 3166-1 alpha-2, as in "US". */
  readonly region: string;
  /** How numbers and dates are read and written: BCP 47, as in "en-US". */
  readonly locale: string;
  /** The IANA time zone of dates in texts, as in "Europe/Berlin". */
  readonly timeZone: string;
  /** Where approvals, notices and hand-offs go; null: nowhere yet. `name`: as it was called when it was set, if that is known. */
  readonly agentsChannel: { readonly platform: Platform; readonly address: Address; readonly name?: string } | null;
  readonly connections: { readonly [name: string]: string };
  /** Whether the person who started a run may decide in it. */
  readonly selfApproval: boolean;
  /** Whether mail leaves this machine (then a lost answer cannot be repeated), or is only kept. */
  readonly mailIsSent: boolean;
  readonly approvalMs: number;
  readonly approvalReminderMs: number;
  readonly silenceMs: number;
  readonly silenceReminderMs: number;
  readonly peopleMs: number;
  readonly choosingMs: number;
  readonly coolDownMs: number;
  readonly texts: Texts;
}

/** The settings of a workspace that has set nothing. */
export const defaultSettings: WorkspaceSettings = {
  region: "US",
  locale: "en-US",
  timeZone: "UTC",
  agentsChannel: null,
  connections: {},
  selfApproval: false,
  mailIsSent: false,
  approvalMs: limits.approvalMs,
  approvalReminderMs: limits.approvalReminderMs,
  silenceMs: limits.silenceMs,
  silenceReminderMs: limits.silenceReminderMs,
  peopleMs: limits.peopleMs,
  choosingMs: limits.choosingMs,
  coolDownMs: limits.coolDownMs,
  texts: defaultTexts,
};
