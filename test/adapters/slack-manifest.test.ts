import { readFileSync } from "node:fs";
import type { App } from "@slack/bolt";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { eventsPath } from "../../adapters/slack/bolt-http.ts";
import { redirectPath } from "../../adapters/slack/install.ts";
import { type Listeners, listen } from "../../adapters/slack/listeners.ts";
import { driftOf, manifestFor, readManifest } from "../../adapters/slack/manifest.ts";
import { slackMethods } from "../../adapters/slack/methods.ts";
import { botScopes, eventScopes, featureScopes, methodScopes } from "../../adapters/slack/scopes.ts";
import { verbs } from "../../src/app/commands/verbs.ts";

const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const raw = json("../../manifest.json");
const manifest = readManifest(raw);
const { features, oauth_config: oauth, settings, functions } = manifest;
const url = "https://bot.shop.example";

/** What Slack's own schema says against a manifest. */
const schemaProblems = (() => {
  const schema = json("../fixtures/slack-manifest/app-manifest.2.schema.json");
  // The schema uses words that no draft knows, such as `regex`.
  const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema as object);
  return (one: unknown): readonly string[] =>
    check(one) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
})();

/** Everything that the code registers with Bolt, as `kind name`. */
function heard(): readonly string[] {
  const found: string[] = [];
  const note = (kind: string) => (name: unknown) => {
    const id = typeof name === "object" && name !== null && "callback_id" in name ? name.callback_id : name;
    found.push(`${kind} ${id}`);
  };
  const kinds = ["event", "command", "shortcut", "function"] as const;
  const app = Object.fromEntries(kinds.map((kind) => [kind, note(kind)]));
  const silent = () => {};
  listen({ ...app, action: silent, view: silent, use: silent, error: silent } as unknown as App, {} as Listeners);
  // A step of a workflow reaches the app as an event, whichever way it is listened to.
  const steps = found.filter((one) => one.startsWith("function ")).map(() => "event function_executed");
  return [...new Set([...found, ...steps])].toSorted();
}

/** The same as the manifest asks for. Slack has one event for each kind of place, and hands all of them out as `message`. */
function subscribed(): readonly string[] {
  const events = settings.event_subscriptions.bot_events.map(
    (event) => `event ${event.replace(/^message\..*$/, "message")}`,
  );
  const commands = features.slash_commands.map(({ command }) => `command ${command}`);
  const shortcuts = features.shortcuts.map(({ callback_id: id }) => `shortcut ${id}`);
  return [...new Set([...events, ...commands, ...shortcuts])].toSorted();
}

describe("manifest.json", () => {
  test("is valid by Slack's schema, as it is and made for an address or a socket", () => {
    expect(schemaProblems(raw)).toEqual([]);
    expect(schemaProblems(manifestFor(raw, { kind: "http", url }))).toEqual([]);
    expect(schemaProblems(manifestFor(raw, { kind: "socket" }))).toEqual([]);
  });

  test.each([
    [
      "a fifth prompt",
      (one: typeof manifest) => ({
        ...one,
        features: { ...features, agent_view: { suggested_prompts: Array(5).fill({ title: "a", message: "b" }) } },
      }),
    ],
    [
      "a long description",
      (one: typeof manifest) => ({
        ...one,
        features: { ...features, agent_view: { agent_description: "a".repeat(301) } },
      }),
    ],
    ["an unknown setting", (one: typeof manifest) => ({ ...one, settings: { ...settings, socket: true } })],
    ["no name", (one: typeof manifest) => ({ ...one, display_information: {} })],
  ])("the schema notices %s", (_name, spoilt) => {
    expect(schemaProblems(spoilt(readManifest(raw)))).not.toEqual([]);
  });

  test("asks for the agent experience, both tabs, the command and the shortcut", () => {
    expect(features).toMatchObject({
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      agent_view: { agent_description: expect.stringMatching(/^.{50,300}$/), suggested_prompts: expect.any(Array) },
      slash_commands: [{ command: "/procedures", should_escape: true, usage_hint: expect.any(String) }],
      shortcuts: [{ type: "message", callback_id: "start_procedure" }],
    });
    expect(features).not.toHaveProperty("assistant_view");
    expect(settings).toMatchObject({
      token_rotation_enabled: false,
      socket_mode_enabled: false,
      org_deploy_enabled: true,
    });
    expect(functions["run_procedure"]).toMatchObject({
      input_parameters: { required: ["procedure", "customer", "channel"] },
      output_parameters: { required: ["link"] },
    });
  });

  test("hints at every verb that there is, after help", () => {
    const hint = z.object({ slash_commands: z.tuple([z.object({ usage_hint: z.string() })]) }).parse(features);
    const named = hint.slash_commands[0].usage_hint.split(" | ");
    expect(named[0]).toBe("help");
    expect(named.toSorted()).toEqual(verbs.map(({ name }) => name).toSorted());
  });

  test("leads Slack to the one address at which the adapter listens", () => {
    const made = readManifest(manifestFor(raw, { kind: "http", url }));
    const at = `${url}${eventsPath}`;
    expect(made.settings.event_subscriptions.request_url).toBe(at);
    expect(made.settings.interactivity.request_url).toBe(at);
    expect(made.features.slash_commands.map((command) => command.url)).toEqual([at]);
    expect(made.oauth_config.redirect_urls).toEqual([`${url}${redirectPath}`]);
    expect(JSON.stringify(made)).not.toContain("usher.example.com");
  });

  test("over a socket, Slack is told no address", () => {
    const made = manifestFor(raw, { kind: "socket" });
    expect(JSON.stringify(made)).not.toContain("://");
    expect(readManifest(made).settings.socket_mode_enabled).toBe(true);
  });
});

