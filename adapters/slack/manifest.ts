import { z } from "zod";

const named = z.looseObject({ callback_id: z.string() });
const flag = z.boolean().default(false);

/** A manifest of a Slack app, as far as Usher asks; the rest is carried along. */
const manifestSchema = z.looseObject({
  features: z
    .looseObject({
      app_home: z.looseObject({ home_tab_enabled: flag, messages_tab_enabled: flag }).prefault({}),
      agent_view: z.looseObject({}).optional(),
      slash_commands: z.array(z.looseObject({ command: z.string(), url: z.string().optional() })).default([]),
      shortcuts: z.array(named).default([]),
    })
    .prefault({}),
  oauth_config: z
    .looseObject({
      redirect_urls: z.array(z.string()).default([]),
      scopes: z.looseObject({ bot: z.array(z.string()).default([]) }).prefault({}),
    })
    .prefault({}),
  settings: z
    .looseObject({
      event_subscriptions: z
        .looseObject({ request_url: z.string().optional(), bot_events: z.array(z.string()).default([]) })
        .prefault({}),
      interactivity: z.looseObject({ is_enabled: flag, request_url: z.string().optional() }).prefault({}),
      socket_mode_enabled: flag,
      token_rotation_enabled: flag,
      org_deploy_enabled: flag,
    })
    .prefault({}),
  functions: z.record(z.string(), z.unknown()).default({}),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** How Slack reaches the Usher of a manifest: at an address (without a slash at its end), or over a socket. */
export type ManifestWay = { readonly kind: "http"; readonly url: string } | { readonly kind: "socket" };

// What stands in manifest.json for the address of whoever runs Usher.
const exampleUrl = "https://usher.example.com";

/** Reads a manifest. Throws ZodError for what is none. Pure. */
export function readManifest(json: unknown): Manifest {
  return manifestSchema.parse(json);
}

/** The manifest of the repository, made for one way to reach Usher. Pure. */
export function manifestFor(manifest: unknown, way: ManifestWay): unknown {
  if (way.kind === "http") return withUrl(manifest, way.url);
  const bare = readManifest(withoutUrls(manifest));
  return { ...bare, settings: { ...bare.settings, socket_mode_enabled: true } };
}

function withUrl(part: unknown, url: string): unknown {
  return mapped(part, (text) => (text.startsWith(exampleUrl) ? `${url}${text.slice(exampleUrl.length)}` : text));
}

/** A socket is opened by Usher: Slack is told no address at all. */
function withoutUrls(part: unknown): unknown {
  return mapped(part, (text) => (text.startsWith(exampleUrl) ? undefined : text));
}

/** The same with every text changed; where `change` answers undefined, it is left out. */
function mapped(part: unknown, change: (text: string) => string | undefined): unknown {
  if (typeof part === "string") return change(part);
  if (Array.isArray(part)) return part.map((one) => mapped(one, change)).filter((one) => one !== undefined);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).map(([name, value]) => [name, mapped(value, change)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Where an app and the manifest that it should have differ, in the words of `partsOf`. */
export interface Drift {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** How an app as it is differs from one as it should be, in what Usher depends on: names and texts may be changed. Pure. */
export function driftOf(wanted: Manifest, found: Manifest): Drift {
  const [should, is] = [partsOf(wanted), partsOf(found)];
  return {
    missing: should.filter((part) => !is.includes(part)),
    extra: is.filter((part) => !should.includes(part)),
  };
}

function partsOf({ features, oauth_config: oauth, settings, functions }: Manifest): readonly string[] {
  const { event_subscriptions: events, interactivity } = settings;
  const when = (holds: boolean, part: string): readonly string[] => (holds ? [part] : []);
  const url = (of: string, at: string | undefined): readonly string[] => (at === undefined ? [] : [`${of} URL ${at}`]);
  return [
    ...oauth.scopes.bot.map((scope) => `scope ${scope}`),
    ...oauth.redirect_urls.map((redirect) => `redirect URL ${redirect}`),
    ...events.bot_events.map((event) => `event ${event}`),
    ...url("event", events.request_url),
    ...when(interactivity.is_enabled, "interactivity"),
    ...url("interactivity", interactivity.request_url),
    ...features.slash_commands.flatMap(({ command, url: at }) => [`command ${command}`, ...url(command, at)]),
    ...features.shortcuts.map(({ callback_id: id }) => `shortcut ${id}`),
    ...Object.keys(functions).map((name) => `workflow step ${name}`),
    ...when(features.app_home.home_tab_enabled, "Home tab"),
    ...when(features.app_home.messages_tab_enabled, "Messages tab"),
    ...when(features.agent_view !== undefined, "agent view"),
    ...when(settings.socket_mode_enabled, "Socket Mode"),
    ...when(settings.token_rotation_enabled, "token rotation"),
    ...when(settings.org_deploy_enabled, "org-wide installation"),
  ];
}
