import { approvals } from "./approvals.ts";
import { channel } from "./channel.ts";
import type { Verb } from "./grammar.ts";
import { health } from "./health.ts";
import { help } from "./help.ts";
import { list } from "./list.ts";
import { roles } from "./roles.ts";
import { runs } from "./runs.ts";
import { show } from "./show.ts";
import { why } from "./why.ts";

/** Everything that can be asked for, in the order in which help shows it. */
export const verbs: readonly Verb[] = [list, show, approvals, runs, why, channel, roles, health, help];
