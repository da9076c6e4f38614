import { describe, expect, test } from "vitest";
import { addressSchema, cardRefSchema, type WorkspaceId } from "../../src/domain/ids.ts";
import { InvalidError } from "../../src/ports/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { aConversation, aHandOff, aRun, nonceNumber, someMoment, workspaceId } from "../support/conversation.ts";
import {
  aDraftOfLead,
  aDraftOfTicket,
  aMail,
  anAnswer,
  anInstallation,
  aProcedure,
  aRunRecord,
} from "../support/records.ts";

const ours = workspaceId("ours");
const theirs = workspaceId("theirs");
const card = cardRefSchema.parse("slack:C1:1700000000.000100");
const handOff = { people: aHandOff("h"), cards: { h: card } };
const channelOf = (mark: string) => ({ platform: "slack" as const, address: addressSchema.parse(mark) });

// Puts one of everything into a workspace, always under the same ids; `mark` tells the workspaces' apart.
async function fill(store: Store, workspace: WorkspaceId, mark: string): Promise<void> {
  const name = (text: string) => `${text} of ${mark}`;
  await store.conversations.save(aConversation({ workspace, run: aRun(), dueAt: 1, tags: [mark], ...handOff }));
  await store.procedures.publish(workspace, aProcedure({ name: name("Refund") }), 0);
  await store.runs.put(workspace, aRunRecord({ reason: mark }));
  await store.answers.put(anAnswer({ workspace, body: mark }));
  await store.tickets.create(aDraftOfTicket({ workspace, subject: mark }));
  await store.leads.upsert(aDraftOfLead({ workspace, name: mark }));
  await store.mails.put(aMail({ workspace, subject: mark }));
  await store.roles.set(workspace, "web", "ann", "agent");
  await store.settings.save(workspace, { agentsChannel: channelOf(mark) });
  await store.installations.put(anInstallation({ workspace, botToken: `xoxb-${mark}` }));
}

// Everything that a workspace can see, asked for in every way there is.
async function seen(store: Store, workspace: WorkspaceId) {
  const { id, customer, nonce } = aConversation();
  const { conversations, procedures, runs, answers, tickets, leads, mails, roles, settings, installations } = store;
  return {
    loaded: (await conversations.load(workspace, id))?.tags ?? null,
    found: await Promise.all(
      [{}, { waiting: "input" }, { procedure: "refund-request" }, { customer }].map(async (where) =>
        (await conversations.find(workspace, where as object, null)).items.flatMap((one) => one.tags),
      ),
    ),
    located: await conversations.locate(workspace, nonce),
    underHandOff: await conversations.underHandOff(workspace, card),
    active: (await procedures.active(workspace)).map((one) => one.procedure.name),
    version: (await procedures.load(workspace, "refund-request", 1))?.procedure.name ?? null,
    newest: await procedures.newest(workspace, "refund-request"),
    runs: await Promise.all(
      [{}, { conversation: id }, { nonce }, { procedure: "refund-request" }].map(async (where) =>
        (await runs.find(workspace, where, null)).items.map((one) => one.reason),
      ),
    ),
    answer: (await answers.load(workspace, anAnswer().effectId))?.body ?? null,
    tickets: (await tickets.list(workspace, null)).items.map((one) => [one.number, one.subject]),
    leads: (await leads.list(workspace, null)).items.map((one) => one.name),
    mails: (await mails.list(workspace, null)).items.map((one) => one.subject),
    role: await roles.load(workspace, "web", "ann"),
    roles: (await roles.list(workspace)).map(({ userId, role }) => [userId, role]),
    agentsChannel: (await settings.load(workspace)).agentsChannel?.address ?? null,
    token: (await installations.load(workspace, "slack"))?.botToken ?? null,
    uninstalled: (await installations.uninstalled("slack")).includes(workspace),
  };
}

const nothing = {
  loaded: null,
  found: [[], [], [], []],
  located: null,
  underHandOff: null,
  active: [],
  version: null,
  newest: 0,
  runs: [[], [], [], []],
  answer: null,
  tickets: [],
  leads: [],
  mails: [],
  role: null,
  roles: [],
  agentsChannel: null,
  token: null,
  uninstalled: false,
};

function everythingOf(mark: string) {
  return {
    loaded: [mark],
    found: [[mark], [mark], [mark], [mark]],
    located: aConversation().id,
    underHandOff: aConversation().id,
    active: [`Refund of ${mark}`],
    version: `Refund of ${mark}`,
    newest: 1,
    runs: [[mark], [mark], [mark], [mark]],
    answer: mark,
    tickets: [[1, mark]],
    leads: [mark],
    mails: [mark],
    role: "agent",
    roles: [["ann", "agent"]],
    agentsChannel: mark,
    token: `xoxb-${mark}`,
    uninstalled: false,
  };
}

