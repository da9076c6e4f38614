import { describe, expect, test } from "vitest";
import { addressSchema } from "../../src/domain/ids.ts";
import type { Procedure } from "../../src/domain/procedure.ts";
import { ConflictError, InvalidError } from "../../src/ports/errors.ts";
import type { Page, Store } from "../../src/ports/store.ts";
import { conversationId, nonceNumber, someMoment, workspaceId } from "../support/conversation.ts";
import {
  aDraftOfLead,
  aDraftOfTicket,
  aMail,
  anAnswer,
  anInstallation,
  aProcedure,
  aRunRecord,
} from "../support/records.ts";

const demo = workspaceId("demo");
const effect = (n: number) => `${nonceNumber(1)}-${n}`;

// All items of a list, page by page.
async function all<Item>(list: (page: string | null) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = [];
  let page: string | null = null;
  do {
    const found: Page<Item> = await list(page);
    items.push(...found.items);
    page = found.next;
  } while (page !== null);
  return items;
}

/** What every store must do with everything but conversations; `current` gives a fresh store for each test. */
export function storeRecordsContract(current: () => Store, reopened: () => Promise<Store>): void {
  describe("procedures", () => procedures(current, reopened));
  describe("finished runs", () => runs(current, reopened));
  describe("whole answers", () => answers(current, reopened));
  describe("tickets", () => tickets(current, reopened));
  describe("leads", () => leads(current, reopened));
  describe("mails", () => mails(current, reopened));
  describe("roles", () => roles(current, reopened));
  describe("settings", () => settings(current, reopened));
  describe("installations", () => installations(current, reopened));

  test("what is no mark of a page is refused, and is not taken for the first page", async () => {
    const { runs: finished, tickets: made, leads: known, mails: sent } = current();
    for (const mark of ["", "x", "-1", "1; DROP TABLE mails", "1e99"]) {
      await expect(finished.find(demo, {}, mark)).rejects.toThrow(InvalidError);
      await expect(made.list(demo, mark)).rejects.toThrow(InvalidError);
      await expect(known.list(demo, mark)).rejects.toThrow(InvalidError);
      await expect(sent.list(demo, mark)).rejects.toThrow(InvalidError);
    }
  });
}

function procedures(current: () => Store, reopened: () => Promise<Store>): void {
  const named = (slug: string, name = slug): Procedure => aProcedure({ slug, name });

  test("nothing is active or stored before the first publish", async () => {
    expect(await current().procedures.active(demo)).toStrictEqual([]);
    expect(await current().procedures.newest(demo, "refund-request")).toBe(0);
    expect(await current().procedures.load(demo, "refund-request", 1)).toBeNull();
  });

  test("publishing makes the next version the active one and keeps the older ones as they were", async () => {
    const first = await current().procedures.publish(demo, named("refund", "First"), 0);
    const second = await current().procedures.publish(demo, named("refund", "Second"), 1);
    expect(first).toStrictEqual({ procedure: named("refund", "First"), version: 1 });
    expect(second).toStrictEqual({ procedure: named("refund", "Second"), version: 2 });
    const after = (await reopened()).procedures;
    expect(await after.active(demo)).toStrictEqual([second]);
    expect(await after.load(demo, "refund", 1)).toStrictEqual(first);
    expect(await after.load(demo, "refund", 2)).toStrictEqual(second);
    expect(await after.load(demo, "refund", 3)).toBeNull();
    expect(await after.newest(demo, "refund")).toBe(2);
  });

  test.each([0, 1, 3])("publishing after %i, when version 2 is the newest, is refused", async (after) => {
    await current().procedures.publish(demo, named("refund", "First"), 0);
    await current().procedures.publish(demo, named("refund", "Second"), 1);
    await expect(current().procedures.publish(demo, named("refund", "Other"), after)).rejects.toThrow(ConflictError);
    expect((await current().procedures.active(demo)).map((one) => one.procedure.name)).toStrictEqual(["Second"]);
    expect(await current().procedures.newest(demo, "refund")).toBe(2);
  });

  test("of admins who publish at the same time one wins (pitfall 76)", async () => {
    const rivals = Array.from({ length: 10 }, (_, n) => current().procedures.publish(demo, named("refund", `${n}`), 0));
    const settled = await Promise.allSettled(rivals);
    const winners = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(winners).toHaveLength(1);
    expect(await current().procedures.active(demo)).toStrictEqual(winners);
  });

  test("active procedures come in the order of their slugs, without those that were taken out", async () => {
    for (const slug of ["order", "lead", "refund"]) await current().procedures.publish(demo, named(slug), 0);
    const slugs = async () => (await current().procedures.active(demo)).map((one) => one.procedure.slug);
    expect(await slugs()).toStrictEqual(["lead", "order", "refund"]);
    await current().procedures.setActive(demo, "order", false);
    expect(await slugs()).toStrictEqual(["lead", "refund"]);
    // A run that keeps its version still finds it.
    expect((await current().procedures.load(demo, "order", 1))?.procedure.slug).toBe("order");
    expect(await current().procedures.newest(demo, "order")).toBe(1);
    await current().procedures.setActive(demo, "order", true);
    expect(await slugs()).toStrictEqual(["lead", "order", "refund"]);
  });

  test("publishing brings a procedure back that was taken out", async () => {
    await current().procedures.publish(demo, named("refund", "First"), 0);
    await current().procedures.setActive(demo, "refund", false);
    await current().procedures.publish(demo, named("refund", "Second"), 1);
    expect((await current().procedures.active(demo)).map((one) => one.procedure.name)).toStrictEqual(["Second"]);
  });
}

