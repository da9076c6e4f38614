// A process of its own over a data folder, for tests that need a second one, or one to kill.
// Arguments: the folder, then `hold` (opens the store and keeps it until stdin ends), `write` (saves for ever, and
// prints "<id> <version>" for each save that was answered) or `renew` (encrypts every installation with the key "b" and
// then with "a" again, for ever, and prints the key's name before each time).
import process from "node:process";
import { createDatabase, openConnection } from "../../adapters/sqlite/database.ts";
import { prepareFolder } from "../../adapters/sqlite/lock.ts";
import { createStore, openSqliteStore } from "../../adapters/sqlite/open.ts";
import { aConversation, conversationId, nonceNumber, someMoment } from "./conversation.ts";
import { ringOf } from "./keys.ts";
import { realClock } from "./real-clock.ts";

const [folder = "", task] = process.argv.slice(2);

async function hold(): Promise<void> {
  const store = await openSqliteStore({ folder, clock: realClock, keyRing: null });
  process.stdout.write("open\n");
  process.stdin.resume().once("end", () => void store.close());
}

async function writeForEver(): Promise<void> {
  const store = await openSqliteStore({ folder, clock: realClock, keyRing: null });
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
  process.stdout.write("open\n");
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));
}

async function renewForEver(): Promise<never> {
  const database = createDatabase(openConnection(prepareFolder(folder)), realClock, () => {});
  const stores = [
    ["b", createStore(database, ringOf("b", "a"))],
    ["a", createStore(database, ringOf("a", "b"))],
  ] as const;
  for (;;) {
    for (const [name, store] of stores) {
      process.stdout.write(`${name}\n`);
      await store.installations.renew();
    }
  }
}

try {
  await (task === "hold" ? hold() : task === "renew" ? renewForEver() : writeForEver());
} catch (error) {
  process.stdout.write(`${error instanceof Error ? `${error.name}: ${error.message}` : "?"}\n`);
}
