import type { ConversationJson, PersonJson } from "../../../api.ts";
import { newId } from "../shared/new-id.ts";
import { isCustomerSide } from "./customer-side.ts";
import { findFreeName, holdName } from "./identity.ts";
import { startLive } from "./live.ts";
import { loadAgents, loadConversation, loadConversations, loadEverything, loadRecords } from "./load.ts";
import type { OutgoingMessage } from "./outgoing.ts";
import { announce, page } from "./page.ts";
import { AnswerError, server } from "./server.ts";
import { recall, remember } from "./session.ts";
import { followHistory, show } from "./visit.ts";

const bannerAfterMs = 2000;
const backForMs = 4000;

/** Begins to show and to watch the playground. */
export function start(): void {
  let banner: ReturnType<typeof setTimeout> | undefined;
  startLive({
    everything: () => void loadEverything(),
    change: (change) => {
      if (change.kind === "agents") void loadAgents();
      else if (change.kind === "records") void loadRecords();
      else {
        void loadConversations();
        if (change.id === page.get().view.conversation) void loadConversation();
      }
    },
    broken: () => {
      const { state } = page.get().connection;
      if (state === "broken" || state === "lost") return;
      page.set({ connection: { state: "broken", since: Date.now() } });
      banner = setTimeout(lose, bannerAfterMs);
    },
    opened: () => {
      clearTimeout(banner);
      if (page.get().connection.state === "lost") comeBack();
      else page.set({ connection: { state: "live", since: Date.now() } });
    },
  });
  followHistory(() => void loadConversation());
  const { decidingAs } = recall();
  if (decidingAs === null) void findFreeName().then(decideAs);
  else holdName(decidingAs);
  for (const message of recall().outgoing) if (message.state === "sending") void send(message);
}

function lose(): void {
  page.set({ connection: { ...page.get().connection, state: "lost" } });
  announce("Connection lost. Trying again.");
}

function comeBack(): void {
  page.set({ connection: { state: "back", since: Date.now() } });
  announce("Live again.");
  setTimeout(() => {
    if (page.get().connection.state === "back") page.set({ connection: { state: "live", since: Date.now() } });
  }, backForMs);
}

/** Who writes in the customer channel from now on. */
export function writeAs(person: string): void {
  page.set({ writingAs: person });
  remember({ writingAs: person });
}

/** Who decides in the agents channel from now on. */
export function decideAs(person: string): void {
  page.set({ decidingAs: person });
  remember({ decidingAs: person });
  holdName(person);
}

/** Shows a conversation, or an empty thread (null). */
export function openConversation(conversation: string | null): void {
  if (conversation === page.get().view.conversation) return;
  show({ conversation, step: null });
  void loadConversation();
}

/** Keeps what is being written in this conversation (`new`: not made yet). */
export function setDraft(conversation: string, text: string): void {
  const { [conversation]: _old, ...others } = page.get().drafts;
  page.set({ drafts: text === "" ? others : { ...others, [conversation]: text } });
  // What is sensitive is not written down.
  if (page.get().conversation?.awaitsSensitive !== true) remember({ drafts: page.get().drafts });
}

/** Shows a message at once and sends it; the conversation is made on the way if there is none. */
export function write(text: string): void {
  const { view, conversation, world, writingAs } = page.get();
  const writer = world?.people.find(({ id }) => id === writingAs);
  const message: OutgoingMessage = {
    id: newId(),
    conversation: view.conversation,
    as: writingAs,
    text,
    hidden: isSecret(conversation, writer),
    at: Date.now(),
    state: "sending",
    problem: null,
  };
  setOutgoing([...page.get().outgoing, message]);
  void send(message);
}

/** Whether what this person writes is the sensitive answer that is waited for; one who is not known yet may be giving it. */
function isSecret(conversation: ConversationJson | null, writer: PersonJson | undefined): boolean {
  if (conversation?.awaitsSensitive !== true) return false;
  return writer === undefined || isCustomerSide(writer, conversation.customer.id);
}

/** Sends a message that failed once more, under the same id. */
export function tryAgain(id: string): void {
  const message = page.get().outgoing.find((candidate) => candidate.id === id);
  if (message === undefined) return;
  const again: OutgoingMessage = { ...message, state: "sending", problem: null };
  change(again);
  void send(again);
}

// One after the other: an answer must not overtake the one before it.
let sending: Promise<void> = Promise.resolve();

function send(message: OutgoingMessage): Promise<void> {
  sending = sending.then(() => sendNow(message));
  return sending;
}

async function sendNow(message: OutgoingMessage): Promise<void> {
  try {
    const conversation = await place(message.id);
    await server.write(conversation, { id: message.id, as: message.as, text: message.text });
    if (page.get().view.conversation === conversation) await loadConversation();
    else setOutgoing(page.get().outgoing.filter(({ id }) => id !== message.id));
  } catch (error) {
    const current = page.get().outgoing.find(({ id }) => id === message.id);
    // It has arrived all the same, and the thread shows it.
    if (current === undefined) return;
    // What the server says of its own trouble is for programs; a visitor can only try again.
    const problem = error instanceof AnswerError && error.status < 500 ? error.message : null;
    change({ ...current, state: "failed", problem });
    announce("Not sent.");
  }
}

/** Where a message goes: its conversation, or one that is made now for it and for those that wait with it. */
async function place(id: string): Promise<string> {
  const message = page.get().outgoing.find((candidate) => candidate.id === id);
  if (message === undefined) throw new Error("the message was taken back");
  if (message.conversation !== null) return message.conversation;
  const made = await server.create(message.as);
  const moved = page
    .get()
    .outgoing.map((waiting) => (waiting.conversation === null ? { ...waiting, conversation: made.id } : waiting));
  const { view } = page.get();
  if (view.conversation === null) page.set({ made: made.id });
  setOutgoing(moved);
  // What was typed meanwhile goes along.
  const { new: typed, ...drafts } = page.get().drafts;
  page.set({ drafts: typed === undefined ? drafts : { ...drafts, [made.id]: typed } });
  remember({ drafts: page.get().drafts });
  if (view.conversation === null) show({ conversation: made.id, step: null }, "replace");
  return made.id;
}

function change(message: OutgoingMessage): void {
  setOutgoing(page.get().outgoing.map((old) => (old.id === message.id ? message : old)));
}

function setOutgoing(outgoing: readonly OutgoingMessage[]): void {
  page.set({ outgoing });
  // What is sensitive is not written down.
  remember({ outgoing: outgoing.filter(({ hidden }) => !hidden) });
}