function runs(current: () => Store, reopened: () => Promise<Store>): void {
  const run = (nonce: number, n: number, slug: string, thread: string) =>
    aRunRecord({
      id: `${nonceNumber(nonce)}-${n}`,
      procedure: { slug, version: 1 },
      conversationId: thread,
      endedAt: someMoment + nonce * 100 + n,
    });
  const three = [run(1, 1, "refund", "web:1"), run(1, 12, "lead", "web:1"), run(2, 1, "refund", "web:1")];

  test("a run that is put twice is one record, the later one", async () => {
    const record = aRunRecord({ variables: { "a.b": [{ $ref: null }] } });
    await current().runs.put(demo, aRunRecord({ reason: "earlier" }));
    await Promise.all([current().runs.put(demo, record), current().runs.put(demo, record)]);
    expect((await (await reopened()).runs.find(demo, {}, null)).items).toStrictEqual([record]);
  });

  test("runs are found by conversation, by nonce and by procedure, the newest first", async () => {
    for (const one of [...three, run(3, 1, "lead", "web:2")]) await current().runs.put(demo, one);
    const find = async (where: Parameters<Store["runs"]["find"]>[1]) =>
      (await current().runs.find(demo, where, null)).items.map((one) => one.id);
    const [a, b, c] = three.map((one) => one.id);
    const d = `${nonceNumber(3)}-1`;
    expect(await find({})).toStrictEqual([d, c, b, a]);
    expect(await find({ conversation: conversationId("web:1") })).toStrictEqual([c, b, a]);
    // The conversation was removed and made again: only the nonce tells its runs apart.
    expect(await find({ nonce: nonceNumber(1) })).toStrictEqual([b, a]);
    expect(await find({ procedure: "lead" })).toStrictEqual([d, b]);
    expect(await find({ procedure: "lead", conversation: conversationId("web:1") })).toStrictEqual([b]);
    expect(await find({ procedure: "refund", nonce: nonceNumber(1) })).toStrictEqual([a]);
    expect(await find({ nonce: "%" })).toStrictEqual([]);
  });

  test("many runs come in pages, each once", async () => {
    const many = Array.from({ length: 120 }, (_, n) => run(4, n, "refund", "web:1"));
    for (const one of many) await current().runs.put(demo, one);
    const newest = many.map((one) => one.id).reverse();
    const found = await all((page) => current().runs.find(demo, { procedure: "refund" }, page));
    expect(found.map((one) => one.id)).toStrictEqual(newest);
    expect((await all((page) => current().runs.find(demo, {}, page))).map((one) => one.id)).toStrictEqual(newest);
  });
}

function answers(current: () => Store, reopened: () => Promise<Store>): void {
  test("an answer comes back as it was put, and a second one takes its place", async () => {
    const long = anAnswer({ body: `${"é\u0000'\"{".repeat(40_000)}`, cut: true });
    await current().answers.put(anAnswer({ body: "first" }));
    await current().answers.put(long);
    expect(await (await reopened()).answers.load(demo, long.effectId)).toStrictEqual(long);
    expect(await current().answers.load(demo, effect(99))).toBeNull();
  });

  test("pruning forgets what is older than the moment, in every workspace, and nothing else", async () => {
    const other = workspaceId("other");
    const put = (n: number, at: number, workspace = demo) =>
      current().answers.put(anAnswer({ workspace, effectId: effect(n), at }));
    for (let n = 0; n < 70; n++) await put(n, 999);
    await put(70, 1000);
    await put(70, 999, other);
    await put(71, 1001, other);
    await current().answers.prune(1000);
    const left = async (n: number, workspace = demo) => (await current().answers.load(workspace, effect(n))) !== null;
    for (let n = 0; n < 70; n++) expect(await left(n)).toBe(false);
    expect([await left(70), await left(70, other), await left(71, other)]).toStrictEqual([true, false, true]);
  });
}

