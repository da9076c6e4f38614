import { spawn } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endsWithUs } from "../support/ends-with-us.ts";
import { realClock } from "../support/real-clock.ts";
import { startOrThrow } from "./kill.ts";
import { shapes } from "./process-client.ts";
import { type Load, startLoad } from "./process-load.ts";
import { canary, pause } from "./process-supervisor.ts";
import type { ScenarioReport } from "./scenario.ts";

const diskBytes = 48 * 1024 * 1024;
const probeEveryMs = 100;
// Guarantee G1 says 2.5 s; the rest is for two busy cores.
const answerWithinMs = 3500;
const finishMs = 60_000;

/** A small disk that only processes started through `through` see under its folder. */
interface Disk {
  readonly through: readonly string[];
  /** The folder as this process reaches it. */
  path(folder: string): string;
  close(): void;
}

/**
 * Mounts a disk over the folder, for as long as a holder lives that ends with this process; null where this machine does
 * not allow that.
 */
async function ownDisk(folder: string): Promise<Disk | null> {
  const root = process.getuid?.() === 0;
  const script = `mount -t tmpfs -o size=${diskBytes} tmpfs "$0" && echo mounted && exec cat`;
  const spaces = [...(root ? [] : ["--user", "--map-root-user"]), "--mount", "--propagation", "private"];
  const [command, ...rest] = ["unshare", ...spaces, "sh", "-c", script, folder];
  const holder = endsWithUs(spawn(command, rest, { stdio: ["pipe", "pipe", "ignore"] }));
  const mounted = await new Promise<boolean>((resolve) => {
    holder.once("error", () => resolve(false));
    holder.once("close", () => resolve(false));
    holder.stdout.once("data", () => resolve(true));
  });
  if (!mounted) return null;
  const enter = [
    ...(root ? [] : ["--user", "--preserve-credentials"]),
    "--mount",
    "--wd=/",
    "--target",
    `${holder.pid}`,
  ];
  return {
    through: ["nsenter", ...enter],
    path: (inside) => `/proc/${holder.pid}/root${inside}`,
    close: () => holder.stdin.end(),
  };
}

