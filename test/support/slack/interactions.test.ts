import type { App } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../fake-clock.ts";
import { type BoltBot, clientOptionsFor, startBolt } from "./bolt-app.ts";
import { company, startCompany } from "./company.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { labelOf, listOf } from "./fields.ts";
import { createInteractions, type Interactions } from "./interactions.ts";
import { addTrigger, topView } from "./views.ts";

const { agents, support, shared, agnes, artur, jane, carla } = company;

let slack: FakeSlack;
let clock: FakeClock;
let bolt: BoltBot;
let people: Interactions;
let web: WebClient;
let errors: string[];

const plain = (text: string) => ({ type: "plain_text" as const, text });
const button = (text: string, action_id: string, value = "approval-1") => ({
  type: "button" as const,
  text: plain(text),
  action_id,
  value,
});
const card = (...buttons: ReturnType<typeof button>[]) => [
  { type: "actions" as const, block_id: "decide", elements: buttons },
];

const reasonModal = {
  type: "modal" as const,
  callback_id: "reject",
  private_metadata: "approval-1",
  notify_on_close: true,
  title: plain("Reject"),
  submit: plain("Reject"),
  close: plain("Cancel"),
  blocks: [
    {
      type: "input" as const,
      block_id: "why",
      label: plain("Reason"),
      element: { type: "plain_text_input" as const, action_id: "text", max_length: 20 },
    },
    {
      type: "input" as const,
      block_id: "who",
      optional: true,
      label: plain("Who"),
      element: { type: "external_select" as const, action_id: "find", min_query_length: 1 },
    },
  ],
};

function listen(app: App): void {
  app.action("approve", async ({ ack, client, body }) => {
    await ack();
    if (body.type !== "block_actions" || body.message === undefined) return;
    const at = { channel: body.channel?.id ?? "", ts: body.message.ts };
    await client.chat.update({ ...at, text: `Approved by ${body.user.id}`, blocks: [] });
  });
  app.action("reject", async ({ ack, client, body }) => {
    await ack();
    if (body.type !== "block_actions") return;
    await client.views
      .open({ trigger_id: body.trigger_id, view: reasonModal })
      .catch((error: Error) => errors.push(error.message));
  });
  app.action("say", async ({ ack, respond }) => {
    await ack();
    await respond({ text: "Only for you", replace_original: false });
    await respond({ text: "Instead", replace_original: true });
  });
  app.action("pick", async ({ ack }) => ack());
  app.options("find", async ({ ack, options }) => {
    await ack({ options: [{ text: plain(`${options.value}!`), value: options.value }] });
  });
  app.view("reject", async ({ ack, view }) => {
    const reason = view.state.values["why"]?.["text"]?.value ?? "";
    switch (reason) {
      case "bad":
        return ack({ response_action: "errors", errors: { why: "Say why." } });
      case "more":
        return ack({ response_action: "push", view: { ...reasonModal, callback_id: "second" } });
      case "other":
        return ack({ response_action: "update", view: { ...reasonModal, callback_id: "third" } });
      case "all":
        return ack({ response_action: "clear" });
      default:
        return ack();
    }
  });
  app.view({ callback_id: "reject", type: "view_closed" }, async ({ ack }) => ack());
  app.command("/procedures", async ({ ack, command }) => {
    await ack({ text: `You asked: ${command.text}`, response_type: "ephemeral" });
  });
  app.shortcut("start_procedure", async ({ ack, shortcut, client }) => {
    await ack();
    await client.views.open({ trigger_id: shortcut.trigger_id, view: reasonModal });
  });
}

beforeEach(async () => {
  errors = [];
  clock = createFakeClock();
  slack = await startCompany({ clock });
  bolt = await startBolt(slack, listen);
  people = createInteractions(slack, bolt.bot);
  web = new WebClient(company.token, clientOptionsFor(slack));
});
afterEach(async () => {
  await bolt.stop();
  await slack.close();
});

async function postCard(...buttons: ReturnType<typeof button>[]) {
  const posted = await web.chat.postMessage({ channel: agents, text: "Refund?", blocks: card(...buttons) });
  return { channel: agents, ts: posted.ts ?? "" };
}

/** The title of the modal that somebody has before them. */
function topTitle(user: string) {
  return labelOf(topView(slack.state, user)?.json["title"]);
}

