import { flushSync } from "react-dom";
import { DayTimeText } from "../shared/time-text.tsx";
import { Pane } from "../shell/pane.tsx";
import { openConversation, writeAs } from "../state/actions.ts";
import { usePage } from "../state/page.ts";
import { Composer } from "./composer.tsx";
import { conversationLabel } from "./conversation-label.ts";
import { focusMessageBox } from "./message-box.tsx";
import { Thread } from "./thread.tsx";

const none: readonly never[] = [];

/** The customer's side: one thread, and where one writes in it. */
export function CustomerPane() {
  const shown = usePage(({ view }) => view.conversation);
  // A thread is put up only with its history in it, so that a screen reader does not hear the history as news.
  const ready = usePage(({ view, conversation, made }) => view.conversation === made || conversation !== null);
  const name = usePage(({ conversation }) => conversation?.customer.name ?? null);
  const isMissing = useIsMissing();
  const key = shown ?? "new";
  return (
    <Pane id="customer" title="Customer channel" tools={<Conversations />}>
      <div className="pane-bar">
        <Writer />
        {isMissing ? null : <NewConversation />}
      </div>
      <Standing />
      {shown === null || ready ? (
        <Thread key={key} id={shown} name={name === null ? "Conversation" : `Conversation with ${name}`} />
      ) : (
        <div className="scroller">{isMissing ? <Missing /> : null}</div>
      )}
      <Working />
      {isMissing ? null : <Composer id={shown} />}
    </Pane>
  );
}

/** That an answer may take a while: a call is out. It appears after a moment, so that a quick call does not flicker. */
function Working() {
  const isOut = usePage(({ conversation }) => conversation?.run?.status === "effect");
  return isOut ? (
    <p className="working">
      <span>Usher is working on it…</span>
    </p>
  ) : null;
}

function useIsMissing(): boolean {
  return usePage(({ view, missing }) => missing !== null && view.conversation === missing);
}

function NewConversation() {
  return (
    <button type="button" onClick={() => openConversation(null)}>
      New<span className="rest"> conversation</span>
    </button>
  );
}

/** What stands in the place of a thread that the server does not have. */
function Missing() {
  return (
    <div className="empty missing">
      <p>There is no such conversation. Its address may be mistyped, or its data may be gone.</p>
      <button type="button" className="primary" onClick={beginAnew}>
        New conversation
      </button>
    </div>
  );
}

/** The pressed button goes away, so that the focus goes on to where one writes. */
function beginAnew(): void {
  flushSync(() => openConversation(null));
  focusMessageBox();
}

function Writer() {
  const writingAs = usePage((page) => page.writingAs);
  const people = usePage(({ world }) => world?.people);
  return (
    <label className="picker">
      You:{" "}
      <select value={writingAs} onChange={(event) => writeAs(event.target.value)}>
        {people === undefined ? <option value={writingAs}>Customer 1</option> : null}
        {people?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What has been noted about the conversation: its tags, and that it is resolved. */
function Standing() {
  const tags = usePage(({ conversation }) => conversation?.tags ?? none);
  const resolvedAt = usePage(({ conversation }) => conversation?.resolvedAt ?? null);
  if (tags.length === 0 && resolvedAt === null) return null;
  return (
    <div className="conversation-standing">
      {resolvedAt === null ? null : (
        <p>
          Resolved <DayTimeText at={resolvedAt} inSentence />
        </p>
      )}
      {tags.length === 0 ? null : (
        <ul aria-label="Tags">
          {tags.map((tag) => (
            <li key={tag} dir="auto">
              {tag}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Conversations() {
  const shown = usePage(({ view }) => view.conversation);
  const conversations = usePage((page) => page.conversations);
  const unlisted = useIsMissing() ? "No such conversation" : "Not begun yet";
  if (conversations.every(({ id }) => id === shown)) return null;
  return (
    <select
      className="quiet"
      aria-label="Conversation"
      value={shown ?? ""}
      onChange={(event) => openConversation(event.target.value || null)}
    >
      {conversations.some(({ id }) => id === shown) ? null : <option value={shown ?? ""}>{unlisted}</option>}
      {conversations.map((summary) => (
        <option key={summary.id} value={summary.id}>
          {conversationLabel(summary)}
        </option>
      ))}
    </select>
  );
}
