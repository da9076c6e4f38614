import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { company, startCompany } from "../support/slack/company.ts";
import type { FakeSlack } from "../support/slack/fake-slack.ts";
import { createInteractions } from "../support/slack/interactions.ts";
import { createPeople } from "../support/slack/people.ts";
import { type Backend, startBackend } from "./process-backend.ts";
import { staffDesk } from "./process-desk.ts";
import { decisionOf, type Findings } from "./process-oracles.ts";
import { writeProcedures } from "./process-procedures.ts";
import { cardsIn } from "./process-slack-cards.ts";
import { converseInSlack, type SlackStory } from "./process-slack-customers.ts";
import { createSlackDesk, type SlackDesk } from "./process-slack-desk.ts";
import { createSlackLine, type SlackLine } from "./process-slack-line.ts";
import { decidedOn, judgeInSlack } from "./process-slack-oracles.ts";
import { addCustomers, buttonsOn, type SlackScene, type SlackSpot } from "./process-slack-scene.ts";
import { createSlackWeather } from "./process-slack-weather.ts";
import { createSupervisor, pause, type Supervisor } from "./process-supervisor.ts";
import type { Counts } from "./scenario.ts";
import { createRandom } from "./simulation-random.ts";

/** What a load in Slack is made of. `again`: how to see a finding again. */
export interface SlackLoadOptions {
  readonly seed: number;
  readonly customers: number;
  readonly channels: number;
  readonly again: string;
}

/** The real process in a company's Slack, with a shop, customers and agents around it, who go on whatever becomes of it. */
export interface SlackLoad {
  readonly supervisor: Supervisor;
  readonly backend: Backend;
  readonly slack: FakeSlack;
  readonly stories: readonly SlackStory[];
  /** Says who the agents are and where they are, to a process that is ready; then the customers come, and bad weather. */
  open(): Promise<void>;
  /** No new stories. */
  close(): void;
  /** Slack and the shop behave; waits until the stories have ended, and answers what the journals say. */
  finish(withinMs: number): Promise<Findings>;
  /** For a report: what was done, and how it went. */
  counts(): Counts;
  /** Ends everything that was started, and removes the data. */
  end(): Promise<void>;
}

const signingSecret = "0123456789abcdef0123456789abcdef";
const slowMs = 300;

