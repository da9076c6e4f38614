import type { PersonJson } from "../../../api.ts";
import { usePage } from "../state/page.ts";
import { pick } from "./message-box.tsx";

// What the example procedures are for; one that is not active is not offered.
const openings = [
  { text: "I want a refund", slug: "refund-request-handler" },
  { text: "Where is my order?", slug: "order-status-lookup" },
  { text: "I want enterprise pricing", slug: "lead-qualification" },
] as const;

/** What an empty thread says: who one is here, and what one could write. */
export function FirstMessage() {
  const active = usePage(({ world }) => world?.procedures);
  const offered = openings.filter(({ slug }) => active?.some(({ procedure }) => procedure.slug === slug));
  const person = usePage(({ world, writingAs }) => world?.people.find(({ id }) => id === writingAs));
  return (
    <div className="empty">
      <p>
        No messages yet. You are {person?.name ?? "Customer 1"}, {roleWords[person?.role ?? "customer"]}. Write what you
        need{offered.length === 0 ? "." : ", or pick one:"}
      </p>
      <div className="chips">
        {offered.map(({ text }) => (
          <button key={text} type="button" onClick={(event) => pick(text, event)}>
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}

const roleWords: { readonly [role in PersonJson["role"]]: string } = {
  customer: "a customer",
  agent: "an agent",
  admin: "an admin",
  owner: "an owner",
};