function tickets(current: () => Store, reopened: () => Promise<Store>): void {
  test("tickets are counted from 1, in each workspace for itself, also after a restart", async () => {
    const other = workspaceId("other");
    const number = async (n: number, workspace = demo) =>
      (await current().tickets.create(aDraftOfTicket({ workspace, effectId: effect(n) }))).number;
    expect([await number(1), await number(2), await number(1, other)]).toStrictEqual([1, 2, 1]);
    await reopened();
    expect(await number(3)).toBe(3);
  });

  test("the same effect gives the same ticket, however often and at once", async () => {
    const again = Array.from({ length: 10 }, (_, n) =>
      current().tickets.create(aDraftOfTicket({ subject: `try ${n}`, effectId: effect(1) })),
    );
    const made = await Promise.all(again);
    expect(new Set(made.map((one) => `${one.number} ${one.subject}`))).toStrictEqual(new Set(["1 try 0"]));
    expect((await current().tickets.list(demo, null)).items).toStrictEqual([made[0]]);
  });

  test("tickets that are made at the same time get numbers of their own", async () => {
    const drafts = Array.from({ length: 60 }, (_, n) => aDraftOfTicket({ effectId: effect(n) }));
    const made = await Promise.all(drafts.map((draft) => current().tickets.create(draft)));
    expect(new Set(made.map((one) => one.number)).size).toBe(60);
    const listed = await all((page) => current().tickets.list(demo, page));
    expect(listed.map((one) => one.number)).toStrictEqual(made.map((one) => one.number).sort((a, b) => b - a));
  });
}

function leads(current: () => Store, reopened: () => Promise<Store>): void {
  const later = someMoment + 1000;

  test("a new lead is named by its effect, and its address is kept in lower case", async () => {
    const draft = aDraftOfLead({ email: "Maria@Example.COM", companySize: 0 });
    const lead = await current().leads.upsert(draft);
    const expected = { ...draft, id: draft.effectId, email: "maria@example.com", updatedAt: someMoment };
    expect(lead).toStrictEqual(expected);
    expect((await (await reopened()).leads.list(demo, null)).items).toStrictEqual([expected]);
  });

  test("the same address renews the lead: what is new counts, what is missing stays (pitfall 70)", async () => {
    await current().leads.upsert(aDraftOfLead({ name: "Maria", phone: "+1", notes: "old", effectId: effect(1) }));
    const change = { email: "MARIA@example.com", phone: "+2", companySize: 50, createdAt: later, effectId: effect(2) };
    const lead = await current().leads.upsert(aDraftOfLead(change));
    expect(lead).toMatchObject({ id: effect(1), name: "Maria", phone: "+2", companySize: 50, notes: "old" });
    expect(lead).toMatchObject({ email: "maria@example.com", createdAt: someMoment, updatedAt: later });
    expect((await current().leads.list(demo, null)).items).toStrictEqual([lead]);
  });

  test("an effect that was carried out already changes nothing, even after a newer one", async () => {
    const first = aDraftOfLead({ name: "First", effectId: effect(1) });
    await current().leads.upsert(first);
    const second = await current().leads.upsert(
      aDraftOfLead({ name: "Second", effectId: effect(2), createdAt: later }),
    );
    expect(await current().leads.upsert(first)).toStrictEqual(second);
    const elsewhere = aDraftOfLead({ email: "other@example.com", effectId: effect(2) });
    expect(await current().leads.upsert(elsewhere)).toStrictEqual(second);
    expect((await current().leads.list(demo, null)).items).toStrictEqual([second]);
  });

  test("one address at the same time is one lead; many are listed in pages, the newest first", async () => {
    const same = Array.from({ length: 5 }, (_, n) => current().leads.upsert(aDraftOfLead({ effectId: effect(n) })));
    await Promise.all(same);
    for (let n = 100; n < 220; n++) {
      await current().leads.upsert(aDraftOfLead({ email: `${n}@example.com`, effectId: effect(n) }));
    }
    const found = await all((page) => current().leads.list(demo, page));
    const newest = Array.from({ length: 120 }, (_, n) => `${219 - n}@example.com`);
    expect(found.map((one) => one.email)).toStrictEqual([...newest, "maria@example.com"]);
  });
}

