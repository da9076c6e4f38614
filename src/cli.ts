import { parseArgs } from "node:util";
import { appManifest, examine } from "./compose-doctor.ts";
import { loadConfig } from "./config.ts";
import { readPublicUrl } from "./config-values.ts";
import { type Finding, missing, ok } from "./domain/finding.ts";
import { visible } from "./domain/visible.ts";
import { createLogger } from "./log.ts";
import { systemClock, systemIds } from "./system.ts";

const usage = `usher doctor [--json]            says what is missing, and how to mend it
usher manifest [ADDRESS|--socket]  prints the manifest of the Slack app, for this address or for Socket Mode
`;

// sysexits.h: EX_USAGE.
const badUsage = 64;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, socket: { type: "boolean" }, help: { type: "boolean" } },
  });
  const [verb, ...rest] = positionals;
  if (values.help === true || verb === undefined || verb === "help") return print(usage, 0);
  if (verb === "doctor" && rest.length === 0) return doctor(values.json === true);
  if (verb === "manifest" && rest.length <= 1) return manifest(rest[0] ?? null, values.socket === true);
  return refuse(`“${verb}” is not a command, or has words behind it that it does not know.`);
}

async function doctor(asJson: boolean): Promise<number> {
  const findings = await findingsOf();
  const failed = findings.filter(({ state }) => state === "missing").length;
  const text = asJson ? `${JSON.stringify({ ok: failed === 0, findings }, null, 2)}\n` : reportOf(findings);
  return print(text, failed === 0 ? 0 : 1);
}

async function findingsOf(): Promise<readonly Finding[]> {
  const reading = loadConfig();
  if (reading.kind === "bad") {
    const mend = "Correct it where it is set: in the environment, or in the file .env.";
    return reading.problems.map((problem) => missing("Settings", problem, mend));
  }
  // What is found is the output; the log would stand between.
  const log = createLogger("silent");
  const found = await examine(reading.config, { clock: systemClock, ids: systemIds, log });
  return [ok("Settings", "They can be read."), ...found];
}

const labels = { ok: "ok     ", missing: "MISSING", unknown: "unknown" } as const;

function reportOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) => [
    `${labels[finding.state]}  ${finding.what}: ${finding.says.replaceAll("\n", "\n         ")}`,
    ...(finding.state === "ok" ? [] : [`         Mend: ${finding.mend}`]),
  ]);
  return `${[...lines, "", endOf(findings)].join("\n")}\n`;
}

function endOf(findings: readonly Finding[]): string {
  const count = (wanted: Finding["state"]): number => findings.filter(({ state }) => state === wanted).length;
  const [failed, open] = [count("missing"), count("unknown")];
  const found =
    failed > 0
      ? `${failed === 1 ? "One thing is" : `${failed} things are`} missing`
      : open > 0
        ? "Nothing is known to be missing"
        : "Nothing is missing";
  return `${found}${open === 0 ? "" : `; ${open === 1 ? "one thing" : `${open} things`} could not be checked`}.`;
}

async function manifest(address: string | null, overSocket: boolean): Promise<number> {
  if (overSocket) return printJson(await appManifest({ kind: "socket" }));
  const given = address ?? urlOfConfig();
  if (given === null)
    return refuse("Say at which address Slack reaches Usher: usher manifest https://usher.example.com");
  const reading = readPublicUrl(given);
  if (reading.kind === "bad") return refuse(`The address ${reading.problem}.`);
  return printJson(await appManifest({ kind: "http", url: reading.value }));
}

function urlOfConfig(): string | null {
  const reading = loadConfig();
  return reading.kind === "ok" ? (reading.config.slack?.url ?? null) : null;
}

function printJson(value: unknown): number {
  return print(`${JSON.stringify(value, null, 2)}\n`, 0);
}

function print(text: string, code: number): number {
  process.stdout.write(visible(text));
  return code;
}

function refuse(sentence: string): number {
  process.stderr.write(`${visible(sentence)}\n\n${usage}`);
  return badUsage;
}

// Whoever has read enough closes the pipe, as `head` does: that is no fault.
process.stdout.on("error", (error) => {
  if (Reflect.get(error, "code") !== "EPIPE") throw error;
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${visible(error instanceof Error ? error.message : "Something failed.")}\n`);
    process.exitCode = 2;
  },
);