/** What every store must do for workspaces that share all ids; `current` gives a fresh store for each test. */
export function storeIsolationContract(current: () => Store): void {
  describe("workspaces (attack 95)", () => {
    test("one workspace sees nothing of another that uses the same ids", async () => {
      await fill(current(), ours, "ours");
      expect(await seen(current(), ours)).toStrictEqual(everythingOf("ours"));
      expect(await seen(current(), theirs)).toStrictEqual(nothing);
      await fill(current(), theirs, "theirs");
      expect(await seen(current(), theirs)).toStrictEqual(everythingOf("theirs"));
      expect(await seen(current(), ours)).toStrictEqual(everythingOf("ours"));
    });

    test("no change in one workspace reaches another that uses the same ids", async () => {
      const store = current();
      await fill(store, ours, "ours");
      await fill(store, theirs, "theirs");
      const { id } = aConversation();
      await store.conversations.save(aConversation({ workspace: theirs, version: 2, tags: ["changed"] }));
      await store.conversations.remove(theirs, id, 2);
      await store.procedures.publish(theirs, aProcedure({ name: "Changed" }), 1);
      await store.procedures.setActive(theirs, "refund-request", false);
      await store.runs.put(theirs, aRunRecord({ reason: "changed" }));
      await store.answers.put(anAnswer({ workspace: theirs, body: "changed" }));
      await store.tickets.create(aDraftOfTicket({ workspace: theirs, effectId: `${nonceNumber(5)}-9` }));
      await store.leads.upsert(aDraftOfLead({ workspace: theirs, effectId: `${nonceNumber(5)}-9`, name: "changed" }));
      await store.mails.put(aMail({ workspace: theirs, subject: "changed" }));
      await store.roles.set(theirs, "web", "ann", "customer");
      await store.roles.remove(theirs, "web", "ann");
      await store.settings.save(theirs, { agentsChannel: channelOf("changed") });
      await store.installations.put(anInstallation({ workspace: theirs, botToken: "xoxb-changed" }));
      await store.installations.remove(theirs, "slack", someMoment);
      await store.installations.cleared(theirs, "slack");
      await store.installations.remove(theirs, "slack", someMoment);
      expect(await seen(store, ours)).toStrictEqual(everythingOf("ours"));
    });

    test("a mark of a page of one workspace opens nothing in another", async () => {
      for (let n = 0; n < 60; n++) {
        await current().mails.put(aMail({ workspace: ours, effectId: `${nonceNumber(1)}-${n}`, subject: "ours" }));
      }
      const { next } = await current().mails.list(ours, null);
      expect(next).not.toBeNull();
      expect(await current().mails.list(theirs, next)).toStrictEqual({ items: [], next: null });
    });

    const none = "" as WorkspaceId;
    const calls: { readonly [name: string]: (store: Store) => Promise<unknown> } = {
      "conversations.load": (store) => store.conversations.load(none, aConversation().id),
      "conversations.save": (store) => store.conversations.save(aConversation({ workspace: none })),
      "conversations.remove": (store) => store.conversations.remove(none, aConversation().id, 1),
      "conversations.underHandOff": (store) => store.conversations.underHandOff(none, card),
      "conversations.find": (store) => store.conversations.find(none, {}, null),
      "procedures.active": (store) => store.procedures.active(none),
      "procedures.load": (store) => store.procedures.load(none, "a", 1),
      "procedures.publish": (store) => store.procedures.publish(none, aProcedure(), 0),
      "procedures.newest": (store) => store.procedures.newest(none, "a"),
      "procedures.setActive": (store) => store.procedures.setActive(none, "a", true),
      "runs.put": (store) => store.runs.put(none, aRunRecord()),
      "runs.find": (store) => store.runs.find(none, {}, null),
      "answers.put": (store) => store.answers.put(anAnswer({ workspace: none })),
      "answers.load": (store) => store.answers.load(none, "a"),
      "tickets.create": (store) => store.tickets.create(aDraftOfTicket({ workspace: none })),
      "tickets.list": (store) => store.tickets.list(none, null),
      "leads.upsert": (store) => store.leads.upsert(aDraftOfLead({ workspace: none })),
      "leads.list": (store) => store.leads.list(none, null),
      "mails.put": (store) => store.mails.put(aMail({ workspace: none })),
      "mails.list": (store) => store.mails.list(none, null),
      "roles.load": (store) => store.roles.load(none, "web", "ann"),
      "roles.set": (store) => store.roles.set(none, "web", "ann", "agent"),
      "roles.remove": (store) => store.roles.remove(none, "web", "ann"),
      "roles.list": (store) => store.roles.list(none),
      "settings.load": (store) => store.settings.load(none),
      "settings.save": (store) => store.settings.save(none, {}),
      "installations.put": (store) => store.installations.put(anInstallation({ workspace: none })),
      "installations.load": (store) => store.installations.load(none, "slack"),
      "installations.remove": (store) => store.installations.remove(none, "slack", someMoment),
      "installations.cleared": (store) => store.installations.cleared(none, "slack"),
    };
    test.each(Object.entries(calls))("%s without a workspace is refused", async (_, call) => {
      await expect(call(current())).rejects.toThrow(InvalidError);
    });
  });
}
