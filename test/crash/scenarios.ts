import { attacksScenario } from "./attacks.ts";
import { backendScenario } from "./backend.ts";
import { clicksScenario } from "./clicks.ts";
import { clockScenario } from "./clock-jumps.ts";
import {
  firstOrderScenario,
  mixedFaultsScenario,
  secondOrderScenario,
  slackFirstOrderScenario,
  slackSecondOrderScenario,
} from "./crash-scenarios.ts";
import { deliveriesScenario } from "./deliveries.ts";
import { killScenario } from "./kill.ts";
import { slackKillScenario } from "./kill-slack.ts";
import { saboteurScenario } from "./saboteur-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { simulationScenario } from "./simulation-scenario.ts";
import { slackRefusalsScenario } from "./slack-refusals.ts";
import { soakScenario } from "./soak.ts";
import { stopScenario } from "./stop.ts";
import { storeOutageScenario } from "./store-outage.ts";
import { upgradeScenario } from "./upgrade.ts";

/** Every scenario, in the order of the guarantees that they prove. */
export const scenarios: readonly Scenario[] = [
  firstOrderScenario,
  secondOrderScenario,
  mixedFaultsScenario,
  slackFirstOrderScenario,
  slackSecondOrderScenario,
  simulationScenario,
  killScenario,
  slackKillScenario,
  storeOutageScenario,
  deliveriesScenario,
  backendScenario,
  slackRefusalsScenario,
  clockScenario,
  clicksScenario,
  soakScenario,
  stopScenario,
  upgradeScenario,
  attacksScenario,
  saboteurScenario,
];
