import { beforeEach, describe } from "vitest";
import type { Store } from "../../src/ports/store.ts";
import { conversationContract } from "../contracts/store-contract.ts";
import { createMemoryStore } from "./simulation-store.ts";

describe("the store of the simulations, as to conversations", () => {
  let store: Store;
  beforeEach(() => {
    store = createMemoryStore();
  });
  conversationContract(
    () => store,
    // It outlives whoever uses it.
    async () => store,
  );
});