/** Agnes has the reject modal before her. */
async function openModal() {
  const at = await postCard(button("Reject", "reject"));
  await people.presses({ user: agnes, ...at, label: "Reject" });
  return slack.state.stacks.get(agnes) ?? [];
}

describe("buttons", () => {
  test("a press carries the message, its place, and who pressed, and the bot edits the card in place", async () => {
    const at = await postCard(button("Approve", "approve"), button("Reject", "reject"));
    const { payload, delivered } = await people.presses({ user: agnes, ...at, label: "Approve" });
    expect(delivered).toMatchObject({ status: 200, body: "" });
    expect(payload).toMatchObject({
      type: "block_actions",
      user: { id: agnes, team_id: company.team },
      team: { id: company.team, domain: "brightgoods" },
      container: { type: "message", message_ts: at.ts, channel_id: agents, is_ephemeral: false },
      channel: { id: agents, name: "agents" },
      message: { ts: at.ts, blocks: [{ block_id: "decide" }] },
      actions: [
        { type: "button", action_id: "approve", block_id: "decide", value: "approval-1", text: plain("Approve") },
      ],
    });
    expect(slack.messagesIn(agents)).toMatchObject([{ ts: at.ts, text: `Approved by ${agnes}`, blocks: [] }]);
  });

  test("somebody from outside presses with their own team", async () => {
    const posted = await web.chat.postMessage({ channel: shared, text: "?", blocks: card(button("Yes", "pick")) });
    const { payload } = await people.presses({ user: carla, channel: shared, ts: posted.ts ?? "", label: "Yes" });
    expect(payload).toMatchObject({ user: { id: carla, team_id: company.partner }, team: { id: company.team } });
  });

  test("blocks and elements without a name get one, as in Slack", async () => {
    const element = { type: "button" as const, text: plain("Yes") };
    const posted = await web.chat.postMessage({
      channel: agents,
      text: "?",
      blocks: [{ type: "actions", elements: [element] }],
    });
    const { payload } = await people.presses({ user: agnes, channel: agents, ts: posted.ts ?? "", label: "Yes" });
    const [action] = listOf(payload["actions"]);
    expect(action).toMatchObject({ action_id: expect.stringMatching(/./), block_id: expect.stringMatching(/./) });
  });

  test("nobody presses what they can't see, or what isn't there", async () => {
    const at = await postCard(button("Approve", "approve"));
    const pressed = (pick: object) => Promise.resolve().then(() => people.presses({ user: agnes, ...at, ...pick }));
    await expect(pressed({ user: jane, label: "Approve" })).rejects.toThrow(/can't see/);
    await expect(pressed({ label: "Refuse" })).rejects.toThrow(/Nothing there is called Refuse; there is: Approve/);
  });

  test("an option of a select is sent as what was chosen", async () => {
    const options = [{ text: plain("Refund"), value: "refund" }];
    const blocks = [
      {
        type: "section" as const,
        text: plain("Which?"),
        accessory: { type: "static_select" as const, action_id: "pick", options },
      },
    ];
    const posted = await web.chat.postMessage({ channel: agents, text: "?", blocks });
    const at = { channel: agents, ts: posted.ts ?? "" };
    const { payload } = await people.presses({ user: agnes, ...at, actionId: "pick", option: "Refund" });
    expect(payload).toMatchObject({ actions: [{ type: "static_select", selected_option: { value: "refund" } }] });
  });

  test("a message for one reader is pressed by them alone, and can be put right at its address", async () => {
    const posted = await web.chat.postEphemeral({
      channel: agents,
      user: agnes,
      text: "?",
      blocks: card(button("Say", "say")),
    });
    const at = { channel: agents, ts: posted.message_ts ?? "" };
    const { payload } = await people.presses({ user: agnes, ...at, label: "Say" });
    expect(payload).toMatchObject({ container: { is_ephemeral: true } });
    expect(payload).not.toHaveProperty("message");
    expect(slack.state.ephemerals.map(({ text, to }) => [text, to])).toEqual([
      ["Only for you", agnes],
      ["Instead", agnes],
    ]);
    await expect(Promise.resolve().then(() => people.presses({ user: artur, ...at, label: "Say" }))).rejects.toThrow();
  });

  test("an answer's address works five times, and for 30 minutes", async () => {
    const at = await postCard(button("Yes", "pick"));
    const address = async () =>
      String((await people.presses({ user: agnes, ...at, label: "Yes" })).payload["response_url"]);
    const answer = (url: string) => fetch(url, { method: "POST", body: JSON.stringify({ text: "Hi" }) });
    const url = await address();
    const statuses: number[] = [];
    for (let use = 0; use < 6; use += 1) statuses.push((await answer(url)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    const late = await address();
    clock.advance(30 * 60 * 1000 + 1);
    expect(await (await answer(late)).text()).toBe("expired_url");
  });
});

describe("triggers", () => {
  const open = (trigger_id: string) =>
    web.views.open({ trigger_id, view: reasonModal }).then(
      () => "opened",
      (error: Error) => error.message,
    );

  async function trigger() {
    const at = await postCard(button("Yes", "pick"));
    return String((await people.presses({ user: agnes, ...at, label: "Yes" })).payload["trigger_id"]);
  }

  test("one opens one modal", async () => {
    const id = await trigger();
    expect(id).toMatch(/^\d+\.\d+\.[0-9a-f]{32}$/);
    expect(await open(id)).toBe("opened");
    expect(await open(id)).toMatch(/exchanged_trigger_id/);
  });

  test("it opens one for three seconds", async () => {
    const [early, late] = [await trigger(), await trigger()];
    clock.advance(3000);
    expect(await open(early)).toBe("opened");
    clock.advance(1);
    expect(await open(late)).toMatch(/expired_trigger_id/);
    expect(await open("1.2.abc")).toMatch(/invalid_trigger_id/);
  });

  test("a view that Slack would not take does not use it up", async () => {
    const trigger_id = await trigger();
    const call = web.views.open({ trigger_id, view: { ...reasonModal, title: plain("x".repeat(25)) } });
    await expect(call).rejects.toThrow(/invalid_arguments/);
    expect(await open(trigger_id)).toBe("opened");
  });
});

describe("modals", () => {
  test("a modal is filled in, submitted, and gone", async () => {
    const [view] = await openModal();
    const { payload, delivered } = await people.submits({ user: agnes, values: { Reason: "Too late" } });
    expect(delivered.status).toBe(200);
    expect(payload).toMatchObject({
      type: "view_submission",
      view: {
        id: view,
        callback_id: "reject",
        private_metadata: "approval-1",
        app_installed_team_id: company.team,
        state: {
          values: {
            why: { text: { type: "plain_text_input", value: "Too late" } },
            who: { find: { selected_option: null } },
          },
        },
      },
    });
    expect(slack.state.stacks.get(agnes)).toEqual([]);
  });

  test.each([
    ["bad", 1, "reject"],
    ["more", 2, "second"],
    ["other", 1, "third"],
    ["all", 0, undefined],
  ])("after the answer to '%s' %i modals are open, the last is %s", async (value, count, callback) => {
    await openModal();
    await people.submits({ user: agnes, values: { why: value } });
    const stack = slack.state.stacks.get(agnes) ?? [];
    expect(stack).toHaveLength(count);
    expect(slack.state.views.get(stack.at(-1) ?? "")?.json["callback_id"]).toBe(callback);
  });

  test.each([
    ["an empty field", {}, /"Reason" must be filled in/],
    ["too much", { why: "x".repeat(21) }, /takes 0 to 20 characters/],
    ["a field that isn't there", { Reason: "a", Colour: "red" }, /no field Colour/],
  ])("Slack's client does not submit %s", async (_name, values, words) => {
    await openModal();
    await expect(people.submits({ user: agnes, values })).rejects.toThrow(words);
  });

  test("whoever closes it is told of where the view asks for that", async () => {
    await openModal();
    expect((await people.closes({ user: agnes }))?.payload).toMatchObject({ type: "view_closed", is_cleared: false });
    await expect(people.submits({ user: agnes })).rejects.toThrow(/no modal/);
  });

  test("options are looked up while somebody types", async () => {
    await openModal();
    const { delivered } = await people.looksUp({ user: agnes, actionId: "find", value: "ann" });
    expect(JSON.parse(delivered.body)).toMatchObject({ options: [{ value: "ann", text: { text: "ann!" } }] });
  });

  test("three modals stand on each other, and no more", async () => {
    const [root = ""] = await openModal();
    const push = () =>
      web.views.push({ trigger_id: addTrigger(slack.state, company.team, agnes, root).id, view: reasonModal });
    await push();
    await push();
    await expect(push()).rejects.toThrow(/push_limit_reached/);
  });

  test("a view's own name is given once, and finds it", async () => {
    const named = { ...reasonModal, external_id: "reject-1" };
    const trigger_id = () => addTrigger(slack.state, company.team, agnes, null).id;
    await web.views.open({ trigger_id: trigger_id(), view: named });
    await expect(web.views.open({ trigger_id: trigger_id(), view: named })).rejects.toThrow(/duplicate_external_id/);
    await web.views.update({ external_id: "reject-1", view: { ...named, title: plain("Found") } });
    expect(topTitle(agnes)).toBe("Found");
  });

  test("somebody from outside submits with their own team, and the view says whose app it is", async () => {
    const { id } = addTrigger(slack.state, company.team, carla, null);
    await web.views.open({ trigger_id: id, view: reasonModal });
    const { payload } = await people.submits({ user: carla, values: { why: "Mine" } });
    expect(payload).toMatchObject({
      team: { id: company.partner },
      view: { team_id: company.partner, app_installed_team_id: company.team },
    });
  });

  test("an update with an old hash is refused", async () => {
    const [view_id = ""] = await openModal();
    const hash = String(slack.state.views.get(view_id)?.json["hash"]);
    await web.views.update({ view_id, hash, view: { ...reasonModal, title: plain("Again") } });
    expect(slack.state.views.get(view_id)?.json).toMatchObject({ title: { text: "Again" }, id: view_id });
    await expect(web.views.update({ view_id, hash, view: reasonModal })).rejects.toThrow(/hash_conflict/);
    await expect(web.views.update({ view_id: "V0NONE", view: reasonModal })).rejects.toThrow(/not_found/);
    const home = { type: "home" as const, blocks: [] };
    const published = await web.views.publish({ user_id: agnes, view: home });
    await web.views.publish({ user_id: agnes, view: home, hash: published.view?.hash ?? "" });
    await expect(web.views.publish({ user_id: agnes, view: home, hash: published.view?.hash ?? "" })).rejects.toThrow(
      /hash_conflict/,
    );
  });
});

describe("home tabs, commands and shortcuts", () => {
  test("a home tab is one person's own, and its buttons say from which view they are", async () => {
    await web.views.publish({ user_id: agnes, view: { type: "home", blocks: card(button("Approve", "pick")) } });
    const { payload, delivered } = await people.pressesInHome({ user: agnes, label: "Approve" });
    expect(delivered.status).toBe(200);
    expect(payload).toMatchObject({
      container: { type: "view" },
      view: { type: "home" },
      actions: [{ value: "approval-1" }],
    });
    expect(payload).not.toHaveProperty("message");
    await expect(Promise.resolve().then(() => people.pressesInHome({ user: artur, label: "Approve" }))).rejects.toThrow(
      /no home tab/,
    );
  });

  test("a command's acknowledgement is shown to who asked, and to nobody else", async () => {
    const { payload } = await people.runsCommand({
      user: agnes,
      channel: agents,
      command: "/procedures",
      text: "list",
    });
    expect(payload).toMatchObject({
      channel_name: "privategroup",
      user_name: "agnes",
      command: "/procedures",
      text: "list",
    });
    expect(slack.state.ephemerals).toMatchObject([{ to: agnes, channel: agents, text: "You asked: list" }]);
  });

  test("a shortcut brings the message that it was used on", async () => {
    const posted = await web.chat.postMessage({ channel: support, text: "Refund for 4411" });
    const { payload } = await people.usesShortcut({
      user: jane,
      channel: support,
      ts: posted.ts ?? "",
      callbackId: "start_procedure",
    });
    expect(payload).toMatchObject({
      type: "message_action",
      message_ts: posted.ts,
      message: { text: "Refund for 4411" },
    });
    expect(slack.state.stacks.get(jane)).toHaveLength(1);
  });

  test("mentions in what the bot posts, edits or answers are counted", async () => {
    await web.chat.postMessage({
      channel: support,
      text: "&lt;!channel&gt;",
      blocks: [{ type: "section", text: plain("<!here>") }],
    });
    expect(slack.state.notifications).toEqual([]);
    const posted = await web.chat.postMessage({ channel: support, text: "<!channel>" });
    await web.chat.update({ channel: support, ts: posted.ts ?? "", text: "<@U0JANE00001>" });
    await web.chat.postEphemeral({ channel: support, user: jane, text: "@here", link_names: true });
    expect(slack.state.notifications.map(({ what }) => what)).toEqual(["<!channel>", "<@U0JANE00001>", "@here"]);
  });
});
