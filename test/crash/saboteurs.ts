/** One place in a file; `find` stands there exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A guarantee broken on purpose: how, and which test must notice, by an assertion whose message holds `says`. */
export interface Saboteur {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly caughtBy: { readonly file: string; readonly test: string; readonly says: RegExp };
}

const crashPoints = (kind: string, oracle: string) => ({
  file: "test/crash/crash-points.test.ts",
  test: `R1: ${kind} at any call: the end is that of an undisturbed run`,
  says: new RegExp(`\\b${oracle}\\b`),
});

// What is kept in memory stays as it was; only what reaches the disk is less.
const saveFind = "    await conversations.save(next);\n    return true;";
const saving = (stored: string): Edit => ({
  file: "src/app/commit.ts",
  find: saveFind,
  replace: `    await conversations.save(${stored});\n    return true;`,
});

const acknowledging: readonly Saboteur[] = [
  {
    name: "acknowledged before it is stored",
    edits: [
      {
        file: "src/app/receive.ts",
        find: "  const forgotten = await work.apply(key, (conversation, contextOf) => ({",
        replace:
          "  const apply = (...given) => void work.apply(...given).catch(() => {});\n  const forgotten = apply(key, (conversation, contextOf) => ({",
      },
    ],
    caughtBy: crashPoints("crash-before", "O10"),
  },
  {
    name: "a message counts as seen though it was dropped",
    edits: [
      {
        file: "src/app/receive.ts",
        find: "  const key = { workspace: place.workspace, id: place.conversation };",
        replace:
          "  const message = event.kind === 'turn' ? event.turn.id : '';\n" +
          "  const seen = (work.seen ??= new Set());\n" +
          "  if (message !== '' && seen.has(message)) return;\n  seen.add(message);\n  const key = { workspace: place.workspace, id: place.conversation };",
      },
    ],
    caughtBy: crashPoints("error-before", "O10"),
  },
];

const writing: readonly Saboteur[] = [
  {
    name: "a save without a look at the version",
    edits: [
      {
        file: "adapters/sqlite/conversations.ts",
        find: "workspace = ? AND id = ? AND nonce = unhex(?) AND version = ?",
        replace: "workspace = ? AND id = ? AND nonce = unhex(?) AND ? IS NOT NULL",
      },
    ],
    caughtBy: crashPoints("takeover", "O6"),
  },
  {
    name: "an effect begun without a look at the lease",
    edits: [
      { file: "src/app/perform.ts", find: "if (options.clock.monotonic() > startBefore) return tooLate;", replace: "" },
    ],
    caughtBy: crashPoints("pause", "O6"),
  },
  {
    name: "effects that are not stored before they begin",
    edits: [saving("{ ...next, outbox: next.outbox.filter(({ lane }) => lane !== 'customer') }")],
    caughtBy: crashPoints("crash-before", "O1"),
  },
  {
    name: "the mark of a call written only on the way out, in a finally",
    edits: [
      saving(
        "{ ...next, outbox: next.outbox.map((one) => one.started" +
          " ? { ...one, started: false, attempt: one.attempt - 1, tries: one.tries - 1 } : one) }",
      ),
      {
        file: "src/app/lanes.ts",
        find: "    const outcome = await perform(next.conversation, next.effect, active.leaseEndsAt);",
        replace:
          "    const cut = { kind: 'unknown', reason: 'it was cut short' };\n    let outcome = cut;\n" +
          "    try {\n      outcome = await perform(next.conversation, next.effect, active.leaseEndsAt);\n" +
          "    } finally {\n      if (outcome === cut) settle(active, next.effect, cut);\n    }",
      },
    ],
    caughtBy: crashPoints("crash-after", "O2"),
  },
  {
    name: "a store that does not wait for the disk",
    edits: [
      { file: "adapters/sqlite/database.ts", find: '"synchronous = FULL"', replace: '"synchronous = NORMAL"' },
      { file: "adapters/sqlite/database.ts", find: "synchronous: 2,", replace: "synchronous: 1," },
    ],
    caughtBy: {
      file: "test/adapters/sqlite.test.ts",
      test: "every open sets and checks what the guarantees rest on, also on a file that is there already (trap 0.5)",
      says: /1 to be 2/,
    },
  },
];

const waiting: readonly Saboteur[] = [
  {
    name: "a POST of unknown outcome is sent again",
    edits: [
      {
        file: "src/engine/settle.ts",
        find: 'if (!isLast && (outcome.kind === "notSent" || effect.repeatable)) return',
        replace: "if (!isLast) return",
      },
    ],
    caughtBy: crashPoints("error-after", "O2"),
  },
  {
    name: "a sweep at the start alone",
    edits: [
      {
        file: "src/app/sweep.ts",
        find: "    schedule(Math.min(state.at, clock.now() + limits.sweepMs));\n  };",
        replace: "  };",
      },
    ],
    caughtBy: crashPoints("error-before", "O10"),
  },
  {
    name: "timers in memory",
    edits: [
      saving("{ ...next, dueAt: null }"),
      {
        file: "src/app/core.ts",
        find: "if (saved.dueAt !== null) sweeper.expect(saved.dueAt);",
        replace:
          "if (saved.dueAt !== null)" +
          " clock.after(Math.max(0, saved.dueAt - clock.now()), () => void work.look(saved).catch(() => {}));",
      },
    ],
    caughtBy: crashPoints("crash-before", "O10"),
  },
];

const deciding: readonly Saboteur[] = [
  {
    name: "the last click decides",
    edits: [
      {
        file: "src/engine/press.ts",
        find: '{ kind: "decided", decision: made };',
        replace: '{ kind: "counts", decision: decisionOf(press, context.now) };',
      },
    ],
    caughtBy: crashPoints("duplicate", "O4"),
  },
  {
    name: "a click counts whoever makes it",
    edits: [
      {
        file: "src/engine/press.ts",
        find: 'if (!isAgent(press.by)) return refused("Only agents can decide.");',
        replace: "",
      },
    ],
    caughtBy: {
      file: "test/app/decide.test.ts",
      test: "pitfall 52: in a workspace without agents nobody can approve, whatever the channel says of a person",
      says: /kind: 'accepted'/,
    },
  },
  {
    name: "what runs is not compared with what was approved",
    edits: [
      {
        file: "src/app/perform.ts",
        find: "if (approvalHash(conversation, id, effect) === hash) return run();",
        replace: "if (approvalHash(conversation, id, effect) !== '') return run();",
      },
    ],
    caughtBy: {
      file: "test/app/perform.test.ts",
      test: "a request that was approved, with the body changed, is never sent",
      says: /'completed' to be 'escalated'/,
    },
  },
  {
    name: "a look-up without the workspace",
    edits: [
      {
        file: "adapters/sqlite/conversations.ts",
        find: "WHERE c.nonce = unhex(?) AND c.workspace = ? AND",
        replace: "WHERE c.nonce = unhex(?) AND ? IS NOT NULL AND",
      },
    ],
    caughtBy: {
      file: "test/adapters/sqlite.test.ts",
      test: "one workspace sees nothing of another that uses the same ids",
      says: /located: 'web:maria:1'/,
    },
  },
];

/** Guarantees.md 2.1, item 8. */
export const saboteurs: readonly Saboteur[] = [...acknowledging, ...writing, ...waiting, ...deciding];
