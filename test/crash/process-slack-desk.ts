import { realClock } from "../support/real-clock.ts";
import { company } from "../support/slack/company.ts";
import { fieldsOf, textOf } from "../support/slack/fields.ts";
import { findMessage } from "../support/slack/messages.ts";
import type { FakeMessage } from "../support/slack/state.ts";
import { topView } from "../support/slack/views.ts";
import type { Backend } from "./process-backend.ts";
import { buttonsOn, type SlackScene } from "./process-slack-scene.ts";
import { pause } from "./process-supervisor.ts";
import { createRandom } from "./simulation-random.ts";

type Action = "approve" | "reject" | "happened" | "runAgain" | "stop";

/** A button as somebody pressed it, whatever came of it. `at`: when that began, in Unix ms. */
export interface SlackPress {
  readonly user: string;
  readonly action: Action;
  readonly pressId: string;
  readonly at: number;
}

/** Agents at their channel of Slack. */
export interface SlackDesk {
  readonly presses: readonly SlackPress[];
  /** Looks at every card and presses once on each; agents do this again and again. */
  round(agent: string): Promise<void>;
}

// Whoever sees a button still there after so long presses it again: Slack repeats no press.
const pressAgainMs = 1500;
const submitAgainMs = 100;
const submitTries = 50;

/**
 * Agents who decide about everything that stands in their channel: two race for each approval, and a verdict says what the
 * shop's journal says. `rejects`: the share (0 to 1) of approvals that one of them rejects.
 */
export function createSlackDesk(scene: SlackScene, backend: Backend, seed: number, rejects = 1 / 8): SlackDesk {
  const random = createRandom(seed);
  const presses: SlackPress[] = [];
  const minds = new Map<string, Action>();
  const pressedAt = new Map<string, number>();
  // Messages are replaced when they change, so what has no button stays without.
  const idle = new WeakSet<FakeMessage>();
  const { slack } = scene;

  /** What an agent wants to press on a card; null: nothing. They stay with what they have once decided. */
  const mindOf = (agent: string, pressId: string, action: () => Action): Action => {
    const key = `${agent} ${pressId}`;
    const mind = minds.get(key) ?? action();
    minds.set(key, mind);
    return mind;
  };
  const wanted = (agent: string, { blocks }: FakeMessage): { action: Action; pressId: string } | null => {
    const buttons = buttonsOn(blocks);
    const approval = buttons.get("approve");
    if (approval !== undefined) {
      const action = mindOf(agent, approval, () => (random.chance(rejects) ? "reject" : "approve"));
      return { action, pressId: approval };
    }
    const question = buttons.get("runAgain");
    if (question === undefined || agent !== "agent-1") return null;
    const isDone = backend.byKey(question.replace(/-\d+$/, "")).some(({ did }) => did === "applied");
    const action = mindOf(agent, question, () => (isDone ? "happened" : random.chance(0.9) ? "runAgain" : "stop"));
    return { action, pressId: question };
  };
  const resultOf = (pressId: string): string => {
    const applied = backend.byKey(pressId.replace(/-\d+$/, "")).find(({ did }) => did === "applied");
    return JSON.stringify({ id: applied?.path.split("/").at(-1) });
  };
  const press = async (user: string, ts: string, { action, pressId }: { action: Action; pressId: string }) => {
    const at = { user, channel: company.agents, ts, actionId: `press:${action}` };
    presses.push({ user, action, pressId, at: realClock.now() });
    await scene.interactions.presses(at);
    const view = topView(slack.state, user);
    if (view === null) return;
    // Whether it was opened for this press or for the one before: what a form is about stands in it.
    const about = textOf(fieldsOf(JSON.parse(textOf(view.json["private_metadata"]) || "{}"))["pressId"]);
    if (about === pressId) {
      await submit(scene, user, action === "reject" ? { Reason: "not today" } : { Result: resultOf(pressId) });
    }
    if (topView(slack.state, user) !== null) await scene.interactions.closes({ user, all: true });
  };
  return {
    presses,
    async round(agent) {
      const user = agent === "agent-1" ? company.agnes : company.artur;
      for (const seen of slack.messagesIn(company.agents)) {
        if (idle.has(seen)) continue;
        const { ts } = seen;
        // As it is by now: the agents go through their cards one after another.
        const card = findMessage(slack.state, company.agents, ts);
        if (card === null || card.botId === null || buttonsOn(card.blocks).size === 0) {
          idle.add(card ?? seen);
          continue;
        }
        const want = wanted(agent, card);
        const key = `${agent} ${want?.pressId}`;
        if (want === null || realClock.monotonic() - (pressedAt.get(key) ?? Number.NEGATIVE_INFINITY) < pressAgainMs)
          continue;
        await press(user, ts, want);
        pressedAt.set(key, realClock.monotonic());
      }
    },
  };
}

/** Sends a form until it is taken: what was typed is still there when Slack says that it could not be sent. */
async function submit(
  { interactions }: SlackScene,
  user: string,
  values: { readonly [label: string]: string },
): Promise<void> {
  for (let tries = 0; tries < submitTries; tries += 1) {
    const { delivered } = await interactions.submits({ user, values });
    if (delivered.status === 200) return;
    await pause(submitAgainMs);
  }
}
