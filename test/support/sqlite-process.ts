// A process of its own over a data folder, for tests that need a second one, or one to kill.
// Arguments: the folder, then `hold` (opens the store and keeps it until stdin ends) or `write` (saves for ever, and
// prints "<id> <version>" for each save that was answered).
import process from "node:process";
import { openSqliteStore } from "../../adapters/sqlite/open.ts";
import { aConversation, conversationId, nonceNumber, someMoment } from "./conversation.ts";
import { realClock } from "./real-clock.ts";

const [folder = "", task] = process.argv.slice(2);

try {
  const store = await openSqliteStore({ folder, clock: realClock });
  process.stdout.write("open\n");
  if (task === "hold") {
    process.stdin.resume().once("end", () => void store.close());
  } else {
    const write = async (writer: number): Promise<never> => {
      for (let n = 0; ; n++) {
        const id = conversationId(`w${writer}-${n}`);
        for (const version of [1, 2, 3]) {
          const lease = version === 3 ? null : { owner: "boot-1", until: someMoment };
          await store.conversations.save(aConversation({ id, nonce: nonceNumber(n), version, lease }));
          process.stdout.write(`${id} ${version}\n`);
        }
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));
  }
} catch (error) {
  process.stdout.write(`${error instanceof Error ? `${error.name}: ${error.message}` : "?"}\n`);
}
