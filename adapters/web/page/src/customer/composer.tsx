import { type SubmitEvent, useId } from "react";
import { setDraft, write } from "../state/actions.ts";
import { isCustomerSide } from "../state/customer-side.ts";
import { useIsCutOff, usePage } from "../state/page.ts";
import { hintFor } from "./hint.ts";
import { MessageBox } from "./message-box.tsx";

/** Where one writes; each conversation keeps its own draft. */
export function Composer({ id }: { readonly id: string | null }) {
  const place = id ?? "new";
  const hintId = useId();
  const draft = usePage(({ drafts }) => drafts[place] ?? "");
  const hidden = usePage(({ conversation }) => conversation?.awaitsSensitive === true);
  const cutOff = useIsCutOff();
  const send = (): void => {
    const text = draft.trim();
    if (text === "" || cutOff) return;
    setDraft(place, "");
    write(text);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" onSubmit={submit} aria-label="Write">
      <Hints id={hintId} />
      <div className="composer-row">
        <MessageBox
          draft={draft}
          hidden={hidden}
          hintId={hintId}
          onChange={(text) => setDraft(place, text)}
          onSend={send}
        />
        <button type="submit" className="primary" aria-disabled={cutOff || draft.trim() === ""}>
          Send
        </button>
      </div>
    </form>
  );
}

function Hints({ id }: { readonly id: string }) {
  const cutOff = useIsCutOff();
  const conversation = usePage((page) => page.conversation);
  const world = usePage((page) => page.world);
  const older = usePage((page) => page.older);
  const writer = usePage(({ writingAs }) => world?.people.find((person) => person.id === writingAs));
  const order = hintFor(conversation, world, older);
  const hints: string[] = [];
  if (cutOff) hints.push("Not connected. Your draft is kept.");
  if (conversation?.handledBy === "people") hints.push("A person has this conversation. Usher stays silent.");
  else if (writer !== undefined && !isCustomerSide(writer, conversation?.customer.id ?? null))
    hints.push(`When ${writer.name} writes here, Usher pauses.`);
  if (conversation?.awaitsSensitive === true) hints.push("Your answer stays hidden, here and everywhere.");
  if (order !== null) hints.push(order);
  return (
    <div id={id} className="hints">
      {hints.map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
    </div>
  );
}
