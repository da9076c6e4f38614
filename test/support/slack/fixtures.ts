import { readdirSync, readFileSync } from "node:fs";
import type { Delivered, Deliverer, Knobs } from "./deliver.ts";
import { type Fields, fieldsOf, textOf } from "./fields.ts";

const folder = new URL("../../fixtures/slack/", import.meta.url);

/** The names of all payloads in test/fixtures/slack, as readFixture takes them. */
export function fixtureNames(): readonly string[] {
  return readdirSync(folder).map((name) => name.replace(/\.json$/, ""));
}

/** A payload in the form in which Slack sends it. Throws Error where there is none of this name. */
export function readFixture(name: string): Fields {
  return fieldsOf(JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")));
}

/** Sends a payload in the way in which Slack sends its kind: as JSON, as a form, or as JSON in a form. */
export function sendFixture(bot: Deliverer, payload: Fields, knobs?: Knobs): Promise<Delivered> {
  if (payload["type"] === "event_callback" || payload["type"] === "url_verification") return bot.event(payload, knobs);
  if (!("command" in payload)) return bot.interaction(payload, knobs);
  const fields = Object.entries(payload).map(([name, value]) => [name, textOf(value) ?? ""]);
  return bot.form(Object.fromEntries(fields), knobs);
}