function mails(current: () => Store, reopened: () => Promise<Store>): void {
  test("a mail that is put again takes its own place", async () => {
    await current().mails.put(aMail({ effectId: effect(1) }));
    await current().mails.put(aMail({ effectId: effect(2) }));
    await current().mails.put(aMail({ effectId: effect(1), sent: true }));
    const { items } = await (await reopened()).mails.list(demo, null);
    expect(items).toStrictEqual([aMail({ effectId: effect(2) }), aMail({ effectId: effect(1), sent: true })]);
  });

  test("many mails come in pages, the newest first", async () => {
    for (let n = 0; n < 101; n++) await current().mails.put(aMail({ effectId: effect(n) }));
    const found = await all((page) => current().mails.list(demo, page));
    expect(found.map((one) => one.effectId)).toStrictEqual(Array.from({ length: 101 }, (_, n) => effect(100 - n)));
  });
}

function roles(current: () => Store, reopened: () => Promise<Store>): void {
  test("somebody without a row has no role, and a role that is set again is the new one", async () => {
    expect(await current().roles.load(demo, "web", "ann")).toBeNull();
    await current().roles.set(demo, "web", "ann", "agent");
    await current().roles.set(demo, "web", "ann", "owner");
    const after = (await reopened()).roles;
    expect(await after.load(demo, "web", "ann")).toBe("owner");
    expect(await after.load(demo, "slack", "ann")).toBeNull();
    expect(await after.load(demo, "web", "an")).toBeNull();
  });

  test("everybody with a role is listed, in the order of platform and user id, as it is now", async () => {
    expect(await current().roles.list(demo)).toStrictEqual([]);
    await current().roles.set(demo, "web", "ann", "agent");
    await current().roles.set(demo, "slack", "U2", "admin");
    await current().roles.set(demo, "slack", "U1", "agent");
    await current().roles.set(demo, "slack", "U1", "owner");
    expect(await (await reopened()).roles.list(demo)).toStrictEqual([
      { platform: "slack", userId: "U1", role: "owner" },
      { platform: "slack", userId: "U2", role: "admin" },
      { platform: "web", userId: "ann", role: "agent" },
    ]);
  });

  test("who is removed has no role any more, and nobody else loses theirs", async () => {
    await current().roles.set(demo, "slack", "U1", "owner");
    await current().roles.set(demo, "slack", "U2", "agent");
    await current().roles.set(demo, "teams", "U1", "admin");
    await current().roles.remove(demo, "slack", "U1");
    await current().roles.remove(demo, "slack", "U1");
    const after = (await reopened()).roles;
    expect(await after.load(demo, "slack", "U1")).toBeNull();
    expect((await after.list(demo)).map(({ platform, userId }) => [platform, userId])).toStrictEqual([
      ["slack", "U2"],
      ["teams", "U1"],
    ]);
  });
}

function settings(current: () => Store, reopened: () => Promise<Store>): void {
  const channel = (address: string) => ({ platform: "slack" as const, address: addressSchema.parse(address) });

  test("a workspace in which nobody has set anything has nothing stored", async () => {
    expect(await current().settings.load(demo)).toStrictEqual({});
  });

  test("what was saved last is what stands there, also after a restart", async () => {
    await current().settings.save(demo, { agentsChannel: channel("C1") });
    await current().settings.save(demo, { agentsChannel: channel("C2") });
    expect(await current().settings.load(demo)).toStrictEqual({ agentsChannel: channel("C2") });
    expect(await (await reopened()).settings.load(demo)).toStrictEqual({ agentsChannel: channel("C2") });
  });

  test("“nowhere” is a setting too, and not the same as none", async () => {
    await current().settings.save(demo, { agentsChannel: null });
    expect(await (await reopened()).settings.load(demo)).toStrictEqual({ agentsChannel: null });
    await current().settings.save(demo, {});
    expect(await current().settings.load(demo)).toStrictEqual({});
  });
}

