import { readFileSync } from "node:fs";
import { readProcedureFile } from "../src/app/files/procedure-file.ts";
import type { Conversation } from "../src/domain/conversation.ts";
import type { Outgoing } from "../src/domain/effect.ts";
import type { Event } from "../src/domain/event.ts";
import { addressSchema, conversationIdSchema } from "../src/domain/ids.ts";
import type { Outcome } from "../src/domain/outcome.ts";
import { defaultSettings } from "../src/domain/settings.ts";
import { advance } from "../src/engine/advance.ts";
import { compile } from "../src/engine/compile.ts";
import type { Context } from "../src/engine/context.ts";
import { createConversation } from "../src/engine/create.ts";
import { takeLease } from "../src/engine/lease.ts";
import { customerOf, workspace } from "./bot.ts";

const holder = { owner: "bench", exclusive: true, launched: new Set<string>(), marks: true };
const agent = { ...customerOf("agent-1"), name: "Agent 1", role: "agent" as const };

/** Makes a function that walks work W once through the engine, with no store and no I/O; answers how many steps of `advance` that takes. */
export function createEngineFloor(): () => number {
  const compiled = compiledRefund();
  const context: Context = {
    pinned: compiled,
    active: new Map([[compiled.slug, compiled]]),
    settings: { ...defaultSettings, connections: { shop: "http://127.0.0.1:1" } },
    now: Date.now(),
  };
  return () => {
    let steps = 0;
    let at = fresh();
    const happen = (event: Event): void => {
      steps += 1;
      at = takeLease(advance(at, event, context), context, holder);
    };
    const settleAll = (): void => {
      for (let next = started(at); next !== undefined; next = started(at)) {
        happen({ kind: "settled", effectId: next.id, attempt: next.attempt, outcome: outcomeOf(next, compiled.slug) });
      }
    };
    for (const [index, text] of ["I want a refund", "1001", "It arrived broken"].entries()) {
      const id = `turn-${index}`;
      const from = customerOf("person");
      happen({ kind: "turn", turn: { id, keys: [id], from, text, mentioned: false, at: context.now + index } });
      settleAll();
    }
    const wait = at.run?.wait;
    if (wait?.kind !== "approval") throw new Error("The engine did not reach the approval.");
    const action = { kind: "approve" as const, edits: {} };
    happen({ kind: "pressed", press: { id: wait.of.id, card: null, by: agent, action } });
    settleAll();
    if (at.run !== null) throw new Error("The engine did not reach the end of the run.");
    return steps;
  };
}

function started({ outbox }: Conversation): Outgoing | undefined {
  return outbox.find((effect) => effect.started);
}

function outcomeOf({ id, effect }: Outgoing, slug: string): Outcome {
  if (effect.kind === "route") {
    return { kind: "done", value: { kind: "run", slug, filled: {}, scores: [{ slug, score: 1 }], threshold: 0.45 } };
  }
  if (effect.kind === "call") return { kind: "done", value: { refundable: true } };
  return { kind: "done", value: effect.kind === "act" ? { ticketId: "1" } : id };
}

function fresh(): Conversation {
  const ids = { id: conversationIdSchema.parse("c"), address: addressSchema.parse("c") };
  return createConversation({ workspace, ...ids, customer: customerOf("person"), random: "0".repeat(32) }, Date.now());
}

function compiledRefund() {
  const file = new URL("../examples/procedures/refund-request-handler.yaml", import.meta.url);
  const read = readProcedureFile("refund.yaml", readFileSync(file, "utf8"), () => []);
  const compilation = read.kind === "ok" ? compile({ procedure: read.procedure, version: 1 }) : null;
  if (compilation?.kind !== "ok") throw new Error("The example procedure cannot be compiled.");
  return compilation.compiled;
}
