import type { WorkspaceId } from "../../src/domain/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Inspector } from "../../src/ports/inspector.ts";
import type { LeadStore, MailStore, Page, TicketStore } from "../../src/ports/store.ts";
import type { HintJson, WorldJson } from "./api.ts";
import type { ApiAnswer, ApiRequest, ApiRoute } from "./api-routes.ts";
import type { CardLog } from "./card-log.ts";
import { ApiError } from "./errors.ts";
import { inTime } from "./in-time.ts";
import { webLimits } from "./limits.ts";
import { bodies, decisionAction, parseBody, verdictAction } from "./parse.ts";
import { type People, personOf } from "./people.ts";
import { agentsCardJson, approvalJson, procedureJson, receiptJson } from "./render.ts";

interface RecordRouteOptions {
  readonly workspace: WorkspaceId;
  readonly clock: Clock;
  readonly cards: CardLog;
  readonly people: People;
  readonly inspector: Pick<Inspector, "approvals" | "procedures" | "procedure">;
  readonly store: {
    readonly tickets: Pick<TicketStore, "list">;
    readonly leads: Pick<LeadStore, "list">;
    readonly mails: Pick<MailStore, "list">;
  };
  readonly hints: readonly HintJson[];
  readonly mailServer: boolean;
  readonly demo: boolean;
  readonly coolDownMs: number;
}

/** The paths that do not belong to one conversation: decisions, the agents channel, records, and the world. */
export function recordRoutes(options: RecordRouteOptions): readonly ApiRoute[] {
  const { workspace, cards, store } = options;
  return [
    ...decisionRoutes(options),
    { path: "/agents", of: "card", read: () => ok(cards.newest().map(agentsCardJson)) },
    {
      path: "/tickets",
      of: "ticket",
      read: async () => ok(await newest((page) => store.tickets.list(workspace, page))),
    },
    { path: "/leads", of: "lead", read: async () => ok(await newest((page) => store.leads.list(workspace, page))) },
    { path: "/mails", of: "mail", read: async () => ok(await newest((page) => store.mails.list(workspace, page))) },
    { path: "/procedures/:id/:version", of: "procedure", read: (request) => procedureVersion(options, request) },
    { path: "/world", of: "world", read: async () => ok(await world(options)) },
  ];
}

function decisionRoutes({ workspace, clock, inspector }: RecordRouteOptions): readonly ApiRoute[] {
  return [
    {
      path: "/approvals",
      of: "approval",
      read: async ({ query }) => {
        const { status = "pending" } = query;
        if (status !== "pending") throw new ApiError(400, "status must be pending.");
        return ok((await inspector.approvals(workspace)).map(approvalJson));
      },
    },
    {
      path: "/approvals/:id/decision",
      of: "approval",
      act: async ({ id, body }, inbound) => {
        const decision = parseBody(bodies.decision, body);
        const press = { id, card: null, by: personOf(decision.as), action: decisionAction(decision) };
        return ok(receiptJson(await inTime(clock, inbound.press(workspace, press))));
      },
    },
    {
      path: "/effects/:id/verdict",
      of: "effect",
      act: async ({ id, body }, inbound) => {
        const verdict = parseBody(bodies.verdict, body);
        const press = { id, card: null, by: personOf(verdict.as), action: verdictAction(verdict) };
        return ok(receiptJson(await inTime(clock, inbound.press(workspace, press))));
      },
    },
  ];
}

async function procedureVersion({ workspace, inspector }: RecordRouteOptions, { id, version }: ApiRequest) {
  const found = versionRule.test(version) ? await inspector.procedure(workspace, id, Number(version)) : null;
  if (found === null)
    throw new ApiError(404, "There is no such version of a procedure: GET /api/world lists the active ones.");
  return ok(procedureJson(found));
}

const versionRule = /^[1-9][0-9]{0,8}$/;

async function world(options: RecordRouteOptions): Promise<WorldJson> {
  const { workspace, people, inspector, hints, mailServer, demo, coolDownMs } = options;
  const procedures = inspector.procedures(workspace).map(procedureJson);
  return { people: await people.all(), procedures, hints, mailServer, demo, coolDownMs };
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

// Newest first, as many as a page can show.
async function newest<Item>(list: (page: string | null) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let page: string | null = null; items.length < webLimits.recordsShown; ) {
    const part: Page<Item> = await list(page);
    items.push(...part.items);
    if (part.next === null) break;
    page = part.next;
  }
  return items.slice(0, webLimits.recordsShown);
}