/** How long each outage lasts, how often it comes, from which seed, and how to see it again. */
export interface DiskOptions {
  readonly again: string;
  readonly outages: number;
  readonly outageMs: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/**
 * Fills the disk under the real process while customers and agents work with it, and makes room again; every second
 * time kill -9 comes first. Null where this machine does not allow a disk of its own.
 */
export async function fillDisk({ again, outages, outageMs, seed, say }: DiskOptions): Promise<ScenarioReport | null> {
  const data = await mkdtemp(join(tmpdir(), "usher-disk-"));
  const disk = await ownDisk(data);
  if (disk === null) {
    await rm(data, { recursive: true });
    return null;
  }
  const load = await startLoad({ seed, customers: 8, slowMs: 300, hangs: 0, again, data, through: disk.through });
  const problems: string[] = [];
  const totals = { probes: 0, rejected: 0, accepted: 0, slowestMs: 0 };
  const fired = { diskFull: 0, signals: 0 };
  let lost = 0;
  try {
    await startOrThrow(load);
    await pause(2000);
    for (let outage = 1; outage <= outages; outage += 1) {
      const probes = await probeOutage(load, disk.path(join(data, "ballast")), outageMs, outage);
      for (const line of probes.problems) problems.push(`outage ${outage}: ${line} (${again})`);
      totals.probes += probes.statuses.length;
      const rejected = probes.statuses.filter((status) => status === 503).length;
      totals.rejected += rejected;
      totals.accepted += probes.statuses.filter((status) => status === 202).length;
      fired.diskFull += rejected > 0 ? 1 : 0;
      fired.signals += probes.killed ? 1 : 0;
      lost += probes.lost;
      totals.slowestMs = Math.max(totals.slowestMs, probes.slowestMs);
      say(`R9: outage ${outage}, ${probes.statuses.length} posts, slowest answer ${probes.slowestMs} ms`);
      await pause(2000);
    }
    load.backend.calm();
    const findings = await load.finish(finishMs);
    if (fired.diskFull < outages) {
      problems.push(`in ${outages - fired.diskFull} outages of ${outages} the disk was never full (${again})`);
    }
    return {
      ...findings,
      lost: findings.lost + lost,
      counts: { outages, ...totals, ...load.counts() },
      injected: { ...Object.fromEntries(load.backend.injected), ...fired },
      violations: [...problems, ...findings.violations],
    };
  } finally {
    await load.close();
    disk.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** `lost`: posts that were acknowledged without room and are not there. */
interface Probes {
  readonly statuses: readonly number[];
  readonly lost: number;
  readonly killed: boolean;
  readonly slowestMs: number;
  readonly problems: readonly string[];
}

/**
 * Posts once each while there is no room. Then what was accepted all the same, in the room that the log had left, is
 * there; all the rest is sent again, exactly the same, and is there once.
 */
async function probeOutage(load: Load, ballast: string, outageMs: number, outage: number): Promise<Probes> {
  const begun = await load.client.post(shapes.id, "/api/conversations", { as: "customer-1" });
  if (!begun.ok) throw new Error(`a conversation could not be begun: ${begun.status}`);
  const conversation = `/api/conversations/${begun.value.id}`;
  const path = `${conversation}/messages`;
  const sent: { readonly id: string; readonly body: object; readonly status: number }[] = [];
  const problems: string[] = [];
  let slowestMs = 0;
  await fill(ballast);
  const until = realClock.monotonic() + outageMs;
  while (realClock.monotonic() < until) {
    const id = `o${outage}-${sent.length}`;
    const body = { id, as: "customer-1", text: `${canary} ${sent.length}` };
    const sentAt = realClock.monotonic();
    const status = await postOnce(`${load.supervisor.url()}${path}`, body);
    slowestMs = Math.max(slowestMs, Math.round(realClock.monotonic() - sentAt));
    sent.push({ id, body, status });
    if (status !== 503 && status !== 202) problems.push(`a post without room was answered ${status || "not at all"}`);
    await pause(probeEveryMs);
  }
  const killed = outage % 2 === 0;
  if (killed) await load.supervisor.kill("SIGKILL");
  await rm(ballast);
  if (killed) await startOrThrow(load);
  if (slowestMs > answerWithinMs) problems.push(`an answer took ${slowestMs} ms`);
  const shown = await idsIn(load, conversation);
  const lost = sent.filter(({ id, status }) => status === 202 && !shown.includes(id));
  for (const { id } of lost) problems.push(`accepted without room and lost: ${id}`);
  for (const { body, status } of sent) {
    if (status === 202) continue;
    const answered = await load.client.post(shapes.id, path, body);
    if (!answered.ok) problems.push(`after the outage a post was answered ${answered.status}`);
  }
  const ids = await idsIn(load, conversation);
  if (ids.length !== sent.length || new Set(ids).size !== ids.length) {
    problems.push(`${sent.length} posts were sent in all and ${ids.length} are there`);
  }
  return { statuses: sent.map(({ status }) => status), lost: lost.length, killed, slowestMs, problems };
}

async function idsIn({ client }: Load, conversation: string): Promise<readonly string[]> {
  const view = await client.get(shapes.conversation, conversation);
  return view.ok ? view.value.messages.filter(({ role }) => role === "customer").map(({ id }) => id) : [];
}

/** The status; 0 when there was no answer. */
async function postOnce(url: string, body: object): Promise<number> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await response.text();
    return response.status;
  } catch {
    return 0;
  }
}

/** Writes until nothing more goes in, the last bytes in small pieces. */
async function fill(path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const bytes of [1024 * 1024, 4096, 1]) await writeUntilFull(file, Buffer.alloc(bytes, 1));
  } finally {
    await file.close();
  }
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, piece: Buffer): Promise<void> {
  try {
    for (;;) await file.write(piece);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
