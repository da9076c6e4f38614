import { startUsher } from "./compose.ts";
import { loadConfig } from "./config.ts";
import { createLogger } from "./log.ts";
import { InvalidError, PermanentError } from "./ports/errors.ts";
import { systemClock, systemIds } from "./system.ts";

// sysexits.h: EX_CONFIG. A supervisor need not start it again before somebody has changed something.
const badConfiguration = 78;

function giveUp(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

async function main(): Promise<void> {
  const reading = loadConfig();
  if (reading.kind === "bad") {
    const lines = reading.problems.map((problem) => `  ${problem}`).join("\n");
    return giveUp(`Usher was not started, because of these settings:\n${lines}`, badConfiguration);
  }
  const { config } = reading;
  const password = config.mailServer?.login?.password;
  const log = createLogger(config.logLevel, { secrets: password === undefined ? [] : [password] });
  const usher = await startUsher(config, { clock: systemClock, ids: systemIds, log });
  process.stdout.write(`Usher is ready at ${usher.url}\n`);
  let stopping = false;
  const stop = (): void => {
    // Whoever asks twice means it.
    if (stopping) process.exit(1);
    stopping = true;
    usher.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "Usher could not stop in order.");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

main().catch((error: unknown) => {
  if (error instanceof InvalidError) giveUp(error.message, badConfiguration);
  if (error instanceof PermanentError) giveUp(error.message, 1);
  throw error;
});
