import { useMemo, useRef } from "react";
import type { AgentsCardJson } from "../../../api.ts";
import { Log } from "../shared/log.tsx";
import { useNewest } from "../shared/scroll.ts";
import { Pane } from "../shell/pane.tsx";
import { decideAs } from "../state/actions.ts";
import { usePage } from "../state/page.ts";
import { keepSame } from "../state/refresh.ts";
import { AgentsCard } from "./agents-card.tsx";

/** The agents' side: what is to be decided, and what became of it. */
export function AgentsPane() {
  const cards = usePage((page) => page.cards);
  return (
    <Pane id="agents" title="Agents channel">
      <div className="pane-bar">
        <Decider />
      </div>
      {cards === null ? <div className="scroller" /> : <Cards cards={cards} />}
    </Pane>
  );
}

interface Stack {
  readonly item: AgentsCardJson;
  readonly under: readonly AgentsCardJson[];
}

function Cards({ cards }: { readonly cards: readonly AgentsCardJson[] }) {
  const stacks = useStacks(cards);
  const newest = useNewest(cards.length);
  return (
    <Log name="Cards" className="cards" newest={newest}>
      {stacks.length === 0 ? (
        <p className="empty">Nothing to decide yet. Approval cards, notices and hand-offs appear here.</p>
      ) : null}
      {stacks.map(({ item, under }) => (
        <AgentsCard key={item.id} item={item} under={under} />
      ))}
    </Log>
  );
}

/** Each card with those that stand under it; a list that did not change stays the same one. */
function useStacks(cards: readonly AgentsCardJson[]): readonly Stack[] {
  const before = useRef(new Map<string, readonly AgentsCardJson[]>());
  return useMemo(() => {
    const ids = new Set(cards.map(({ id }) => id));
    const tops = cards.filter(({ under }) => under === null || !ids.has(under));
    const stacks = tops.map((item) => {
      const own = cards.filter(({ under }) => under === item.id);
      return { item, under: keepSame(before.current.get(item.id) ?? [], own, ({ id }) => id) };
    });
    before.current = new Map(stacks.map(({ item, under }) => [item.id, under]));
    return stacks;
  }, [cards]);
}

function Decider() {
  const decidingAs = usePage((page) => page.decidingAs);
  const people = usePage(({ world }) => world?.people);
  const may = people?.filter(({ role }) => role !== "customer") ?? [];
  const mayNot = people?.filter(({ role }) => role === "customer") ?? [];
  return (
    <label className="picker">
      Deciding as{" "}
      <select value={decidingAs} onChange={(event) => decideAs(event.target.value)}>
        {people === undefined ? <option value={decidingAs}>Agent 1</option> : null}
        {may.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {mayNot.length === 0 ? null : (
          <optgroup label="To see a refusal">
            {mayNot.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}
