import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttp } from "../../adapters/http/http.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { answer, type RawServer, startRawServer } from "../support/raw-server.ts";
import { pathTexts, queryTexts } from "./hostile-texts.ts";
import { callsOf, chatWith, handOffReason, performCall } from "./run.ts";
import { cross, named, shown } from "./variants.ts";

// The value comes from a company's system, goes into the URL of the next call, and that call really leaves, to a server
// on this machine that keeps every byte. Either the step fails and nothing leaves, or the server sees the value and
// nothing else where the template has its variable.

let server: RawServer;
beforeAll(async () => {
  server = await startRawServer((socket) => socket.end(answer(200, {}, "{}")));
});
afterAll(() => server.close());

/** The target of the request that left, or null when the step failed; then people have the conversation. */
async function targetOf(value: string, template: string): Promise<string | null> {
  const before = server.requests.length;
  const base = `http://127.0.0.1:${server.port}/v1`;
  const chat = chatWith(value, [{ id: "hostile", kind: "call", url: template, response: "answer" }], {
    settings: { connections: { shop: base } },
  });
  if (callsOf(chat).length === 0) {
    expect(handOffReason(chat)).toMatch(/^Step hostile could not be done: the variable data\.x /);
    expect(handOffReason(chat)).not.toContain("evil");
    expect(server.requests.length).toBe(before);
    return null;
  }
  const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
  const { outcome } = await performCall(chat, http);
  await http.close();
  expect(outcome).toEqual({ kind: "done", value: {} });
  expect(server.requests.length).toBe(before + 1);
  const request = server.requests.at(-1) ?? "";
  expect(request).not.toMatch(/^x-evil|^host: evil/im);
  return /^GET (\S+) HTTP\/1\.1\r\n/.exec(request)?.[1] ?? "not one request line";
}

/** As servers do: the first decoding, and what the strictest reader of URLs makes of it. */
function normalised(target: string): string {
  return new URL(target, "http://127.0.0.1").pathname;
}

describe("attack 26 · a value in the path stays one segment of it", () => {
  const templates = [
    "{{connections.shop}}/orders/{{ data.x }}",
    "{{connections.shop}}/orders/{{ data.x }}/status",
    "{{connections.shop}}/orders/.{{ data.x }}",
    "{{connections.shop}}/{{ data.x }}/{{ data.x }}",
    "{{connections.shop}}/orders/{{ data.x }}.json?full=1",
  ];
  test.each(named(cross(templates, pathTexts), (template, value) => `${shown(value)} in ${template.slice(20)}`))(
    "%s",
    async (_name, [template, value]) => {
      const target = await targetOf(value, template);
      if (target === null) return;
      const [path = "", query] = target.split("?");
      const pattern = `/v1${template.slice("{{connections.shop}}".length)}`.split("?");
      const wanted = (pattern[0] ?? "").split("/");
      expect(query).toBe(pattern[1]);
      expect(path.split("/")).toHaveLength(wanted.length);
      const read = path.split("/").map(decodeURIComponent);
      expect(read).toEqual(wanted.map((part) => part.replaceAll("{{ data.x }}", () => value.toWellFormed())));
      // Nothing in it is a step up, also for a server that decodes more often than it should.
      expect(normalised(target)).toBe(path);
      expect(path).not.toMatch(
        /(?:^|[/\\;]|%(?:25)*(?:2f|5c|3b))(?:\.|%(?:25)*2e){1,2}(?:$|[/\\;]|%(?:25)*(?:2f|5c|3b))/i,
      );
      expect(path).toMatch(/^[\w/.~%-]+$/);
    },
  );
});

describe("attack 27 · a value in the query stays one value of it", () => {
  const templates = [
    "{{connections.shop}}/orders?q={{ data.x }}",
    "{{connections.shop}}/orders?q={{ data.x }}&z=1",
    "{{connections.shop}}/orders?a=1&q=x-{{ data.x }}-y",
    "{{connections.shop}}?q={{ data.x }},{{ data.x }}",
  ];
  test.each(named(cross(templates, queryTexts), (template, value) => `${shown(value)} in ${template.slice(20)}`))(
    "%s",
    async (_name, [template, value]) => {
      const target = await targetOf(value, template);
      if (target === null) return;
      const [path, query = "", ...more] = target.split("?");
      const [wantedPath, wantedQuery = ""] = template.slice("{{connections.shop}}".length).split("?");
      expect(more).toEqual([]);
      expect(path).toBe(`/v1${wantedPath}`);
      const pairs = wantedQuery.split("&").map((pair) => pair.split("="));
      const wanted = pairs.map(([name, part = ""]) => [
        name,
        part.replaceAll("{{ data.x }}", () => value.toWellFormed()),
      ]);
      expect([...new URLSearchParams(query)]).toEqual(wanted);
      // Some servers part values at a semicolon.
      expect(query).toMatch(/^[\w.~%&=,-]+$/);
    },
  );
});
