import { Writable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { createHttp } from "../../adapters/http/http.ts";
import { readConfig } from "../../src/config.ts";
import { createLogger } from "../../src/log.ts";
import { agent, chatAbout } from "../support/chat.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { housesOf } from "../support/house.ts";
import { aProcedure } from "../support/procedures.ts";
import { answer, type Reply, startRawServer } from "../support/raw-server.ts";
import { expectRefusedAtPublish } from "./publish.ts";
import { callsOf } from "./run.ts";
import { cross, named } from "./variants.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("attack 101 · a value that nobody may see, in a call, and a backend that repeats it", () => {
  const canary = 'canary:42/über "x"';
  const spellings = [canary, encodeURIComponent(canary), JSON.stringify(canary).slice(1, -1), "canary", "42/"];
  const places = new Map<string, object>([
    ["the path", { url: "SERVER/pay/{{ pin }}" }],
    ["the query", { url: "SERVER/pay?pin={{ pin }}&z=1" }],
    ["the body", { url: "SERVER/pay", body: { pin: "{{ pin }}", text: "The PIN is {{ pin }}." } }],
    ["a copy of it in the body", { url: "SERVER/pay", body: { pin: "{{ copy }}" } }],
  ]);
  const echo = (request: string): string => JSON.stringify({ error: request, pin: canary, url: spellings });
  const echoes = new Map<string, (request: string) => Buffer | null>([
    ["a 200", (request) => answer(200, { "content-type": "application/json" }, echo(request))],
    ["a 401", (request) => answer(401, { "www-authenticate": "Bearer canary", "x-echo": "canary" }, echo(request))],
    ["a 404", (request) => answer(404, {}, echo(request))],
    ["a 302", () => answer(302, { location: `/login?pin=${encodeURIComponent(canary)}` }, "")],
    ["a 500", (request) => answer(500, {}, echo(request))],
    ["a reset", () => null],
    ["what is no HTTP", () => Buffer.from("canary canary canary\r\n\r\n")],
    ["a reason phrase", () => Buffer.from("HTTP/1.1 403 canary 42\r\ncontent-length: 0\r\n\r\n")],
  ]);
  const approvals = ["auto", "notify", "require"] as const;
  const rows = cross([...places.keys()], [...echoes.keys()]).flatMap(([place, what]) =>
    approvals.map((level) => [place, what, level] as const),
  );
  const houses = housesOf(aProcedure([{ id: "x", kind: "message", content: "x" }]));

  /** A run that sends the value to a backend which repeats it; answers when the run stands again. */
  async function echoed(place: string, what: string, level: string) {
    const reply: Reply = (socket, request) => {
      const bytes = echoes.get(what)?.(request) ?? null;
      if (bytes === null) socket.resetAndDestroy();
      else socket.end(bytes);
    };
    const server = await startRawServer(reply);
    const http = createHttp({ clock: createFakeClock(), openHosts: [`127.0.0.1:${server.port}`] });
    closers.push(server.close, () => http.close());
    const call = JSON.parse(JSON.stringify(places.get(place)).replaceAll("SERVER", `http://127.0.0.1:${server.port}`));
    const procedure = aProcedure([
      { id: "ask", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
      { id: "copy", kind: "set", variable: "copy", value: "<{{ pin }}>" },
      { id: "pay", kind: "call", method: "POST", ...call, response: "paid", approval: level, onError: "sorry" },
      { id: "read", kind: "set", variable: "echoed", value: "{{ paid.error }} {{ paid.pin }}" },
      { id: "wait", kind: "collect", variable: "last", prompt: "Anything else?" },
      { id: "sorry", kind: "escalate", reason: "That did not work." },
    ]);
    const house = await houses.open({ procedures: [procedure] });
    Object.assign(houses.world.http, http);
    await house.say("c", "start");
    await house.until("c", ({ run }) => run?.wait.kind === "input");
    await house.say("c", canary);
    if (level === "require") {
      const asked = await house.until("c", ({ run }) => run?.wait.kind === "approval");
      const wait = asked.run?.wait;
      if (wait?.kind === "approval") await house.press(wait.of.id, { kind: "approve" }, agent);
    }
    const done = await house.until("c", ({ run, lease, people }) => {
      return lease === null && (people !== null || run?.wait.kind === "verdict" || run?.stepId === "wait");
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatch(/canary/);
    return { house, done };
  }

  test.each(named(rows, (place, what, level) => `in ${place}, repeated by ${what}, with approval ${level}`))(
    "%s",
    async (_name, [place, what, level]) => {
      const { house, done } = await echoed(place, what, level);
      const seen = {
        log: house.log.lines,
        cards: houses.world.sent.filter(({ to }) => to === "agents"),
        edits: houses.world.edited,
        trace: done.run?.trace ?? (await house.store.runs.find(house.workspace, {}, null)).items[0]?.trace,
        approvals: await house.inspector.approvals(house.workspace),
      };
      expect(seen.cards.length + (level === "auto" ? 1 : 0)).toBeGreaterThan(0);
      for (const [where, content] of Object.entries(seen)) expect(JSON.stringify(content), where).not.toMatch(/canary/);
      expect(houses.world.texts.join()).not.toMatch(/canary/);
    },
  );
  test.each([...places.keys()])(
    "in %s, repeated by a 200, it is hidden among the variables of the run",
    async (place) => {
      const { house, done } = await echoed(place, "a 200", "auto");
      const shown = await house.inspector.conversation(house.workspace, done.id);
      const open = shown?.run?.variables.filter(({ hidden }) => !hidden) ?? [];
      expect(open.map(({ name }) => name)).toEqual(["paid", "echoed"]);
      expect(JSON.stringify(open)).not.toMatch(/canary/);
    },
  );
  const secretHeaders = [
    ...["Authorization", "X-Api-Key", "X-Auth-Token", "X-Amz-Security-Token", "X-Access-Key", "Api-Secret"],
    ...["Ocp-Apim-Subscription-Key", "X-Hub-Signature", "PRIVATE-TOKEN"],
  ];
  test.each(secretHeaders)("what a file says in the header %s is hidden on every card, before and after", (name) => {
    const headers = { [name]: "Bearer canary", "X-Request-Source": "usher" };
    const url = "https://api.example.com/";
    const chat = chatAbout([{ id: "pay", kind: "call", url, headers, approval: "require" }]).say("start");
    expect(chat.wait).toBe("approval");
    chat.decide({ kind: "approve" });
    const cards = chat.performed.flatMap(({ effect }) => ("card" in effect ? [effect.card] : []));
    expect(cards.length).toBeGreaterThan(1);
    for (const card of cards) expect(JSON.stringify(card)).toMatch(/^(?!.*canary).*x-request-source.*usher/s);
    // It is sent all the same.
    expect(callsOf(chat)[0]?.effect.request.headers).toMatchObject({ [name.toLowerCase()]: "Bearer canary" });
  });
  test.skip("skipped until secrets: a secret of a connection in header, query and body is in no log, card, prompt, job and DB field", () => {});
  test.skip("skipped until Redis: no job holds a secret", () => {});
});

describe("attack 101 · a password that the operator set, in whatever is logged", () => {
  const password = "correct-horse/battery";
  const fields = new Map<string, () => object>([
    ["a message", () => ({ note: `login as usher:${password}` })],
    ["a list", () => ({ list: [password, [password]] })],
    ["an error", () => ({ error: new Error(`535 ${password}`) })],
    ["the cause of an error", () => ({ error: new Error("x", { cause: new Error(password) }) })],
    [
      "the config of an error",
      () => ({ error: Object.assign(new Error("x"), { config: { auth: password }, request: password }) }),
    ],
    ["an object", () => ({ a: { b: { c: password } } })],
    ["a key that nobody knows", () => ({ zzz: password })],
    ["twice in one text", () => ({ note: `${password}${password}` })],
    ["a URL", () => ({ at: `smtp://usher:${password}@mail.example.com` })],
  ]);
  test.each(
    named(cross(["info", "warn", "error"] as const, [...fields.keys()]), (level, where) => `${where}, at ${level}`),
  )("%s", (_name, [level, where]) => {
    const { text, log } = captured([password]);
    log[level]({ ...fields.get(where)?.() }, `It was ${password}.`);
    expect(text()).not.toContain(password);
    expect(text()).toContain("[hidden]");
  });
  const wrong = [
    ...[
      "shop=https://u:canary@example.com",
      "shop=https://example.com?key=canary",
      "shop=https://example.com#canary",
      "shop=canary://x",
      "canary shop=https://x",
    ],
    ...[
      "shop=https://example.com,shop=https://u:canary@x",
      "=https://u:canary@x",
      "shop=https://u:canary",
      "shop=//u:canary@x/",
    ],
  ];
  test.each(wrong)("USHER_CONNECTIONS=%s is refused without a word of it", (text) => {
    const reading = readConfig({ USHER_CONNECTIONS: text });
    expect(reading.kind).toBe("bad");
    expect(JSON.stringify(reading)).not.toContain("canary");
  });
  test.each(["USHER_SMTP_PASSWORD", "USHER_SMTP_USER"])("%s alone is refused without its value", (name) => {
    const reading = readConfig({ [name]: "canary" });
    expect(reading.kind).toBe("bad");
    expect(JSON.stringify(reading)).not.toContain("canary");
  });
});

function captured(secrets: readonly string[] = []) {
  let text = "";
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { text: () => text, log: createLogger("info", { secrets, destination }) };
}

describe("attack 105 · a field is hidden in the log by its name, in any case and at any depth", () => {
  const names = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "cookie",
    "set-cookie",
    "access-token",
    "refresh-token",
    "password",
    "client-secret",
    "signature",
    "tokens",
    "secrets",
    "access-key",
  ];
  const more = [
    "passphrase",
    "credentials",
    "x-slack-signature",
    "bot-token",
    "id-token",
    "text",
    "body",
    "headers",
    "variables",
    "email",
    "phone",
    "subject",
    "url",
    "value",
  ];
  const cases = new Map<string, (name: string) => string>([
    ["as-it-is", (name) => name],
    ["UPPER", (name) => name.toUpperCase()],
    ["Title-Case", (name) => name.replace(/(?:^|-)./g, (first) => first.toUpperCase())],
    ["camelCase", (name) => name.replace(/-./g, (first) => (first[1] ?? "").toUpperCase())],
    ["snake_case", (name) => name.replaceAll("-", "_")],
    ["prefixed", (name) => `theirs-${name}`],
    ["dotted", (name) => `request.${name}`],
  ]);
  const shapes = new Map<string, (name: string) => object>([
    ["alone", (name) => ({ [name]: "canary" })],
    ["in lists", (name) => ({ a: [[{ [name]: ["canary"] }]] })],
    ["with an object in it", (name) => ({ a: { [name]: { b: "canary" } } })],
  ]);
  const rows = cross([...names, ...more], [...cases.keys()]).flatMap(([name, how]) =>
    [...shapes.keys()].map((shape) => [name, how, shape] as const),
  );
  test.each(named(rows, (name, how, shape) => `${cases.get(how)?.(name)} ${shape}`))(
    "%s",
    (_name, [name, how, shape]) => {
      const { text, log } = captured();
      log.info({ conversation: "c-1", ...shapes.get(shape)?.(cases.get(how)?.(name) ?? "") }, "Something.");
      expect(text()).not.toContain("canary");
      expect(text()).toContain('"[hidden]"');
      expect(JSON.parse(text())).toMatchObject({ conversation: "c-1", msg: "Something." });
    },
  );
});

describe("attack 101 · a value that nobody may see, on the card of an approval, as a filter leaves it", () => {
  const expressions = ["{{ pin }}", "{{ pin | trim }}", "{{ pin | default('x') }}", "no. {{ pin }}!", "{{ copy }}"];
  const changed = [
    ...["{{ pin | upper }}", "{{ pin | lower }}", "{{ pin | json }}", "{{ pin | json | json }}", "{{ copy | upper }}"],
    ...["{{ nobody | default(pin) | upper }}", "{{ pin | trim | lower }}", "{{ pin | round(1) }}", "{{ pin | date }}"],
  ];
  const sinks = new Map<string, (expression: string) => object>([
    ["the query", (expression) => ({ kind: "call", url: `https://api.example.com/?a=${expression}` })],
    ["the body", (a) => ({ kind: "call", method: "POST", url: "https://api.example.com/", body: { a } })],
    ["a mail", (body) => ({ kind: "action", action: "send_email", parameters: { to: "a@x.com", subject: "S", body } })],
  ]);
  function cardOf(
    sink: string,
    expression: string,
    validation = "text",
    typed = 'Geheim "Z/9"',
    made = "{{ pin }}",
  ): string {
    const chat = chatAbout([
      { id: "ask", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true, validation },
      { id: "copy", kind: "set", variable: "copy", value: "<{{ pin }}>" },
      { id: "make", kind: "set", variable: "made", value: made },
      {
        id: "pay",
        ...sinks.get(sink)?.(expression.replace("no. ", sink === "the query" ? "" : "no. ")),
        approval: "require",
      },
    ]);
    chat.say("start").say(typed);
    expect(chat.wait).toBe("approval");
    return JSON.stringify(chat.cards);
  }
  test.each(cross([...sinks.keys()], expressions))("in %s as %s", (sink, expression) => {
    expect(cardOf(sink, expression)).not.toMatch(/geheim|Z.{0,3}9/i);
  });
  const steps = [
    { id: "ask", kind: "collect", variable: "pin", prompt: "Your PIN?", sensitive: true },
    { id: "copy", kind: "set", variable: "copy", value: "<{{ pin }}>" },
  ];
  const more = new Map<string, (expression: string) => object>([
    ...sinks,
    ["a message", (content) => ({ kind: "message", content })],
    ["a question", (prompt) => ({ kind: "collect", variable: "more", prompt })],
    ["a header", (value) => ({ kind: "call", url: "https://api.example.com/", headers: { "X-A": value } })],
    ["the path", (value) => ({ kind: "call", url: `https://api.example.com/a/${value}/b` })],
    ["a reason", (reason) => ({ kind: "escalate", reason })],
  ]);
  test.each(cross([...more.keys()], changed))("in %s as %s it is refused at publish", async (sink, expression) => {
    const hostile = { id: "hostile", ...more.get(sink)?.(expression) };
    await expectRefusedAtPublish([...steps, hostile], /the filter \w+ would show the sensitive variable (?:pin|copy),/);
  });
  test.each(changed)("what a step before has made of it as %s is hidden as well", (expression) => {
    const typed = expression.includes("round") ? "77.25" : expression.includes("date") ? "1984-11-23" : 'Geheim "Z/9"';
    for (const sink of sinks.keys()) {
      const card = cardOf(sink, sink === "a mail" ? "no. {{ made }}" : "{{ made }}", "text", typed, expression);
      expect(card).toContain("••••••");
      expect(card).not.toMatch(/geheim|Z.{0,3}9|77\.|84/i);
    }
  });
  test.each(cross([...sinks.keys()], ["86420", "0.625", "-7753", "975310", "0.0000001", "0.00000025"]))(
    "in %s the number %s",
    (sink, typed) => {
      const card = cardOf(sink, sink === "a mail" ? "no. {{ pin }}" : "{{ pin }}", "number", typed);
      expect(card).not.toContain(typed);
      expect(card).not.toContain(JSON.stringify(Number(typed)));
    },
  );
});
