import { spawn } from "node:child_process";
import { once } from "node:events";
import { startWords } from "../test/support/start-words.ts";

/** Starts the real process over a data folder, and answers the ms until it says that it is ready. */
export async function startReady(folder: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, startWords, {
    env: { ...process.env, PORT: "0", USHER_DATA: folder, USHER_CONNECTIONS: "shop=https://shop.example.com" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes("Usher is ready")) break;
  }
  const took = performance.now() - started;
  child.kill("SIGTERM");
  await ended;
  if (!said.includes("Usher is ready")) throw new Error("Usher did not start.");
  return took;
}