function installations(current: () => Store, reopened: () => Promise<Store>): void {
  const other = workspaceId("other");

  test("an installation comes back as it was put, also after a restart; where none is, null comes", async () => {
    const put = anInstallation({ name: "Grüße 🫖 \u0000 \uD800", scopes: [], organisation: "E1" });
    await current().installations.put(put);
    expect(await current().installations.load(demo, "slack")).toStrictEqual(put);
    const after = (await reopened()).installations;
    expect(await after.load(demo, "slack")).toStrictEqual(put);
    expect(await after.load(demo, "teams")).toBeNull();
    expect(await after.load(other, "slack")).toBeNull();
  });

  test("installing again takes the place of what was there", async () => {
    await current().installations.put(anInstallation());
    const again = anInstallation({ botToken: "xoxb-new", botUser: "U9", installedAt: someMoment + 1 });
    await current().installations.put(again);
    expect(await (await reopened()).installations.load(demo, "slack")).toStrictEqual(again);
    expect(await current().installations.workspaces("slack")).toStrictEqual([demo]);
  });

  test("what is removed is gone, twice is as good as once, and the others stay", async () => {
    const inTeams = anInstallation({ platform: "teams" });
    const elsewhere = anInstallation({ workspace: other });
    for (const one of [anInstallation(), inTeams, elsewhere]) await current().installations.put(one);
    await current().installations.remove(demo, "slack", someMoment);
    await current().installations.remove(demo, "slack", someMoment);
    const after = (await reopened()).installations;
    expect(await after.load(demo, "slack")).toBeNull();
    expect(await after.load(demo, "teams")).toStrictEqual(inTeams);
    expect(await after.load(other, "slack")).toStrictEqual(elsewhere);
  });

  test("the workspaces of a platform are listed across workspaces, each platform for itself", async () => {
    const put = (workspace: string, platform: "slack" | "teams") =>
      current().installations.put(anInstallation({ workspace: workspaceId(workspace), platform }));
    await put("T2", "slack");
    await put("T1", "slack");
    await put("T1", "teams");
    const listed = async (platform: "slack" | "teams" | "web") =>
      [...(await current().installations.workspaces(platform))].sort();
    expect([await listed("slack"), await listed("teams"), await listed("web")]).toStrictEqual([
      ["T1", "T2"],
      ["T1"],
      [],
    ]);
    await current().installations.remove(workspaceId("T1"), "slack", someMoment);
    expect([await listed("slack"), await listed("teams")]).toStrictEqual([["T2"], ["T1"]]);
  });

  test("a workspace in which it was uninstalled is known until it is cleared, also after a restart and where nothing was stored", async () => {
    for (const one of [anInstallation(), anInstallation({ workspace: other })]) await current().installations.put(one);
    for (const workspace of [demo, demo, workspaceId("never")])
      await current().installations.remove(workspace, "slack", someMoment);
    const after = (await reopened()).installations;
    expect(await after.uninstalled("slack")).toStrictEqual([demo, workspaceId("never")]);
    expect(await after.uninstalled("teams")).toStrictEqual([]);
    await after.put(anInstallation());
    expect(await after.uninstalled("slack")).toStrictEqual([demo, workspaceId("never")]);
    await after.cleared(demo, "teams");
    for (const workspace of [demo, demo, other, workspaceId("unknown")]) await after.cleared(workspace, "slack");
    expect(await (await reopened()).installations.uninstalled("slack")).toStrictEqual([workspaceId("never")]);
    expect(await current().installations.load(demo, "slack")).toStrictEqual(anInstallation());
  });

  test("what was installed later stays, and it is not noted that it was uninstalled", async () => {
    const later = anInstallation({ botToken: "xoxb-new", installedAt: someMoment + 1 });
    const { installations } = current();
    // Both are under way at once: the second is asked for while the first is not written yet.
    await Promise.all([installations.put(later), installations.remove(demo, "slack", someMoment)]);
    const after = (await reopened()).installations;
    expect(await after.load(demo, "slack")).toStrictEqual(later);
    expect(await after.uninstalled("slack")).toStrictEqual([]);
    await after.remove(demo, "slack", someMoment + 1);
    expect(await after.load(demo, "slack")).toBeNull();
    expect(await after.uninstalled("slack")).toStrictEqual([demo]);
  });

  test("what today's key has encrypted is not encrypted again", async () => {
    expect(await current().installations.renew()).toBe(0);
    await current().installations.put(anInstallation());
    expect(await current().installations.renew()).toBe(0);
    expect(await current().installations.load(demo, "slack")).toStrictEqual(anInstallation());
  });
}
