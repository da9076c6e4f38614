import { z } from "zod";

// Slack's ids as they come in. What has another form names nothing, and must not become a part of an id of ours: half a
// character would be stored as another one than was asked for, and the record would be found damaged.

/** C: channel, G: private channel or group, D: direct message. */
export const channelId = z.string().regex(/^[CGD][A-Z0-9]{1,60}$/);

/** A person, or the user of a bot. */
export const userId = z.string().regex(/^[UW][A-Z0-9]{1,60}$/);

/** T: a workspace, E: an organisation of several. */
export const teamId = z.string().regex(/^[TE][A-Z0-9]{1,60}$/);

/** What somebody's client, or Slack, calls something once: letters, digits and what joins them. */
export const plainId = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/);

/** A timestamp, which names a message in its channel. */
export const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/);