describe("what the manifest asks for, and what the code does with it", () => {
  test("events, commands and shortcuts: nothing is heard that is not asked for, and nothing asked for that is not heard", () => {
    const code = heard();
    expect(code.length).toBeGreaterThan(4);
    const asked = subscribed();
    expect(code.filter((one) => !asked.includes(one) && !one.startsWith("function "))).toEqual([]);
    expect(asked.filter((one) => !code.includes(one))).toEqual([]);
  });

  test("workflow steps", () => {
    const steps = heard()
      .filter((one) => one.startsWith("function "))
      .map((one) => one.replace("function ", ""));
    expect(steps).toEqual(Object.keys(functions));
  });

  test("every event, every method and every feature says which scopes it needs", () => {
    expect(Object.keys(eventScopes).toSorted()).toEqual(settings.event_subscriptions.bot_events.toSorted());
    expect(Object.keys(methodScopes).toSorted()).toEqual(Object.keys(slackMethods).toSorted());
    expect(Object.keys(features)).toEqual(expect.arrayContaining(Object.keys(featureScopes)));
  });

  test("least scopes: the manifest asks for those, and for no other", () => {
    expect(oauth.scopes.bot.toSorted()).toEqual(botScopes);
    expect(oauth.scopes).not.toHaveProperty("user");
    expect(new Set(oauth.scopes.bot).size).toBe(oauth.scopes.bot.length);
  });
});

describe("drift", () => {
  const wanted = readManifest(manifestFor(raw, { kind: "http", url }));

  test("none where only names and texts differ", () => {
    const renamed = readManifest({ ...wanted, display_information: { name: "Concierge" } });
    expect(driftOf(wanted, renamed)).toEqual({ missing: [], extra: [] });
  });

  test("each part that differs is named", () => {
    const found = readManifest({
      features: {
        app_home: { messages_tab_enabled: true },
        slash_commands: [{ command: "/procedures", url: "https://old.example/x" }],
      },
      oauth_config: { scopes: { bot: [...botScopes.slice(1), "admin"] } },
      settings: { event_subscriptions: { bot_events: ["message.im"] }, socket_mode_enabled: true },
    });
    const { missing, extra } = driftOf(wanted, found);
    expect(missing).toEqual(
      expect.arrayContaining([
        "scope app_mentions:read",
        "event app_mention",
        `event URL ${url}/slack/events`,
        "interactivity",
        `/procedures URL ${url}/slack/events`,
        "shortcut start_procedure",
        "workflow step run_procedure",
        "Home tab",
        "agent view",
      ]),
    );
    expect(missing).not.toContain("Messages tab");
    expect(extra).toEqual(["scope admin", "/procedures URL https://old.example/x", "Socket Mode"]);
  });

  test("an app without anything is all drift, and no fault", () => {
    expect(driftOf(wanted, readManifest({})).missing.length).toBeGreaterThan(25);
  });
});
