import type { ReactNode } from "react";
import type { Lead } from "../../../../../src/domain/lead.ts";
import type { Mail } from "../../../../../src/domain/mail.ts";
import type { Ticket } from "../../../../../src/domain/ticket.ts";
import { LongText } from "../shared/long-text.tsx";
import { Section } from "../shared/section.tsx";
import { DayTimeText, useMinute } from "../shared/time-text.tsx";
import { usePage } from "../state/page.ts";

const shownAtMost = 50;

/** What the procedures have made: tickets, leads, mails. */
export function Records() {
  const tickets = usePage((page) => page.tickets);
  const leads = usePage((page) => page.leads);
  const mails = usePage((page) => page.mails);
  const mailServer = usePage(({ world }) => world?.mailServer === true);
  const noMails = mailServer
    ? "No mails yet. What Usher sends is listed here."
    : "No mails yet. Without a mail server, mails are kept here and not sent.";
  return (
    <>
      <List title="Tickets" items={tickets} empty="No tickets yet. An approved refund opens one." render={ticketLine} />
      <List title="Leads" items={leads} empty="No leads yet. Ask about enterprise pricing." render={leadLine} />
      <List title="Mails" items={mails} empty={noMails} render={mailLine} />
    </>
  );
}

interface Item {
  readonly effectId: string;
  readonly createdAt: number;
}

interface ListProps<Kind extends Item> {
  readonly title: string;
  readonly items: readonly Kind[];
  readonly empty: string;
  readonly render: (item: Kind) => ReactNode;
}

function List<Kind extends Item>({ title, items, empty, render }: ListProps<Kind>) {
  const fresh = usePage((page) => page.fresh);
  const now = useMinute();
  const isNew = ({ effectId }: Kind): boolean => (fresh[effectId] ?? 0) > now;
  const tag = items.some(isNew) ? <span className="new">New</span> : null;
  return (
    <Section title={title} count={items.length} note={tag}>
      {items.length === 0 ? (
        <p className="empty">{empty}</p>
      ) : (
        <ul className="records">
          {items.slice(0, shownAtMost).map((item) => (
            <li key={item.effectId}>
              <div className="record-words">{render(item)}</div>
              {isNew(item) ? <span className="new">New</span> : null}
              <DayTimeText at={item.createdAt} />
            </li>
          ))}
        </ul>
      )}
      {items.length > shownAtMost ? <p className="muted">The newest {shownAtMost} are shown.</p> : null}
    </Section>
  );
}

function ticketLine({ number, subject, priority }: Ticket): ReactNode {
  return (
    <span dir="auto">
      <strong>#{number}</strong> {subject} <span className="muted">{priority}</span>
    </span>
  );
}

function leadLine({ name, email, company, companySize }: Lead): ReactNode {
  const more = [name === null ? null : email, company, companySize === null ? null : `${companySize} people`];
  return (
    <span dir="auto">
      <strong>{name ?? email}</strong> <span className="muted">{more.filter((part) => part !== null).join(" · ")}</span>
    </span>
  );
}

function mailLine({ to, subject, body, sent }: Mail): ReactNode {
  return (
    <details className="mail">
      <summary dir="auto">
        <strong>{subject}</strong> <span className="muted">to {to}</span>{" "}
        <span className="muted">{sent ? "sent" : "kept, not sent"}</span>
      </summary>
      <LongText text={body} />
    </details>
  );
}
