import { startUsher } from "./compose.ts";
import { loadConfig, secretsOf } from "./config.ts";
import { visible } from "./domain/visible.ts";
import { createLogger } from "./log.ts";
import { InvalidError, PermanentError, TransientError } from "./ports/errors.ts";
import { systemClock, systemIds } from "./system.ts";

// sysexits.h: EX_CONFIG. A supervisor need not start it again before somebody has changed something.
const badConfiguration = 78;

function giveUp(message: string, code: number): never {
  process.stderr.write(`${visible(message)}\n`);
  process.exit(code);
}

async function main(): Promise<void> {
  // Without a listener Node opens its debugger at this signal, and whoever may send it could read everything.
  process.on("SIGUSR1", () => {});
  const reading = loadConfig();
  if (reading.kind === "bad") {
    const lines = reading.problems.map((problem) => `  ${problem}`).join("\n");
    return giveUp(`Usher was not started, because of these settings:\n${lines}`, badConfiguration);
  }
  const { config } = reading;
  const log = createLogger(config.logLevel, { secrets: secretsOf(config) });
  // Before the start, so that whoever says stop meanwhile is heard too.
  const asked = askedToStop();
  const usher = await startUsher(config, { clock: systemClock, ids: systemIds, log });
  process.stdout.write(`Usher is ready at ${usher.url}\n`);
  await asked;
  try {
    await usher.stop();
    process.exit(0);
  } catch (error) {
    log.error({ error }, "Usher could not stop in order.");
    process.exit(1);
  }
}

/** Resolves at the first SIGTERM or SIGINT. Whoever asks twice means it: then the process ends at once. */
function askedToStop(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  const onSignal = (): void => {
    if (asked) process.exit(1);
    asked = true;
    resolve();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return promise;
}

main().catch((error: unknown) => {
  if (error instanceof InvalidError) giveUp(error.message, badConfiguration);
  if (error instanceof PermanentError || error instanceof TransientError) giveUp(error.message, 1);
  throw error;
});
