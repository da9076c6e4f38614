import { memo } from "react";
import type { MessageJson } from "../../../api.ts";
import { LongText } from "../shared/long-text.tsx";
import { TimeText } from "../shared/time-text.tsx";
import { tryAgain } from "../state/actions.ts";
import type { ThreadMessage } from "../state/outgoing.ts";
import { pick } from "./message-box.tsx";
import type { ChoiceState } from "./thread-rows.ts";

const roleWords = { customer: "customer", agent: "agent", admin: "admin", owner: "owner", bot: "bot" } as const;

interface MessageRowProps {
  readonly message: MessageJson;
  readonly sending: ThreadMessage["sending"];
  readonly problem: string | null;
  readonly repeated: boolean;
  readonly choices: ChoiceState["kind"];
  readonly chosen: string | null;
}

/** One message of a thread. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, sending, repeated } = props;
  return (
    <div className={`message from-${message.role}${repeated ? " repeated" : ""}`}>
      <span className="avatar" aria-hidden="true">
        {message.name.charAt(0)}
      </span>
      <p className={repeated ? "who visually-hidden" : "who"}>
        <strong>{message.name}</strong> <span className="role">{roleWords[message.role]}</span>{" "}
        <TimeText at={message.at} />
      </p>
      <div className="words">
        <LongText text={message.text} />
        {message.hidden ? <span className="muted">hidden</span> : null}
        <Choices {...props} />
        {sending === null ? null : <Sending {...props} />}
      </div>
    </div>
  );
});

// Not live: that a message was sent is no news, and that one was not is said by the page's status.
function Sending({ message, sending, problem }: MessageRowProps) {
  return (
    <p className={sending === "failed" ? "sending failed" : "sending"} aria-live="off">
      {sending === "sending" ? "Sending…" : <NotSent problem={problem} onAgain={() => tryAgain(message.id)} />}
    </p>
  );
}

/** What stands under words that did not go out. */
export function NotSent({ problem, onAgain }: { readonly problem: string | null; readonly onAgain: () => void }) {
  return (
    <>
      Not sent.{problem === null ? "" : ` ${problem}`}{" "}
      <button type="button" className="link" onClick={onAgain}>
        Try again
      </button>
    </>
  );
}

function Choices({ message, choices, chosen }: MessageRowProps) {
  if (choices === "none") return null;
  if (choices === "open") {
    return (
      <div className="choices">
        {message.choices.map((choice) => (
          <button key={choice} type="button" onClick={(event) => pick(choice, event)}>
            {choice}
          </button>
        ))}
      </div>
    );
  }
  return (
    <ul className="choices" aria-label="Choices">
      {message.choices.map((choice) => (
        <li key={choice} className={choice === chosen ? "chosen" : ""}>
          {choice === chosen ? `✓ ${choice}` : choice}
        </li>
      ))}
    </ul>
  );
}