/** Starts everything but the process itself, which is the scenario's to start and to end. */
export async function startSlackLoad(options: SlackLoadOptions): Promise<SlackLoad> {
  const { seed, again } = options;
  const folder = await mkdtemp(join(tmpdir(), "usher-torture-"));
  const slack = await startCompany({ app: { signingSecret } });
  const spots = addCustomers(slack, options.customers, options.channels);
  const { backend, supervisor } = await startAround(folder, slack, seed);
  const weather = createSlackWeather(slack, seed + 1);
  const over = new AbortController();
  const home = new AbortController();
  const { line, scene } = openScene(slack, supervisor, seed + 2, over.signal);
  const desk = createSlackDesk(scene, backend, seed);
  const stories: SlackStory[] = [];
  const complaints: string[] = [];
  const failed = (error: unknown): void => {
    if (!over.signal.aborted) complaints.push(`the harness failed: ${String(error)} (${again})`);
  };
  const before = new Set<string>();
  let crowd = { gone: Promise.resolve(), close: (): void => {} };
  let agents = Promise.resolve();
  const stop = async (): Promise<void> => {
    crowd.close();
    home.abort();
    over.abort(new Error("the load is over"));
    await Promise.all([crowd.gone, agents]);
  };

  return {
    ...{ supervisor, backend, slack, stories },
    async open() {
      await setUp(scene);
      for (const { ts } of slack.messagesIn(company.agents)) before.add(ts);
      weather.begin();
      crowd = startCrowd(scene, spots, seed, stories, failed);
      agents = staffDesk(desk, home.signal).catch(failed);
    },
    close: () => crowd.close(),
    async finish(withinMs) {
      weather.calm();
      backend.calm();
      crowd.close();
      const rested = crowd.gone.then(() => scene.until(() => isAtRest(slack)));
      await Promise.race([rested.catch(failed), pause(withinMs, home.signal)]);
      await stop();
      const channels = spots.map(({ channel }) => channel);
      const evidence = { slack, backend, desk, stories, before, again, channels: [...new Set(channels)] };
      const findings = judgeInSlack(evidence);
      const own = supervisor.violations.map((violation) => `${violation} (${again})`);
      return { ...findings, violations: [...own, ...complaints, ...findings.violations] };
    },
    counts: () => countsOf({ supervisor, backend, slack, stories, desk, line }),
    async end() {
      await stop();
      if (supervisor.pid() !== 0) await supervisor.kill("SIGKILL");
      line.close();
      await backend.close();
      await slack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The shop, and a supervisor of processes that reach it and Slack. */
async function startAround(folder: string, slack: FakeSlack, seed: number) {
  await writeProcedures(join(folder, "procedures"));
  const backend = await startBackend({ seed, slowMs, hangs: 0 });
  const place = `127.0.0.1:${backend.port}`;
  const supervisor = createSupervisor({
    environment: {
      USHER_DATA: join(folder, "data"),
      USHER_PROCEDURES: join(folder, "procedures"),
      USHER_CONNECTIONS: `shop=http://${place}`,
      USHER_OPEN_HOSTS: place,
      USHER_OWNER: company.olga,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_BOT_TOKEN: company.token,
      SLACK_API_URL: slack.apiUrl,
    },
  });
  return { backend, supervisor };
}

/** People whose events reach whichever process there is. */
function openScene(slack: FakeSlack, { url }: Supervisor, seed: number, givenUp: AbortSignal) {
  const line = createSlackLine({ url, signingSecret, random: createRandom(seed), givenUp });
  const over = new Promise<never>((_, reject) => givenUp.addEventListener("abort", () => reject(givenUp.reason)));
  over.catch(() => {});
  const scene: SlackScene = {
    slack,
    people: createPeople(slack, line),
    interactions: createInteractions(slack, line),
    until: (check) => Promise.race([slack.until(check), over]),
  };
  return { line, scene };
}

/** Agnes and Artur are agents, and their channel gets the cards. */
async function setUp({ slack, interactions, until }: SlackScene): Promise<void> {
  const command = (text: string) =>
    interactions.runsCommand({ user: company.olga, channel: company.agents, command: "/procedures", text });
  for (const agent of [company.agnes, company.artur]) await command(`roles add <@${agent}|agent> agent`);
  await until(() => slack.state.ephemerals.length >= 2);
  await command("channel set here");
  await until(() => slack.messagesIn(company.agents).length > 0 && slack.state.ephemerals.length >= 3);
}

/** Customers, each with one story after the other until `close`; `gone` resolves when the last one has ended. */
function startCrowd(
  scene: SlackScene,
  spots: readonly SlackSpot[],
  seed: number,
  stories: SlackStory[],
  failed: (error: unknown) => void,
) {
  let numbers = 0;
  let closing = false;
  const customer = async (spot: SlackSpot, which: number): Promise<void> => {
    const random = createRandom(seed * 1000 + which);
    while (!closing) {
      numbers += 1;
      await converseInSlack(scene, random, spot, numbers, stories);
    }
  };
  const all = spots.map((spot, which) => customer(spot, which).catch(failed));
  return {
    gone: Promise.all(all).then(() => {}),
    close: (): void => {
      closing = true;
    },
  };
}

/** The last edits of cards may come after the last words to a customer. */
function isAtRest(slack: FakeSlack): boolean {
  return slack.messagesIn(company.agents).every(({ blocks }) => buttonsOn(blocks).size === 0);
}

function countsOf({
  supervisor,
  backend,
  slack,
  stories,
  desk,
  line,
}: Pick<SlackLoad, "supervisor" | "backend" | "slack" | "stories"> & {
  readonly desk: SlackDesk;
  readonly line: SlackLine;
}): Counts {
  const starts = supervisor.startsMs.toSorted((a, b) => a - b);
  const { approvals, verdicts, runAgains } = decidedOn(cardsIn(slack), desk);
  const done = (method: string): number => slack.journal.of(method).filter(({ carriedOut }) => carriedOut).length;
  return {
    starts: starts.length,
    medianStartMs: starts[Math.floor(starts.length / 2)] ?? 0,
    stories: stories.length,
    completed: stories.filter(({ ended }) => ended === "completed").length,
    withPeople: stories.filter(({ ended }) => ended === "people").length,
    events: line.counts.events,
    sentAgain: line.counts.repeated,
    unanswered: line.counts.unanswered,
    posts: done("chat.postMessage"),
    edits: done("chat.update"),
    lookUps: done("conversations.replies") + done("conversations.history"),
    unsafeKeys: new Set(backend.journal.filter(({ method }) => method === "POST").map(({ key }) => key)).size,
    approvals: approvals.size,
    decisions: [...approvals.values()].filter(({ receipts }) => decisionOf(receipts) !== null).length,
    presses: desk.presses.length,
    verdicts: verdicts.size,
    runAgains: [...runAgains.values()].reduce((sum, count) => sum + count, 0),
  };
}
