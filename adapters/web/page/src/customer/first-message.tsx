import type { PersonJson } from "../../../api.ts";
import { usePage } from "../state/page.ts";
import { pick } from "./message-box.tsx";

const openings = ["I want a refund", "Where is my order?", "I want enterprise pricing"] as const;

/** What an empty thread says: who one is here, and what one could write. */
export function FirstMessage() {
  const person = usePage(({ world, writingAs }) => world?.people.find(({ id }) => id === writingAs));
  return (
    <div className="empty">
      <p>
        No messages yet. You are {person?.name ?? "Customer 1"}, {roleWords[person?.role ?? "customer"]}. Write what you
        need, or pick one:
      </p>
      <div className="chips">
        {openings.map((text) => (
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
