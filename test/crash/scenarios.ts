import type { Scenario } from "./scenario.ts";

/** Every scenario, in the order of the guarantees that they prove. */
export const scenarios: readonly Scenario[] = [];
