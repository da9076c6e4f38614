import { type SubmitEvent, useId, useState } from "react";
import { limits } from "../../../../../src/domain/limits.ts";
import type { AgentsCardJson } from "../../../api.ts";
import { NotSent } from "../customer/message-row.tsx";
import { isSendKey } from "../shared/enter.ts";
import { newId } from "../shared/new-id.ts";
import { page, useIsCutOff } from "../state/page.ts";
import { AnswerError, server } from "../state/server.ts";
import { recall, rememberText } from "../state/session.ts";
import type { Press } from "./use-press.ts";

interface HandOffControlsProps {
  readonly item: AgentsCardJson;
  readonly press: Press;
}

/** Where an agent answers a customer, and gives the conversation back or ends it. */
export function HandOffControls({ item, press }: HandOffControlsProps) {
  const locked = useIsCutOff() || press.state.kind === "sending";
  const end = (how: "handback" | "resolve"): void => {
    if (!locked) press.press(() => server.end(item.conversationId, how, page.get().decidingAs));
  };
  return (
    <>
      <Reply card={item.id} conversation={item.conversationId} />
      <div className="buttons">
        <button type="button" aria-disabled={locked} onClick={() => end("handback")}>
          Hand back
        </button>
        <button type="button" aria-disabled={locked} onClick={() => end("resolve")}>
          Resolve
        </button>
      </div>
    </>
  );
}

interface ReplyState {
  readonly sending: boolean;
  readonly failed: boolean;
  readonly problem: string | null;
}

const still: ReplyState = { sending: false, failed: false, problem: null };

/** The id stays the same until the words have arrived, so that trying again cannot double them. */
function useReply(card: string, conversation: string) {
  const [text, setText] = useState(recall().replies[card] ?? "");
  const [state, setState] = useState(still);
  const [id, setId] = useState(newId);
  const change = (next: string): void => {
    setText(next);
    rememberText("replies", card, next === "" ? null : next);
    if (state.failed) {
      // Other words are another message.
      setState(still);
      setId(newId());
    }
  };
  const send = async (): Promise<void> => {
    if (text.trim() === "" || state.sending) return;
    setState({ ...still, sending: true });
    try {
      await server.reply(conversation, { id, as: page.get().decidingAs, text: text.trim() });
      setText("");
      rememberText("replies", card, null);
      setId(newId());
      setState(still);
    } catch (error) {
      setState({
        sending: false,
        failed: true,
        problem: error instanceof AnswerError && error.status < 500 ? error.message : null,
      });
    }
  };
  return { text, state, change, send };
}

function Reply({ card, conversation }: { readonly card: string; readonly conversation: string }) {
  const id = useId();
  const cutOff = useIsCutOff();
  const { text, state, change, send } = useReply(card, conversation);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!cutOff) void send();
  };
  return (
    <form className="reply" onSubmit={submit}>
      <label htmlFor={id}>Reply to the customer</label>
      <div className="composer-row">
        <textarea
          id={id}
          rows={1}
          dir="auto"
          maxLength={limits.turnLength}
          value={text}
          readOnly={state.sending}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (!isSendKey(event)) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        <button type="submit" className="primary" aria-disabled={cutOff || state.sending || text.trim() === ""}>
          Relay
        </button>
      </div>
      {state.failed ? (
        <p className="sending failed" role="alert">
          <NotSent problem={state.problem} onAgain={() => void send()} />
        </p>
      ) : null}
    </form>
  );
}
